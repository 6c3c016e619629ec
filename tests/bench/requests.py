# SPDX-License-Identifier: BSD-2-Clause
"""How many requests a primary server gets in a day, and what they ask for."""

import collections
import math
import statistics

import sweeps
import walks
from lab import wait_for

REFRESHES_A_DAY = 86400 // 60
STANDING = 100  # unfinished jobs that do not change, beside those on their way to their end
UNFINISHED_A_DAY = 86400 // 600  # unfinished-refresh is 10 minutes
# Rounds of the rolling sweep in a day, by key: full-refresh is 6 hours, and a round that finds nothing doubles it
# up to a day.
ROUNDS = {"requests": 1, "requests.first-day": 1 + 1 + 6 / 24, "requests.6h": 4}


def kind(purpose, query):
    """What a request asks for."""
    if purpose != "jobs":
        return purpose
    if query.startswith("state ne 'DONE'"):
        return "unfinished"
    return "changes" if "lastUpdateTime ge" in query or "state eq" in query else "sweep"


def first_refresh(sim):
    """How many requests of each kind the first whole refresh since the last reset made; None until it is over.
    Each begins with a ping."""
    lines = [line.split("\t") for line in sim.control("requests").splitlines()]
    kinds = [kind(line[1], line[3]) for line in lines if line[1] in ("ping", "jobs")]
    pings = [at for at, word in enumerate(kinds) if word == "ping"]
    return collections.Counter(kinds[pings[0]:pings[1]]) if len(pings) > 1 else None


def refresh(agent, sim):
    """Lets a minute pass on the server; the requests of the refresh that comes of it."""
    agent.settle()
    sim.control("reset-stats", "\n")
    sim.advance(60)
    return wait_for("a refresh", lambda: first_refresh(sim))


def mean(refreshes, word):
    return statistics.mean(counts[word] for counts in refreshes) if refreshes else 0


def requests(lab, size, results):
    """500,000 jobs held and 350 that end in a minute, over some minutes of the server's clock."""
    agent, sim = walks.start_agent(lab, "requests", 1, jobs=size.jobs, **sweeps.world(size) | {"unfinished": STANDING})
    sweeps.warm_up(agent, sim)
    refreshes = [refresh(agent, sim) for _ in range(size.request_refreshes)]
    usual = [counts for counts in refreshes if not counts["unfinished"]]
    # Where it never asked for less, all is in those.
    whole = [counts for counts in refreshes if counts["unfinished"]]
    share = UNFINISHED_A_DAY / REFRESHES_A_DAY if usual else 1
    parts = {word: mean(usual, word) * (1 - share) + mean(whole, word) * share
             for word in ("ping", "changes", "unfinished")}
    add(agent, results, parts)
    results.note(f"requests: {len(whole)} of {len(refreshes)} refreshes asked for all that is unfinished,"
                 f" {int(agent.snmpd.site(33)) + int(agent.snmpd.site(34)):,} active and queued jobs")


def add(agent, results, parts):
    pages = math.ceil(int(agent.snmpd.site(20)) / 100)
    a_day = sum(parts.values()) * REFRESHES_A_DAY
    for key, rounds in ROUNDS.items():
        results.add(key, REFRESHES_A_DAY * pages / (a_day + rounds * pages))
    for word, count in (parts | {"sweep": ROUNDS["requests"] * pages / REFRESHES_A_DAY}).items():
        results.add(f"requests.{word}", count)
    results.add("requests.day", a_day + ROUNDS["requests"] * pages)
