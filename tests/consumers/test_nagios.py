# SPDX-License-Identifier: BSD-2-Clause
"""Nagios with the files of conf/nagios, unchanged. Its minute is a second."""

import os
import pwd
import subprocess

from lab import ROOT, Trouble, wait_for
from watched import FAILING, ODD_DRIVE, POOL_ID, V3, Watched, alarms

OK, WARNING, CRITICAL, UNKNOWN = range(4)
STOCK = "/etc/nagios4"
FILES = ROOT / "conf/nagios"
# Seconds after which the numbers of a site that is down are stale here: long after it is known to be down.
STALE = 15


def user_objects(port):
    """What a user would write."""
    user, auth, auth_key, priv, priv_key = V3
    more = f"-p {port} -t 2 -e 1"
    v2 = f"-P 2c -C public {more}"
    v3 = f"-P 3 -L authPriv -U {user} -a {auth} -A {auth_key} -x {priv} -X {priv_key} {more}"
    everywhere = "address 127.0.0.1\ncontacts ops\ncheck_period 24x7\nnotification_period 24x7\n"
    rows = [("NbuDiskPoolDown", "POOL_ID", POOL_ID), ("NbuDiskPoolFull", "POOL_ID", POOL_ID),
            ("NbuDiskPoolFilling", "POOL_ID", POOL_ID), ("NbuPolicyOverdue", "POLICY", FAILING),
            ("NbuDriveDown", "DRIVE", ODD_DRIVE),
            ("NbuStorageServerDown", "SERVER_ID", "PureDisk:no-such.example.com")]
    return (
        "define command {\ncommand_name quiet\ncommand_line /bin/true\n}\n"
        "define contact {\ncontact_name ops\nhost_notification_commands quiet\n"
        "service_notification_commands quiet\nhost_notification_period 24x7\n"
        "service_notification_period 24x7\nhost_notification_options d,u,r\n"
        "service_notification_options w,u,c,r\n}\n"
        f"define host {{\nuse nbu-agent\nhost_name monitor\n{everywhere}_NBU_SNMP {v2}\n}}\n"
        f"define host {{\nuse nbu-security,nbu-site\nhost_name paris\n{everywhere}_NBU_SITE paris\n"
        f"_NBU_SNMP {v2}\n_NBUDATASTALE_WARNING {STALE}\n}}\n"
        f"define host {{\nuse nbu-site\nhost_name lyon\n{everywhere}_NBU_SITE lyon\n_NBU_SNMP {v3}\n"
        "_NBUJOBSFAILED_WARNING 0\n_NBUJOBSFAILED_CRITICAL 100000\n}\n"
        "define servicedependency {\nuse nbu-hidden-by-NbuAgentSilent\nhost_name monitor\n"
        "dependent_host_name paris,lyon\n}\n"
        + "".join(f"define service {{\nuse {alarm}\nhost_name paris\nservice_description {alarm} row\n"
                  f"_NBU_{key} {value}\n}}\n" for alarm, key, value in rows)
        + "define service {\nuse NbuSuccessRateLow\nhost_name paris\nservice_description NbuSuccessRateLow row\n"
          "_NBU_JOB_TYPE BACKUP\n_NBU_POLICY_TYPE VMWARE\n}\n")


class Nagios:
    """Nagios in a folder of its own."""

    def __init__(self, lab, port):
        self.folder = lab.folder / "nagios"
        (self.folder / "spool").mkdir(parents=True)
        (self.folder / "archives").mkdir()
        (self.folder / "user.cfg").write_text(user_objects(port))
        self.config = self.folder / "nagios.cfg"
        self.write_config()
        self.process = lab.process("nagios", ["nagios4", self.config])

    def write_config(self):
        owner = pwd.getpwuid(os.getuid()).pw_name
        folder = self.folder
        files = [f"{STOCK}/objects/timeperiods.cfg", FILES / "nbu-agentx.cfg", FILES / "nbu-agentx-security.cfg",
                 folder / "user.cfg"]
        self.config.write_text("".join(f"cfg_file={file}\n" for file in files) + f"""\
resource_file={STOCK}/resource.cfg
log_file={folder}/log
object_cache_file={folder}/objects
status_file={folder}/status
retain_state_information=0
nagios_user={owner}
check_external_commands=0
lock_file={folder}/lock
temp_file={folder}/temp
temp_path={folder}
log_archive_path={folder}/archives
check_result_path={folder}/spool
query_socket={folder}/query
use_syslog=0
check_for_updates=0
interval_length=1
status_update_interval=1
check_result_reaper_frequency=1
service_inter_check_delay_method=n
host_inter_check_delay_method=n
enable_flap_detection=0
soft_state_dependencies=1
illegal_macro_output_chars=`~$&|'"<>
""")

    def services(self):
        """What is known of each service, by host and service."""
        self.process.check()
        try:
            blocks = (self.folder / "status").read_text().split("servicestatus {\n")[1:]
        except FileNotFoundError:
            return {}
        known = [dict(line.strip().split("=", 1) for line in block.split("\t}")[0].splitlines() if "=" in line)
                 for block in blocks]
        return {(one["host_name"], one["service_description"]): one for one in known}

    def notified(self, host, service):
        return [line for line in (self.folder / "log").read_text().splitlines()
                if f"SERVICE NOTIFICATION: ops;{host};{service};" in line]

    def hard(self, host, service, state):
        """The service, once it is for sure in STATE."""
        def there():
            one = self.services().get((host, service))
            return one if one and (one["has_been_checked"], one["state_type"], one["current_state"]) == (
                "1", "1", str(state)) else None
        try:
            return wait_for("", there, 45)
        except Trouble:
            one = self.services().get((host, service), {})
            raise Trouble(f"{host} {service} is not {state} but {one.get('current_state')}: "
                          f"{one.get('plugin_output')}") from None


