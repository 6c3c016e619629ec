#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tests/consumers/zabbix_picture.py BUILD FILE.png [MINUTES]: has Zabbix poll two simulated sites for some minutes and
draws the dashboard of the template, as a browser shows it. It needs Debian's chromium."""

import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lab"))

import zabbix_walk  # noqa: E402
from lab import Lab, wait_for  # noqa: E402
from test_zabbix import LINES, POLICY, WATCHED, quick_macros, template  # noqa: E402
from zabbix_server import Zabbix, seldom  # noqa: E402

SIZE = (1920, 1080)


def login(zabbix):
    """Lets guests see all, as a browser without hands cannot fill in the form of the login."""
    groups = zabbix.call("usergroup.get", output=["usrgrpid"], filter={"name": ["Guests", "Disabled"]})
    guest = zabbix.call("user.get", output=["userid"], filter={"username": "guest"})[0]["userid"]
    role = zabbix.call("role.get", output=["roleid"], filter={"name": "Super admin role"})[0]["roleid"]
    allowed = [group for group in groups if group["usrgrpid"] == "8"]
    zabbix.call("user.update", userid=guest, usrgrps=allowed, roleid=role)


def draw(zabbix, folder, path, minutes):
    dashboard = zabbix.call("templatedashboard.get", output=["dashboardid"])
    known = [board["dashboardid"] for board in dashboard]
    page = f"zabbix.php?action=host.dashboard.view&hostid={zabbix.host}&dashboardid={known[-1]}" \
           f"&from=now-{minutes}m&to=now&kiosk=1"
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/chromium",
                    f"--window-size={SIZE[0]},{SIZE[1]}", "--hide-scrollbars", "--virtual-time-budget=20000",
                    f"--screenshot={path}", zabbix.frontend.url + page], check=True, timeout=180)


def main():
    build, path, *rest = sys.argv[1:] or sys.exit(__doc__)
    minutes = int(rest[0]) if rest else 10
    export = zabbix_walk.load(template("6.0"))
    with Lab(build, name="picture", chain=False) as lab:
        zabbix = Zabbix(lab)
        snmpd = lab.snmpd("snmpd")
        # Days have no time to pass, so that jobs come and end fast.
        sims = {"lyon": lab.sim("lyon", clock=None, jobs=300, rate=60, seed=2, clients=5, **{"fail-policy": POLICY}),
                "paris": lab.sim("paris", clock=None, jobs=500, rate=120, clients=5, fill="disk-pool-0001@6")}
        agent = lab.agent("agent", snmpd, sims, 1, watched=WATCHED, lines=LINES)
        for site in sims:
            wait_for(site, lambda: agent.is_up(site))
        zabbix.frontend.import_template(template("6.0").read_text())
        zabbix.add_host(snmpd.port, {**quick_macros(export), "{$NBU.INTERVAL}": "5s"})
        login(zabbix)
        wait_for("items", seldom(lambda: len(zabbix.items()) > 500, 2))
        end = time.monotonic() + 60 * minutes
        wait_for("time to pass", seldom(lambda: time.monotonic() > end and zabbix.server.check(), 5), 60 * minutes + 60)
        draw(zabbix, lab.folder, pathlib.Path(path).resolve(), minutes)


main()
