# SPDX-License-Identifier: BSD-2-Clause
"""What is measured, which of it has a goal, and the table of results."""

import collections
import math
import statistics

# PART is what `run` calls it by, BOUND is None where there is no goal, WHY what a profile says of a goal
# that is missed. SIZED is for goals that say something at full size only, EXACT for what is counted and not
# timed. A result that is a difference is only as good as its ORIGIN, the key of what was taken from it, is steady.
Goal = collections.namedtuple("Goal", "part key what sign bound unit why sized exact origin",
                              defaults=("", False, False, None))

LIBRARY = "what is left is mostly net-snmp's decoding and encoding of names, and two processes that wake each other"
CJSON = "a third is the store, a quarter cJSON, a sixth curl and inflating"

CHANGES = ("350 jobs that begin and 350 that end in a minute are 7 pages by themselves, and the sweep of a day is 3.5 for"
           " each refresh")

GOALS = [
    Goal("sweeps", "sweep.cpu", "first sweep over HTTPS, CPU / curl + gzip + cJSON", "<=", 1.0, "x", CJSON),
    Goal("sweeps", "sweep.wall", "the same, time", "", None, "x"),
    Goal("sweeps", "sweep.page", "the same, CPU for a page of 100 jobs", "", None, "ms"),
    Goal("sweeps", "sweep.page.peer", "the loop's CPU for a page", "", None, "ms"),
    Goal("latency", "latency", "first sweep at 100 ms latency, time / latency x pages", "<=", 1.06, "x",
         "see the CPU of a page: what is left of it when the next request is under way", sized=True),
    Goal("latency", "latency.peer", "the same, curl + gzip + cJSON", "", None, "x"),
    Goal("sweeps", "refresh.cpu", "refresh with 350 finished since, CPU of first sweep / its own", ">=", 250, "x",
         "mostly the snapshot: it is made of all rows at each refresh", sized=True),
    Goal("sweeps", "refresh.ms", "the same, CPU", "", None, "ms"),
    Goal("sweeps", "refresh.held", "the same, all jobs held / a tenth of them", "<=", 4, "x", sized=True),
    Goal("sweeps", "resweep.written", "sweep of what has not changed: rows of jobs written", "<=", 0, "", exact=True),
    Goal("sweeps", "resweep.page", "the same, CPU for a page, in memory", "", None, "ms"),
    Goal("sweeps", "store.file", "store file", "<=", 64, "MiB", sized=True, exact=True),
    Goal("sweeps", "store.peak", "store file with its WAL, at the peak", "<=", 128, "MiB", sized=True, exact=True),
    Goal("sweeps", "rss.one", "resident memory, one site", "<=", 48, "MiB",
         "two snapshots of all policies and clients, and the store's cache", sized=True, exact=True),
    Goal("sweeps", "rss.more", "resident memory, each further site of that size", "<=", 14, "MiB",
         "two snapshots of all policies and clients, and the store's cache", sized=True, exact=True),
    Goal("sweeps", "rss.growth", "resident memory, growth over 100 refreshes", "<=", 1, "MiB", sized=True, exact=True),
    Goal("sweeps", "restart", "restart to first rows", "<=", 1.5, "s",
         "all jobs held are read and counted before the first row is shown", sized=True),
    Goal("sweeps", "restart.killed", "the same after kill -9", "<=", 1.5, "s",
         "all jobs held are read and counted before the first row is shown", sized=True),
    Goal("chains", "chains.4", "first sweep at 100 ms latency by 4 connections, time / latency x pages", "<=", 0.28, "x", sized=True),
    Goal("chains", "chains.8", "the same by 8", "<=", 0.16, "x", sized=True),
    Goal("chains", "chains.crowded", "the same by 4, latency doubles with each further request at work, time / by one", "<=", 1.1, "x",
         sized=True),
    Goal("chains", "chains.sparse", "the same by 4, one of 10 numbers is an id, time / latency x pages", "", None, "x"),
    Goal("chains", "chains.sparse.requests", "the same, requests for a page", "", None, "x", exact=True),
    Goal("chains", "chains.limit", "the same by 4, 429 with more than 2 at work, time / latency x pages", "", None, "x"),
    Goal("chains", "chains.limit.requests", "the same, requests for a page", "", None, "x", exact=True),
    Goal("chains", "chains.limit.refused", "the same, answers with 429", "", None, "", exact=True),
    Goal("chains", "chains.missing", "jobs that are missing after any of these sweeps", "<=", 0, "", exact=True),
    Goal("requests", "requests", "requests a day at 60 s, fewer than by a sweep each minute", ">=", 500, "x", CHANGES,
         sized=True, exact=True),
    Goal("requests", "requests.first-day", "the same on the first day, with rounds of the sweep of 6, 12 and 24 hours", "", None, "x", exact=True),
    Goal("requests", "requests.6h", "the same if each round takes 6 hours", "", None, "x", exact=True),
    Goal("requests", "requests.day", "requests a day", "", None, "", exact=True),
    Goal("requests", "requests.ping", "requests of a refresh: ping", "", None, "", exact=True),
    Goal("requests", "requests.changes", "the same, what has changed", "", None, "", exact=True),
    Goal("requests", "requests.unfinished", "the same, all that is unfinished, every 10 minutes", "", None, "", exact=True),
    Goal("requests", "requests.sweep", "the same, the rolling sweep, once a day", "", None, "", exact=True),
    Goal("sites", "sites.missing", "500 sites of 2,000 jobs, limits of descriptors 1024 and 4096: sites that are not up", "<=", 0, "", exact=True),
    Goal("sites", "sites.slowest", "the same, slowest answer until all are up / as usual", "<=", 10, "x", sized=True),
    Goal("sites", "sites.slowest.ms", "the same, slowest answer until all are up", "", None, "ms"),
    Goal("sites", "sites.usual", "the same, as usual", "", None, "ms"),
    Goal("sites", "sites.together", "the same, where sweeps may run on the CPU of the thread that answers", "", None, "x"),
    Goal("sites", "sites.rss", "the same, resident memory for each further site", "<=", 1, "MiB", sized=True, exact=True),
    Goal("walks", "wide", "walk of 14 columns x 5 repetitions, time / bare responder", "<=", 1.35, "x", LIBRARY),
    Goal("walks", "bulk", "one column, 50 repetitions, time / bare responder", "<=", 1.15, "x", LIBRARY),
    Goal("walks", "wide.c", "14 x 5, time of pass_persist in C / agent", ">=", 3.2, "x", LIBRARY),
    Goal("walks", "wide.python", "14 x 5, time of pass_persist in Python / agent", ">=", 5.2, "x", LIBRARY),
    Goal("walks", "bulk.c", "one column, time of pass_persist in C / agent", "", None, "x"),
    Goal("walks", "bulk.python", "one column, time of pass_persist in Python / agent", "", None, "x"),
    Goal("walks", "wide.cpu", "14 x 5, CPU of agent / snmpd", "<=", 0.65, "x", LIBRARY),
    Goal("walks", "bulk.cpu", "one column, CPU of agent / snmpd", "<=", 0.9, "x", LIBRARY),
    Goal("walks", "wide.cell", "14 x 5, time for a cell", "", None, "us"),
    Goal("walks", "bulk.cell", "one column, time for a cell", "", None, "us"),
    Goal("walks", "shape", "cells of one column by themselves, time / 14 columns together", "", None, "x"),
    Goal("walks", "calls", "system calls of the agent for an AgentX PDU", "<=", 4, "", LIBRARY, exact=True),
    Goal("rows", "rows.cpu", "CPU for a cell, 100,000 rows / 10,000", "<=", 1.1, "x",
         "rows of 100,000 do not fit the processor's caches", sized=True),
    Goal("rows", "swap", "slowest request while 100,000 rows are swapped each second, above the usual", "<=", 5, "ms",
         "the swap takes 0.15 ms of the thread that answers; the rest is the machine's, on which another thread is busy",
         sized=True, origin="swap.usual"),
    Goal("rows", "swap.usual", "the usual", "", None, "ms"),
    Goal("linear", "linear.refresh", "refresh, CPU, 20,000 policies and clients / 2,000", "<=", 10, "x", sized=True),
    Goal("linear", "linear.walk", "walk, CPU for a cell, 20,000 policies / 2,000", "<=", 1.1, "x",
         "rows that do not fit the processor's caches", sized=True),
    Goal("resources", "storage.cpu",
         "500 storage units, 500 pools x 8 volumes, 100 servers: CPU / curl + gzip + cJSON", "<=", 1.1, "x", CJSON),
    Goal("resources", "storage.ms", "the same, CPU of a refresh", "", None, "ms"),
    Goal("resources", "storage.requests", "the same, requests of a refresh", "<=", 3, "", exact=True),
    Goal("resources", "media.cpu", "60,000 tapes: CPU / curl + gzip + cJSON", "<=", 1.1, "x", CJSON),
    Goal("resources", "media.ms", "the same, CPU of a refresh", "", None, "ms"),
    Goal("resources", "media.requests", "the same, requests of a refresh", "", None, "", exact=True),
    Goal("trouble", "trouble.dead", "slowest answer of a walk while nothing listens where the server was / as usual", "<=", 10, "x"),
    Goal("trouble", "trouble.black-hole", "the same, the server takes connections and never answers", "<=", 10, "x"),
    Goal("trouble", "trouble.slow", "the same, its answers drip over 3 s", "<=", 10, "x"),
    Goal("trouble", "trouble.huge", "the same, its answers are of 512 MiB", "<=", 10, "x"),
    Goal("trouble", "trouble.first-sweep", "the same, another site is swept for the first time", "<=", 10, "x"),
    Goal("trouble", "trouble.disk", "the same, the disk of the stores hangs for 10 s", "<=", 10, "x"),
    Goal("trouble", "trouble.disk-reload", "the same, the disk hangs, and the site's configuration is changed", "<=", 10, "x"),
    Goal("trouble", "trouble.usual", "slowest answer of a walk as usual", "", None, "ms"),
    Goal("trouble", "trouble.dead.ms", "the same, nothing listens where the server was", "", None, "ms"),
    Goal("trouble", "trouble.black-hole.ms", "the same, the server takes connections and never answers", "", None, "ms"),
    Goal("trouble", "trouble.slow.ms", "the same, its answers drip over 3 s", "", None, "ms"),
    Goal("trouble", "trouble.huge.ms", "the same, its answers are of 512 MiB", "", None, "ms"),
    Goal("trouble", "trouble.first-sweep.ms", "the same, another site is swept for the first time", "", None, "ms"),
    Goal("trouble", "trouble.disk.ms", "the same, the disk of the stores hangs for 10 s", "", None, "ms"),
    Goal("trouble", "trouble.disk-reload.ms", "the same, the disk hangs, and the site's configuration is changed", "", None, "ms"),
    Goal("latency", "idle", "wake-ups a minute of all threads between refreshes", "<=", 10, "",
         "pings of the AgentX session, each of which wakes twice", exact=True),
]
PARTS = list(dict.fromkeys(goal.part for goal in GOALS))


