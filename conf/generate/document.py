# SPDX-License-Identifier: BSD-2-Clause
"""docs/alarms.md."""

from monitoring import duration_text

HEAD = """\
# Alarms

<!-- Made by "make nms" from mibs/monitoring.toml; change that. -->

These alarms have the same names and the same thresholds in Zabbix, Nagios, Icinga and Prometheus: the files that these
read are made from one list, `mibs/monitoring.toml`. What a system cannot do is this:

* Nagios and Icinga look at one number only. Where an alarm says *only if*, they look at the first number alone, unless
  the condition is about that number. There `NbuSiteDown` is WARNING while a site is not known yet.
* An alarm that is hidden by another is not told of. Zabbix does not raise it. Prometheus raises it, and Alertmanager
  holds it back. Nagios and Icinga show it, and notify nobody.

| alarm | of each | warning | critical | for | notification |
|---|---|---|---|---|---|
"""


def level_text(alarm, level):
    if level not in alarm.levels:
        return ""
    if alarm.comparison == "silent":
        return "no answer"
    if alarm.comparison == "equal":
        return next(name for name, number in alarm.column.labels.items() if number == alarm.levels[level])
    return f"{alarm.comparison} {alarm.threshold_text(level)}"


def row(alarm):
    told = alarm.raised_by + (f", cleared by {alarm.cleared_by}" if alarm.cleared_by else "")
    return (f"| [{alarm.name}](#{alarm.name.lower()}) | {alarm.entity.name.replace('-', ' ')} "
            f"| {level_text(alarm, 'warning')} | {level_text(alarm, 'critical')} "
            f"| {duration_text(alarm.seconds) if alarm.seconds else 'at once'} | {told} |\n")


def section(alarm):
    lines = [f"\n## {alarm.name}\n"]
    if alarm.column is not None:
        where = " and ".join(f"{label} {value}" for label, value in alarm.where.items())
        also = " and ".join(f"{column.name} {operator} {number}" for column, operator, number in alarm.only_if)
        lines.append(f"Looks at `{alarm.column.name}`" + (f", where {where}" if where else "")
                     + (f", and only if {also}" if also else "") + ".")
    if alarm.on_site is not None:
        lines.append(f"Where rows are not discovered it is raised for the site, from `{alarm.on_site.name}`.")
    lines.append(f"It means: {alarm.means}\n")
    lines.append(f"What to do: {alarm.do}")
    if alarm.raised_by and not alarm.cleared_by:
        lines.append(f"\n`{alarm.raised_by}` tells of something that has happened. So nothing clears it; it is closed by hand.")
    if alarm.hidden_by:
        lines.append(f"\nHidden by {', '.join(alarm.hidden_by)}.")
    return "\n".join(lines) + "\n"


def files(monitoring):
    alarms = monitoring.alarms.values()
    return {"docs/alarms.md": HEAD + "".join(map(row, alarms)) + "".join(map(section, alarms))}