def expect(text, pattern):
    if text != pattern:
        raise Trouble(f"perfdata is {text} and not {pattern}")


def check_well(nagios, watched):
    """What is so from the beginning."""
    expect(nagios.hard("paris", "NbuSiteDown", OK)["performance_data"], "nbuSiteStatus=2;@1:1;@3:3")
    nagios.hard("lyon", "NbuSiteDown", OK)
    nagios.hard("monitor", "NbuAgentSilent", OK)
    nagios.hard("paris", "NbuCatalogBackupOld", OK)
    nagios.hard("paris", "NbuApiKeyEnds", OK)
    levels = alarms()["NbuJobsFailed"]
    failed = watched.snmpd.site(32, "paris")
    expect(nagios.hard("paris", "NbuJobsFailed", CRITICAL)["performance_data"],
           f"nbuSiteFailed={failed};{levels['warning']};{levels['critical']}")
    nagios.hard("lyon", "NbuJobsFailed", WARNING)
    nagios.hard("paris", "NbuPolicyOverdue", CRITICAL)
    nagios.hard("paris", "NbuPolicyOverdue row", CRITICAL)
    nagios.hard("paris", "NbuSuccessRateLow row", CRITICAL)
    nagios.hard("lyon", "NbuPolicyOverdue", OK)
    nagios.hard("paris", "NbuDriveDown row", OK)
    nagios.hard("paris", "NbuStorageServerDown row", UNKNOWN)


def check_pool(nagios, watched):
    """The pool fills, is full and is empty again."""
    levels = alarms()["NbuDiskPoolFilling"]
    for percent, filling, full in ((50, OK, OK), (90, WARNING, OK), (99, CRITICAL, CRITICAL), (10, OK, OK)):
        watched.fill(percent)
        expect(nagios.hard("paris", "NbuDiskPoolFilling row", filling)["performance_data"],
               f"nbuDiskPoolUsedPercent={percent}.00;-1:{levels['warning']};-1:{levels['critical']}")
        nagios.hard("paris", "NbuDiskPoolFull row", full)


def check_hidden(nagios, watched):
    """While the site is down, nothing else of it is told, though Nagios sees it."""
    watched.paris.control("faults", "401")
    nagios.hard("paris", "NbuSiteDown", CRITICAL)
    stale = nagios.hard("paris", "NbuDataStale", WARNING)
    if stale["last_notification"] != "0" or nagios.notified("paris", "NbuDataStale"):
        raise Trouble("NbuDataStale is told although NbuSiteDown hides it")
    wait_for("the notification of the site", lambda: nagios.notified("paris", "NbuSiteDown"))
    nagios.hard("lyon", "NbuSiteDown", OK)
    watched.paris.control("faults", "\n")
    nagios.hard("paris", "NbuSiteDown", OK)
    nagios.hard("paris", "NbuDataStale", OK)


def check_silent(nagios, watched):
    """Nothing answers: that is told once."""
    watched.agent.stop()
    nagios.hard("monitor", "NbuAgentSilent", CRITICAL)
    nagios.hard("paris", "NbuDiskPoolDown row", UNKNOWN)
    nagios.hard("lyon", "NbuSiteDown", UNKNOWN)
    wait_for("the notification of the agent", lambda: nagios.notified("monitor", "NbuAgentSilent"))
    for host, service in (("paris", "NbuDiskPoolDown row"), ("lyon", "NbuSiteDown")):
        if any("UNKNOWN" in line for line in nagios.notified(host, service)):
            raise Trouble(f"{service} of {host} is told although NbuAgentSilent hides it")


def check_example(nagios):
    """The example fits what it is an example of, and the objects that come with Nagios."""
    config = nagios.folder / "example.cfg"
    text = nagios.config.read_text().replace(f"cfg_file={nagios.folder}/user.cfg\n", "".join(
        f"cfg_file={file}\n" for file in (FILES / "example.cfg", *(
            f"{STOCK}/objects/{name}.cfg" for name in ("commands", "contacts", "templates")))))
    config.write_text(text)
    done = subprocess.run(["nagios4", "-v", config], capture_output=True, text=True, check=False)
    if done.returncode != 0 or "Total Warnings: 0" not in done.stdout:
        raise Trouble(f"Nagios does not like the example: {done.stdout[-3000:]}")


def test(lab):
    watched = Watched(lab)
    nagios = Nagios(lab, watched.snmpd.port)
    check_example(nagios)
    check_well(nagios, watched)
    check_pool(nagios, watched)
    check_hidden(nagios, watched)
    check_silent(nagios, watched)
