# SPDX-License-Identifier: BSD-2-Clause
"""conf/zabbix/: templates for Zabbix 6.0 and 7.0, and the list of what is in them."""

import yaml

import zabbix_parts as parts
import zabbix_readme
from monitoring import scale_of
from zabbix_parts import TEMPLATE, step
from zabbix_traps import traps

GROUP = {"uuid": "a571c0d144b14fd4a87a9d9b2aa9fcd6", "name": "Templates/Applications"}  # Zabbix' own
SEVERITIES = {"warning": "WARNING", "critical": "HIGH"}
SNMP_AVAILABLE = "zabbix[host,snmp,available]"

# Graphs of rows: the entity, the name, whether the values are stacked, and the columns with their colours.
GRAPHS = (
    ("site", "Jobs that ended", True,
     (("nbuSiteSucceeded", "43A047"), ("nbuSitePartial", "FDD835"), ("nbuSiteFailed", "E53935"))),
    ("site", "Jobs that run or wait", False, (("nbuSiteActive", "1E88E5"), ("nbuSiteQueued", "FB8C00"))),
    ("site", "What is overdue", False, (("nbuSitePoliciesOverdue", "E53935"), ("nbuSiteClientsOverdue", "8E24AA"))),
    ("workload", "Success rate", False, (("nbuWorkloadSuccessRate", "43A047"),)),
    ("disk-pool", "Space", False, (("nbuDiskPoolUsable", "90A4AE"), ("nbuDiskPoolUsed", "E53935"))),
    ("disk-pool", "Used", False, (("nbuDiskPoolUsedPercent", "E53935"), ("nbuDiskPoolHighWaterMark", "FDD835"))),
    ("storage-unit", "Used", False, (("nbuStorageUnitUsedPercent", "1E88E5"),)),
    ("media-pool", "Tapes", False, (("nbuMediaPoolMedia", "1E88E5"), ("nbuMediaPoolInError", "E53935"))),
)

# The dashboard, on a grid of 24 columns: the page, then what is shown, its place and its size.
DASHBOARD = (
    ("Overview", (
        ("item", "nbuAgentSites", 0, 0, 6, 2),
        ("item", "nbuAgentSitesDown", 6, 0, 6, 2),
        ("item", "nbuAgentUptime", 12, 0, 6, 2),
        ("item", "nbuAgentVersion", 18, 0, 6, 2),
        ("graphs", ("site", "Jobs that ended"), 0, 2, 12, 8, 1, 2),
        ("graphs", ("site", "Jobs that run or wait"), 12, 2, 12, 4, 2, 1),
        ("graphs", ("site", "What is overdue"), 12, 6, 12, 4, 2, 1),
        ("graphs", ("disk-pool", "Used"), 0, 10, 24, 5, 3, 1),
    )),
    ("Workloads", (("graphs", ("workload", "Success rate"), 0, 0, 24, 15, 3, 3),)),
    ("Storage", (
        ("graphs", ("disk-pool", "Space"), 0, 0, 24, 8, 3, 2),
        ("graphs", ("storage-unit", "Used"), 0, 8, 12, 6, 2, 2),
        ("graphs", ("media-pool", "Tapes"), 12, 8, 12, 6, 2, 2),
    )),
)


class Zabbix60:
    """SNMP the old way: each item asks for its own object, which the server does many at a time."""

    version = "6.0"
    groups = "groups"
    columns = 24
    widgets = {"item": "ITEM", "graphs": "GRAPH_PROTOTYPE"}
    field = ""
    text = {"trends": "0"}
    keep_error = [""]

    def masters(self, _template):
        return []

    def item(self, entity, oid, _is_text):
        return {"type": "SNMP_AGENT", "snmp_oid": oid, "delay": parts_interval(entity)}, []

    def rule(self, entity, columns):
        pairs = ",".join(f"{parts.macro(label)},{oid}" for label, oid in columns)
        return {"type": "SNMP_AGENT", "snmp_oid": f"discovery[{pairs}]", "delay": "{$NBU.DISCOVERY.INTERVAL}"}, []


