# SPDX-License-Identifier: BSD-2-Clause
"""Icinga 2 with the file of conf/icinga2, unchanged. Checks are forced, so that nobody waits for their interval."""

import grp
import os
import pwd
import time

from lab import ROOT, Trouble, wait_for
from watched import FAILING, ODD_DRIVE, POOL_ID, V3, Watched, alarms

OK, WARNING, CRITICAL, UNKNOWN = range(4)


def user_objects(folder, port):
    """What a user would write."""
    user, auth, auth_key, priv, priv_key = V3
    return f"""\
include <itl>
include <plugins>
const PluginDir = "/usr/lib/nagios/plugins"
include "{ROOT}/conf/icinga2/nbu-agentx.conf"

object IcingaApplication "app" {{ }}
object CheckerComponent "checker" {{ }}
object NotificationComponent "notification" {{ }}
object ExternalCommandListener "command" {{ command_path = "{folder}/command" }}
object FileLogger "log" {{ path = "{folder}/log" }}
object PerfdataWriter "perfdata" {{
    host_perfdata_path = "{folder}/host"
    service_perfdata_path = "{folder}/service"
    host_temp_path = "{folder}/host-temp"
    service_temp_path = "{folder}/service-temp"
    rotation_interval = 1s
    service_format_template = "$host.name$|$service.name$|$service.state_id$|$service.state_type$|$service.perfdata$"
}}
object TimePeriod "always" {{ ranges = {{ }} }}
object User "ops" {{ }}
object NotificationCommand "note" {{
    command = [ "/bin/sh", "-c", "echo \\"$$1\\" >>{folder}/notified", "note" ]
    arguments = {{ "--" = {{ value = "$host.name$|$service.name$|$service.state$", skip_key = true }} }}
}}
apply Notification "note" to Service {{
    command = "note"
    users = [ "ops" ]
    assign where service.vars.nbu_alarm
}}

object Host "monitor" {{
    check_command = "dummy"
    address = "127.0.0.1"
    vars.snmp_port = "{port}"
    vars.snmp_timeout = "2"
    vars.nbu_retries = "1"
    vars.nbu_sites["paris"] = {{
        security = true
        ranges = {{ NbuDataStale = {{ warning = "10" }} }}
        rows = {{
            "disk-pool" = [ "{POOL_ID}" ]
            "policy" = [ "{FAILING}" ]
            "drive" = [ "{ODD_DRIVE}" ]
            "storage-server" = [ "PureDisk:no-such.example.com" ]
            "workload" = [ [ "BACKUP", "VMWARE" ] ]
        }}
    }}
}}
object Host "secret" {{
    check_command = "dummy"
    address = "127.0.0.1"
    vars.snmpv3_port = "{port}"
    vars.snmpv3_user = "{user}"
    vars.snmpv3_auth_alg = "{auth}"
    vars.snmpv3_auth_key = "{auth_key}"
    vars.snmpv3_priv_alg = "{priv}"
    vars.snmpv3_priv_key = "{priv_key}"
    vars.nbu_ranges = {{ NbuJobsFailed = {{ warning = "0", critical = "100000" }} }}
    vars.nbu_sites = {{ lyon = {{ }} }}
}}
"""


class Icinga:
    """Icinga in a folder of its own."""

    def __init__(self, lab, port):
        self.folder = lab.folder / "icinga"
        for name in ("data", "cache", "run", "log.d", "spool"):
            (self.folder / name).mkdir(parents=True)
        config = self.folder / "icinga2.conf"
        config.write_text(user_objects(self.folder, port))
        me = pwd.getpwuid(os.getuid())
        places = {"DataDir": "data", "CacheDir": "cache", "InitRunDir": "run", "LogDir": "log.d", "SpoolDir": "spool"}
        words = [f"-D{key}={self.folder / name}" for key, name in places.items()]
        self.process = lab.process("icinga2", [
            "icinga2", "daemon", "-c", config, f"-DRunAsUser={me.pw_name}",
            f"-DRunAsGroup={grp.getgrgid(me.pw_gid).gr_name}", "-DNodeName=test", *words])
        self.known = {}
        self.read = set()
        wait_for("Icinga", lambda: self.process.check() and (self.folder / "command").exists())

    def command(self, *words):
        descriptor = os.open(self.folder / "command", os.O_WRONLY)
        os.write(descriptor, f"[{int(time.time())}] {';'.join(map(str, words))}\n".encode())
        os.close(descriptor)

    def results(self):
        """Reads what has been checked since it was last called."""
        self.process.check()
        for path in sorted(self.folder.glob("service.*")):
            if path not in self.read:
                self.read.add(path)
                for line in path.read_text().splitlines():
                    host, service, *result = line.split("|")
                    self.known[host, service] = result

    def expect(self, what, wanted):
        """Checks the services WANTED until each is for sure in its state. A state may come with its perfdata."""
        def there():
            self.results()
            late = [(key, state) for key, state in wanted.items() if not self.fits(key, state)]
            return late or True
        end = time.monotonic() + 60
        while (late := there()) is not True:
            if time.monotonic() > end:
                raise Trouble(f"{what}: " + "; ".join(
                    f"{key} is {self.known.get(key)} and not {state}" for key, state in late))
            self.known = {key: result for key, result in self.known.items() if key not in dict(late)}
            for host, service in dict(late):
                self.command("SCHEDULE_FORCED_SVC_CHECK", host, service, int(time.time()))
            wait_for("results", lambda: self.results() or all(key in self.known for key in dict(late)))

    def fits(self, key, wanted):
        state, perfdata = wanted if isinstance(wanted, tuple) else (wanted, None)
        found = self.known.get(key)
        return found and found[:2] == [str(state), "HARD"] and perfdata in (None, found[2])

    def notified(self, host, service):
        try:
            lines = (self.folder / "notified").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [line for line in lines if line.startswith(f"{host}|{service}|")]


