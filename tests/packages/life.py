# SPDX-License-Identifier: BSD-2-Clause
"""The life of the packages on a machine: each step is what an administrator would do, and is looked at
with what an administrator has."""

import shutil
import time

from lab import BASE, KEY, ROOT, Trouble, wait_for
from machine import BOOTED, Folder, Machine, run

UNIT = "nbu-agentx"
URL = "https://127.0.0.1:1556/netbackup"
CONFIG = "/etc/nbu-agentx/nbu-agentx.conf"
DROPIN = "/etc/snmp/snmpd.conf.d/nbu-agentx.conf"
NAMED = ("-v2c", "-c", "public", "-m", "NBU-JOBS-MIB")
APT = ("apt-get", "-q", "-y", "--no-install-recommends")
OLDER = "0.0.9-1"


def must(what, true):
    if not true:
        raise Trouble(f"not so: {what}")


def older(folder, made):
    """The same packages as those of an older version."""
    results = []
    for deb in made.debs():
        tree = folder / "older"
        run(["dpkg-deb", "-R", deb, tree])
        control = tree / "DEBIAN/control"
        control.write_text(control.read_text().replace(f"Version: {made.version}-1\n", f"Version: {OLDER}\n"))
        results.append(folder / deb.name.replace(f"_{made.version}-1_", f"_{OLDER}_"))
        run(["dpkg-deb", "--root-owner-group", "-b", tree, results[-1]])
        shutil.rmtree(tree)
    return results


def prepare(lab, suite, made):
    """A machine that has all it needs on board, as it cannot reach the network: the packages, what they depend on, the
    MIB modules that nbu-agentx-base-mibs gets, and the simulator with its certificates."""
    system = Folder(lab, "machine", suite, BOOTED)
    system.put([*made.debs(), *older(lab.folder, made), made.sim, lab.tls, ROOT / "debian/tests/smoke"], "/root/lab")
    system.run("apt-get", "-q", "update")
    system.run(*APT, "install", "libmicrohttpd12")  # for the simulator
    new = [f"/root/lab/{deb.name}" for deb in made.debs()]
    system.run(*APT, "--download-only", "install", *new)
    mibs = next(name for name in new if "-mibs_" in name)
    system.run("dpkg-deb", "-x", mibs, "/root/mibs")
    system.run("/root/mibs/usr/bin/nbu-agentx-base-mibs", "/root/.snmp/mibs")
    return Machine(system), new


def installed(machine, before):
    """A fresh installation is quiet and changes nothing that snmpd does."""
    must("the unit is enabled", machine.answer("systemctl", "is-enabled", UNIT) == "enabled")
    must("the unit is not started", machine.shows(UNIT, "ActiveState") == "inactive")
    must("its condition says why", machine.shows(UNIT, "ConditionResult") == "no")
    must("nothing has failed", not machine.answer("systemctl", "--failed", "--quiet", "--no-legend"))
    must("status names the configuration", CONFIG in machine.answer("systemctl", "status", UNIT))
    must("snmpd was not restarted", machine.shows("snmpd", "MainPID") == before)
    must("snmpd has no new file", not (machine.root / DROPIN[1:]).exists())
    must("the user is there", machine.answer("id", "-un", UNIT) == UNIT)


def fetch_ca(machine):
    """Gets the CA of the primary, whose fingerprint has been compared on the primary itself."""
    fingerprint = run(["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in",
                       machine.root / "root/lab/tls/ca.pem"]).strip()
    must("the fingerprint is shown", fingerprint.split("=")[1] in machine.run("nbu-agentx", "--fetch-ca", URL))
    machine.run("nbu-agentx", "--fetch-ca", URL, "--fingerprint", fingerprint, "--output",
                "/etc/nbu-agentx/example-ca.pem")


