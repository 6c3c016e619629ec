# SPDX-License-Identifier: BSD-2-Clause
"""How objects of the MIB and alarms are called in Zabbix, and what Zabbix does with a column's values."""

import hashlib
import re

from monitoring import parse_duration
from zabbix_status import STATUS_TEXTS

TEMPLATE = "NetBackup by SNMP"
NEVER = 4294967295

# The entities of which there may be thousands. Their rows have only these items unless a macro asks for more; what
# alarms look at always comes with them.
ESSENTIAL = {
    "job": ("nbuJobCount", "nbuJobBytes", "nbuJobFinished"),
    "policy": ("nbuPolicyLastStatus", "nbuPolicyLastSuccessAge"),
    "client": ("nbuClientLastStatus", "nbuClientLastSuccessAge"),
}

# Rows of these tables come and go with what happens.
SWITCHED_OFF = ("job", "queue")

# How often the tables are read; the others follow {$NBU.INTERVAL}, which is INTERVAL.
INTERVAL = "1m"
INTERVALS = {"job": "5m", "policy": "5m", "client": "5m", "storage-unit": "5m", "disk-pool": "5m",
             "storage-server": "5m", "drive": "5m", "media-pool": "15m", "security": "15m", "resource": "5m"}

# By the UNITS of the MIB: Zabbix' own unit, and what a value is multiplied by. "!" keeps Zabbix from writing 1 K jobs.
UNITS = {"seconds": ("s", None), "bytes": ("B", None), "milliseconds": ("s", "0.001"), "1/100 percent": ("%", "0.01"),
         "status code": ("", None), "reason code": ("", None), "job id": ("", None), "": ("", None)}


def uuid(*names):
    """The same for the same names in each run. Zabbix takes only those of version 4."""
    digits = hashlib.sha256("\n".join((TEMPLATE,) + names).encode()).hexdigest()
    return digits[:12] + "4" + digits[13:16] + "89ab"[int(digits[16], 16) % 4] + digits[17:32]


def words(name):
    return re.findall("[A-Z][a-z0-9]*", name)


def entity_key(entity):
    return entity.name.replace("-", "_")


def entity_label(entity):
    """As at the beginning of a name: disk pool."""
    return entity.name.replace("-", " ")


def sentence(text):
    return text if text.startswith("nbu-agentx") else text[:1].upper() + text[1:]


def column_words(column):
    """nbuDiskPoolUsedPercent of nbuDiskPoolTable is ["Used", "Percent"]."""
    prefix = column.table.removesuffix("Table")
    return words(column.name.removeprefix(prefix))


def column_title(column):
    return " ".join(column_words(column)).capitalize()


def macro(label):
    """A label as a macro of low-level discovery."""
    return "{#" + label.upper() + "}"


def with_labels(text, entity):
    for label in entity.labels:
        text = text.replace("{" + label + "}", macro(label))
    return text


def title(entity):
    return with_labels(entity.title, entity)


def row_labels(entity):
    """The labels that people know a row by: those of the title, without the site."""
    return [label for label in entity.labels if label != "site" and "{" + label + "}" in entity.title]


def context(entity):
    """Where a threshold may differ: SITE, or SITE:ROW."""
    if not entity.labels:
        return ""
    rows = " ".join(map(macro, row_labels(entity)))
    return ':"{#SITE}' + (f":{rows}" if rows else "") + '"'


def key_of(entity, name, tables):
    """The key of an item NAME. Its parameters are the labels that stand for the index."""
    key = f"nbu.{entity_key(entity)}.{name}"
    if not entity.labels:
        return key
    labels = list(entity.labels)[:len(tables[entity.table].index)]
    return key + "[" + ",".join(f'"{macro(label)}"' for label in labels) + "]"


def column_key(entity, column, tables):
    return key_of(entity, "_".join(column_words(column)).lower(), tables)


def alarm_macro(alarm, what):
    """{$NBU.DISK.POOL.FILLING.WARN without its end."""
    return "{$NBU." + ".".join(alarm.words).upper() + "." + what


def duration(seconds):
    for size, letter in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds}s"


def interval(entity):
    """How often the entity's table is read, in seconds."""
    return parse_duration(INTERVALS.get(entity.name, INTERVAL))


def period(seconds, every, least=1):
    """SECONDS as Zabbix has it for an item that is read EVERY so many seconds. A time that has one value only would
    be over at the first, so it is a number of values there."""
    return duration(seconds) if seconds > every else f"#{max(least, seconds // every + 1)}"