class Zabbix70:
    """SNMP the new way: a master item walks a table, and all else depends on it."""

    version = "7.0"
    groups = "template_groups"
    columns = 72
    widgets = {"item": "item", "graphs": "graphprototype"}
    field = ".0"
    text = {}
    keep_error = ["-1"]

    def masters(self, template):
        return [template.walk(entity) for entity in template.entities]

    def item(self, entity, oid, is_text):
        # The other form of a text is that of octets, which 1 turns into UTF-8.
        return self.dependent(entity), [step("SNMP_WALK_VALUE", oid, "1" if is_text else "0")]

    def rule(self, entity, columns):
        parameters = [word for label, oid in columns for word in (parts.macro(label), oid, "1")]
        empty = {"error_handler": "CUSTOM_VALUE", "error_handler_params": "[]"}  # a table without rows
        return self.dependent(entity), [step("SNMP_WALK_TO_JSON", *parameters, **empty)]

    @staticmethod
    def dependent(entity):
        return {"type": "DEPENDENT", "master_item": {"key": f"nbu.{parts.entity_key(entity)}.walk"}}


def parts_interval(entity):
    return "{$NBU.INTERVAL:" + entity.name + "}" if entity.name in parts.INTERVALS else "{$NBU.INTERVAL}"


def tags(**values):
    return [{"tag": tag, "value": value} for tag, value in values.items()]


