# SPDX-License-Identifier: BSD-2-Clause
"""What a template of Zabbix must look like, for what ours use: its elements and their words, and that all fit."""

import re

import yaml
from lab import Trouble
from zabbix_walk import load

STEPS = {"MULTIPLIER", "JAVASCRIPT", "CHANGE_PER_SECOND", "DISCARD_UNCHANGED_HEARTBEAT"}
STEPS_70 = {"SNMP_WALK_VALUE", "SNMP_WALK_TO_JSON"}
RULE_STEPS = {"JAVASCRIPT", "DISCARD_UNCHANGED_HEARTBEAT", "SNMP_WALK_TO_JSON"}

TAGS = {"tags": [{"tag": str, "value": str}]}
FILTER = {"evaltype": {"AND"}, "conditions": [
    {"macro": str, "value": str, "operator": {"MATCHES_REGEX", "NOT_MATCHES_REGEX"}, "formulaid": str}]}
STEP = {"type": STEPS | STEPS_70, "parameters": [str], "error_handler": {"CUSTOM_VALUE"}, "error_handler_params": str}
ITEM = {"uuid": str, "name": str, "type": {"SNMP_AGENT", "DEPENDENT", "INTERNAL", "SNMP_TRAP"}, "snmp_oid": str,
        "key": str, "delay": str, "history": str, "trends": str, "value_type": {"FLOAT", "CHAR", "UNSIGNED", "TEXT"},
        "units": str, "description": str, "valuemap": {"name": str}, "preprocessing": [STEP],
        "master_item": {"key": str}, **TAGS}
TRIGGER = {"uuid": str, "expression": str, "recovery_mode": {"RECOVERY_EXPRESSION", "NONE"}, "recovery_expression": str,
           "correlation_mode": {"TAG_VALUE"}, "correlation_tag": str, "name": str, "event_name": str, "opdata": str,
           "priority": {"WARNING", "HIGH"}, "description": str, "type": {"MULTIPLE"}, "manual_close": {"YES"},
           "status": {"DISABLED"}, "dependencies": [{"name": str, "expression": str}], **TAGS}
DISCOVER = {"discover": {"NO_DISCOVER"}}
GRAPH = {"uuid": str, "name": str, "type": {"STACKED"}, "ymin_type_1": {"FIXED"}, "ymax_type_1": {"FIXED"},
         "graph_items": [{"sortorder": str, "drawtype": {"SINGLE_LINE", "BOLD_LINE"}, "color": str,
                          "calc_fnc": {"ALL"}, "item": {"host": str, "key": str}}]}
OVERRIDE = {"name": str, "step": str, "filter": FILTER, "operations": [
    {"operationobject": {"ITEM_PROTOTYPE", "TRIGGER_PROTOTYPE"}, "operator": {"REGEXP"}, "value": str,
     "discover": {"DISCOVER"}}]}
RULE = {"uuid": str, "name": str, "type": {"SNMP_AGENT", "DEPENDENT"}, "snmp_oid": str, "key": str, "delay": str,
        "status": {"DISABLED"}, "filter": FILTER, "lifetime": str, "description": str,
        "item_prototypes": [{**ITEM, **DISCOVER}], "trigger_prototypes": [{**TRIGGER, **DISCOVER}],
        "graph_prototypes": [GRAPH], "master_item": {"key": str}, "preprocessing": [STEP], "overrides": [OVERRIDE]}
WIDGETS = {"6.0": {"ITEM", "GRAPH_PROTOTYPE"}, "7.0": {"item", "graphprototype"}}
GROUPS = {"6.0": "groups", "7.0": "template_groups"}
COLUMNS = {"6.0": 24, "7.0": 72}


def schema(version):
    widget = {"type": WIDGETS[version], "x": str, "y": str, "width": str, "height": str,
              "hide_header": {"YES"}, "fields": [
                  {"type": {"ITEM", "GRAPH_PROTOTYPE", "INTEGER"}, "name": str, "value": object}]}
    return {"version": {version}, GROUPS[version]: [{"uuid": str, "name": str}], "triggers": [TRIGGER], "templates": [{
        "uuid": str, "template": str, "name": str, "description": str, "groups": [{"name": str}], "items": [ITEM],
        "discovery_rules": [RULE], "macros": [{"macro": str, "value": str, "description": str}],
        "dashboards": [{"uuid": str, "name": str, "pages": [{"name": str, "widgets": [widget]}]}],
        "valuemaps": [{"uuid": str, "name": str, "mappings": [{"value": str, "newvalue": str}]}], **TAGS}]}


