# SPDX-License-Identifier: BSD-2-Clause
"""conf/grafana: dashboards over what conf/prometheus collects. Units, thresholds, values and descriptions
come from the MIB and from the alarms."""

import dataclasses
import json
import re

from monitoring import scale_of

FOLDER = "conf/grafana/"
SELECT = '{instance=~"$instance",site=~"$site"}'
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24
NEVER = 4294967295
UNITS = {"seconds": "s", "milliseconds": "ms", "bytes": "bytes", "1/100 percent": "percent"}
COLORS = {"warning": "orange", "critical": "red"}
# What is not shown of a row: Prometheus' own labels.
HIDDEN = ("Time", "__name__", "job", "instance")
# From a site's name to its dashboard.
SITE_LINK = {"title": "this site", "url": "/d/nbu-site?var-site=${__value.text}"}
LINK = {"matcher": {"id": "byName", "options": "Site"}, "properties": [{"id": "links", "value": [SITE_LINK]}]}


@dataclasses.dataclass
class Panel:
    """TARGETS are pairs of an expression and a legend; those of a table are names of columns."""

    title: str
    kind: str  # stat, timeseries, bargauge or table
    width: int
    targets: list
    unit: str = ""  # of Grafana; "" takes that of COLUMN
    column: str = ""  # whose thresholds, values and description it has
    description: str = ""
    sort: tuple = ()  # of a table: by which column, and whether the greatest is first
    height: int = 8


def stat(title, expression, column, width=3):
    return Panel(title, "stat", width, [(expression, "")], column=column, height=4)


def single(title, column, width=3):
    return stat(title, column + SELECT, column, width)


def graph(title, targets, width=12, **words):
    return Panel(title, "timeseries", width, targets, **words)


def table(title, columns, sort, width=24, description="", height=8):
    return Panel(title, "table", width, columns.split(), sort=sort, description=description, height=height)


def total(column):
    return f"sum({column}{SELECT})"


def overview(mib):
    down = mib.objects["nbuSiteStatus"].labels["down"]
    firing = 'ALERTS{alertname=~"Nbu.+",alertstate="firing",instance=~"$instance"}'
    return [
        stat("Sites down", f"sum(nbuSiteStatus{SELECT} == bool {down})", "nbuAgentSitesDown"),
        stat("Alarms", f"count({firing}) or vector(0)", ""),
        stat("Failed jobs", total("nbuSiteFailed"), "nbuSiteFailed"),
        stat("Policies overdue", total("nbuSitePoliciesOverdue"), "nbuSitePoliciesOverdue"),
        stat("Clients overdue", total("nbuSiteClientsOverdue"), "nbuSiteClientsOverdue"),
        stat("Running jobs", total("nbuSiteActive"), "nbuSiteActive"),
        stat("Waiting jobs", total("nbuSiteQueued"), "nbuSiteQueued"),
        stat("Oldest data", f"max(nbuSiteDataAge{SELECT})", "nbuSiteDataAge"),
        table("Sites", "nbuSiteStatus nbuSiteDataAge nbuSiteSucceeded nbuSitePartial nbuSiteFailed nbuSiteActive "
              "nbuSiteQueued nbuSiteOldestActiveAge nbuSiteOldestQueuedAge nbuSiteLastEndAge nbuSitePoliciesOverdue "
              "nbuSiteClientsOverdue", ("nbuSiteFailed", True)),
        Panel("Alarms that are raised", "table", 24, [(firing, "")], description="docs/alarms.md says what to do.",
              sort=("severity", False)),
        graph("Jobs that succeeded", [(f"nbu:site_success:ratio{SELECT}", "{{site}}")], unit="percentunit",
              description="Of the jobs that ended within the window, with status 0 or 1."),
        graph("Failed jobs", [("nbuSiteFailed" + SELECT, "{{site}}")], column="nbuSiteFailed"),
        graph("Jobs that end in an hour", [(f"3600 * sum by (site) (nbu:jobs_finished:rate15m{SELECT})", "{{site}}")],
              unit="short", description="From the jobs that ended in the last 15 minutes."),
        graph("Data moved", [(f"sum by (site) (nbu:job_bytes:rate15m{SELECT})", "{{site}}")], unit="Bps",
              description="By the jobs that ended in the last 15 minutes."),
        graph("Running jobs", [("nbuSiteActive" + SELECT, "{{site}}")], column="nbuSiteActive"),
        graph("Waiting jobs", [("nbuSiteQueued" + SELECT, "{{site}}")], column="nbuSiteQueued"),
    ]


