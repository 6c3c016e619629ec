# SPDX-License-Identifier: BSD-2-Clause
"""What it costs to keep up with a primary server."""

import statistics
import time

import walks
from lab import SITE, Trouble, wait_for

DAY = 86400
RATE = 350  # jobs that finish in a minute
TRIES = 30


def world(size):
    """What servers of a size have in common. Unfinished are those that are on their way to their end."""
    return {"policies": size.policies, "clients": size.clients, "rate": RATE, "unfinished": 0}


def start_sim(lab, size, name, jobs, seed=1):
    return lab.sim(name, jobs=jobs, seed=seed, **world(size))


def first_sweep(lab, size, results):
    """The agent over a server that it does not know, beside the loop of curl and cJSON."""
    sim = start_sim(lab, size, "main-sim", size.jobs)
    snmpd = lab.snmpd("main-snmpd")
    pages, jobs, peer, peer_time = lab.fetch(sim)
    peak = 0

    def watch():
        nonlocal peak
        peak = max(peak, agent.files()[1])

    began = time.monotonic_ns()
    agent = lab.agent("main", snmpd, {SITE: sim}, 1)
    agent.await_rows(watch)
    cost, taken = agent.cpu(), time.monotonic_ns() - began
    add_sweep(results, pages, cost, peer)
    results.add("sweep.wall", taken / peer_time)
    results.add("store.peak", peak / 1048576)
    results.note(f"sweeps: {jobs:,} jobs, {pages:,} pages; {cost / 1e9:.1f} s of CPU in"
                 f" {taken / 1e9:.1f} s, the loop {peer / 1e9:.1f} s in {peer_time / 1e9:.1f} s")
    return sim, agent, cost, pages


def add_sweep(results, pages, cost, peer):
    results.add("sweep.cpu", cost / peer)
    results.add("sweep.page", cost / pages / 1e6)
    results.add("sweep.page.peer", peer / pages / 1e6)


def refresh_cost(agent, sim):
    """Lets a minute pass on the server; the CPU of the refresh that comes of it."""
    for _ in range(TRIES):
        count = int(agent.snmpd.site(12))
        before = agent.settle()
        sim.advance(60)
        wait_for("a refresh", lambda: agent.cpu() - before > 2000000)
        cost = agent.settle() - before
        # Another one may have come in between.
        if int(agent.snmpd.site(12)) == count + 1 and int(agent.snmpd.site(11)) >= RATE:
            return cost
    raise Trouble(f"{agent.name} does not refresh in peace")


