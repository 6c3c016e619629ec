# SPDX-License-Identifier: BSD-2-Clause
"""What it costs to ask for tables: the agent beside peers that serve the same rows."""

import collections
import shutil
import signal
import statistics
import sys

import lab as laboratory
from lab import OBJECTS, ROOT, Trouble, wait_for

# Columns that are asked for together, and repetitions.
Shape = collections.namedtuple("Shape", "entry first last repetitions")
POLICIES = Shape(OBJECTS + ".5.1", 2, 15, 5)
POLICY_COLUMN = Shape(OBJECTS + ".5.1", 5, 5, 50)
CLIENTS = Shape(OBJECTS + ".6.1", 2, 14, 5)
SHAPES = {"wide": POLICIES, "bulk": POLICY_COLUMN}
AGES = {9, 10}  # columns of nbuPolicyTable that change as time goes by

Walk = collections.namedtuple("Walk", "cells requests time slowest server snmpd")


def walker(lab, snmpd, shape, *options):
    return [lab.build / "bench/walker", "-r", shape.repetitions, *options, snmpd.port,
            shape.entry, shape.first, shape.last]


def walk(lab, snmpd, server, shape, *options):
    """Walks; what it took, in nanoseconds. SERVER is None where it is a child of snmpd."""
    before = snmpd.cpu(), server.cpu() if server else 0
    numbers = lab.numbers(walker(lab, snmpd, shape, *options))
    return Walk(*numbers, (server.cpu() if server else 0) - before[1], snmpd.cpu() - before[0])


def start_agent(lab, name, refresh=86400, **options):
    """An agent that has swept a simulated server."""
    sim = lab.sim(name + "-sim", **options)
    snmpd = lab.snmpd(name + "-snmpd")
    agent = lab.agent(name, snmpd, {laboratory.SITE: sim}, refresh)
    agent.await_rows()
    wait_for(name, agent.is_up)
    agent.swept = agent.settle()
    return agent, sim


def start_peers(lab, dump):
    """The same rows behind master agents of their own; each with its process, if it is one."""
    entry = POLICIES.entry
    bench = lab.build / "bench"
    children = {"c": bench / "passer", "python": f"{sys.executable} {ROOT}/tests/bench/pass_persist.py"}
    peers = {}
    for name, command in children.items():
        peers[name] = lab.snmpd(name, f"pass_persist .{entry} {command} {dump}\n"), None
    snmpd = lab.snmpd("bare-snmpd")
    peers["bare"] = snmpd, lab.process("bare", [bench / "responder", snmpd.socket, entry, dump])
    wait_for("the bare responder", lambda: snmpd.get(f"5.1.{POLICIES.first}") is not None)
    return peers


def comparable(dump):
    """The cells of a dump, but for what is another a second later."""
    cells = {}
    skip = len(POLICIES.entry.split("."))
    for line in dump.read_text().splitlines():
        name, value = line.split(" ", 1)
        cells[name] = "" if int(name.split(".")[skip]) in AGES else value
    return cells


def check_peers(lab, peers, dump):
    """A peer that serves something else is none."""
    expected = comparable(dump)
    for name, (snmpd, _) in peers.items():
        other = lab.folder / f"{name}.dump"
        wait_for(name, lambda: try_dump(lab, snmpd, other))
        if comparable(other) != expected:
            raise Trouble(f"{name} does not serve what the agent does")


def try_dump(lab, snmpd, file):
    try:
        walk(lab, snmpd, None, POLICIES, "-d", file)
    except Trouble:
        return False
    return file.stat().st_size > 0


def one_round(lab, servers, shape, turn):
    """Each of the servers once, in an order that changes from round to round."""
    names = list(servers)
    names = names[turn % len(names):] + names[:turn % len(names)]
    return {name: walk(lab, *servers[name], shape) for name in names}


def add_round(results, name, walks):
    agent, bare = walks["agent"], walks["bare"]
    results.add(name, agent.time / bare.time)
    results.add(name + ".c", walks["c"].time / agent.time)
    results.add(name + ".python", walks["python"].time / agent.time)
    results.add(name + ".cpu", agent.server / agent.snmpd)
    results.add(name + ".cell", agent.time / agent.cells / 1000)