def site(_mib):
    failed = 'nbuJobCount{instance=~"$instance",site=~"$site",status!~"0|1"}'
    kinds = "sum by (job_type) "
    return [
        single("Site", "nbuSiteStatus"), single("Age of the data", "nbuSiteDataAge"),
        single("Succeeded", "nbuSiteSucceeded"), single("Partly succeeded", "nbuSitePartial"),
        single("Failed", "nbuSiteFailed"), single("Policies overdue", "nbuSitePoliciesOverdue"),
        single("Longest run", "nbuSiteOldestActiveAge"), single("Longest wait", "nbuSiteOldestQueuedAge"),
        table("Workloads", "nbuWorkloadSuccessRate nbuWorkloadSucceeded nbuWorkloadPartial nbuWorkloadFailed "
              "nbuWorkloadActive nbuWorkloadQueued nbuWorkloadOldestActiveAge nbuWorkloadOldestQueuedAge "
              "nbuWorkloadBytes nbuWorkloadLastSuccessAge", ("nbuWorkloadFailed", True), height=10),
        Panel("Failures by status", "bargauge", 12,
              [(f"topk(10, sum by (status) ({failed} > 0))", "status {{status}}")], column="nbuJobCount",
              description="The ten status codes that most jobs of the window ended with, without 0 and 1."),
        Panel("What jobs wait for", "bargauge", 12,
              [(f"nbuQueueJobs{SELECT} * on (instance, site, reason) group_left (nbuQueueReasonText) "
                f"nbuQueueReasonText{SELECT}", "{{nbuQueueReasonText}} ({{reason}})")], column="nbuQueueJobs"),
        table("Policies", "nbuPolicyOverdue nbuPolicyLastStatus nbuPolicyLastRunStatus nbuPolicyLastSuccessAge "
              "nbuPolicyMaxAge nbuPolicyFailureStreak nbuPolicySucceeded nbuPolicyPartial nbuPolicyFailed "
              "nbuPolicyBytes nbuPolicyRunsActive", ("nbuPolicyLastSuccessAge", True), height=10),
        table("Clients", "nbuClientOverdue nbuClientLastStatus nbuClientLastSuccessAge nbuClientMaxAge "
              "nbuClientFailureStreak nbuClientSucceeded nbuClientPartial nbuClientFailed nbuClientBytes",
              ("nbuClientLastSuccessAge", True), height=10,
              description="Those that the configuration names by its key client."),
        graph("Running jobs by type", [(f"{kinds}(nbuWorkloadActive{SELECT})", "{{job_type}}")],
              column="nbuWorkloadActive"),
        graph("Waiting jobs by type", [(f"{kinds}(nbuWorkloadQueued{SELECT})", "{{job_type}}")],
              column="nbuWorkloadQueued"),
        graph("Jobs that end in an hour", [(f"3600 * {kinds}(nbu:jobs_finished:rate15m{SELECT})", "{{job_type}}")],
              unit="short", description="From the jobs that ended in the last 15 minutes."),
        graph("Data moved", [(f"{kinds}(nbu:job_bytes:rate15m{SELECT})", "{{job_type}}")], unit="Bps",
              description="By the jobs that ended in the last 15 minutes."),
        graph("Time of a refresh", [("nbuSiteRefreshMillis" + SELECT, "{{site}}")], column="nbuSiteRefreshMillis"),
        graph("Jobs in the store", [("nbuSiteJobsHeld" + SELECT, "{{site}}")], column="nbuSiteJobsHeld"),
    ]


