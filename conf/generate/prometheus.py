# SPDX-License-Identifier: BSD-2-Clause
"""conf/prometheus: the modules of snmp_exporter, the rules with their tests, and what Alertmanager
needs. The modules come from snmp_exporter's own generator."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yamltext
from mib import ROOT
from monitoring import COMPARISONS, LEVELS

FOLDER = "conf/prometheus/"
JOB = "nbu"  # the module of snmp_exporter, and the job of Prometheus
NOTE = '# Made by "make nms" from the MIB and mibs/monitoring.toml; change those.\n'
HEAD = "# SPDX-License-Identifier: BSD-2-Clause\n" + NOTE

# Texts that hardly ever change: they become series of their own with the value 1. All other texts are left out, as each
# change of a text would make a new series.
TEXTS = ("nbuAgentVersion", "nbuSiteApiVersion", "nbuPolicyPolicyTypeLabel", "nbuQueueReasonText",
         "nbuStorageUnitType", "nbuDiskPoolCategory", "nbuStorageServerVersion")
# Nothing else says when the certificate ends.
INSTANTS = ("nbuSiteCertificateExpires",)
# Its rows are single jobs: each would be a series that lives for a few hours.
NO_TABLES = ("nbuFailureTable",)

RECORDS = (
    ("nbu:site_success:ratio",
     "(nbuSiteSucceeded + nbuSitePartial) / (nbuSiteSucceeded + nbuSitePartial + nbuSiteFailed > 0)"),
    ("nbu:jobs_finished:rate15m", "sum without (status) (rate(nbuJobFinished[15m]))"),
    ("nbu:job_bytes:rate15m", "sum without (status) (rate(nbuJobFinishedBytes[15m]))"),
    # When the pool is full if it goes on as in the last day; a pool that does not fill up has no value.
    ("nbu:disk_pool_full:days", "nbuDiskPoolAvailable / -(deriv(nbuDiskPoolAvailable[1d]) < 0) / 86400"),
)
RECORD_TESTS = (
    ({"nbuSiteSucceeded{site='s'}": "6x30", "nbuSitePartial{site='s'}": "1x30", "nbuSiteFailed{site='s'}": "3x30",
      "nbuSiteSucceeded{site='quiet'}": "0x30", "nbuSitePartial{site='quiet'}": "0x30",
      "nbuSiteFailed{site='quiet'}": "0x30"}, {"nbu:site_success:ratio": ("{site='s'}", 0.7)}),
    ({"nbuJobFinished{site='s',status='0'}": "0+60x30", "nbuJobFinished{site='s',status='96'}": "0+120x30"},
     {"nbu:jobs_finished:rate15m": ("{site='s'}", 3)}),
    ({"nbuJobFinishedBytes{site='s',status='0'}": "0+60x30", "nbuJobFinishedBytes{site='s',status='1'}": "0+60x30"},
     {"nbu:job_bytes:rate15m": ("{site='s'}", 2)}),
    ({"nbuDiskPoolAvailable{pool='p'}": "172800-1440x30", "nbuDiskPoolAvailable{pool='stays'}": "5x30"},
     {"nbu:disk_pool_full:days": ("{pool='p'}", 0.0625)}),
)


# snmp_exporter

def tables(monitoring):
    return [table for table in monitoring.mib.tables.values() if table.name not in NO_TABLES]


def columns(monitoring):
    """All that is below what is walked."""
    walked = {table.name for table in tables(monitoring)} | {"nbuAgent"}
    return [column for column in monitoring.mib.objects.values() if column.table in walked]


def labels(monitoring):
    """The names of labels by the columns that have them."""
    return {column: label for entity in monitoring.entities.values() for label, column in entity.labels.items()}


def is_exported(monitoring, column):
    """Numbers are, but not those that are a label, or are there a second time in MiB."""
    if not column.readable or column.name in labels(monitoring) or column.syntax == "TimeStamp":
        return False
    if any(column.name.replace("Mebibytes", word) in monitoring.mib.objects for word in ("", "Bytes")
           if column.units == "MiB"):
        return False
    return column.is_number or column.name in TEXTS + INSTANTS


def lookups(monitoring):
    """Where the generator finds labels. It takes a lookup for each table whose index has its parts; where two lookups
    end in the same label, the later counts. The site is looked up in its own table alone, which always has the row."""
    entities = [entity for entity in monitoring.entities.values() if entity.labels]
    indexes = {entity.name: monitoring.mib.tables[entity.table].index for entity in entities}
    return [{"source_indexes": indexes[entity.name], "lookup": column, "drop_source_indexes": True}
            for entity in sorted(entities, key=lambda entity: len(indexes[entity.name]))
            for label, column in entity.labels.items() if label != "site" or entity.name == "site"]


def overrides(monitoring):
    left_out = {column.name: {"ignore": True} for column in columns(monitoring) if not is_exported(monitoring, column)}
    gauges = {column.name: {"type": "gauge"} for column in columns(monitoring) if column.is_wide_gauge}
    return {**gauges, **left_out}


def module(monitoring):
    return {"walk": ["nbuAgent", *(table.name for table in tables(monitoring))],
            "max_repetitions": 50, "timeout": "5s", "retries": 2,
            "lookups": lookups(monitoring), "overrides": overrides(monitoring)}


def generator(monitoring):
    old = {**module(monitoring), "version": 2, "auth": {"community": "public"}}
    return HEAD + "# For the generator of snmp_exporter before 0.23.\n" + yamltext.dump({"modules": {JOB: old}})


def new_generator(monitoring):
    return (HEAD + "# For the generator of snmp_exporter 0.23 and later.\n"
            + yamltext.dump({"auths": {"public_v2": {"community": "public", "version": 2}},
                         "modules": {JOB: module(monitoring)}}))


def renames(monitoring):
    """A sed script. The generator names labels after columns; that is the one thing that it cannot be told."""
    lines = [f"s/^\\( *labelname: \\){lookup['lookup']}$/\\1{labels(monitoring)[lookup['lookup']]}/\n"
             for lookup in lookups(monitoring)]
    return HEAD + "# Gives the labels in what the generator has made their names.\n" + "".join(lines)


def generate(text, base, script):
    """What snmp_exporter's generator makes of TEXT, with the labels renamed by SCRIPT."""
    with tempfile.TemporaryDirectory(prefix="nbu-generator.") as name:
        folder = pathlib.Path(name)
        (folder / "generator.yml").write_text(text)
        (folder / "labels.sed").write_text(script)
        try:
            subprocess.run(["prometheus-snmp-generator", "generate", f"--output-path={folder}/snmp.yml"], cwd=folder,
                           env={**os.environ, "MIBDIRS": f"{pathlib.Path(base).resolve()}:{ROOT / 'mibs'}", "MIBS": ""},
                           capture_output=True, text=True, check=True)
            return subprocess.run(["sed", "-f", folder / "labels.sed", folder / "snmp.yml"], capture_output=True,
                                  text=True, check=True).stdout
        except FileNotFoundError as error:
            sys.exit(f"there is no {error.filename}: run tests/setup nms")
        except subprocess.CalledProcessError as error:
            sys.exit(f"the generator of snmp_exporter fails: {error.stderr}")


