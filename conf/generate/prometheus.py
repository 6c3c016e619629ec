# SPDX-License-Identifier: BSD-2-Clause
"""conf/prometheus: the rules, and what Alertmanager must know of them."""

import re

import yamltext
from monitoring import COMPARISONS, LEVELS
from yamltext import HEAD

FOLDER = "conf/prometheus/"
JOB = "nbu"  # of Prometheus

RECORDS = (
    ("nbu:site_success:ratio",
     "(nbuSiteSucceeded + nbuSitePartial) / (nbuSiteSucceeded + nbuSitePartial + nbuSiteFailed > 0)"),
    ("nbu:jobs_finished:rate15m", "sum without (status) (rate(nbuJobFinished[15m]))"),
    ("nbu:job_bytes:rate15m", "sum without (status) (rate(nbuJobFinishedBytes[15m]))"),
    # When the pool is full if it goes on as in the last day; a pool that does not fill up has no value.
    ("nbu:disk_pool_full:days", "nbuDiskPoolAvailable / -(deriv(nbuDiskPoolAvailable[1d]) < 0) / 86400"),
)


def number(value):
    """As Prometheus shows it."""
    return str(int(value)) if value == int(value) else repr(value)


def matchers(where):
    return "{" + ",".join(f'{label}="{value}"' for label, value in where.items()) + "}" if where else ""


def expression(alarm, level):
    if alarm.comparison == "silent":
        # snmpd may answer while the agent is not there. Then a scrape succeeds and brings nothing.
        return f'up{{job="{JOB}"}} unless on (instance) nbuAgentUptime'
    scaled = f" / {alarm.scale}" if alarm.scale != 1 else ""
    sign = COMPARISONS[alarm.comparison].replace("=", "==")
    also = "".join(f" and {column.name} {operator} {limit}" for column, operator, limit in alarm.only_if)
    return f"{alarm.column.name}{matchers(alarm.where)}{scaled} {sign} {number(alarm.people_level(level))}{also}"


def fill(text, labels_text, threshold):
    return re.sub(r"\{(\w+)\}", lambda match: {**labels_text, "threshold": threshold}[match[1]], text)


def unit(alarm):
    return "%" if alarm.scale != 1 else alarm.column.units


def annotations(alarm, level, labels_text, value):
    """LABELS_TEXT and VALUE are what stands for the labels and the value."""
    text = {"summary": fill(alarm.text, labels_text, alarm.threshold_text(level)),
            "description": alarm.means, "runbook": alarm.do}
    if alarm.comparison in ("above", "below"):
        text["value"] = f"{value} {unit(alarm)}".strip()
    return text


def alert(alarm, level):
    texts = {label: f"{{{{ $labels.{label} }}}}" for label in alarm.entity.labels}
    rule = {"alert": alarm.name, "expr": expression(alarm, level)}
    if alarm.seconds:
        rule["for"] = f"{alarm.seconds // 60}m" if alarm.seconds % 60 == 0 else f"{alarm.seconds}s"
    return {**rule, "labels": {"severity": level, "scope": alarm.scope},
            "annotations": annotations(alarm, level, texts, "{{ $value }}")}


def rules(monitoring):
    return HEAD + yamltext.dump({"groups": [
        {"name": "nbu-records", "rules": [{"record": name, "expr": expr} for name, expr in RECORDS]},
        {"name": "nbu-alarms", "rules": [alert(alarm, level) for alarm in monitoring.alarms.values()
                                         for level in LEVELS if level in alarm.levels]}]})


def inhibitions(monitoring):
    """What hides what: alarms of the same things, as far as both have them."""
    groups = {}
    for alarm in monitoring.alarms.values():
        for name in alarm.hidden_by:
            common = [label for label in monitoring.alarms[name].entity.labels if label in alarm.entity.labels]
            groups.setdefault((name, *common), []).append(alarm.name)
    return [{"source_matchers": [f'alertname = "{name}"'], "target_matchers": [f'alertname =~ "{"|".join(hidden)}"'],
             "equal": ["instance", *common]} for (name, *common), hidden in groups.items()]


def alertmanager(monitoring):
    every = list(dict.fromkeys(label for entity in monitoring.entities.values() for label in entity.labels))
    levels = {"source_matchers": ['alertname =~ "Nbu.+"', 'severity = "critical"'],
              "target_matchers": ['alertname =~ "Nbu.+"', 'severity = "warning"'],
              "equal": ["alertname", "instance", *every]}
    route = {"receiver": "backup", "group_by": ["instance", "site"], "group_wait": "30s", "group_interval": "5m",
             "repeat_interval": "12h"}
    webhook = {"url": "http://127.0.0.1:9095/", "send_resolved": True}
    return (HEAD
            + "# An example. Take inhibit_rules over into your own file: then a site that is down, or an agent that\n"
            "# is silent, hides what follows from it, and critical hides warning.\n"
            + yamltext.dump({"route": route, "receivers": [{"name": "backup", "webhook_configs": [webhook]}],
                             "inhibit_rules": [levels, *inhibitions(monitoring)]}))


def files(monitoring):
    return {FOLDER + "rules.yml": rules(monitoring), FOLDER + "alertmanager.yml": alertmanager(monitoring)}
