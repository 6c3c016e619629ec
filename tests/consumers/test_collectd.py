# SPDX-License-Identifier: BSD-2-Clause
"""collectd with conf/collectd/nbu-agentx.conf: what its plugin csv writes is what the simulated server has."""

import csv
import json
import re

from lab import ROOT, SITE, Agent, Trouble, wait_for

SHIPPED = ROOT / "conf/collectd/nbu-agentx.conf"
BASE = """\
Hostname "station"
BaseDir "{folder}"
PIDFile "{folder}/collectd.pid"
TypesDB "/usr/share/collectd/types.db"
Interval 1
LoadPlugin logfile
<Plugin logfile>
  LogLevel "info"
  File "STDOUT"
</Plugin>
LoadPlugin csv
<Plugin csv>
  DataDir "{folder}"
</Plugin>
Include "{conf}"
"""


def start(lab, snmpd):
    folder = lab.folder / "collectd"
    folder.mkdir()
    text = SHIPPED.read_text()
    for old, new in (("udp:127.0.0.1:161", f"udp:127.0.0.1:{snmpd.port}"), ("Interval 60", "Interval 1"),
                     ("backup-monitor.example.com", "backup")):
        if old not in text:
            raise Trouble(f"{SHIPPED.name} has no {old}")
        text = text.replace(old, new)
    conf = folder / "nbu-agentx.conf"
    conf.write_text(text)
    (folder / "collectd.conf").write_text(BASE.format(folder=folder, conf=conf))
    lab.process("collectd", ["collectd", "-f", "-C", folder / "collectd.conf"])
    return folder / "backup"


def latest(folder, name):
    """The last value that was written for a name; None before the first. There is a file for each day."""
    paths = sorted(folder.glob(f"{name}-[0-9]*"))
    rows = list(csv.reader(paths[-1].read_text().splitlines()))[1:] if paths else []
    return float(rows[-1][1]) if rows and len(rows[-1]) == 2 and rows[-1][1] else None


def await_value(folder, name, value):
    wait_for(f"{name} to be {value}", lambda: latest(folder, name) == value)


def check_columns(folder):
    """Each that the file names has a value."""
    wanted = set(re.findall(r'<Data "(\w+)">', SHIPPED.read_text()))
    pattern = re.compile(r"(?:gauge|derive)-(nbu\w+)")

    def missing():
        return wanted - {match[1] for path in folder.glob("nbu*/*") if (match := pattern.match(path.name))}

    try:
        wait_for("all columns", lambda: not missing())
    except Trouble as trouble:
        raise Trouble(f"no value of {', '.join(sorted(missing()))}") from trouble


def check_pool(folder, pool):
    """Its free space, which is a gauge of 64 bits, and its use in percent."""
    sizes = pool["attributes"]
    name = f"nbu-{SITE}/gauge-nbuDiskPool%s.{pool['id']}"
    await_value(folder, name % "Available", sizes.get("availableSpaceBytes", 0))
    if sizes.get("usableSizeBytes"):
        percent = 100 * sizes["usedCapacityBytes"] / sizes["usableSizeBytes"]
        wait_for(f"use of {pool['id']} to be {percent}",
                 lambda: (value := latest(folder, name % "UsedPercent")) is not None and abs(value - percent) < 0.011)


def test(lab):
    sim = lab.sim("primary", jobs=200, unfinished=60)
    snmpd = lab.snmpd("snmpd")
    agent = lab.agent("agent", snmpd, {SITE: sim}, 1, watched=('client "*" { max-age = "25h" }', "client-limit = 5"),
                      lines=Agent.COLLECT_ALL)
    wait_for("the site", agent.is_up)
    folder = start(lab, snmpd)
    check_columns(folder)
    for column, name in ((30, "nbuSiteSucceeded"), (32, "nbuSiteFailed"), (21, "nbuSiteWindow")):
        await_value(folder, f"nbu-{SITE}/gauge-{name}", float(snmpd.site(column)))
    for line in sim.control("resources?path=/storage/disk-pools").splitlines():
        check_pool(folder, json.loads(line))
    sim.control("faults", "401")
    await_value(folder, f"nbu-{SITE}/gauge-nbuSiteStatus", 3)