def configure(machine):
    """As the README says."""
    tool = ("install", "-m", "0640", "-g", UNIT)
    machine.run(*tool, "/usr/share/nbu-agentx/nbu-agentx.conf", CONFIG)
    machine.run(*tool, "/dev/null", "/etc/nbu-agentx/example.key")
    fetch_ca(machine)
    (machine.root / "etc/nbu-agentx/example.key").write_text(KEY + "\n")
    path = machine.root / CONFIG[1:]
    text = path.read_text().replace("https://nbu.example.com:1556/netbackup", URL)
    must("the example has the address of a primary", URL in text)
    path.write_text(text.replace("#refresh = \"60s\"", "refresh = \"1s\"", 1).replace("#ca-file", "ca-file"))
    must("the configuration is right", "configuration OK" in machine.run("nbu-agentx", "--check-config"))
    must("--once shows jobs", "BACKUP" in machine.run("nbu-agentx", "--once"))


def shown(machine):
    """Whether snmpd shows any of the objects."""
    answer = machine.run("snmpwalk", "-v2c", "-c", "public", "-m", "", "-On", "127.0.0.1", f".{BASE}")
    return f".{BASE}.1." in answer


def rows(machine):
    """The counts of nbuJobTable by job type, policy type and status, with the names of the MIB."""
    table = machine.answer("snmptable", *NAMED, "-CB", "-Ci", "-OU", "-Cf", "|", "127.0.0.1", "nbuJobTable")
    lines = [line.split("|") for line in table.splitlines() if "|" in line]
    if not lines:
        return None
    columns = [lines[0].index(name) for name in ("nbuJobTypeLabel", "nbuJobPolicyTypeLabel", "nbuJobStatusCode",
                                                 "nbuJobCount")]
    return sorted(tuple(line[column] for column in columns) for line in lines[1:])


def expected(machine):
    """The same as the simulated primary knows it."""
    text = (machine.root / "root/lab/expected").read_text()
    return sorted(tuple(line.split("\t")[:4]) for line in text.splitlines())


def serves(machine):
    try:
        wait_for("the rows of the jobs", lambda: rows(machine) == expected(machine), 30)
    except Trouble as trouble:
        wrong = sorted(set(rows(machine) or ()) ^ set(expected(machine)))
        raise Trouble(f"{trouble}; these are only here, or only on the primary: {wrong[:5]}") from None


def doctor(machine, exit_status, text):
    """The doctor, who looks as the user of the unit, ends with that status and says TEXT."""
    said = machine.answer("sh", "-c", "nbu-agentx --doctor --community public; echo status $?")
    must(f"the doctor ends with {exit_status} and says {text}: {said}",
         said.endswith(f"status {exit_status}") and text in said and f"user            {UNIT}" in said)


def owner(machine, pid):
    """The user of a process of the machine, or nothing when there is none."""
    return machine.answer("stat", "-c", "%U", f"/proc/{pid}")


def leaves_others_alone(machine):
    """Where snmpd is configured for other subagents, nbu-agentx-snmpd changes nothing."""
    other = machine.root / "etc/snmp/snmpd.conf.d/other.conf"
    other.write_text("AgentXPerms 0660 0755 0 adm\n")
    pid = machine.shows("snmpd", "MainPID")
    said = machine.answer("sh", "-c", "nbu-agentx-snmpd enable 2>&1")
    must(f"it says what hinders it: {said}", "other.conf:AgentXPerms 0660" in said)
    must("nothing has changed", not (machine.root / DROPIN[1:]).exists() and machine.shows("snmpd", "MainPID") == pid)
    other.unlink()


