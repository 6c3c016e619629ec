# SPDX-License-Identifier: BSD-2-Clause
"""Notifications on their way: agent, snmpd, snmptrapd with the files of conf/snmptrapd, snmptt with conf/snmptt."""

import pathlib
import re
import subprocess

from lab import ROOT, SITE, Snmpd, Trouble, wait_for

SHIPPED = ROOT / "conf/snmptrapd"
STEP = 1200
REFRESHES = 12  # nbuSiteRefreshes
POOL = "/storage/disk-pools disk-pool-0001"
SERVER = "/storage/storage-servers PureDisk:server-001.example.com"
DRIVE = "/storage/drives drive-001"
FULL = f"set {POOL} usedCapacityBytes 990\nset {POOL} usableSizeBytes 1000"
# What is done to the simulator, and the notification that follows: its name, severity, text, and one of its values.
CHANGES = (
    (f'set {POOL} diskPoolState "DOWN"', "nbuDiskPoolDown", "Critical",
     "disk pool disk-pool-0001 of bench is down", "nbuDiskPoolState=down;"),
    (f'set {POOL} diskPoolState "UP"', "nbuDiskPoolUp", "Normal",
     "over: disk pool disk-pool-0001 of bench is down", "nbuDiskPoolState=up;"),
    (FULL, "nbuDiskPoolAboveHighWater", "Critical",
     "disk pool disk-pool-0001 of bench is above its high water mark", "nbuDiskPoolUsedPercent=9900;"),
    (f"set {POOL} usedCapacityBytes 100", "nbuDiskPoolBelowLowWater", "Normal",
     "over: disk pool disk-pool-0001 of bench is above its high water mark", "nbuDiskPoolUsedPercent=1000;"),
    (f'set {SERVER} storageServerState "DOWN"', "nbuStorageServerDown", "Critical",
     "storage server server-001.example.com of bench is down", "nbuStorageServerState=down;"),
    (f'set {SERVER} storageServerState "UP"', "nbuStorageServerUp", "Normal",
     "over: storage server server-001.example.com of bench is down", "nbuStorageServerState=up;"),
    (f'set {DRIVE} driveStatus "DRIVE_STATUS_DOWN"', "nbuDriveDown", "Warning",
     "drive drive-001 of bench is down", "nbuDriveStatus=down;"),
    (f'set {DRIVE} driveStatus "DRIVE_STATUS_UP"', "nbuDriveUp", "Normal",
     "over: drive drive-001 of bench is down", "nbuDriveStatus=up;"),
    ("add /malware/latest-scan-results 1", "nbuImageInfected", "Critical",
     "A scan has found malware in a backup image of the client: site bench", "nbuNotifyClient="),
)


class Receiver:
    """snmptrapd, which writes lines, and another one with snmptt, which makes sentences of what it gets in numbers."""

    def __init__(self, lab):
        self.lab = lab
        self.log = lab.folder / "traps"
        self.sentences = lab.folder / "sentences"
        subprocess.run([ROOT / "tests/base-mibs", lab.folder / "mibs"], check=True)
        self.started = [
            self.start("lines", SHIPPED / "snmptrapd.conf", "-M", f"{lab.folder}/mibs:{ROOT}/mibs",
                       "-m", "SNMPv2-MIB:NBU-JOBS-MIB"),
            self.start("snmptt", self.write_config(), "-m", "")]

    def start(self, name, config, *options):
        process = self.lab.process(name, [
            "env", f"SNMP_PERSISTENT_DIR={self.lab.folder}/{name}.persistent", "snmptrapd", "-f", "-C", "-c", config,
            *options, "-Lf", self.log if name == "lines" else "/dev/null", "udp:127.0.0.1:0"])
        port = wait_for(name, lambda: process.check() and Snmpd.find_port(process))
        return process, port

    def sinks(self):
        """What snmpd needs to send here."""
        return "".join(f"trap2sink 127.0.0.1:{port} public\n" for _, port in self.started)

    def write_config(self):
        """The shipped file, with Debian's snmptt.ini but for the log and the file of events."""
        text = pathlib.Path("/etc/snmp/snmptt.ini").read_text()
        for key, value in (("log_file", self.sentences), ("syslog_enable", 0), ("syslog_system_enable", 0)):
            text = re.sub(f"(?m)^{key} = .*$", f"{key} = {value}", text)
        text = re.sub("(?ms)^snmptt_conf_files = .*?^END$",
                      f"snmptt_conf_files = <<END\n{ROOT}/conf/snmptt/snmptt.conf\nEND", text)
        ini = self.lab.folder / "snmptt.ini"
        ini.write_text(text)
        config = self.lab.folder / "snmptt.conf"
        shipped = (SHIPPED / "snmptrapd-snmptt.conf").read_text()
        config.write_text(shipped.replace("/usr/sbin/snmptt\n", f"/usr/sbin/snmptt --ini={ini}\n"))
        return config

    def lines(self, path, name):
        for process, _ in self.started:
            process.check()
        text = path.read_text(errors="replace") if path.exists() else ""
        return [line for line in text.splitlines() if re.search(rf"\b{name}\b", line)]

    def await_told(self, name, severity, text, value):
        """Waits for a line and a sentence; the sentence must be the right one."""
        wait_for(f"a line of {name}", lambda: self.lines(self.log, f"NBU-JOBS-MIB::{name}"))
        found = wait_for(f"a sentence of {name}", lambda: self.sentence(name))
        for part in (f" {severity} ", text + " | ", value):
            if part not in found:
                raise Trouble(f"{name} lacks '{part}': {found}")

    def sentence(self, name):
        """The first of the notification, found by its number, which snmptt writes."""
        found = self.lines(self.sentences, re.escape(f".1556.1.0.{NUMBERS[name]}"))
        return found[0] if found else None


