# SPDX-License-Identifier: BSD-2-Clause
"""conf/prometheus: the module for snmp_exporter, which its own generator makes, and a list of its metrics."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yamltext
from mib import ROOT
from yamltext import HEAD, NOTE

FOLDER = "conf/prometheus/"
MODULE = "nbu"

# Texts that hardly ever change: they become series of their own with the value 1. All other texts are left out, as each
# change of a text would make a new series.
TEXTS = ("nbuAgentVersion", "nbuSiteApiVersion", "nbuPolicyPolicyTypeLabel", "nbuQueueReasonText",
         "nbuStorageUnitType", "nbuDiskPoolCategory", "nbuStorageServerVersion")
# Nothing else says when the certificate ends.
INSTANTS = ("nbuSiteCertificateExpires",)
# Its rows are single jobs: each would be a series that lives for a few hours.
NO_TABLES = ("nbuFailureTable",)


def tables(monitoring):
    return [table for table in monitoring.mib.tables.values() if table.name not in NO_TABLES]


def columns(monitoring):
    """All that is below what is walked."""
    walked = {table.name for table in tables(monitoring)} | {"nbuAgent"}
    return [column for column in monitoring.mib.objects.values() if column.table in walked]


def labels(monitoring):
    """The names of labels by the columns that have them."""
    return {column: label for entity in monitoring.entities.values() for label, column in entity.labels.items()}


def is_exported(monitoring, column):
    """Numbers are, but not those that are a label, or are there a second time in MiB."""
    if not column.readable or column.name in labels(monitoring) or column.syntax == "TimeStamp":
        return False
    if any(column.name.replace("Mebibytes", word) in monitoring.mib.objects for word in ("", "Bytes")
           if column.units == "MiB"):
        return False
    return column.is_number or column.name in TEXTS + INSTANTS


def lookups(monitoring):
    """Where the generator finds labels. It takes a lookup for each table whose index has its parts; where two lookups
    end in the same label, the later counts. The site is looked up in its own table alone, which always has the row."""
    entities = [entity for entity in monitoring.entities.values() if entity.labels]
    indexes = {entity.name: monitoring.mib.tables[entity.table].index for entity in entities}
    return [{"source_indexes": indexes[entity.name], "lookup": column, "drop_source_indexes": True}
            for entity in sorted(entities, key=lambda entity: len(indexes[entity.name]))
            for label, column in entity.labels.items() if label != "site" or entity.name == "site"]


def overrides(monitoring):
    left_out = {column.name: {"ignore": True} for column in columns(monitoring) if not is_exported(monitoring, column)}
    gauges = {column.name: {"type": "gauge"} for column in columns(monitoring) if column.is_wide_gauge}
    return {**gauges, **left_out}


def module(monitoring):
    return {"walk": ["nbuAgent", *(table.name for table in tables(monitoring))],
            "max_repetitions": 50, "timeout": "5s", "retries": 2,
            "lookups": lookups(monitoring), "overrides": overrides(monitoring)}


def generator(monitoring):
    old = {**module(monitoring), "version": 2, "auth": {"community": "public"}}
    return HEAD + "# For the generator of snmp_exporter before 0.23.\n" + yamltext.dump({"modules": {MODULE: old}})


def new_generator(monitoring):
    return (HEAD + "# For the generator of snmp_exporter 0.23 and later.\n"
            + yamltext.dump({"auths": {"public_v2": {"community": "public", "version": 2}},
                             "modules": {MODULE: module(monitoring)}}))


def renames(monitoring):
    """A sed script. The generator names labels after columns; that is the one thing that it cannot be told."""
    lines = [f"s/^\\( *labelname: \\){lookup['lookup']}$/\\1{labels(monitoring)[lookup['lookup']]}/\n"
             for lookup in lookups(monitoring)]
    return HEAD + "# Gives the labels in what the generator has made their names.\n" + "".join(lines)


def generate(text, base, script):
    """What snmp_exporter's generator makes of TEXT, with the labels renamed by SCRIPT."""
    with tempfile.TemporaryDirectory(prefix="nbu-generator.") as name:
        folder = pathlib.Path(name)
        (folder / "generator.yml").write_text(text)
        (folder / "labels.sed").write_text(script)
        try:
            subprocess.run(["prometheus-snmp-generator", "generate", f"--output-path={folder}/snmp.yml"], cwd=folder,
                           env={**os.environ, "MIBDIRS": f"{pathlib.Path(base).resolve()}:{ROOT / 'mibs'}", "MIBS": ""},
                           capture_output=True, text=True, check=True)
            return subprocess.run(["sed", "-f", folder / "labels.sed", folder / "snmp.yml"], capture_output=True,
                                  text=True, check=True).stdout
        except FileNotFoundError as error:
            sys.exit(f"there is no {error.filename}: run tests/setup nms")
        except subprocess.CalledProcessError as error:
            sys.exit(f"the generator of snmp_exporter fails: {error.stderr}")


def new_packaging(text):
    """The same module for 0.23 and later: these keep the community apart from the modules."""
    body = re.sub(r"^  version: 2\n|^  auth:\n    community: public\n", "", text, flags=re.MULTILINE)
    body = "".join("  " + line for line in body.splitlines(keepends=True) if not line.startswith("#"))
    auths = {"auths": {"public_v2": {"community": "public", "security_level": "noAuthNoPriv", "auth_protocol": "MD5",
                                     "priv_protocol": "DES", "version": 2}}}
    return yamltext.dump(auths) + "modules:\n" + body


def metrics(monitoring):
    """A table of what there is for people who write queries."""
    lines = ["# Metrics\n", "<!-- " + NOTE.strip("# \n") + " -->\n",
             "These are the metrics that the module `nbu` of snmp_exporter gives. Each has the label `instance`, the",
             "host of snmpd, and the labels of its table. Ages are in seconds; 4294967295 means never.\n"]
    for entity in monitoring.entities.values():
        mine = [column for column in columns(monitoring)
                if column.table == entity.table and is_exported(monitoring, column)]
        own = ", ".join(f"`{name}`" for name in entity.labels) or "none"
        lines += [f"## {entity.table}\n", f"Labels: {own}\n",
                  "| metric | type | unit or values |", "|---|---|---|"]
        for column in mine:
            values = ", ".join(f"{number} {name}" for name, number in column.labels.items())
            kind = "counter" if column.is_counter else "gauge"
            if column.name in TEXTS:
                values = f"always 1; the text is in the label `{column.name}`"
            elif column.name in INSTANTS:
                values = "seconds since 1970; far below 0 when there is none"
            lines.append(f"| `{column.name}` | {kind} | {values or column.units} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def files(monitoring):
    made = generate(generator(monitoring), monitoring.base, renames(monitoring))
    head = HEAD + "# For snmp_exporter {}.\n"
    return {FOLDER + name: text for name, text in {
        "generator.yml": generator(monitoring),
        "generator-0.23.yml": new_generator(monitoring),
        "labels.sed": renames(monitoring),
        "snmp.yml": head.format("before 0.23") + made,
        "snmp-0.23.yml": head.format("0.23 and later") + new_packaging(made),
        "metrics.md": metrics(monitoring)}.items()}