def compare(value, known, where):
    """VALUE must have the form KNOWN: a dict of elements, a list of them, a set of words, or a type."""
    if isinstance(known, dict):
        if not isinstance(value, dict) or set(value) - set(known):
            raise Trouble(f"{where}: {set(value) - set(known)} is not known there")
        for name, part in value.items():
            compare(part, known[name], f"{where}.{name}")
    elif isinstance(known, list):
        if not isinstance(value, list) or not value:
            raise Trouble(f"{where} is no list or an empty one")
        for number, part in enumerate(value):
            compare(part, known[0], f"{where}[{number}]")
    elif isinstance(known, set):
        if value not in known:
            raise Trouble(f"{where} is {value}")
    elif not isinstance(value, known):
        raise Trouble(f"{where} is no {known.__name__}")


def nodes(value):
    """All dicts below VALUE."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(part)


def check_uuids(export):
    """Zabbix takes only those of version 4. None may stand for two things."""
    uuids = [node["uuid"] for node in nodes(export) if "uuid" in node]
    wrong = [uuid for uuid in uuids if not re.fullmatch("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", uuid)]
    if wrong or len(set(uuids)) != len(uuids):
        raise Trouble(f"uuids: {wrong}, {len(uuids) - len(set(uuids))} stand for two things")


def keys_of(expression):
    return re.findall(r'/NetBackup by SNMP/([a-z._]+(?:\[(?:"(?:[^"\\]|\\.)*"|[^]"])*\])?)', expression)


def check_triggers(triggers, keys, others):
    """Their items and the triggers that they depend on are there."""
    known = {(trigger["name"], trigger["expression"]) for trigger in [*triggers, *others]}
    for trigger in triggers:
        used = keys_of(trigger["expression"]) + keys_of(trigger.get("recovery_expression", ""))
        if not used or not set(used) <= keys:
            raise Trouble(f"{trigger['name']}: there is no item {set(used) - keys}")
        for other in trigger.get("dependencies", ()):
            if (other["name"], other["expression"]) not in known:
                raise Trouble(f"{trigger['name']} depends on {other['name']}, which is not there")


def check_ends(triggers):
    """What a notification raises ends by another value of the item, as Zabbix looks at the recovery expression only
    once the expression no longer holds. Else people must be able to close it."""
    for trigger in triggers:
        recovery = trigger.get("recovery_expression", "")
        if "nodata" in recovery or bool(recovery) != (trigger.get("recovery_mode") == "RECOVERY_EXPRESSION") or \
                trigger.get("recovery_mode") == "NONE" and "manual_close" not in trigger:
            raise Trouble(f"{trigger['name']} would never end")


def check_severities(export):
    """A notification is as severe as what polling raises of the same alarm: one of its levels."""
    triggers = [node for node in nodes(export) if "priority" in node]
    for trigger in triggers:
        alarm, _, kind = trigger["name"].partition(": ")
        polled = {other["priority"] for other in triggers
                  if other["name"].startswith(f"{alarm}: ") and ": notification " not in other["name"]}
        if kind.startswith("notification ") and trigger["priority"] not in polled:
            raise Trouble(f"{trigger['name']} is {trigger['priority']}, but polled it is one of {polled}")


def check_row_macros(rule):
    """A row has each macro that its names, keys and expressions take."""
    parameters = [step["parameters"] for step in rule["preprocessing"] if step["type"] == "SNMP_WALK_TO_JSON"]
    known = {"{#SNMPINDEX}", "{#SITE_INDEX}", *re.findall(r"\{#[^}]*\}", rule.get("snmp_oid", "")),
             *(macro for words in parameters for macro in words[::3])}
    used = set(re.findall(r"\{#[^}]*\}", yaml.safe_dump(rule, width=1000000)))
    if not used <= known:
        raise Trouble(f"{rule['name']}: no row has {used - known}")


def seconds(text):
    """A duration of Zabbix; None where it is a number of values."""
    return None if text.startswith("#") else int(text[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[text[-1]]


def check_periods(rule, macros):
    """A time that triggers look at has more than one value."""
    delays = {item["key"]: item["delay"] for item in rule["item_prototypes"]}
    for trigger in rule.get("trigger_prototypes", ()):
        for key in set(keys_of(trigger["expression"])) & set(delays):
            for period in re.findall(re.escape(key) + r",(\{\$[^}]*\})", trigger["expression"]):
                time = seconds(macros[period])
                if time is not None and time <= seconds(macros[delays[key]]):
                    raise Trouble(f"{trigger['name']}: {period} has one value of {key} only")


def check_items(items, template, version):
    maps = {known["name"] for known in template["valuemaps"]}
    masters = {item["key"] for item in template["items"] if item["type"] == "SNMP_AGENT"}
    for item in items:
        if item.get("valuemap", {}).get("name") not in maps | {None}:
            raise Trouble(f"{item['key']}: there is no {item['valuemap']}")
        if (item["type"] == "DEPENDENT") != ("master_item" in item) or \
                item.get("master_item", {}).get("key") not in masters | {None}:
            raise Trouble(f"{item['key']} has no master")
        steps = {step["type"] for step in item.get("preprocessing", ())}
        if steps - STEPS - (STEPS_70 if version == "7.0" else set()) or \
                "item_prototypes" in item and steps - RULE_STEPS:
            raise Trouble(f"{item['key']} has steps that {version} does not know there: {steps}")
        for step in item.get("preprocessing", ()):
            if step["type"] == "SNMP_WALK_TO_JSON" and len(step["parameters"]) % 3:
                raise Trouble(f"{item['key']}: not three parameters for each macro")


def check_macros(export):
    """Each macro that is used has a value and says what it is for."""
    text = yaml.safe_dump({**export, "templates": [{**export["templates"][0], "macros": []}]}, width=1000000)
    used = set(re.findall(r"\{\$[A-Z0-9._]+", text))
    known = {re.match(r"\{\$[A-Z0-9._]+", macro["macro"])[0] for macro in export["templates"][0]["macros"]}
    if used != known:
        raise Trouble(f"macros: {used ^ known} are not both used and described")


def check_dashboards(template, version):
    graphs = {graph["name"] for rule in template["discovery_rules"] for graph in rule.get("graph_prototypes", ())}
    keys = {item["key"] for item in template["items"]}
    for widget in nodes(template["dashboards"]):
        if "width" in widget and int(widget["x"]) + int(widget["width"]) > COLUMNS[version]:
            raise Trouble(f"a widget is wider than the dashboard: {widget}")
        if isinstance(widget.get("value"), dict) and not {
                widget["value"].get("name"), widget["value"].get("key")} & (graphs | keys):
            raise Trouble(f"a widget shows what is not there: {widget}")


def check(path, version):
    export = load(path)
    compare(export, schema(version), path.name)
    check_uuids(export)
    check_macros(export)
    template = export["templates"][0]
    rules = template["discovery_rules"]
    prototypes = [item for rule in rules for item in rule["item_prototypes"]]
    check_items([*template["items"], *rules, *prototypes], template, version)
    keys = {item["key"] for item in template["items"]}
    check_triggers(export["triggers"], keys, ())
    check_ends(export["triggers"])
    check_severities(export)
    macros = {macro["macro"]: macro["value"] for macro in template["macros"]}
    for rule in rules:
        check_row_macros(rule)
        if version == "6.0":  # items of 7.0 have the delay of their master
            check_periods(rule, macros)
        own = {item["key"] for item in rule["item_prototypes"]}
        check_triggers(rule.get("trigger_prototypes", ()), own | keys, export["triggers"])
        for graph in rule.get("graph_prototypes", ()):
            if not {line["item"]["key"] for line in graph["graph_items"]} <= own:
                raise Trouble(f"{graph['name']} shows what is not there")
    check_dashboards(template, version)


def as_60(export):
    """The template of 7.0 with what is new in it taken out."""
    names = {new: old for new, old in zip(sorted(WIDGETS["7.0"]), ("GRAPH_PROTOTYPE", "ITEM"))}
    export["groups"] = export.pop("template_groups")
    export["version"] = "6.0"
    for node in list(nodes(export)):
        if "preprocessing" in node:
            node["preprocessing"] = [step for step in node["preprocessing"] if step["type"] not in STEPS_70]
        if node.get("type") in names:
            node["type"] = names[node["type"]]
            node["x"], node["width"] = (str(int(node[name]) // 3) for name in ("x", "width"))
        if node.get("name", "").endswith("id.0"):
            node["name"] = node["name"].removesuffix(".0")
    return yaml.safe_dump({"zabbix_export": export}, sort_keys=False)