class Template:
    """All that one file has. What people read of it in README.md is gathered on the way."""

    def __init__(self, monitoring, flavor):
        self.monitoring = monitoring
        self.mib = monitoring.mib
        self.flavor = flavor
        self.entities = [entity for entity in monitoring.entities.values()]
        self.macros = {}
        self.value_maps = {}
        self.alarms = {entity.name: [alarm for alarm in monitoring.alarms.values() if alarm.entity is entity]
                       for entity in self.entities}
        self.agent = self.entities[0]

    # -- names ------------------------------------------------------------------------------------------------------

    def macro(self, name, value, description):
        self.macros[name] = (value, description)
        return name

    def oid(self, column):
        """With the base as a macro, so that a template serves another base, too."""
        return "{$NBU.BASE}" + column.oid.removeprefix(self.mib.root)

    def key(self, column):
        entity = next(entity for entity in self.entities if entity.table == column.table)
        return parts.column_key(entity, column, self.mib.tables)

    def reference(self, key):
        return f"/{TEMPLATE}/{key}"

    def columns(self, entity):
        if entity.labels:
            columns = self.mib.tables[entity.table].columns
        else:
            columns = [scalar for scalar in self.mib.objects.values() if scalar.table == entity.table]
        return [column for column in columns if parts.is_item(column, entity)]

    # -- items ------------------------------------------------------------------------------------------------------

    def walk(self, entity):
        """The master item of a table. The states of the sites come with it, as alarms of the rows look at them."""
        roots = [self.mib.tables[entity.table].entry_oid if entity.labels else
                 self.columns(entity)[0].oid.rpartition(".")[0]]
        roots += [hider.column.oid for hider in self.hiders_elsewhere(entity)]
        oids = ",".join("{$NBU.BASE}" + oid.removeprefix(self.mib.root) for oid in roots)
        key = f"nbu.{parts.entity_key(entity)}.walk"
        return {"uuid": parts.uuid("item", key), "name": f"Walk of {entity.table}", "type": "SNMP_AGENT",
                "snmp_oid": f"walk[{oids}]", "key": key, "delay": parts_interval(entity), "history": "0",
                "value_type": "TEXT", "description": f"All of {entity.table}, which the other items are taken from.",
                "tags": tags(component="raw")}

    def essential(self, entity, column):
        """Whether each row has the item."""
        if entity.name not in parts.ESSENTIAL:
            return True
        looked_at = {looked.name for alarm in self.alarms[entity.name]
                     for looked in [alarm.column, *(other for other, _, _ in alarm.only_if)]}
        return column.name in looked_at or column.name in parts.ESSENTIAL[entity.name]

    def item(self, entity, column):
        oid = self.oid(column) + (".{#SNMPINDEX}" if entity.labels else ".0")
        source, first = self.flavor.item(entity, oid, not column.is_number and not parts.is_date(column))
        prefix = parts.sentence(parts.title(entity)) + ": " if entity.labels else "Agent: "
        item = {"uuid": parts.uuid("item", self.key(column)), "name": prefix + parts.column_title(column), **source,
                "key": self.key(column), "value_type": parts.value_type(column), "units": parts.units(column),
                "description": column.description}
        if item["value_type"] == "CHAR":
            item.update(self.flavor.text)
        known = parts.value_map(column)
        if known:
            self.value_maps[known[0]] = known[1]
            item["valuemap"] = {"name": known[0]}
        if first + parts.steps(column):
            item["preprocessing"] = first + parts.steps(column)
        item["tags"] = self.item_tags(entity)
        if not self.essential(entity, column):
            item["discover"] = "NO_DISCOVER"
        return {name: value for name, value in item.items() if value != ""}

    def item_tags(self, entity):
        site = {"site": "{#SITE}"} if entity.labels else {}
        return tags(component=parts.entity_key(entity), **site)

    def hiders_elsewhere(self, entity):
        """Alarms of sites that hide alarms of this entity's rows. Their column is repeated with each row, as triggers
        of two discovery rules cannot depend on each other."""
        if entity.name == "site":
            return []
        hiders = {hider.name: hider for alarm in self.alarms[entity.name] for hider in self.hiders(alarm)}
        return list(filter(self.is_guard, hiders.values()))

    def guard_key(self, entity, hider):
        if entity is hider.entity:
            return self.key(hider.column)
        name = "site_" + "_".join(parts.column_words(hider.column)).lower()
        return parts.key_of(entity, name, self.mib.tables)

    def guard_item(self, entity, hider):
        """The state of the row's site."""
        source, first = self.flavor.item(entity, self.oid(hider.column) + ".{#SITE_INDEX}", False)
        key = self.guard_key(entity, hider)
        name, texts = parts.value_map(hider.column)
        self.value_maps[name] = texts
        item = {"uuid": parts.uuid("item", key),
                "name": f"{parts.sentence(parts.title(entity))}: Site {parts.column_title(hider.column).lower()}",
                **source, "key": key, "history": "1d", "trends": "0", "valuemap": {"name": name},
                "description": f"{hider.column.name} of the row's site. It is here for the triggers of the row, which "
                               f"{hider.name} hides.",
                "preprocessing": first, "tags": self.item_tags(entity)}
        return {name: value for name, value in item.items() if value != []}

    # -- triggers ---------------------------------------------------------------------------------------------------

    def period(self, alarm):
        value = parts.period(alarm.seconds, parts.interval(alarm.entity))
        return self.macro(parts.alarm_macro(alarm, "FOR") + "}", value, f"How long it must be so for {alarm.name}.")

    def guard_period(self, entity, hider):
        """That of the hider. Rows that are read less often have one of their own, of two values at least: one failed
        refresh must not hide them."""
        period = self.period(hider)
        if entity.name not in parts.INTERVALS:
            return period
        return self.macro(period.replace("}", f":{entity.name}}}"),
                          parts.period(hider.seconds, parts.interval(entity), 2),
                          f"How long it must be so for {hider.name} before it hides what is raised for "
                          f"{entity.table}.")

    def compared(self, alarm, level):
        """The macro of a threshold, with the row as its context."""
        name = parts.alarm_macro(alarm, {"warning": "WARN", "critical": "CRIT"}[level])
        unit = ", in percent" if alarm.scale != 1 else ""
        labels = ":".join(filter(None, ("SITE", " ".join(parts.row_labels(alarm.entity)).upper())))
        where = f' Context: "{labels}".' if alarm.entity.labels else ""
        self.macro(name + "}", parts.threshold(alarm, level), f"Threshold of {alarm.name}, {level}{unit}.{where}")
        return name + parts.context(alarm.entity) + "}"

    def hiders(self, alarm):
        return [self.monitoring.alarms[name] for name in alarm.hidden_by]

    @staticmethod
    def is_guard(hider):
        """Alarms of a site's state are looked at in the expression. A trigger that depends on another stays as it is
        while the other one is raised, so that what is raised already would stay."""
        return hider.entity.name == "site" and hider.comparison == "equal"

    def guards(self, alarm, entity=None):
        """That no alarm of the site hides this one. An alarm does so only when it is raised itself: what is raised
        must not end before."""
        return [self.guard(entity or alarm.entity, hider, number)
                for hider in filter(self.is_guard, self.hiders(alarm)) for number in hider.levels.values()]

    def guard(self, entity, hider, number):
        state = self.reference(self.guard_key(entity, hider))
        return f'(count({state},{self.guard_period(entity, hider)},"ne",{number})>0 or last({state})<>{number})'

    def expression(self, alarm, level):
        if alarm.comparison == "silent":
            uptime = self.reference(self.key(self.mib.objects["nbuAgentUptime"]))
            period = self.period(alarm)
            return f"max({self.reference(SNMP_AVAILABLE)},{period})=0 or nodata({uptime},{period})=1"
        item = self.reference(self.key(alarm.column))
        period = self.period(alarm)
        if alarm.comparison == "equal":
            number = alarm.levels[level]
            test = [f'count({item},{period},"ne",{number})=0', f"last({item})={number}"]
        elif alarm.comparison == "above":
            test = [f"min({item},{period})>{self.compared(alarm, level)}"]
        else:
            test = [f"max({item},{period})<{self.compared(alarm, level)}"]
        test += [f"last({self.reference(self.key(column))}){operator}{number / scale_of(column):g}"
                 for column, operator, number in alarm.only_if]
        return " and ".join(test + self.guards(alarm))

    def trigger_name(self, alarm, level):
        return f"{alarm.name}: {parts.title(alarm.entity)}" + (", warning" if level == "warning" else "")

    def dependencies(self, alarm, level):
        """What this one depends on: its own higher level, and what hides it."""
        above = [(alarm, "critical")] if level == "warning" and "critical" in alarm.levels else []
        above += [(hider, other) for hider in self.hiders(alarm) for other in hider.levels
                  if hider.entity in (alarm.entity, self.agent) and not self.is_guard(hider)]
        return [{"name": self.trigger_name(other, how), "expression": self.expression(other, how)}
                for other, how in above]

    def event_name(self, alarm, level):
        text = parts.with_labels(alarm.text, alarm.entity)
        if "{threshold}" not in text:
            return parts.sentence(text)
        unit = " %" if alarm.scale != 1 else ""
        return parts.sentence(text.replace("{threshold}", self.compared(alarm, level) + unit))

    def trigger(self, alarm, level):
        expression = self.expression(alarm, level)
        known = {"uuid": parts.uuid("trigger", alarm.name, level), "expression": expression,
                 "name": self.trigger_name(alarm, level), "event_name": self.event_name(alarm, level),
                 "opdata": "Now: {ITEM.LASTVALUE1}", "priority": SEVERITIES[level],
                 "description": f"{alarm.means}\n{alarm.do}", "dependencies": self.dependencies(alarm, level)}
        if alarm.where:
            known["discover"] = "NO_DISCOVER"  # but see overrides()
        site = {"site": "{#SITE}"} if alarm.entity.labels else {}
        known["tags"] = tags(alarm=alarm.name, scope=alarm.scope, **site)
        return {name: value for name, value in known.items() if value}

    def site_trigger(self, alarm):
        """Stands for an alarm of rows that are not discovered."""
        site = self.monitoring.entities["site"]
        item = self.reference(self.key(alarm.on_site))
        test = [f"min({item},{self.period(alarm)})>0"] + self.guards(alarm, site)
        return {"uuid": parts.uuid("trigger", alarm.name, "site"), "expression": " and ".join(test),
                "name": f"{alarm.name}: {parts.title(site)}",
                "event_name": parts.sentence(f"{parts.title(site)}: {parts.column_title(alarm.on_site).lower()}"),
                "opdata": "Now: {ITEM.LASTVALUE1}", "status": "DISABLED",
                "priority": SEVERITIES[list(alarm.levels)[-1]],
                "description": f"Enable it where no {parts.entity_label(alarm.entity)} is discovered.\n{alarm.do}",
                "tags": tags(alarm=alarm.name, scope=alarm.scope, site="{#SITE}")}

    def triggers(self, entity):
        found = [self.trigger(alarm, level) for alarm in self.alarms[entity.name] for level in alarm.levels]
        if entity.name == "site":
            found += [self.site_trigger(alarm) for alarm in self.monitoring.alarms.values() if alarm.on_site]
        return found

    # -- discovery --------------------------------------------------------------------------------------------------

    def filter(self, entity):
        conditions = []
        for label in ["site"] + parts.row_labels(entity):
            name = "{$NBU." + label.upper()
            what = label.replace("_", " ")
            for end, value, operator in ((".MATCHES}", ".*", "MATCHES_REGEX"),
                                         (".NOT_MATCHES}", "^$", "NOT_MATCHES_REGEX")):
                self.macro(name + end, value,
                           f"Rows are discovered if their {what} "
                           + ("matches this." if operator == "MATCHES_REGEX" else "does not match this."))
                conditions.append({"macro": parts.macro(label), "value": name + end, "operator": operator,
                                   "formulaid": chr(ord("A") + len(conditions))})
        return {"evaltype": "AND", "conditions": conditions}

    def overrides(self, entity, items):
        """Items that only some rows have, and triggers of rows with certain labels."""
        found = []
        details = [item["name"].rpartition(": ")[2] for item in items if "discover" in item]
        if details:
            label = parts.row_labels(entity)[0]
            name = self.macro("{$NBU." + entity.name.upper() + ".DETAILS}", "^$",
                              f"The {label.replace('_', ' ')} of rows of {entity.table} that have all items.")
            found.append(self.override("Details", [(label, name)], "ITEM_PROTOTYPE", f": ({'|'.join(details)})$"))
        for alarm in self.alarms[entity.name]:
            if alarm.where:
                found.append(self.override(alarm.name, [(label, f"^{value}$") for label, value in alarm.where.items()],
                                           "TRIGGER_PROTOTYPE", f"^{alarm.name}: "))
        for number, override in enumerate(found):
            override["step"] = str(number + 1)
        return found

    @staticmethod
    def override(name, conditions, what, pattern):
        return {"name": name, "step": "", "filter": {"evaltype": "AND", "conditions": [
            {"macro": parts.macro(label), "value": value, "operator": "MATCHES_REGEX",
             "formulaid": chr(ord("A") + number)} for number, (label, value) in enumerate(conditions)]},
                "operations": [{"operationobject": what, "operator": "REGEXP", "value": pattern,
                                "discover": "DISCOVER"}]}

    def rule(self, entity):
        columns = [(label, self.oid(self.mib.objects[column])) for label, column in entity.labels.items()]
        source, first = self.flavor.rule(entity, columns)
        items = [self.item(entity, column) for column in self.columns(entity)]
        items += [self.guard_item(entity, hider) for hider in self.hiders_elsewhere(entity)]
        name = parts.sentence(parts.entity_label(entity))
        rule = {"uuid": parts.uuid("rule", entity.name), "name": f"{name} discovery", **source,
                "key": f"nbu.{parts.entity_key(entity)}.discovery", "lifetime": "7d",
                "filter": self.filter(entity),
                "description": f"The rows of {entity.table}.",
                "preprocessing": first + [step("JAVASCRIPT", parts.ROWS_SCRIPT),
                                          step("DISCARD_UNCHANGED_HEARTBEAT", "1h")],
                "item_prototypes": items, "trigger_prototypes": self.triggers(entity),
                "graph_prototypes": [self.graph(*graph) for graph in GRAPHS if graph[0] == entity.name],
                "overrides": self.overrides(entity, items)}
        if entity.name in parts.SWITCHED_OFF:
            rule["status"] = "DISABLED"
        return {name: value for name, value in rule.items() if value}

    def graph_name(self, entity, name):
        return f"{parts.sentence(parts.title(entity))}: {name}"

    def graph(self, entity_name, name, stacked, columns):
        entity = self.monitoring.entities[entity_name]
        lines = [{"sortorder": str(number), "drawtype": "SINGLE_LINE" if stacked else "BOLD_LINE", "color": color,
                  "calc_fnc": "ALL", "item": {"host": TEMPLATE, "key": self.key(self.mib.objects[column])}}
                 for number, (column, color) in enumerate(columns)]
        percent = {"ymax_type_1": "FIXED"} if parts.units(self.mib.objects[columns[0][0]]) == "%" else {}  # to 100
        return {"uuid": parts.uuid("graph", entity_name, name), "name": self.graph_name(entity, name),
                **({"type": "STACKED"} if stacked else {}), "ymin_type_1": "FIXED", **percent, "graph_items": lines}

    # -- the whole --------------------------------------------------------------------------------------------------

    def widget(self, what, shown, x, y, width, height, columns=0, rows=0):
        scale = self.flavor.columns // 24
        if what == "item":
            fields = [self.field("ITEM", "itemid" + self.flavor.field,
                                 {"host": TEMPLATE, "key": self.key(self.mib.objects[shown])})]
        else:
            entity = self.monitoring.entities[shown[0]]
            fields = [self.field("INTEGER", "columns", str(columns)), self.field("INTEGER", "rows", str(rows)),
                      self.field("GRAPH_PROTOTYPE", "graphid" + self.flavor.field,
                                 {"host": TEMPLATE, "name": self.graph_name(entity, shown[1])})]
        return {"type": self.flavor.widgets[what], "x": str(x * scale), "y": str(y), "width": str(width * scale),
                "height": str(height), **({"hide_header": "YES"} if what == "item" else {}), "fields": fields}

    @staticmethod
    def field(kind, name, value):
        return {"type": kind, "name": name, "value": value}

    def dashboard(self):
        return {"uuid": parts.uuid("dashboard"), "name": "NetBackup", "pages": [
            {"name": page, "widgets": [self.widget(*widget) for widget in widgets]} for page, widgets in DASHBOARD]}

    def agent_items(self):
        available = {"uuid": parts.uuid("item", SNMP_AVAILABLE), "name": "Agent: SNMP availability",
                     "type": "INTERNAL", "key": SNMP_AVAILABLE, "delay": "{$NBU.INTERVAL}",
                     "valuemap": {"name": "Availability"}, "tags": tags(component="agent"),
                     "description": "Whether snmpd answers, as the Zabbix server sees it."}
        self.value_maps["Availability"] = {0: "not available", 1: "available", 2: "unknown"}
        return [available] + [self.item(self.agent, column) for column in self.columns(self.agent)]

    def base_macros(self):
        self.macro("{$NBU.BASE}", self.mib.root, "The OID of the agent's base-oid.")
        self.macro("{$NBU.INTERVAL}", parts.INTERVAL, "How often tables are read.")
        for name, value in parts.INTERVALS.items():
            table = self.monitoring.entities[name].table
            self.macro("{$NBU.INTERVAL:" + name + "}", value, f"How often {table} is read.")
        if self.flavor.version == "6.0":
            self.macro("{$NBU.DISCOVERY.INTERVAL}", "1h", "How often rows are looked for.")

    def build(self):
        self.base_macros()
        items = self.flavor.masters(self) + self.agent_items()
        rules = [self.rule(entity) for entity in self.entities if entity.labels]
        trap_items, trap_triggers = traps(self)
        triggers = self.triggers(self.agent) + trap_triggers
        template = {"uuid": parts.uuid("template"), "template": TEMPLATE, "name": TEMPLATE, "description": DESCRIPTION,
                    "groups": [{"name": GROUP["name"]}], "items": items + trap_items, "discovery_rules": rules,
                    "tags": tags(**{"class": "software", "target": "netbackup"}),
                    "macros": [{"macro": name, "value": value, "description": text}
                               for name, (value, text) in sorted(self.macros.items())],
                    "dashboards": [self.dashboard()],
                    "valuemaps": [{"uuid": parts.uuid("valuemap", name), "name": name, "mappings": [
                        {"value": str(value), "newvalue": text} for value, text in texts.items()]}
                        for name, texts in sorted(self.value_maps.items())]}
        return {"zabbix_export": {"version": self.flavor.version, self.flavor.groups: [GROUP],
                                  "templates": [template],
                                  "triggers": triggers}}


