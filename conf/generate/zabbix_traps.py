# SPDX-License-Identifier: BSD-2-Clause
"""Items and triggers of notifications."""

import zabbix_parts as parts
from zabbix_parts import TEMPLATE, step

# What tells notifications apart that have the same row, and that nothing clears.
ROW_MORE = ("nbuNotifyClient", "nbuNotifyPolicy")

# Whatever writes the file that the server reads, an object is in a line of its own: its OID, something, its value. Only
# octets of text that is not ASCII go on in the next lines, 16 in each. The first line of the result is the notification
# and the row, and the others are the objects.
SCRIPT = """\
value = value.replace(/ ?\\r?\\n(?=(?:[0-9A-F]{2} )*[0-9A-F]{2} ?"?[ \\t\\r]*$)/gm, ' ');
var base = '{$NBU.BASE}',
    notifications = %(notifications)s,
    objects = %(objects)s,
    labels = %(labels)s;
function quoted(oid) {
    return oid.replace(/\\./g, '\\\\.');
}
function find(oid, name) {
    var number = '\\\\.?' + quoted(base + oid) + '\\\\.[0-9.]+',
        pattern = '^\\\\s*(?:' + number + '|[A-Z-]+::' + name + '\\\\.\\\\S+)[ \\\\t]+(?:=[ \\\\t]+)?'
            + '(?:type=\\\\d+[ \\\\t]+value=)?(?:[A-Za-z0-9-]+:(?:[ \\\\t]+|$))?"?(.*?)"?\\\\s*$',
        found = value.match(new RegExp(pattern, 'm'));
    return found ? text(found[1]) : null;
}
var name = Object.keys(notifications).filter(function (name) {
    return new RegExp('(' + quoted(base + notifications[name]) + '|::' + name + ')(\\\\s|$)').test(value);
})[0];
if (!name) {
    throw 'This is no notification that is expected here.';
}
var lines = [], row = [];
Object.keys(objects).forEach(function (object) {
    var found = find(objects[object], object);
    if (found !== null) {
        lines.push(object + ': ' + found);
        if (labels.indexOf(object) >= 0 && found !== '') {
            row.push(found);
        }
    }
});
return [name + ' ' + row.join(' / ')].concat(lines).join('\\n');
"""


def javascript_map(values):
    lines = ",\n".join(f"        {name}: '{value}'" for name, value in values.items())
    return "{\n" + lines + "\n    }"


def script(template, names):
    mib = template.mib
    notifications = {name: mib.notifications[name].oid.removeprefix(mib.root) for name in names}
    objects = {object_: mib.objects[object_].oid.removeprefix(mib.root)
               for name in names for object_ in mib.notifications[name].objects}
    labels = {column for entity in template.monitoring.entities.values() for column in entity.labels.values()}
    own = [name for name in objects if name in labels or name in ROW_MORE]
    return parts.TEXT_FUNCTION + SCRIPT % {
        "notifications": javascript_map(notifications), "objects": javascript_map(objects),
        "labels": "[" + ", ".join(f"'{name}'" for name in own) + "]"}


def key(template, names):
    oids = [template.mib.notifications[name].oid.removeprefix(template.mib.root).rpartition(".") for name in names]
    numbers = "|".join(number for _, _, number in oids)
    folder = oids[0][0].replace(".", r"\.")
    return 'snmptrap["({$NBU.BASE}' + folder + r"\.(" + numbers + ")|::(" + "|".join(names) + r'))(\s|$)"]'


def item(template, alarm, names):
    where = " and ".join(names)
    return {"uuid": parts.uuid("trap", alarm.raised_by), "name": f"Notification {where}", "type": "SNMP_TRAP",
            "key": key(template, names), "delay": "0", "history": "31d", **template.flavor.text, "value_type": "TEXT",
            "description": "\n".join(template.mib.notifications[name].description for name in names),
            "preprocessing": [step("JAVASCRIPT", script(template, names))],
            "tags": [{"tag": "component", "value": "notification"}]}


def found(item_key, name):
    return f'find(/{TEMPLATE}/{item_key},,"regexp","^{name} ")=1'


def trigger(alarm, item_key):
    """A problem for each row, which the clearing notification of the same row ends. Where nothing clears it, it ends
    by hand: the last value stays what it is, so no expression would ever end it."""
    row = r'{{ITEM.VALUE}.regsub("^\S+ (.*)","\1")}'
    known = {"uuid": parts.uuid("trap trigger", alarm.raised_by), "expression": found(item_key, alarm.raised_by)}
    if alarm.cleared_by:
        known.update(recovery_mode="RECOVERY_EXPRESSION", recovery_expression=found(item_key, alarm.cleared_by),
                     correlation_mode="TAG_VALUE", correlation_tag="row")
    else:
        known["recovery_mode"] = "NONE"
    known.update(
        name=f"{alarm.name}: notification {alarm.raised_by}", event_name=f"{alarm.raised_by}: {row}",
        priority="WARNING" if "warning" in alarm.levels else "HIGH", type="MULTIPLE",
        manual_close="YES", description=f"{alarm.means}\n{alarm.do}",
        tags=[{"tag": "alarm", "value": alarm.name}, {"tag": "scope", "value": alarm.scope},
              {"tag": "row", "value": row}])
    return known


def traps(template):
    items, triggers = [], []
    for alarm in template.monitoring.alarms.values():
        if not alarm.raised_by:
            continue
        names = [name for name in (alarm.raised_by, alarm.cleared_by) if name]
        items.append(item(template, alarm, names))
        triggers.append(trigger(alarm, items[-1]["key"]))
    return items, triggers