def storage(_mib):
    return [
        table("Disk pools", "nbuDiskPoolState nbuDiskPoolUsedPercent nbuDiskPoolAboveHighWaterMark "
              "nbuDiskPoolHighWaterMark nbuDiskPoolUsable nbuDiskPoolUsed nbuDiskPoolAvailable nbuDiskPoolVolumes "
              "nbuDiskPoolVolumesDown",
              ("nbuDiskPoolUsedPercent", True)),
        graph("Use of disk pools", [(f"nbuDiskPoolUsedPercent{SELECT} / 100", "{{site}} {{pool}}")],
              column="nbuDiskPoolUsedPercent"),
        graph("Days until a disk pool is full", [("nbu:disk_pool_full:days" + SELECT, "{{site}} {{pool}}")], unit="d",
              description="If it goes on as in the last day. A pool that does not fill up is not shown."),
        table("Storage units", "nbuStorageUnitUsedPercent nbuStorageUnitTotal nbuStorageUnitUsed nbuStorageUnitFree "
              "nbuStorageUnitMaxJobs nbuStorageUnitOnDemand nbuStorageUnitWorm", ("nbuStorageUnitUsedPercent", True)),
        table("Storage servers", "nbuStorageServerState nbuStorageServerUsedPercent nbuStorageServerDedupPercent "
              "nbuStorageServerSize nbuStorageServerUsed nbuStorageServerAvailable",
              ("nbuStorageServerUsedPercent", True)),
        table("Tape drives", "nbuDriveStatus nbuDrivePaths nbuDrivePathsDown nbuDriveLastCleaningAge",
              ("nbuDrivePathsDown", True), 12, 'They need "tape" in collect.'),
        table("Tapes", "nbuMediaPoolMedia nbuMediaPoolNeverUsed nbuMediaPoolExpired nbuMediaPoolInError "
              "nbuMediaPoolPartiallyFull", ("nbuMediaPoolMedia", False), 12,
              'They need "media" in collect, and NetBackup 10.5 or later.'),
        table("Security", "nbuSecurityImagesInfected nbuSecurityAnomaliesHigh nbuSecurityAnomaliesMedium "
              "nbuSecurityAnomaliesLow nbuSecurityScansFailed nbuSecurityCertificatesEnding "
              "nbuSecurityCertificatesEnded nbuSecurityApiKeyDays", ("nbuSecurityImagesInfected", True),
              description='It needs "security" in collect.'),
        table("Can these be trusted?", "nbuResourceState nbuResourceDataAge nbuResourceInterval nbuResourceRows "
              "nbuResourceMillis nbuResourceErrorClass", ("nbuResourceDataAge", True)),
    ]


DASHBOARDS = (("nbu-overview", "NetBackup: all sites", overview), ("nbu-site", "NetBackup: a site", site),
              ("nbu-storage", "NetBackup: storage, tape, security", storage))