DESCRIPTION = """\
Jobs, policies, clients, storage, tapes and security of NetBackup primary servers, as nbu-agentx shows them by SNMP.
MIB: NBU-JOBS-MIB. README.md beside this file says how to set it up.
An age of 4294967295 means never.
"""


class Dumper(yaml.SafeDumper):
    """Blocks for texts of several lines, so that a diff of a script can be read."""

    def ignore_aliases(self, data):
        return True


def represent_text(dumper, text):
    lines = "\n" in text and not any(line.endswith(" ") for line in text.split("\n"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if lines else None)


Dumper.add_representer(str, represent_text)

HEAD = """\
# SPDX-License-Identifier: BSD-2-Clause
# Made by "make nms" from the MIB and mibs/monitoring.toml; change those.
"""


def text_of(export):
    return HEAD + yaml.dump(export, Dumper=Dumper, sort_keys=False, width=1000000, allow_unicode=True)


def files(monitoring):
    made = {}
    for flavor in (Zabbix60(), Zabbix70()):
        export = Template(monitoring, flavor).build()
        made[f"conf/zabbix/{flavor.version}/template_netbackup_snmp.yaml"] = text_of(export)
        if flavor.version == "6.0":
            made["conf/zabbix/README.md"] = zabbix_readme.text(export["zabbix_export"], monitoring)
    return made