NUMBERS = {name: int(number) for name, number in re.findall(
    r"(?ms)^(nbu\w+) NOTIFICATION-TYPE.*?::= \{ nbuJobsNotifications (\d+) \}",
    (ROOT / "mibs/NBU-JOBS-MIB.txt").read_text())}


def check_changes(receiver, sim):
    for commands, *told in CHANGES:
        sim.control("resources", commands)
        receiver.await_told(*told)


def check_jobs(receiver, sim, snmpd):
    """Jobs fail, and policies become overdue and recover, while hours go by."""
    for _ in range(40):
        if all(receiver.lines(receiver.log, name) for name in ("nbuPolicyOverdueCleared", "nbuJobFailed")):
            break
        refreshes = int(snmpd.site(REFRESHES))
        sim.advance(STEP)
        # The one that is under way may have begun before.
        wait_for("refreshes", lambda: int(snmpd.site(REFRESHES)) >= refreshes + 2)
    receiver.await_told("nbuJobFailed", "Warning", "A job has ended with a status other than 0 and 1: site bench",
                        "nbuNotifyPolicy=")
    receiver.await_told("nbuPolicyOverdueRaised", "Critical",
                        "of bench has had no good backup for longer than its max-age", "nbuPolicyMaxAge=7200;")
    receiver.await_told("nbuPolicyOverdueCleared", "Normal",
                        "of bench has had no good backup for longer than its max-age", "over: policy")


def check_site(receiver, sim):
    sim.control("faults", "401")
    receiver.await_told("nbuSiteDown", "Critical", "the primary server of bench cannot be read",
                        "nbuSiteErrorClass=auth;")
    sim.control("faults", "\n")
    receiver.await_told("nbuSiteUp", "Normal", "over: the primary server of bench cannot be read",
                        "nbuSiteFailureStreak=")


def test(lab):
    receiver = Receiver(lab)
    sim = lab.sim("primary", jobs=100, rate=1, policies=20)
    snmpd = lab.snmpd("snmpd", receiver.sinks())
    agent = lab.agent("agent", snmpd, {SITE: sim}, 1, watched=('policy "*" { max-age = "2h" }',), lines=(
        'notify = { "site", "job-failed", "policy-overdue", "storage", "tape", "security" }',
        'collect = { "storage", "tape", "security" }', 'storage-refresh = "1s"', 'tape-refresh = "1s"',
        'security-refresh = "1s"', "notify-limit = 1000"))
    wait_for("the site", agent.is_up)
    wait_for("security", lambda: snmpd.get("15.1.12." + ".".join(map(str, (len(SITE), *SITE.encode())))))
    check_changes(receiver, sim)
    check_site(receiver, sim)
    check_jobs(receiver, sim, snmpd)