def start_smaller(lab, size, results):
    """Agents with a hundredth and a tenth of the jobs, as a list of agent, server and jobs."""
    smaller = []
    for jobs in (size.jobs // 100, size.jobs // 10):
        agent, sim = walks.start_agent(lab, f"jobs-{jobs}", 1, jobs=jobs, **world(size))
        results.grow("first sweep: ms of CPU for a page, by jobs", jobs, agent.swept / 1e4 / jobs)
        smaller.append((agent, sim, jobs))
    return smaller


def refreshes(lab, size, results, large, first, pages):
    """Refreshes with what has finished in a minute, with many jobs held and with few."""
    pairs = start_smaller(lab, size, results) + [(*large, size.jobs)]
    results.grow("first sweep: ms of CPU for a page, by jobs", size.jobs, first / pages / 1e6)
    costs = {}
    for _ in range(size.refresh_rounds):
        results.control("sweeps", lab.control())
        for agent, sim, jobs in pairs:
            cost = refresh_cost(agent, sim)
            costs.setdefault(jobs, []).append(cost)
        results.add("refresh.cpu", first / cost)
        results.add("refresh.ms", cost / 1e6)
        results.add("refresh.held", cost / costs[size.jobs // 10][-1])
    for jobs, samples in costs.items():
        results.grow("refresh: ms of CPU, by jobs", jobs, statistics.median(samples) / 1e6)
    resweep(lab, results, pairs[1])
    for agent, _, _ in pairs[:-1]:
        agent.stop()


def growth(agent, size, results, warm):
    """Memory over more refreshes. WARM is what there was before, with the number of refreshes."""
    wait_for("refreshes", lambda: int(agent.snmpd.site(12)) >= warm[0] + size.growth_refreshes,
             size.growth_refreshes * 3 + 60)
    results.add("rss.growth", max(0, agent.rss() - warm[1]))


def warm_up(agent, sim):
    for _ in range(5):
        refresh_cost(agent, sim)
    return int(agent.snmpd.site(12)), agent.rss()


def further_site(lab, size, results, agent, sim):
    """Memory of one site and of a second one, whose first sweep is one more to compare."""
    agent.reload({SITE: sim}, DAY)
    agent.settle()
    one = agent.rss()
    results.add("rss.one", one)
    second = start_sim(lab, size, "second-sim", size.jobs, seed=2)
    pages, _, peer, _ = lab.fetch(second)
    before = agent.settle()
    agent.reload({SITE: sim, "second": second}, DAY)
    cost = agent.settle() - before
    add_sweep(results, pages, cost, peer)
    results.add("rss.more", agent.rss() - one)


def restarts(lab, size, results, agent, sim):
    """Until the first row, from the store alone or with the server makes no difference."""
    results.add("store.file", agent.files()[0] / 1048576)
    snmpd = agent.snmpd
    agent.write_config({SITE: sim}, DAY)
    for key, number in (("restart", 15), ("restart.killed", 9)) * size.restart_rounds:
        agent.stop(number)
        began = time.monotonic()
        agent = lab.agent("main", snmpd, {SITE: sim}, DAY)
        agent.await_rows()
        results.add(key, time.monotonic() - began)
        wait_for("the site", agent.is_up)
    agent.stop()


def resweep(lab, results, known):
    """A whole sweep of what is known already."""
    agent, _, expected = known
    jobs, written, cost = lab.numbers([lab.build / "bench/resweep", agent.config])
    if jobs < expected:
        raise Trouble("the second sweep did not bring all jobs")
    results.add("resweep.written", written)
    results.add("resweep.page", cost / jobs / 1e4)


def sweeps(lab, size, results):
    """A large site from its first sweep to the restart."""
    sim, agent, first, pages = first_sweep(lab, size, results)
    results.control("sweeps", lab.control())
    warm = warm_up(agent, sim)
    refreshes(lab, size, results, (agent, sim), first, pages)
    growth(agent, size, results, warm)
    further_site(lab, size, results, agent, sim)
    restarts(lab, size, results, agent, sim)


def latency(lab, size, results):
    """A server that takes its time, and then has nothing new."""
    millis = 100
    sim = lab.sim("slow-sim", jobs=size.latency_pages * 100, unfinished=0, latency=millis)
    # By one connection: the part "chains" has more.
    agent = lab.agent("slow", lab.snmpd("slow-snmpd"), {SITE: sim}, DAY, lines=["sweep-connections = 1"])
    agent.await_rows()
    wait_for("the site", agent.is_up)
    requests, taken = int(agent.snmpd.site(10)) - 1, int(agent.snmpd.site(9))  # one is /ping
    results.add("latency", taken / (millis * requests))
    pages, _, _, taken = lab.fetch(sim)
    results.add("latency.peer", taken / 1e6 / (millis * pages))
    agent.settle()
    before, began = agent.status("voluntary_ctxt_switches"), time.monotonic()
    time.sleep(size.idle_seconds)
    results.add("idle", (agent.status("voluntary_ctxt_switches") - before) * 60
                / (time.monotonic() - began))


def linear(lab, size, results):
    """Ten times as many policies and clients."""
    agents = []
    for names in (size.linear // 10, size.linear):
        agents.append(walks.start_agent(lab, f"names-{names}", 1, policies=names, clients=names,
                                        jobs=size.linear_jobs, unfinished=0, rate=RATE))
    for _ in range(size.linear_rounds):
        results.control("linear", lab.control())
        few, many = (refresh_cost(*pair) for pair in agents)
        results.add("linear.refresh", many / few)
    for agent, sim in agents:
        agent.reload({SITE: sim}, DAY)
        agent.settle()
    for _ in range(size.linear_rounds):
        results.add("linear.walk", walks.compare_cells(
            lab, [agent for agent, _ in agents], walks.POLICIES)[0])
