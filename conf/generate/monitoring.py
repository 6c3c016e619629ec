# SPDX-License-Identifier: BSD-2-Clause
"""What mibs/monitoring.toml says, checked against the MIB."""

import dataclasses
import re
import tomllib

import mib as mib_module

LEVELS = ("warning", "critical")
COMPARISONS = {"above": ">", "below": "<", "equal": "="}
SCOPES = ("availability", "performance", "capacity", "notice", "security")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Mistake(Exception):
    """What is wrong in the description."""


@dataclasses.dataclass
class Entity:
    name: str
    table: str
    title: str
    labels: dict


@dataclasses.dataclass
class Alarm:
    name: str
    entity: Entity
    column: object  # a mib.Object; None when SILENT
    comparison: str  # above, below, equal or silent
    levels: dict  # what the column is compared with by level, in the column's own numbers
    seconds: int  # how long it must be so
    only_if: list
    where: dict
    on_site: object  # a mib.Object or None
    hidden_by: list  # names of alarms
    scope: str
    text: str
    means: str
    do: str
    raised_by: str  # a notification, or ""
    cleared_by: str  # a notification, or ""

    @property
    def words(self):
        """Its name in parts: NbuSiteDown is ["site", "down"]."""
        return [word.lower() for word in re.findall("[A-Z][a-z]*", self.name)][1:]

    @property
    def scale(self):
        return scale_of(self.column)

    def people_level(self, level):
        """What it is compared with, as people read it: percent and not 1/100 percent."""
        value = self.levels[level]
        return value if self.comparison in ("equal", "silent") else value / self.scale

    def threshold_text(self, level):
        """The same with its unit: 85 %, 15 minutes, 20."""
        value = self.people_level(level)
        if self.comparison in ("equal", "silent"):
            return str(value)
        if self.column.units == "seconds":
            return duration_text(self.levels[level])
        return f"{value:g} %" if self.scale != 1 else f"{value:g}"


def scale_of(column):
    """How many of the column's numbers make one of what people read."""
    return 100 if column is not None and column.units == "1/100 percent" else 1


def duration_text(seconds):
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {word}{'s' if count != 1 else ''}"
    return f"{seconds} seconds"


def parse_duration(text):
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if not match:
        raise Mistake(f"{text} is no duration")
    return int(match[1]) * SECONDS[match[2]]


@dataclasses.dataclass
class Monitoring:
    base: str  # the folder that tests/base-mibs has filled, for tools that read the MIB themselves
    mib: object
    entities: dict
    alarms: dict


def entity_of(mib, raw):
    entity = Entity(raw["name"], raw["table"], raw["title"], raw["labels"])
    for label, column in entity.labels.items():
        if column not in mib.objects or not mib.objects[column].readable:
            raise Mistake(f"{entity.name}: label {label}: there is no readable column {column}")
    return entity


def levels_of(mib, raw, column):
    levels = {level: raw[level] for level in LEVELS if level in raw}
    if not levels:
        raise Mistake(f"{raw['name']} has no level")
    if raw["is"] == "equal":
        for label in levels.values():
            if label not in column.labels:
                raise Mistake(f"{raw['name']}: {column.name} is never {label}")
        return {level: column.labels[label] for level, label in levels.items()}
    if raw["is"] == "silent":
        return levels
    return {level: value * scale_of(column) for level, value in levels.items()}


def find_object(mib, alarm, name):
    if name not in mib.objects or not mib.objects[name].readable:
        raise Mistake(f"{alarm}: there is no readable object {name}")
    return mib.objects[name]


def alarm_of(mib, entities, raw):
    name = raw["name"]
    column = None if raw["is"] == "silent" else find_object(mib, name, raw["column"])
    if raw["scope"] not in SCOPES or raw["is"] not in (*COMPARISONS, "silent"):
        raise Mistake(f"{name}: wrong scope or comparison")
    entity = entities[raw["entity"]]
    if column is not None and column.table != entity.table:
        raise Mistake(f"{name}: {column.name} is not in {entity.table}")
    for label in raw.get("where", {}):
        if label not in entity.labels:
            raise Mistake(f"{name}: {entity.name} has no label {label}")
    notification = raw.get("notification", {})
    for word in notification.values():
        if word not in mib.notifications:
            raise Mistake(f"{name}: there is no notification {word}")
    on_site = raw.get("on_site")
    return Alarm(name, entity, column, raw["is"], levels_of(mib, raw, column), parse_duration(raw["for"]),
                 [(find_object(mib, name, other), operator, number)
                  for other, operator, number in raw.get("only_if", [])],
                 raw.get("where", {}), find_object(mib, name, on_site) if on_site else None,
                 raw.get("hidden_by", []), raw["scope"], raw["text"], raw["means"], raw["do"],
                 notification.get("raise", ""), notification.get("clear", ""))


def load(base):
    """BASE is a folder that tests/base-mibs has filled."""
    mib = mib_module.load(base)
    with open(mib_module.ROOT / "mibs/monitoring.toml", "rb") as file:
        raw = tomllib.load(file)
    entities = {entity["name"]: entity_of(mib, entity) for entity in raw["entity"]}
    alarms = {alarm["name"]: alarm_of(mib, entities, alarm) for alarm in raw["alarm"]}
    for alarm in alarms.values():
        for other in alarm.hidden_by:
            if other not in alarms:
                raise Mistake(f"{alarm.name}: there is no alarm {other}")
    told = {word for alarm in alarms.values() for word in (alarm.raised_by, alarm.cleared_by)}
    for notification in mib.notifications:
        if notification not in told:
            raise Mistake(f"{notification} belongs to no alarm")
    return Monitoring(base, mib, entities, alarms)
