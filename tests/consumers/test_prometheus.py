# SPDX-License-Identifier: BSD-2-Clause
"""snmp_exporter, Prometheus and Alertmanager with the files of conf/prometheus: values are those of the
simulated servers, alarms arrive and are over, and what an alarm hides does not arrive."""

import json
import re

import dashboards
import prom
from lab import Agent, Trouble, wait_for

WATCHED = ('policy "*" { max-age = "25h" }', 'client "*" { max-age = "25h" }', "client-limit = 20")
POOLS = "/storage/disk-pools"


def check_files():
    """With Debian's own tools, as they are shipped."""
    prom.run("promtool", "check", "rules", "rules.yml")
    prom.run("promtool", "check", "config", "prometheus.yml")
    prom.run("promtool", "test", "rules", "rules_test.yml")
    prom.run("amtool", "check-config", "alertmanager.yml")


def expect(what, found, expected):
    if found != expected:
        raise Trouble(f"{what}: {found} instead of {expected}")


def check_jobs(server, sim, site):
    """Every row of nbuJobTable of the site."""
    truth = [line.split("\t") for line in sim.control("expected").splitlines()]
    for place, metric in enumerate(("nbuJobCount", "nbuJobBytes", "nbuJobFiles", "nbuJobMeanDuration",
                                    "nbuJobMaxDuration"), start=3):
        wanted = {tuple(row[:3]): float(row[place]) for row in truth}
        found = server.by(("job_type", "policy_type", "status"), f'{metric}{{site="{site}"}}')
        expect(f"{metric} of {site}", found, wanted)


def pools(sim):
    return [json.loads(line) for line in sim.control(f"resources?path={POOLS}").splitlines()]


def check_pools(server, sim, site):
    for metric, field in (("nbuDiskPoolUsable", "usableSizeBytes"), ("nbuDiskPoolAvailable", "availableSpaceBytes")):
        attributes = {pool["id"]: pool["attributes"] for pool in pools(sim)}
        wanted = {(key, each["name"]): float(each.get(field, 0)) for key, each in attributes.items()}
        expect(f"{metric} of {site}", server.by(("pool_id", "pool"), f'{metric}{{site="{site}"}}'), wanted)


def check_metrics(server):
    """Each metric of the module is there. A gauge of 64 bits is a gauge although SNMP calls it a counter."""
    wanted = set(re.findall(r"^  - name: (\w+)$", (prom.CONF / "snmp.yml").read_text(), re.MULTILINE))
    missing = wanted - set(server.ask("/api/v1/label/__name__/values")["data"])
    expect("metrics without a series", missing, set())
    for metric, kind in (("nbuDiskPoolUsed", "gauge"), ("nbuJobBytes", "gauge"), ("nbuJobFinishedBytes", "counter")):
        expect(f"type of {metric}", server.ask("/api/v1/metadata", metric=metric)["data"][metric][0]["type"], kind)


def states(manager, **labels):
    """Of the alarms in Alertmanager that have these labels: active, or suppressed where something hides them."""
    alerts = manager.ask("/api/v2/alerts", filter=[f'{name}="{value}"' for name, value in labels.items()])
    return {alert["status"]["state"] for alert in alerts}


def await_state(manager, wanted, **labels):
    wait_for(f"{labels} to be {wanted}", lambda: states(manager, **labels) == {wanted})


def check_full_pool(sim, manager, webhook):
    """A pool that is full is not also filling up."""
    pool = pools(sim)[0]["id"]
    sim.control("resources", f"set {POOLS} {pool} usedCapacityBytes 990\nset {POOLS} {pool} usableSizeBytes 1000\n"
                             f"set {POOLS} {pool} availableSpaceBytes 10")
    full = {"alertname": "NbuDiskPoolFull", "site": "paris", "pool_id": pool, "severity": "critical"}
    filling = {"alertname": "NbuDiskPoolFilling", "site": "paris", "pool_id": pool}
    wait_for("the full disk pool at the webhook", lambda: webhook.has("firing", **full))
    await_state(manager, "suppressed", **filling)
    expect("a hidden alarm at the webhook", webhook.has("firing", **filling), False)


def check_site_down(sim, manager, webhook):
    """A site that is down hides what else is wrong there, and nothing of another site."""
    others = [{"alertname": "NbuAnomaliesHigh", "site": site} for site in ("lyon", "paris")]
    down = {"alertname": "NbuSiteDown", "site": "lyon"}
    for other in others:
        await_state(manager, "active", **other)
    sim.control("faults", "401")
    wait_for("the site that is down at the webhook", lambda: webhook.has("firing", **down))
    await_state(manager, "suppressed", **others[0])
    expect("the other site", states(manager, **others[1]), {"active"})
    sim.control("faults", "\n")
    wait_for("the end of it at the webhook", lambda: webhook.has("resolved", **down))
    await_state(manager, "active", **others[0])


def test(lab):
    check_files()
    sims = {"paris": lab.sim("paris", jobs=300, unfinished=60, **{"fail-policy": "vm-gold-daily"}),
            "lyon": lab.sim("lyon", jobs=100, seed=2)}
    snmpd = lab.snmpd("snmpd")
    agent = lab.agent("agent", snmpd, sims, 1, watched=WATCHED, lines=Agent.COLLECT_ALL)
    with prom.Webhook() as webhook:
        manager = prom.alertmanager(lab, webhook)
        server = prom.Prometheus(lab, snmpd, prom.exporter(lab), manager)
        wait_for("the sites in Prometheus",
                 lambda: server.by(["site"], "nbuSiteStatus") == {("paris",): 2, ("lyon",): 2})
        wait_for("all resources", lambda: server.query("count(nbuResourceState) == count(nbuResourceState == 2)"))
        for site, sim in sims.items():
            check_jobs(server, sim, site)
            check_pools(server, sim, site)
        check_metrics(server)
        check_full_pool(sims["paris"], manager, webhook)
        dashboards.check(server)
        check_site_down(sims["lyon"], manager, webhook)
        agent.stop()
        wait_for("a silent agent at the webhook", lambda: webhook.has("firing", alertname="NbuAgentSilent"))