class Model:
    """CPU of a round trip between snmpd and agent, of which there is one for each row of a walk: what it
    costs by itself, and what each of its columns adds."""

    def __init__(self):
        self.costs = {"agent": [], "snmpd": []}

    def add(self, wide, bulk):
        columns = POLICIES.last - POLICIES.first + 1
        for name, of in (("agent", lambda walk: walk.server), ("snmpd", lambda walk: walk.snmpd)):
            one, all_ = of(bulk) / bulk.cells, of(wide) / wide.cells * columns
            column = (all_ - one) / (columns - 1)
            self.costs[name].append((one - column, column))

    def text(self):
        parts = []
        for name, costs in self.costs.items():
            fixed, column = (statistics.median(values) / 1000 for values in zip(*costs))
            parts.append(f"{name} {fixed:.1f} us of CPU and {column:.1f} us for each column")
        return "a round trip costs " + ", ".join(parts)


def count_calls(lab, agent, results):
    """System calls for a PDU, of which there is one for each repetition."""
    if shutil.which("strace") is None:
        results.skip("calls", "there is no strace")
        return
    requests = 10
    trace = lab.folder / "trace"
    strace = lab.process("strace", ["strace", "-f", "-c", "-o", trace, "-p", agent.pid])
    try:
        wait_for("strace", lambda: strace.check() and "attached" in strace.log.read_text())
    except Trouble as trouble:
        results.skip("calls", str(trouble))
        return
    lab.numbers(walker(lab, agent.snmpd, POLICY_COLUMN, "-n", requests))
    strace.stop(signal.SIGINT)
    for line in trace.read_text().splitlines():
        if line.endswith("total"):
            calls = int(line.split()[3])
            results.add("calls", calls / requests / POLICY_COLUMN.repetitions)


def walks(lab, size, results):
    """The agent beside its peers, over nbuPolicyTable."""
    agent, _ = start_agent(lab, "agent", policies=size.walk_policies, jobs=size.walk_jobs)
    dump = lab.folder / "dump"
    cells = walk(lab, agent.snmpd, agent, POLICIES, "-d", dump).cells
    results.note(f"walks: {cells // 14:,} rows of nbuPolicyTable, 14 columns")
    servers = start_peers(lab, dump)
    check_peers(lab, servers, dump)
    servers["agent"] = agent.snmpd, agent
    model = Model()
    for turn in range(size.walk_rounds):
        results.control("walks", lab.control())
        done = {name: one_round(lab, servers, shape, turn) for name, shape in SHAPES.items()}
        for name, walked in done.items():
            add_round(results, name, walked)
        wide, bulk = done["wide"]["agent"], done["bulk"]["agent"]
        results.add("shape", bulk.time / bulk.cells / (wide.time / wide.cells))
        model.add(wide, bulk)
    results.note(model.text())
    count_calls(lab, agent, results)


def compare_cells(lab, agents, shape):
    """The CPU for a cell of the last of AGENTS against the last but one; and of each how many rows it
    has and nanoseconds for a cell."""
    costs = []
    for agent in agents:
        walked = walk(lab, agent.snmpd, agent, shape)
        costs.append((walked.cells // (shape.last - shape.first + 1), walked.server / walked.cells))
    return costs[-1][1] / costs[-2][1], costs


def slowest(lab, agent, sim, refresh, seconds):
    """The slowest request in milliseconds while it refreshes every REFRESH seconds."""
    agent.reload({laboratory.SITE: sim}, refresh)
    lab.separate(agent)
    agent.settle(seconds=0.05)
    walked = walk(lab, agent.snmpd, agent, CLIENTS, "-t", seconds)
    return walked.slowest / 1e6


def rows(lab, size, results):
    """What many rows cost, and what it costs to show others."""
    agents = []
    for clients in (size.rows // 1000, size.rows // 100, size.rows // 10, size.rows):
        agent, sim = start_agent(lab, f"rows-{clients}", clients=clients, jobs=clients * 4)
        agents.append(agent)
    rounds = []
    for _ in range(size.rows_rounds):
        results.control("rows", lab.control())
        ratio, costs = compare_cells(lab, agents, CLIENTS)
        results.add("rows.cpu", ratio)
        rounds.append(costs)
    for costs in zip(*rounds):
        results.grow("walk: us of the agent's CPU for a cell, by rows", costs[0][0],
                     statistics.median(cost for _, cost in costs) / 1000)
    swaps(lab, size, results, agents[-1], sim)


def swaps(lab, size, results, agent, sim):
    above = []
    for _ in range(size.swap_rounds):
        usual = slowest(lab, agent, sim, 86400, size.swap_seconds)
        above.append(slowest(lab, agent, sim, 1, size.swap_seconds) - usual)
        results.add("swap.usual", usual)
    for value in above:
        results.add("swap", max(value, 0))
    results.note(f"swaps: above the usual by {min(above):.1f} to {max(above):.1f} ms, middle"
                 f" {statistics.median(above):.1f}")