def first_configuration(machine, began):
    machine.run("systemd-run", "--unit=primary", "/root/lab/nbu-sim", "--listen", "127.0.0.1:1556", "--tls-dir",
                "/root/lab/tls", "--api-key", KEY, "--jobs", "200", "--clock", "manual", "--expected",
                "/root/lab/expected")
    wait_for("the primary", lambda: "listening on" in machine.answer("journalctl", "-u", "primary"))
    configure(machine)
    must("snmpd knows nothing of it yet", not shown(machine))
    doctor(machine, 18, f"the user {UNIT} may not enter /var/agentx")
    leaves_others_alone(machine)
    machine.run("nbu-agentx-snmpd", "enable")
    doctor(machine, 20, "no agent runs: systemctl start nbu-agentx")
    machine.run("systemctl", "start", UNIT)
    serves(machine)
    print(f"  the first rows, {time.monotonic() - began:.0f} s after the installation began", flush=True)
    doctor(machine, 0, "shows rows of")
    machine.run("sh", "-c", f"echo '# edited' >>{DROPIN}; systemctl stop snmpd; nbu-agentx-snmpd disable")
    must("what was edited is kept", (machine.root / f"{DROPIN[1:]}.disabled").read_text().endswith("# edited\n"))
    must("an snmpd that is stopped stays so", machine.shows("snmpd", "ActiveState") == "inactive")
    machine.run("systemctl", "start", "snmpd")
    must("snmpd shows it no more", not shown(machine))
    machine.run("nbu-agentx-snmpd", "enable")
    serves(machine)
    must("snmpd shows it", shown(machine))
    must("it runs as its user", owner(machine, machine.shows(UNIT, "MainPID")) == UNIT)


def upgrade(machine, new, version):
    path = machine.root / CONFIG[1:]
    config, pid = path.read_bytes(), machine.shows(UNIT, "MainPID")
    machine.run(*APT, "install", *new)
    must("the version is new", machine.answer("dpkg-query", "-f", "${Version}", "-W", UNIT) == f"{version}-1")
    must("the configuration is as it was", path.read_bytes() == config)
    must("it was restarted", machine.shows(UNIT, "MainPID") not in ("0", pid))
    serves(machine)


def remove_and_return(machine, new):
    pid = machine.shows(UNIT, "MainPID")
    machine.run(*APT, "remove", UNIT)
    must("it runs no more", not owner(machine, pid))
    for path in (CONFIG, "/etc/nbu-agentx/example.key", DROPIN, "/var/lib/nbu-agentx"):
        must(f"{path} is kept", (machine.root / path[1:]).exists())
    machine.run("systemctl", "restart", "snmpd")
    must("snmpd goes on without it", machine.shows("snmpd", "ActiveState") == "active")
    machine.run(*APT, "install", *new)
    serves(machine)


def purge(machine, files):
    machine.run(*APT, "purge", "nbu-agentx", "nbu-agentx-mibs", "nbu-agentx-nms")
    machine.run(*APT, "autoremove", "--purge")
    must("dpkg knows them no more", not machine.answer("dpkg-query", "-W", "nbu-agentx*"))
    must("snmpd runs, and shows nothing of it",
         machine.shows("snmpd", "ActiveState") == "active" and not shown(machine))
    after = machine.files()
    changed = sorted(path for path in files.keys() | after.keys() if files.get(path) != after.get(path))
    must(f"a purge leaves nothing; there are {', '.join(changed)}", not changed)


def live(machine, new, made):
    files, snmpd, began = machine.files(), machine.shows("snmpd", "MainPID"), time.monotonic()
    machine.run(*APT, "install", *[name.replace(f"_{made.version}-1_", f"_{OLDER}_") for name in new])
    installed(machine, snmpd)
    machine.run("/root/lab/smoke")
    first_configuration(machine, began)
    upgrade(machine, new, made.version)
    remove_and_return(machine, new)
    purge(machine, files)


def test(lab, suite, made):
    machine, new = prepare(lab, suite, made)
    try:
        live(machine, new, made)
    except Trouble as trouble:
        raise Trouble(f"{trouble}\n{machine.answer('journalctl', '-n', '15', '-u', UNIT, '-u', 'snmpd')}") from None
    machine.stop()