def threshold(alarm, level):
    """The value of a threshold's macro, which is in the item's unit."""
    if alarm.column.units == "seconds":
        return duration(alarm.levels[level])
    return f"{alarm.people_level(level):g}"


def is_date(column):
    return column.syntax == "DateAndTime"


def is_status(column):
    return not column.labels and column.is_number and (
        column.units == "status code" or column.name.endswith("Status"))


def is_item(column, entity):
    """TimeStamp is only for those who read counters themselves. What is there in bytes too is left out in MiB, as
    Zabbix has no trouble with 64 bits."""
    return (column.readable and column.name not in entity.labels.values() and column.syntax != "TimeStamp"
            and not column.name.endswith("Mebibytes"))


def value_map(column):
    """A name and the texts by numbers; None where there is nothing to say."""
    if column.labels:
        name = "TruthValue" if column.syntax == "TruthValue" else column.name
        return name, {number: text for text, number in column.labels.items()}
    if is_status(column):
        return "NetBackup status code", STATUS_TEXTS
    if column.is_age:
        return "NbuAge", {NEVER: "never"}
    if column.basetype == "Integer32" and column.name != "nbuSiteClockSkew":
        return ("Unknown percentage", {"-0.01": "not known"}) if column.units.startswith("1/100") else \
            ("Unknown number", {-1: "not known"})
    return None


def value_type(column):
    """Only FLOAT can be below 0."""
    if is_date(column):
        return "UNSIGNED"
    if not column.is_number:
        return "CHAR"
    scaled = UNITS.get(column.units, ("", None))[1]
    return "FLOAT" if scaled or column.is_counter or column.basetype == "Integer32" else "UNSIGNED"


def units(column):
    if is_date(column):
        return "unixtime"
    if column.is_age:
        return "s"
    if not column.is_number or column.labels or is_status(column):
        return ""
    unit = UNITS.get(column.units, (f"!{column.units}", None))[0]
    if not column.is_counter:
        return unit
    return "Bps" if unit == "B" else f"!{column.units}/s"


# Octets of DateAndTime as seconds since 1970. Where there is no date the server shows 0.
DATE_SCRIPT = """\
var octets = value.trim().split(/\\s+/).map(function (octet) { return parseInt(octet, 16); });
if (octets.length < 8 || octets.some(isNaN) || octets[0] === 0) {
    return 0;
}
var time = Date.UTC(octets[0] * 256 + octets[1], octets[2] - 1, octets[3], octets[4], octets[5], octets[6]) / 1000;
if (octets.length >= 11) {
    time -= (octets[8] === 45 ? -1 : 1) * (octets[9] * 3600 + octets[10] * 60);
}
return time;
"""

# Text that is not ASCII comes as octets where the server does not know the MIB.
TEXT_FUNCTION = """\
function text(value) {
    var octets = value.trim().split(/\\s+/);
    if (!octets.every(function (octet) { return /^[0-9A-F]{2}$/.test(octet); })) {
        return value;
    }
    try {
        var decoded = decodeURIComponent('%' + octets.join('%'));
        return /[^\\x00-\\x7f]/.test(decoded) ? decoded : value;  // 13 is a number
    } catch (error) {
        return value;
    }
}
"""

TEXT_SCRIPT = TEXT_FUNCTION + "return text(value);\n"

# The index begins with the length of the site's name and its octets, which are the index of the site's own row.
ROWS_SCRIPT = TEXT_FUNCTION + """\
return JSON.stringify(JSON.parse(value).map(function (row) {
    Object.keys(row).forEach(function (name) {
        if (name !== '{#SNMPINDEX}') {
            row[name] = text(row[name]);
        }
    });
    var index = row['{#SNMPINDEX}'].split('.');
    row['{#SITE_INDEX}'] = index.slice(0, Number(index[0]) + 1).join('.');
    return row;
}));
"""


def steps(column):
    """What is done with a value that SNMP gave."""
    if is_date(column):
        return [step("JAVASCRIPT", DATE_SCRIPT), step("DISCARD_UNCHANGED_HEARTBEAT", "1h")]
    if not column.is_number:
        return [step("JAVASCRIPT", TEXT_SCRIPT), step("DISCARD_UNCHANGED_HEARTBEAT", "1h")]
    if column.is_counter:
        return [{"type": "CHANGE_PER_SECOND", "parameters": [""]}]
    scale = UNITS.get(column.units, ("", None))[1]
    return [step("MULTIPLIER", scale)] if scale else []


def step(kind, *parameters, **more):
    return {"type": kind, "parameters": list(parameters), **more}
