# SPDX-License-Identifier: BSD-2-Clause
"""Zabbix 6.0 with the template of conf/zabbix/6.0: it discovers two sites, its values are those of the simulators, and
alarms come and go. The template of 7.0 must give the same items and values of the same agent."""

import json
import subprocess
import time

import zabbix_schema
import zabbix_walk
from lab import BASE, Trouble, wait_for
from zabbix_server import TEMPLATES, TrapReceiver, Zabbix, seldom

POLICY = "vm-gold-daily"
LONG = "Sicherung-M\u00fcller-Datenbank-t\u00e4glich-A"  # snmptrapd writes it in several lines
HIGH = "4"
POOL = "/storage/disk-pools disk-pool-0001"
FULL = f"set {POOL} usableSizeBytes 1000\nset {POOL} usedCapacityBytes 990"
LINES = ('notify = { "site", "storage" }', 'collect = { "storage", "tape", "media", "security" }', "down-after = 1",
         *(f'{group}-refresh = "1s"' for group in ("storage", "tape", "media", "security")))
WATCHED = (f'policy "{POLICY}" {{ max-age = "25h" }}', 'client "client-*" { max-age = "31d" }')

# What takes some time to be raised in the test, too.
SLOW = {"{$NBU.AGENT.SILENT.FOR": "30s", "{$NBU.SITE.DOWN.FOR": "30s"}

# What changes by itself between two looks.
MOVING = ("uptime", "age", "millis", "requests", "refresh", "jobs_held", "config_age", "clock_skew")


def template(version):
    return TEMPLATES / version / "template_netbackup_snmp.yaml"


def quick_macros(export):
    """All that takes time in the template takes little."""
    macros = {}
    for macro in export["templates"][0]["macros"]:
        name = macro["macro"]
        if name.startswith("{$NBU.INTERVAL"):
            macros[name] = "2s"
        elif ".FOR" in name:
            slow = [time for start, time in SLOW.items() if name.startswith(start)]
            macros[name] = slow[0] if slow else "#1"
        elif name.endswith("DETAILS}"):
            macros[name] = ".*"
    macros["{$NBU.DISCOVERY.INTERVAL}"] = "3s"
    return macros


def walk(snmpd):
    done = subprocess.run(["snmpbulkwalk", "-v2c", "-c", "public", "-On", "-m", "", "-Cr40", "-t", "5",
                           f"127.0.0.1:{snmpd.port}", BASE], capture_output=True, text=True, check=True)
    return done.stdout.rstrip("\n")


def switch_on(zabbix):
    """The rules that are off by default."""
    for rule in zabbix.call("discoveryrule.get", hostids=zabbix.host, output=["itemid", "status"]):
        if rule["status"] == "1":
            zabbix.call("discoveryrule.update", itemid=rule["itemid"], status=0)


def moves(key):
    return any(word in key.partition("[")[0] for word in MOVING)


def same(key, one, other):
    """Dates move with the clocks of the simulators, which stand still."""
    try:
        return abs(float(one) - float(other)) < (600 if "expires" in key or "last_success" in key else 0.006)
    except ValueError:
        return one == other


def wait_for_none(what, wrong):
    """Waits until nothing is WRONG."""
    last = []
    try:
        wait_for(what, seldom(lambda: not last.__setitem__(slice(None), wrong()) and not last, 2), 90)
    except Trouble as trouble:
        raise Trouble(f"{len(last)} {what} are not so: {last[:5]}") from trouble


def check_like_70(zabbix, snmpd):
    """All items are there, are supported and have the values that 7.0 would make of a walk."""
    export = zabbix_walk.load(template("7.0"))
    wanted = zabbix_walk.evaluate(export, walk(snmpd), {})
    if len(wanted) < 500:
        raise Trouble(f"the template of 7.0 gives only {len(wanted)} items")

    def wrong():
        items = zabbix.items()
        found = [f"{key}: {items[key]['error'] if key in items else 'there is none'}" for key in wanted
                 if key not in items or items[key]["state"] == "1"]
        return found or [
            f"{key} is {items[key]['lastvalue']}, but {value} in 7.0" for key, value in wanted.items()
            if value is not None and not moves(key) and not same(key, items[key]["lastvalue"], value)]

    wait_for_none("items of 7.0", wrong)
    return len(wanted)


def truth_of(site, sim):
    """Jobs and disk pools, as the simulator says and not the agent."""
    truth = {}
    for line in sim.control("expected").splitlines():
        job_type, policy_type, status, *numbers = line.split("\t")
        row = f'["{site}","{job_type}","{policy_type}","{status}"]'
        for name, value in zip(("count", "bytes", "files", "mean_duration", "max_duration"), numbers):
            truth[f"nbu.job.{name}{row}"] = value
    for line in sim.control("resources?path=/storage/disk-pools").splitlines():
        pool = json.loads(line)
        row = f'["{site}","{pool["id"]}"]'
        for name, attribute in (("usable", "usableSizeBytes"), ("used", "usedCapacityBytes")):
            if attribute in pool["attributes"]:  # the simulator leaves some out
                truth[f"nbu.disk_pool.{name}{row}"] = str(pool["attributes"][attribute])
    return truth


