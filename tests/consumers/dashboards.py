# SPDX-License-Identifier: BSD-2-Clause
"""What a dashboard of conf/grafana asks Prometheus, asked as Grafana does it."""

import json
import re

from lab import ROOT, Trouble


def substitute(text, variables):
    return re.sub(r"\$(\w+)", lambda match: variables[match[1]], text)


def check_variable(server, variable):
    """It must find something to choose from."""
    metric, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
    selector = substitute(metric, {"instance": ".+", "site": ".+"})
    if not server.ask(f"/api/v1/label/{label}/values", **{"match[]": selector})["data"]:
        raise Trouble(f"variable {variable['name']} finds nothing")


def check_target(server, where, panel, target, variables):
    """It must find data that have the labels which the legend names. In tables, Grafana joins what has equal labels."""
    expression = substitute(target["expr"], variables)
    found = server.range(expression) if target["range"] else [metric for metric, _ in server.query(expression)]
    if not found:
        raise Trouble(f"{where}: no data for {expression}")
    for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
        if any(label not in metric for metric in found):
            raise Trouble(f"{where}: no label {label} in {expression}")
    if len(panel["targets"]) > 1 and any("__name__" in metric for metric in found):
        raise Trouble(f"{where}: {expression} cannot be joined")


def check(server):
    """All dashboards; how many queries they have."""
    count = 0
    for path in sorted((ROOT / "conf/grafana").glob("*.json")):
        dashboard = json.loads(path.read_text())
        variables = {each["name"]: each.get("allValue", "") for each in dashboard["templating"]["list"]}
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                check_variable(server, variable)
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                check_target(server, f"{path.name}, {panel['title']}", panel, target, variables)
                count += 1
    if not count:
        raise Trouble("there are no dashboards")
    return count