def paris(name):
    return "monitor", f"{name} paris"


def row(name, words):
    return "monitor", f"{name} paris {words}"


def perfdata(column, value, alarm, floor=""):
    return f"{column}={value};{floor}{alarm['warning']};{floor}{alarm['critical']}"


def check_well(icinga, watched):
    """What is so from the beginning."""
    failed = watched.snmpd.site(32, "paris")
    icinga.expect("at the beginning", {
        ("monitor", "NbuAgentSilent"): OK,
        paris("NbuSiteDown"): (OK, "nbuSiteStatus=2;@1:1;@3:3"),
        ("secret", "NbuSiteDown lyon"): OK,
        paris("NbuCatalogBackupOld"): OK,
        paris("NbuApiKeyEnds"): OK,
        paris("NbuJobsFailed"): (CRITICAL, perfdata("nbuSiteFailed", failed, alarms()["NbuJobsFailed"])),
        ("secret", "NbuJobsFailed lyon"): WARNING,
        paris("NbuPolicyOverdue"): CRITICAL,
        row("NbuPolicyOverdue", FAILING): CRITICAL,
        ("secret", "NbuPolicyOverdue lyon"): OK,
        row("NbuSuccessRateLow", "BACKUP VMWARE"): CRITICAL,
        row("NbuDriveDown", ODD_DRIVE): OK,
        row("NbuStorageServerDown", "PureDisk:no-such.example.com"): UNKNOWN})


def check_pool(icinga, watched):
    """The pool fills, is full and is empty again."""
    filling = alarms()["NbuDiskPoolFilling"]
    for percent, state, full in ((50, OK, OK), (90, WARNING, OK), (99, CRITICAL, CRITICAL), (10, OK, OK)):
        watched.fill(percent)
        icinga.expect(f"a pool of {percent} %", {
            row("NbuDiskPoolFilling", POOL_ID): (
                state, perfdata("nbuDiskPoolUsedPercent", f"{percent}.00", filling, "-1:")),
            row("NbuDiskPoolFull", POOL_ID): full})


def check_hidden(icinga, watched):
    """While the site is down, nothing else of it is told, though Icinga sees it."""
    watched.paris.control("faults", "401")
    icinga.expect("a site that is down", {paris("NbuSiteDown"): CRITICAL})
    icinga.expect("old data", {paris("NbuDataStale"): WARNING})
    wait_for("the notification of the site", lambda: icinga.notified(*paris("NbuSiteDown")))
    icinga.expect("the other site", {("secret", "NbuSiteDown lyon"): OK})
    if icinga.notified(*paris("NbuDataStale")):
        raise Trouble("NbuDataStale is told although NbuSiteDown hides it")
    watched.paris.control("faults", "\n")
    icinga.expect("a site that is up again", {paris("NbuSiteDown"): OK, paris("NbuDataStale"): OK})


def check_silent(icinga, watched):
    """Nothing answers: that is told once."""
    watched.agent.stop()
    icinga.expect("a silent agent", {("monitor", "NbuAgentSilent"): CRITICAL})
    hidden = row("NbuDiskPoolFilling", POOL_ID)
    icinga.expect("a silent agent", {hidden: UNKNOWN, paris("NbuSiteDown"): UNKNOWN})
    wait_for("the notification of the agent", lambda: icinga.notified("monitor", "NbuAgentSilent"))
    for key in (hidden, paris("NbuSiteDown")):
        if any("UNKNOWN" in line for line in icinga.notified(*key)):
            raise Trouble(f"{key[1]} is told although NbuAgentSilent hides it")


def test(lab):
    watched = Watched(lab)
    icinga = Icinga(lab, watched.snmpd.port)
    check_well(icinga, watched)
    check_pool(icinga, watched)
    check_hidden(icinga, watched)
    check_silent(icinga, watched)