class Maker:
    """Makes panels, with what the MIB and the alarms say of columns."""

    def __init__(self, monitoring):
        self.mib = monitoring.mib
        self.alarms = self.alarms_by_column(monitoring)
        # Columns that are above 0 while an alarm is raised for anything of the site, and that of sites that are down.
        self.sums = {alarm.on_site.name: COLORS[max(alarm.levels, key=list(COLORS).index)]
                     for alarm in monitoring.alarms.values() if alarm.on_site is not None}
        self.sums["nbuAgentSitesDown"] = COLORS["critical"]
        self.entities = {entity.table: entity for entity in monitoring.entities.values()}

    @staticmethod
    def alarms_by_column(monitoring):
        """The alarms of a column, which may be several. One that looks at some rows only, or at other columns as well,
        says nothing about the colour of a cell."""
        found = {}
        for alarm in monitoring.alarms.values():
            others = [column for column, _, _ in alarm.only_if if column is not alarm.column]
            if alarm.column is not None and not alarm.where and not others:
                found.setdefault(alarm.column.name, []).append(alarm)
        return found

    def heading(self, name):
        """nbuSiteDataAge is Data age in a table of sites."""
        own = name.removeprefix(self.mib.objects[name].table.removesuffix("Table"))
        return " ".join(re.findall("[A-Z][a-z0-9]*", own)).capitalize()

    def labels_of(self, name):
        return list(self.entities[self.mib.objects[name].table].labels)

    def cells(self, name):
        """The cells of a column. They must have the same labels in all columns, so the name must go."""
        scaled = " / 100" if self.mib.objects[name].units == "1/100 percent" else ""
        return f"max by (instance, {', '.join(self.labels_of(name))}) ({name}{SELECT}){scaled}"

    def steps(self, name):
        """Colours. Grafana's steps begin at a value, while an alarm above 0 is not raised by 0."""
        alarm = next((alarm for alarm in self.alarms.get(name, []) if alarm.comparison in ("above", "below")), None)
        steps = [{"color": "green", "value": None}]
        if name in self.sums:
            return steps + [{"color": self.sums[name], "value": 1}]
        if alarm is None:
            return steps
        if alarm.comparison == "above":
            return steps + [{"color": COLORS[level], "value": (alarm.levels[level] + 1) / alarm.scale}
                            for level in COLORS if level in alarm.levels]
        levels = [level for level in reversed(COLORS) if level in alarm.levels]
        values = [None, *(alarm.levels[level] / alarm.scale for level in levels)]
        return [{"color": color, "value": value}
                for color, value in zip([*(COLORS[level] for level in levels), "green"], values)]

    def mappings(self, name):
        """Names for numbers; those that raise an alarm are coloured."""
        column = self.mib.objects[name]
        colors = {number: COLORS[level] for alarm in self.alarms.get(name, []) if alarm.comparison == "equal"
                  for level, number in alarm.levels.items()}
        options = {str(number): {"text": text, **({"color": colors[number]} if number in colors else {})}
                   for text, number in column.labels.items()}
        if column.is_age:
            options[str(NEVER)] = {"text": "never"}
        if column.is_optional:
            options[f"{-1 / scale_of(column):g}"] = {"text": "not known", "color": "text"}
        return [{"type": "value", "options": options}] if options else []

    def field(self, name, unit=""):
        column = self.mib.objects[name]
        return {"unit": unit or ("s" if column.is_age else UNITS.get(column.units, "none")),
                "mappings": self.mappings(name), "thresholds": {"mode": "absolute", "steps": self.steps(name)}}

    def defaults(self, panel):
        if panel.column:
            return self.field(panel.column, panel.unit)
        return {"unit": panel.unit or "none", "mappings": [],
                "thresholds": {"mode": "absolute", "steps": [{"color": "green", "value": None}]}}

    def description(self, panel):
        if panel.description or not (panel.column or panel.kind == "table"):
            return panel.description
        if panel.kind == "table":
            return self.mib.tables[self.mib.objects[panel.targets[0]].table].description
        return self.mib.objects[panel.column].description

    def targets(self, panel):
        of_columns = isinstance(panel.targets[0], str)
        pairs = [(self.cells(name), "") for name in panel.targets] if of_columns else panel.targets
        how = {"instant": panel.kind != "timeseries", "range": panel.kind == "timeseries",
               "format": "table" if panel.kind == "table" else "time_series"}
        return [{"refId": chr(ord("A") + place), "datasource": SOURCE, "expr": expression,
                 "legendFormat": legend or "__auto", **how} for place, (expression, legend) in enumerate(pairs)]

    def table_parts(self, panel):
        """Each column is a query of its own; Grafana joins them by their labels."""
        if isinstance(panel.targets[0], str):
            labels, hidden = self.labels_of(panel.targets[0]), HIDDEN
            values = {f"Value #{chr(ord('A') + place)}": self.heading(name) for place, name in enumerate(panel.targets)}
            overrides = [LINK, *map(self.override, panel.targets)]
            sort = self.heading(panel.sort[0])
        else:  # what the labels say is all
            labels, hidden = ["severity", "alertname", "site"], (*HIDDEN, "alertstate", "Value")
            values, overrides, sort = {}, [LINK], panel.sort[0].capitalize()
        names = {**{label: label.replace("_", " ").capitalize() for label in labels}, **values}
        organize = {"excludeByName": dict.fromkeys(hidden, True), "renameByName": names,
                    "indexByName": {name: place for place, name in enumerate(names)}}
        order = {"fields": {}, "sort": [{"field": sort, "desc": panel.sort[1]}]}
        return {"transformations": [{"id": "merge", "options": {}}, {"id": "organize", "options": organize},
                                    {"id": "sortBy", "options": order}],
                "options": {"showHeader": True, "sortBy": [{"displayName": sort, "desc": panel.sort[1]}]}}, overrides

    def override(self, name):
        field = self.field(name)
        colored = len(field["thresholds"]["steps"]) > 1 or any("color" in option for mapping in field["mappings"]
                                                               for option in mapping["options"].values())
        cell = [{"id": "custom.displayMode", "value": "color-text"}] if colored else []
        return {"matcher": {"id": "byName", "options": self.heading(name)},
                "properties": [*({"id": key, "value": value} for key, value in field.items()), *cell]}

    def parts(self, panel):
        """What is peculiar to a kind of panel, its overrides, and more of its defaults."""
        calc = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        if panel.kind == "table":
            return (*self.table_parts(panel), {"custom": {"align": "auto", "displayMode": "auto", "filterable": True}})
        if panel.kind == "stat":
            options = {"reduceOptions": calc, "colorMode": "value", "graphMode": "none", "textMode": "auto"}
            return {"options": options}, [], {}
        if panel.kind == "bargauge":
            return ({"options": {"reduceOptions": calc, "orientation": "horizontal", "displayMode": "gradient"}}, [],
                    {"min": 0})
        legend = {"displayMode": "table", "placement": "bottom", "showLegend": True, "calcs": ["lastNotNull", "max"],
                  "sortBy": "Max", "sortDesc": True}
        lines = "dashed" if panel.column and len(self.steps(panel.column)) > 1 else "off"
        return ({"options": {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}}, [],
                {"min": 0, "custom": {"lineWidth": 1, "fillOpacity": 10, "showPoints": "auto", "spanNulls": False,
                                      "thresholdsStyle": {"mode": lines}}})

    def panel(self, panel, number, place):
        peculiar, overrides, more = self.parts(panel)
        return {"id": number, "type": panel.kind, "title": panel.title, "description": self.description(panel),
                "datasource": SOURCE, "gridPos": place, "targets": self.targets(panel),
                "fieldConfig": {"defaults": {**self.defaults(panel), **more}, "overrides": overrides}, **peculiar}

    def panels(self, panels):
        """Side by side as long as there is room."""
        made, x, y, row = [], 0, 0, 0
        for number, panel in enumerate(panels, start=1):
            if x + panel.width > WIDTH:
                x, y, row = 0, y + row, 0
            made.append(self.panel(panel, number, {"x": x, "y": y, "w": panel.width, "h": panel.height}))
            x, row = x + panel.width, max(row, panel.height)
        return made


