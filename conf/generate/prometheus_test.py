# SPDX-License-Identifier: BSD-2-Clause
"""conf/prometheus/rules_test.yml: each alarm fires for a value just past its level. It does not before its time, for
the level itself, or when its conditions do not hold."""

import yamltext
from monitoring import LEVELS
from prometheus import JOB, annotations, matchers, number
from yamltext import HEAD

FOLDER = "conf/prometheus/"

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


# Values for which a condition holds, and for which it just does not.
AGREES = {">": lambda limit: limit + 1, ">=": lambda limit: limit,
          "<": lambda limit: limit - 1, "<=": lambda limit: limit}
DIFFERS = {">": AGREES[">="], ">=": AGREES["<"], "<": AGREES["<="], "<=": AGREES[">"]}


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
    for column, operator, limit in alarm.only_if:
        excused = element(alarm, "excused")
        if column is not alarm.column:
            values[notation(column.name, element(alarm, "bad"))] = f"{AGREES[operator](limit)}x{minutes + 9}"
            values[notation(name, excused)] = f"{bad}x{minutes + 9}"
        values[notation(column.name, excused)] = f"{DIFFERS[operator](limit)}x{minutes + 9}"
    return values


def raised(alarm, level):
    """What is raised when the bad one has just passed LEVEL: a critical value is also a warning."""
    value = bad_value(alarm, level) / alarm.scale
    bad = element(alarm, "bad")
    return [{"exp_labels": {"severity": each, "scope": alarm.scope, **bad},
             "exp_annotations": annotations(alarm, each, bad, number(value))}
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


def files(monitoring):
    return {FOLDER + "rules_test.yml": rules_test(monitoring)}