def check_truth(zabbix, sims):
    """The values are those of the simulators."""
    truth = {key: value for site, sim in sims.items() for key, value in truth_of(site, sim).items()}

    def wrong():
        items = zabbix.items()
        return [f"{key} is {items.get(key, {}).get('lastvalue')}, but {value} in the simulator"
                for key, value in truth.items() if key not in items or items[key]["lastvalue"] != value]

    wait_for_none("values of the simulators", wrong)
    return len(truth)


class Alarms:
    """What Zabbix has raised, as pairs of an alarm and its site. Those of notifications have a row."""

    def __init__(self, zabbix):
        self.zabbix = zabbix

    def polled(self, site=None):
        return {(problem["alarm"], problem.get("site")) for problem in self.zabbix.problems()
                if "row" not in problem and site in (None, problem.get("site"))}

    def notified(self):
        return {(problem["alarm"], problem["row"]) for problem in self.zabbix.problems() if "row" in problem}

    def wait(self, what, condition, seconds=60):
        try:
            began = time.monotonic()
            wait_for(what, seldom(condition), seconds)
            print(f"  {what}: after {time.monotonic() - began:.0f} s", flush=True)
        except Trouble as trouble:
            raise Trouble(f"{trouble}; there are {sorted(map(str, self.zabbix.problems()))}") from trouble


def check_short_failure(alarms, sim):
    """A site that fails for less than {$NBU.SITE.DOWN.FOR}: nothing of it is raised, and nothing ends."""
    keys = ('nbu.site.status["lyon"]', 'nbu.disk_pool.site_status["lyon","PureDisk:disk-pool-0001"]')
    before, since = alarms.polled("lyon"), {}

    def seen(status, seconds):
        """Whether Zabbix has had the status for so many seconds."""
        items = alarms.zabbix.items()
        for key in keys:
            if items[key]["lastvalue"] != status:
                since.pop((key, status), None)
                return False
            since.setdefault((key, status), int(items[key]["lastclock"]))
        if alarms.polled("lyon") != before:
            raise Trouble(f"a short failure: there were {before} and there are {alarms.polled('lyon')}")
        return all(int(items[key]["lastclock"]) - since[key, status] >= seconds for key in keys)

    sim.control("faults", "401")
    alarms.wait("seen to fail, and nothing changes", lambda: seen("3", 4))
    sim.control("faults", "\n")
    alarms.wait("seen to be up again, and nothing changes", lambda: seen("2", 4))


def check_closed_by_hand(alarms, receiver):
    """Two infected clients are two problems. They stay until someone closes them."""
    clients = (LONG, "other")
    for client in clients:
        receiver.send(f"{BASE}.1.0.14", {
            f"{BASE}.1.1.2.1.2.4.108.121.111.110": "lyon", f"{BASE}.1.1.8.3.0": client, f"{BASE}.1.1.8.2.0": ""})
    rows = {("NbuImagesInfected", f"lyon / {client}") for client in clients}
    alarms.wait("told of two infected clients", lambda: rows <= alarms.notified())
    found = [problem for problem in alarms.zabbix.problems()
             if problem["alarm"] == "NbuImagesInfected" and "row" in problem]
    if {(problem["name"], problem["severity"]) for problem in found} != {
            (f"nbuImageInfected: lyon / {client}", HIGH) for client in clients}:
        raise Trouble(f"infected clients are told as {found}")
    alarms.zabbix.close(found[0])
    alarms.wait("one is closed, the other stays",
                lambda: rows & alarms.notified() == {("NbuImagesInfected", found[1]["row"])})


def check_alarms(alarms, sims, agent):
    overdue, full, down = (("NbuPolicyOverdue", "lyon"), ("NbuDiskPoolFull", "lyon"), ("NbuSiteDown", "lyon"))
    pool = "lyon / PureDisk:disk-pool-0001 / disk-pool-0001"
    alarms.wait("overdue", lambda: overdue in alarms.polled())
    sims["lyon"].control("resources", FULL)
    alarms.wait("full", lambda: full in alarms.polled())
    alarms.wait("told of full", lambda: ("NbuDiskPoolFull", pool) in alarms.notified())
    paris = alarms.polled("paris")
    check_short_failure(alarms, sims["lyon"])

    sims["lyon"].control("faults", "401")
    alarms.wait("down, and nothing else of the site", lambda: alarms.polled("lyon") == {down})
    alarms.wait("told of down", lambda: ("NbuSiteDown", "lyon") in alarms.notified())
    if alarms.polled("paris") != paris:
        raise Trouble(f"the other site had {paris} and has {alarms.polled('paris')}")

    sims["lyon"].control("faults", "\n")
    alarms.wait("up, and all else is back", lambda: {overdue, full} <= alarms.polled() and down not in alarms.polled())
    alarms.wait("told of up", lambda: ("NbuSiteDown", "lyon") not in alarms.notified())
    if ("NbuDiskPoolFull", pool) not in alarms.notified():
        raise Trouble("a notification of a site has cleared another one's problem")

    sims["lyon"].control("resources", "clear")
    alarms.wait("no longer full", lambda: full not in alarms.polled())
    alarms.wait("told of no longer full", lambda: ("NbuDiskPoolFull", pool) not in alarms.notified())
    agent.lines = tuple(line for line in agent.lines if POLICY not in line)
    agent.reload(sims, 1)
    alarms.wait("no longer overdue", lambda: overdue not in alarms.polled())


