# SPDX-License-Identifier: BSD-2-Clause
"""The plainest consumer: net-snmp's own tools, which must find a site that is up."""

from lab import SITE, UP, Trouble, wait_for


def test(lab):
    sim = lab.sim("primary", clock=None, jobs=200)
    snmpd = lab.snmpd("snmpd")
    agent = lab.agent("agent", snmpd, {SITE: sim}, 1)
    wait_for("the site", agent.is_up)
    if snmpd.site(4) != UP:
        raise Trouble("the site is not up")
