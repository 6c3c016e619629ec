# SPDX-License-Identifier: BSD-2-Clause
"""What Zabbix 7.0 makes of a walk, done over again for a template, as Debian 12 has no Zabbix 7.0: the steps "SNMP walk
to JSON" and "SNMP walk value". Scripts are run by zabbix_js, which is Zabbix' own."""

import functools
import json
import re
import subprocess
import tempfile

import yaml
from lab import Trouble


def load(path):
    return yaml.safe_load(path.read_text())["zabbix_export"]


def parse(text):
    """A walk in the form of snmpwalk -On as values by OIDs, each with its type."""
    values = {}
    for match in re.finditer(r'^(\.[\d.]+) = (?:([A-Za-z0-9-]+): ?)?("(?:\\.|[^"\\])*"|.*?)$(?=\n\.|\n?\Z)', text,
                             re.MULTILINE | re.DOTALL):
        oid, kind, value = match.groups()
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        if kind == "Hex-STRING":
            value = value.replace("\n", "").rstrip()
        values[oid] = (kind, value)
    return values


def converted(kind, value, form):
    if kind == "Hex-STRING" and form == "1":
        return bytes.fromhex(value).decode("utf-8", errors="replace")
    return value


@functools.lru_cache(maxsize=None)
def run_script(script, value):
    """A script of preprocessing, which gets VALUE."""
    with tempfile.NamedTemporaryFile("w", suffix=".js") as file, tempfile.NamedTemporaryFile("w") as given:
        file.write(script)
        file.flush()
        given.write(value)
        given.flush()
        how = ["-i", given.name] if value else ["-p", ""]  # it refuses an empty file
        done = subprocess.run(["zabbix_js", "-s", file.name, *how], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"zabbix_js: {done.stderr} {done.stdout}")
    return done.stdout.removeprefix("\n").removesuffix("\n")


class Walked:
    """A walk, and the macros that a template is used with."""

    def __init__(self, text, macros):
        self.values = parse(text)
        self.macros = macros

    def resolve(self, text):
        return re.sub(r"\{\$[^}]*\}", lambda macro: self.macros[macro[0]], text)

    def to_json(self, parameters):
        rows = {}
        for macro, oid, form in zip(*[iter(parameters)] * 3):
            prefix = "." + self.resolve(oid) + "."
            for name, (kind, value) in self.values.items():
                if name.startswith(prefix):
                    rows.setdefault(name.removeprefix(prefix), {})[macro] = converted(kind, value, form)
        return json.dumps([{"{#SNMPINDEX}": index, **row} for index, row in rows.items()])

    def value(self, oid, form):
        """None where the walk has no such object."""
        found = self.values.get("." + self.resolve(oid))
        return None if found is None else converted(*found, form)

    def rows(self, rule):
        value = None
        for step in rule["preprocessing"]:
            if step["type"] == "SNMP_WALK_TO_JSON":
                value = self.to_json(step["parameters"])
            elif step["type"] == "JAVASCRIPT":
                value = run_script(step["parameters"][0], value)
        return json.loads(value)

    def item(self, item, row):
        """The key and the value of an item of a row. None is the value of what takes two walks, a counter."""
        key, value = fill(item["key"], {macro: label.replace('"', r'\"') for macro, label in row.items()}), None
        for step in item.get("preprocessing", ()):
            parameters = step["parameters"]
            if step["type"] == "SNMP_WALK_VALUE":
                value = self.value(fill(parameters[0], row), parameters[1])
                if value is None:
                    return key, None
            elif step["type"] == "JAVASCRIPT":
                value = run_script(parameters[0], value)
            elif step["type"] == "MULTIPLIER":
                value = repr(float(value) * float(parameters[0]))
            elif step["type"] == "CHANGE_PER_SECOND":
                return key, None
        return key, value


def fill(text, row):
    for macro, value in row.items():
        text = text.replace(macro, value)
    return text


def evaluate(export, walk, macros):
    """The values of a template's items, by keys."""
    template = export["templates"][0]
    walked = Walked(walk, {**{macro["macro"]: macro["value"] for macro in template["macros"]}, **macros})
    values = dict(walked.item(item, {}) for item in template["items"] if item["type"] == "DEPENDENT")
    for rule in template["discovery_rules"]:
        for row in walked.rows(rule):
            values.update(walked.item(item, row) for item in rule["item_prototypes"])
    return values