def check_scripts(export):
    """The scripts with what the polled agent has nothing of: other forms of notifications, dates, text that is no
    ASCII."""
    up = BASE + ".1.0.2"
    label, streak = (f"{BASE}.1.1.2.1.{column}.4.108.121.111.110" for column in (2, 14))
    notifications = (f'VARBINDS:\n  .1.3.6.1.6.3.1.1.4.1.0  type=6  value=OID: .{up}\n'
                     f'  .{label}  type=4  value=STRING: "lyon"\n  .{streak}  type=66  value=Gauge32: 3\n',
                     'SNMPv2-MIB::snmpTrapOID.0 = OID: NBU-JOBS-MIB::nbuSiteUp\n'
                     'NBU-JOBS-MIB::nbuSiteLabel."lyon" = STRING: lyon\n'
                     'NBU-JOBS-MIB::nbuSiteFailureStreak."lyon" = Gauge32: 3\n')
    items = {item["name"]: item for item in export["templates"][0]["items"]}
    wanted = "nbuSiteUp lyon\nnbuSiteLabel: lyon\nnbuSiteFailureStreak: 3"
    octets = LONG.encode().hex(" ").upper().split(" ")
    lines = " \n".join(" ".join(octets[start:start + 16]) for start in range(0, len(octets), 16))
    overdue, script = (items[f"Notification {names}"]["preprocessing"][0]["parameters"][0] for names in (
        "nbuPolicyOverdueRaised and nbuPolicyOverdueCleared", "nbuSiteDown and nbuSiteUp"))
    given = (f'.1.3.6.1.6.3.1.1.4.1.0 .{BASE}.1.0.4\n.{BASE}.1.1.5.1.2.4.108.121.111.110.1.65 "lyon"\n'
             f'.{BASE}.1.1.5.1.3.4.108.121.111.110.1.65 "{lines} "\n')
    long = f"nbuPolicyOverdueRaised lyon / {LONG}\nnbuPolicySiteLabel: lyon\nnbuPolicyLabel: {LONG}"
    for script, given, wanted in (*((script, given, wanted) for given in notifications), (overdue, given, long)):
        if (found := zabbix_walk.run_script(script.replace("{$NBU.BASE}", BASE), given)) != wanted:
            raise Trouble(f"{given} is taken for {found}")
    text, date = (items[f"Agent: {name}"]["preprocessing"][0]["parameters"][0] for name in ("Version", "Start time"))
    for script, given, wanted in ((text, "C3 A9 \n74 C3 A9", "\u00e9t\u00e9"), (text, "13", "13"), (text, "DB", "DB"),
                                  (date, "07 EA 0B 1C 08 01 02 00 2B 01 00 ", "1795849262"),
                                  (date, "00 00 00 00 00 00 00 00 00 00 00", "0")):
        if (found := zabbix_walk.run_script(script, given)) != wanted:
            raise Trouble(f"{given} becomes {found}, not {wanted}")


def check_import(zabbix):
    """The server of 6.0 takes all of the template of 7.0 that is not new in it: items, triggers, what they depend on,
    graphs and filters fit together."""
    zabbix.frontend.import_template(zabbix_schema.as_60(zabbix_walk.load(template("7.0"))))


def test(lab):
    zabbix_schema.check(template("6.0"), "6.0")
    zabbix_schema.check(template("7.0"), "7.0")
    export = zabbix_walk.load(template("6.0"))
    check_scripts(export)

    zabbix = Zabbix(lab)
    receiver = lab.add(TrapReceiver(lab, zabbix.server))
    snmpd = lab.snmpd("snmpd", f"trap2sink 127.0.0.1:{receiver.port} public\n")
    sims = {"lyon": lab.sim("lyon", jobs=150, clients=5, seed=2, **{"fail-policy": POLICY}),
            "paris": lab.sim("paris", jobs=150, clients=5, **{"good-policy": POLICY})}
    agent = lab.agent("agent", snmpd, sims, 1, watched=WATCHED, lines=LINES)
    for site in sims:
        wait_for(site, lambda: agent.is_up(site))
    zabbix.frontend.import_template(template("6.0").read_text())
    zabbix.add_host(snmpd.port, quick_macros(export))
    switch_on(zabbix)
    print(f"  {check_truth(zabbix, sims)} values are the simulators'", flush=True)
    print(f"  {check_like_70(zabbix, snmpd)} items are as 7.0 makes them", flush=True)
    alarms = Alarms(zabbix)
    check_alarms(alarms, sims, agent)
    check_closed_by_hand(alarms, receiver)
    agent.stop()
    alarms.wait("silent", lambda: ("NbuAgentSilent", None) in alarms.polled(), 90)
    check_import(zabbix)
