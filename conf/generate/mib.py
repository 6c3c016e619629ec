# SPDX-License-Identifier: BSD-2-Clause
"""What the MIB modules define, as smidump of libsmi reads them."""

import dataclasses
import os
import pathlib
import subprocess
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE = "NBU-JOBS-MIB"


@dataclasses.dataclass
class Object:
    """A column, an index that cannot be read, or a scalar."""

    name: str
    oid: str  # without a leading dot; that of a scalar lacks its .0
    syntax: str  # the textual convention if it has one, else the base type
    basetype: str  # Unsigned32, Integer32, Unsigned64, OctetString, Enumeration
    units: str
    labels: dict  # of an enumeration: its numbers by their names
    minimum: int  # of a number with a range; None = it has none
    description: str
    readable: bool
    table: str  # the table's name; that of the group for a scalar
    scalar: bool = False

    @property
    def is_age(self):
        """Seconds, or 4294967295 for never."""
        return self.syntax == "NbuAge"

    @property
    def is_optional(self):
        """A number that is -1 where nothing is known."""
        return self.minimum == -1

    @property
    def is_number(self):
        return self.basetype in ("Unsigned32", "Integer32", "Unsigned64") or bool(self.labels)

    @property
    def is_counter(self):
        return self.syntax in ("Counter32", "Counter64")

    @property
    def is_wide_gauge(self):
        """A gauge of 64 bits, which SNMP can only carry as if it were a counter."""
        return self.syntax == "NbuGauge64"


@dataclasses.dataclass
class Table:
    name: str
    oid: str
    entry: str
    entry_oid: str
    index: list  # the names of its index objects
    description: str
    columns: list


@dataclasses.dataclass
class Notification:
    name: str
    oid: str
    objects: list  # the names of its objects, in their order
    description: str


@dataclasses.dataclass
class Mib:
    root: str  # nbuRoot
    tables: dict
    objects: dict  # columns and scalars by name
    notifications: dict


def text_of(node):
    """Its description as paragraphs of one line each."""
    text = node.findtext("description") or ""
    paragraphs = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "\n".join(part for part in paragraphs if part)


def range_of(typedef):
    """The least number that a type allows; None where it says nothing, or is no number."""
    found = typedef.find("range")
    return int(found.get("min")) if found is not None and typedef.get("basetype") != "OctetString" else None


def object_of(node, table, scalar=False):
    # A type is given in place, which also gives its parent, or by a name.
    typedef, named = node.find("syntax/typedef"), node.find("syntax/type")
    labels, parent, minimum = {}, None, None
    if typedef is not None:
        basetype = typedef.get("basetype")
        parent = typedef.find("parent")
        labels = {label.get("name"): int(label.get("number")) for label in typedef.iter("namednumber")}
        minimum = range_of(typedef)
        syntax = parent.get("name") if parent is not None else basetype
    else:
        syntax = named.get("name")
        basetype = BASETYPES[syntax]
    if syntax == "TruthValue":
        labels = {"true": 1, "false": 2}
    return Object(node.get("name"), node.get("oid"), syntax, basetype, node.findtext("units") or "",
                  labels, minimum, text_of(node), node.findtext("access") == "readonly", table, scalar)


# What our modules use.
BASETYPES = {"Gauge32": "Unsigned32", "Unsigned32": "Unsigned32", "Counter32": "Unsigned32",
             "Integer32": "Integer32", "Counter64": "Unsigned64", "TimeStamp": "Unsigned32",
             "NbuAge": "Unsigned32", "NbuGauge64": "Unsigned64", "TruthValue": "Enumeration",
             "DateAndTime": "OctetString", "SnmpAdminString": "OctetString"}


def table_of(node):
    row = node.find("row")
    name = node.get("name")
    return Table(name, node.get("oid"), row.get("name"), row.get("oid"),
                 [index.get("name") for index in row.findall("linkage/index")], text_of(node),
                 [object_of(column, name) for column in row.findall("column")])


def dump(base):
    """The module as XML. BASE is a folder that tests/base-mibs has filled."""
    mibs = ROOT / "mibs"
    done = subprocess.run(
        ["smidump", "-c", "/dev/null", "-f", "xml", mibs / f"{MODULE}.txt"], capture_output=True, text=True,
        check=True, env={**os.environ, "SMIPATH": f"{base}:{mibs}"})
    return xml.etree.ElementTree.fromstring(done.stdout)


def load(base):
    tree = dump(base)
    tables = {table.name: table for table in map(table_of, tree.iter("table"))}
    objects = {column.name: column for table in tables.values() for column in table.columns}
    for node in tree.iter("scalar"):
        # A scalar belongs to the group that is the next object above it.
        above = node.get("oid").rpartition(".")[0]
        group = next(other.get("name") for other in tree.iter("node") if other.get("oid") == above)
        objects[node.get("name")] = object_of(node, group, scalar=True)
    notifications = {
        node.get("name"): Notification(node.get("name"), node.get("oid"),
                                       [part.get("name") for part in node.findall("objects/object")],
                                       text_of(node))
        for node in tree.iter("notification")}
    module = next(node for node in tree.iter("node") if node.get("name") == "nbuJobsMIB")
    return Mib(module.get("oid").rpartition(".")[0], tables, objects, notifications)