def middle_half(values):
    """The quartiles around the median of values that should be alike."""
    if len(values) < 2:
        return values[0] if values else 0.0, values[0] if values else 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def spread(values):
    """How far apart they are, relative to their median."""
    low, high = middle_half(values)
    middle = statistics.median(values) if values else 0
    return (high - low) / middle if middle > 0 else 0.0


class Results:
    """Samples by key, and those of the control by part."""

    def __init__(self, quick):
        self.quick = quick
        self.samples = collections.defaultdict(list)
        self.controls = collections.defaultdict(list)
        self.notes = []
        self.growth = []
        self.skipped = {}

    def add(self, key, value):
        self.samples[key].append(value)

    def control(self, part, nanoseconds):
        self.controls[part].append(nanoseconds)

    def note(self, text):
        self.notes.append(text)

    def grow(self, what, size, value):
        """A line of the table that shows how cost grows."""
        self.growth.append({"what": what, "size": size, "result": value})

    def skip(self, key, reason):
        self.skipped[key] = reason

    def noise(self, goal):
        own = spread(self.samples[goal.key])
        return own if goal.exact else max(own, spread(self.controls[goal.part]))

    def in_doubt(self, goal, result):
        """Whether the result could as well be on the other side of the goal."""
        if goal.origin:
            low, high = middle_half(self.samples[goal.origin])
            return abs(result - goal.bound) < high - low
        if result <= 0 or goal.bound <= 0:
            return False
        return abs(math.log(result / goal.bound)) < math.log1p(self.noise(goal))

    def verdict(self, goal):
        result = statistics.median(self.samples[goal.key])
        if goal.bound is None:
            return ""
        if goal.sized and self.quick:
            return "not at this size"
        if self.in_doubt(goal, result):
            return "too noisy to tell"
        met = result <= goal.bound if goal.sign == "<=" else result >= goal.bound
        return "met" if met else "missed"

    def rows(self):
        """A dictionary for each line of the table, in order."""
        for goal in GOALS:
            samples = self.samples[goal.key]
            row = {"key": goal.key, "what": goal.what, "unit": goal.unit, "sign": goal.sign,
                   "goal": goal.bound}
            if samples:
                verdict = self.verdict(goal)
                row |= {"result": statistics.median(samples), "least": min(samples),
                        "most": max(samples), "rounds": len(samples), "noise": self.noise(goal),
                        "verdict": verdict, "why": goal.why if verdict == "missed" else ""}
                yield row
            elif goal.key in self.skipped:
                yield row | {"verdict": "skipped", "why": self.skipped[goal.key]}


def number(value, unit):
    """Three digits that say something, with the unit."""
    if value is None:
        return ""
    digits = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 3)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text + ("" if unit == "x" else " ") * bool(unit) + unit


def print_lines(lines):
    """Aligned columns below a heading."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())


def print_table(rows):
    """The table for people, and below it why what was missed was."""
    lines = [("what", "goal", "result", "verdict")]
    for row in rows:
        goal = row["sign"] + " " + number(row["goal"], row["unit"]) if row["sign"] else ""
        lines.append((row["what"], goal, number(row.get("result"), row["unit"]), row["verdict"]))
    print_lines(lines)
    reasons = collections.defaultdict(list)
    for row in rows:
        if row.get("why"):
            reasons[row["why"]].append(row["what"])
    for why, whats in reasons.items():
        print("\n" + "\n".join(whats) + f":\n    {why}")


def print_growth(growth):
    if growth:
        print()
        print_lines([("how cost grows", "size", "result")] + [
            (line["what"], f"{line['size']:,}", f"{line['result']:.3g}") for line in growth])