def variable(name, label, metric):
    query = f"label_values({metric}, {name})"
    return {"name": name, "label": label, "type": "query", "datasource": SOURCE, "definition": query,
            "query": {"query": query, "refId": name}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
            "allValue": ".+", "current": {"text": ["All"], "value": ["$__all"]}}


VARIABLES = ({"name": "datasource", "label": "data source", "type": "datasource", "query": "prometheus", "current": {}},
             variable("instance", "agent", "nbuAgentUptime"),
             variable("site", "site", 'nbuSiteStatus{instance=~"$instance"}'))


def dashboard(maker, uid, title, panels):
    links = [{"type": "dashboards", "title": "NetBackup", "tags": ["nbu-agentx"], "asDropdown": True,
              "includeVars": True, "keepTime": True, "icon": "external link", "targetBlank": False, "tooltip": ""}]
    return {"uid": uid, "title": title, "tags": ["nbu-agentx"], "schemaVersion": 36, "version": 1, "editable": True,
            "graphTooltip": 1, "refresh": "1m", "time": {"from": "now-24h", "to": "now"}, "timezone": "",
            "links": links, "annotations": {"list": []}, "templating": {"list": VARIABLES},
            "panels": maker.panels(panels(maker.mib))}


def files(monitoring):
    maker = Maker(monitoring)
    return {f"{FOLDER}{uid}.json": json.dumps(dashboard(maker, uid, title, panels), indent=2, ensure_ascii=False) + "\n"
            for uid, title, panels in DASHBOARDS}
