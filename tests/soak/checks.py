# SPDX-License-Identifier: BSD-2-Clause
"""What must be true when all is quiet: rows as the servers tell, notifications once, and nothing that has grown."""

import collections
import json
import os
import pathlib

from lab import OBJECTS, Trouble, wait_for

STATES = {"UP": "2", "DOWN": "3"}
DRIVE_STATES = {"DRIVE_STATUS_UP": "2", "DRIVE_STATUS_DOWN": "3"}
MIB = 1 << 20


def read_table(world, table, first, last):
    """The rows of a table: a list of values as text for each, strings as they are."""
    dump = world.lab.folder / "dump"
    world.lab.numbers([world.lab.build / "bench/walker", "-r", 5, "-d", dump, world.snmpd.port, f"{OBJECTS}.{table}.1",
                       first, last])
    found = collections.defaultdict(dict)
    skip = len(f"{OBJECTS}.{table}.1".split("."))
    for line in dump.read_text().splitlines():
        name, kind, value = line.split(" ")
        column, index = int(name.split(".")[skip]), tuple(name.split(".")[skip + 1:])
        found[index][column] = bytes.fromhex(value).decode() if kind == "4" else value
    return [[row.get(column, "") for column in range(first, last + 1)] for row in found.values()]


def shown_cells(world, name):
    rows = read_table(world, 3, 4, 13)
    return sorted(tuple(row[1:6] + row[7:10]) for row in rows if row[0] == name and row[4] != "0")


def true_cells(world, name):
    return sorted(tuple(line.split("\t")) for line in world.primaries[name].sim.control("expected").splitlines())


def elements(world, name, path):
    return [json.loads(line) for line in world.primaries[name].sim.control(f"resources?path={path}").splitlines()]


def shown_pools(world, name):
    return sorted((row[1], row[4], row[7] if row[7] != "0" else "") for row in read_table(world, 11, 2, 9)
                  if row[0] == name)


def true_pools(world, name):
    return sorted((pool["id"], STATES[pool["attributes"]["diskPoolState"]],
                   str(pool["attributes"].get("usedCapacityBytes", "")))
                  for pool in elements(world, name, "/storage/disk-pools"))


def shown_drives(world, name):
    return sorted((row[1], row[4]) for row in read_table(world, 13, 2, 6) if row[0] == name)


def true_drives(world, name):
    return sorted((drive["id"], DRIVE_STATES[drive["attributes"]["driveStatus"]])
                  for drive in elements(world, name, "/storage/drives"))


COMPARED = {"nbuJobTable": (shown_cells, true_cells), "nbuDiskPoolTable": (shown_pools, true_pools),
            "nbuDriveTable": (shown_drives, true_drives)}


def await_truth(world):
    """Waits until the rows of all sites are those that the servers tell, which do not change any more."""
    for name in world.primaries:
        for table, (shown, true) in COMPARED.items():
            expected = true(world, name)
            try:
                wait_for("rows", lambda: shown(world, name) == expected, 60)
            except Trouble:
                rows = shown(world, name)
                raise Trouble(f"{table} of {name}: not shown {sorted(set(expected) - set(rows))[:5]}, and shown but not"
                              f" true {sorted(set(rows) - set(expected))[:5]}") from None


def missing(world, told):
    return [failure for failure in world.failures.values() if failure.exact and not told[failure.site, failure.job]]


def check_notifications(world):
    """None came twice, and none is missing where none may be lost."""
    try:
        wait_for("notifications", lambda: not missing(world, world.told()), 30)
    except Trouble:
        raise Trouble(f"notifications of failures that never came: {missing(world, world.told())[:5]}") from None
    told = world.told()
    ends = collections.Counter((failure.site, failure.job) for failure in world.failures.values())
    twice = {key: count for key, count in told.items() if count > ends[key]}
    if twice:
        raise Trouble(f"notified more often than they failed: {dict(list(twice.items())[:5])}")
    world.counts["notifications"] = sum(told.values())


class Figures:
    """What the agent holds, at a moment when all is quiet."""

    def __init__(self, world):
        agent = world.agent
        folder = pathlib.Path(f"/proc/{agent.pid}")
        self.descriptors = len(os.listdir(folder / "fd"))
        self.threads = len(os.listdir(folder / "task"))
        self.rss = agent.rss() * MIB
        sizes = {path.name: path.stat().st_size for path in agent.state.iterdir()}
        self.store = sum(size for name, size in sizes.items() if name.endswith(".db"))
        self.wal = sum(size for name, size in sizes.items() if name.endswith("-wal"))
        self.files = len(sizes)

    def text(self):
        return (f"{self.descriptors} descriptors, {self.threads} threads, {self.rss / MIB:.1f} MiB resident, stores"
                f" {self.store / MIB:.1f} + {self.wal / MIB:.1f} MiB")


# By how much each may be more than at the warm-up, as a factor and as an addition, and why.
LIMITS = {
    "descriptors": (1, 3),  # a connection to each server is kept, or not
    "threads": (1, 0),
    "files": (1, 3),        # the journal of each store is there, or not
    "rss": (1.3, 6 * MIB),  # a restart reads the stores in another order than a first sweep; arenas of malloc
    "store": (1.3, MIB),    # the jobs that a window has vary by as much; free pages are used again
    "wal": (1, 24 * MIB),   # journal_size_limit of three stores
}


def compare_figures(first, last, sanitized):
    """What has grown beyond its limit. A sanitizer keeps freed memory, so that memory says nothing there."""
    for key, (factor, more) in LIMITS.items():
        before, after = getattr(first, key), getattr(last, key)
        if after > before * factor + more and not (sanitized and key == "rss"):
            yield f"{key}: {before} after the warm-up, {after} at the end"