def new_packaging(text):
    """The same module for 0.23 and later: these keep the community apart from the modules."""
    body = re.sub(r"^  version: 2\n|^  auth:\n    community: public\n", "", text, flags=re.MULTILINE)
    body = "".join("  " + line for line in body.splitlines(keepends=True) if not line.startswith("#"))
    auths = {"auths": {"public_v2": {"community": "public", "security_level": "noAuthNoPriv", "auth_protocol": "MD5",
                                     "priv_protocol": "DES", "version": 2}}}
    return yamltext.dump(auths) + "modules:\n" + body


def metrics(monitoring):
    """A table of what there is for people who write queries."""
    lines = ["# Metrics\n", "<!-- " + NOTE.strip("# \n") + " -->\n",
             "These are the metrics that the module `nbu` of snmp_exporter gives. Each has the label `instance`, the",
             "host of snmpd, and the labels of its table. Ages are in seconds; 4294967295 means never.\n"]
    for entity in monitoring.entities.values():
        mine = [column for column in columns(monitoring)
                if column.table == entity.table and is_exported(monitoring, column)]
        own = ", ".join(f"`{name}`" for name in entity.labels) or "none"
        lines += [f"## {entity.table}\n", f"Labels: {own}\n",
                  "| metric | type | unit or values |", "|---|---|---|"]
        for column in mine:
            values = ", ".join(f"{number} {name}" for name, number in column.labels.items())
            kind = "counter" if column.is_counter else "gauge"
            if column.name in TEXTS:
                values = f"always 1; the text is in the label `{column.name}`"
            elif column.name in INSTANTS:
                values = "seconds since 1970; far below 0 when there is none"
            lines.append(f"| `{column.name}` | {kind} | {values or column.units} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


# Rules

def matchers(where):
    return "{" + ",".join(f'{label}="{value}"' for label, value in where.items()) + "}" if where else ""


def expression(alarm, level):
    if alarm.comparison == "silent":
        # snmpd may answer while the agent is not there. Then a scrape succeeds and brings nothing.
        return f'up{{job="{JOB}"}} unless on (instance) nbuAgentUptime'
    scaled = f" / {alarm.scale}" if alarm.scale != 1 else ""
    sign = COMPARISONS[alarm.comparison].replace("=", "==")
    also = "".join(f" and {column.name} {operator} {number}" for column, operator, number in alarm.only_if)
    return f"{alarm.column.name}{matchers(alarm.where)}{scaled} {sign} {alarm.people_level(level):g}{also}"


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


# Tests of the rules

AGREES = {">": lambda number: number + 1, ">=": lambda number: number}
DIFFERS = {">": lambda number: number, ">=": lambda number: number - 1}


def bad_value(alarm, level):
    """What has just passed the level, in the column's numbers."""
    step = {"above": 1, "below": -1, "equal": 0}[alarm.comparison] * alarm.scale
    return alarm.levels[level] + step


def good_value(alarm):
    """What just does not raise it at any level."""
    if alarm.comparison == "equal":
        return min(number for number in alarm.column.labels.values() if number not in alarm.levels.values())
    return next(alarm.levels[level] for level in LEVELS if level in alarm.levels)


def element(alarm, word, where=None):
    return {"instance": f"host {word}", "job": JOB, **{label: f"{label} {word}" for label in alarm.entity.labels},
            **(alarm.where if where is None else where)}


def notation(name, element_labels):
    return name + matchers(element_labels)


def span(alarm):
    """For how many minutes it is bad in the test."""
    return -(-alarm.seconds // 60) + 2


def series_of(alarm, level):
    """One that is bad and gets well, and others beside it for which nothing may be raised."""
    minutes, bad, good, name = span(alarm), bad_value(alarm, level), good_value(alarm), alarm.column.name
    values = {notation(name, element(alarm, "bad")): f"{bad}x{minutes - 1} {good}x9",
              notation(name, element(alarm, "good")): f"{good}x{minutes + 9}"}
    if alarm.where:
        others = {label: "another" for label in alarm.where}
        values[notation(name, element(alarm, "other", others))] = f"{bad}x{minutes + 9}"
    for column, operator, number in alarm.only_if:
        excused = element(alarm, "excused")
        if column is not alarm.column:
            values[notation(column.name, element(alarm, "bad"))] = f"{AGREES[operator](number)}x{minutes + 9}"
            values[notation(name, excused)] = f"{bad}x{minutes + 9}"
        values[notation(column.name, excused)] = f"{DIFFERS[operator](number)}x{minutes + 9}"
    return values


def raised(alarm, level):
    """What is raised when the bad one has just passed LEVEL: a critical value is also a warning."""
    value = bad_value(alarm, level) / alarm.scale
    bad = element(alarm, "bad")
    return [{"exp_labels": {"severity": each, "scope": alarm.scope, **bad},
             "exp_annotations": annotations(alarm, each, bad, f"{value:g}")}
            for each in LEVELS[:LEVELS.index(level) + 1] if each in alarm.levels]


def alarm_test(alarm, level, series, expected, minutes):
    """Not before it has lasted, then raised, and not after it is over."""
    moments = [(max(minutes - 2, 1), expected), (minutes + 1, [])]
    if alarm.seconds:
        moments.insert(0, (minutes - 3, []))
    return {"name": f"{alarm.name} {level}", "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [{"eval_time": f"{minute}m", "alertname": alarm.name, "exp_alerts": alerts}
                                for minute, alerts in moments]}


def silent_test(alarm):
    """An agent whose host does not answer, one that is not connected to its snmpd, and one that is well."""
    minutes = span(alarm)
    series, expected = {f'nbuAgentUptime{{instance="good",job="{JOB}"}}': f"9x{minutes + 9}"}, []
    for instance, up in (("away", 0), ("mute", 1), ("good", 1)):
        series[f'up{{instance="{instance}",job="{JOB}"}}'] = f"{up}x{minutes + 9}"
        if instance != "good":
            series[f'nbuAgentUptime{{instance="{instance}",job="{JOB}"}}'] = f"_x{minutes - 1} 9x9"
            found = {"severity": "critical", "scope": alarm.scope, "instance": instance, "job": JOB}
            expected.append({"exp_labels": found, "exp_annotations": annotations(alarm, "critical", {}, "")})
    return alarm_test(alarm, "critical", series, expected, minutes)


def tests_of(alarm):
    if alarm.comparison == "silent":
        return [silent_test(alarm)]
    return [alarm_test(alarm, level, series_of(alarm, level), raised(alarm, level), span(alarm))
            for level in LEVELS if level in alarm.levels]


def record_test(series, expected):
    return {"interval": "1m", "input_series": [{"series": name.replace("'", '"'), "values": values}
                                               for name, values in series.items()],
            "promql_expr_test": [
                {"expr": record, "eval_time": "30m",
                 "exp_samples": [{"labels": record + labels_text.replace("'", '"'), "value": value}]}
                for record, (labels_text, value) in expected.items()]}


def rules_test(monitoring):
    return HEAD + "# promtool test rules rules_test.yml\n" + yamltext.dump({
        "rule_files": ["rules.yml"], "evaluation_interval": "1m",
        "tests": [record_test(*test) for test in RECORD_TESTS]
                 + [test for alarm in monitoring.alarms.values() for test in tests_of(alarm)]})


# Alertmanager

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
    return (HEAD
            + "# An example. Take inhibit_rules over into your own file: then a site that is down, or an agent that\n"
            "# is silent, hides what follows from it, and critical hides warning.\n"
            + yamltext.dump({"route": {"receiver": "backup", "group_by": ["instance", "site"], "group_wait": "30s",
                                   "group_interval": "5m", "repeat_interval": "12h"},
                         "receivers": [{"name": "backup",
                                        "webhook_configs": [{"url": "http://127.0.0.1:9095/", "send_resolved": True}]}],
                         "inhibit_rules": [levels, *inhibitions(monitoring)]}))


def files(monitoring):
    made = generate(generator(monitoring), monitoring.base, renames(monitoring))
    head = HEAD + "# For snmp_exporter {}.\n"
    return {FOLDER + name: text for name, text in {
        "generator.yml": generator(monitoring),
        "generator-0.23.yml": new_generator(monitoring),
        "labels.sed": renames(monitoring),
        "snmp.yml": head.format("before 0.23") + made,
        "snmp-0.23.yml": head.format("0.23 and later") + new_packaging(made),
        "metrics.md": metrics(monitoring),
        "rules.yml": rules(monitoring),
        "rules_test.yml": rules_test(monitoring),
        "alertmanager.yml": alertmanager(monitoring)}.items()}
