# SPDX-License-Identifier: BSD-2-Clause
"""How long a first sweep takes by several connections, and what becomes of it where a server minds them."""

import collections
import json
import math

from lab import SITE, Trouble, wait_for

DAY = 86400
MILLIS = 100  # latency of the server
PAGE = 100  # jobs of a page
USUAL, MOST = 4, 8  # sweep-connections by default, and at most

Swept = collections.namedtuple("Swept", "millis pages requests most refused missing")


class Server:
    """A server that takes its time, and how many jobs it has in the window."""

    def __init__(self, lab, name, pages, **options):
        # It has more than these: what was before the spread.
        options |= {"jobs": pages * PAGE, "unfinished": 0}
        ids = {key: options[key] for key in options if key in ("jobs", "unfinished", "sparse-ids")}
        self.lab, self.name, self.count = lab, name, 0
        self.sim = lab.sim(name, latency=MILLIS, **options)
        twin = lab.sim(name + "-twin", **ids)
        self.jobs = lab.fetch(twin)[1]
        twin.stop()

    def sweep(self, connections):
        """A first sweep by CONNECTIONS at most."""
        self.count += 1
        name = f"{self.name}-{self.count}"
        self.sim.control("reset-stats", "\n")
        snmpd = self.lab.snmpd(name + "-snmpd")
        agent = self.lab.agent(name, snmpd, {SITE: self.sim}, DAY, lines=[f"sweep-connections = {connections}"])
        agent.await_rows()
        wait_for("the site", agent.is_up)
        if int(snmpd.site(12)) != 1:
            raise Trouble(f"{name}: the first sweep took more than one refresh")
        millis, held = int(snmpd.site(9)), int(snmpd.site(20))
        agent.stop()
        snmpd.stop()
        stats = json.loads(self.sim.control("stats"))
        return Swept(millis, math.ceil(self.jobs / PAGE), stats["jobs"], stats["mostAtWork"], stats["tooMany"],
                     max(0, self.jobs - held))


def note(results, what, swept):
    results.add("chains.missing", swept.missing)
    results.note(f"chains: {what}: {swept.pages:,} pages by {swept.requests:,} requests in {swept.millis / 1000:.1f} s,"
                 f" {swept.most} at work at most, {swept.refused} answered by 429")


def share(swept):
    """Its time in relation to that of the same pages one after the other."""
    return swept.millis / (MILLIS * swept.pages)


def quiet(lab, size, results):
    server = Server(lab, "chains-sim", size.chain_pages)
    for turn in range(size.chain_rounds):
        for connections in (USUAL, MOST)[::-1 if turn % 2 else 1]:
            results.control("chains", lab.control())
            swept = server.sweep(connections)
            results.add(f"chains.{connections}", share(swept))
            note(results, f"{connections} connections", swept)


def crowded(lab, size, results):
    """Latency doubles with each further request at work, so nothing is to be won."""
    server = Server(lab, "crowded-sim", size.crowd_pages, crowding=2)
    for turn in range(size.crowd_rounds):
        results.control("chains", lab.control())
        swept = {connections: server.sweep(connections) for connections in (1, USUAL)[::-1 if turn % 2 else 1]}
        results.add("chains.crowded", swept[USUAL].millis / swept[1].millis)
        for connections, one in swept.items():
            note(results, f"latency doubles, {connections} connections", one)


def odd(lab, size, results):
    """Ids with gaps of all sizes, and a server that refuses more than two requests at once."""
    for key, what, options in (("sparse", "one of 10 numbers is an id", {"sparse-ids": 10}),
                               ("limit", "no more than 2 at work", {"limit-at-work": 2})):
        swept = Server(lab, f"{key}-sim", size.odd_pages, **options).sweep(USUAL)
        results.add(f"chains.{key}", share(swept))
        results.add(f"chains.{key}.requests", swept.requests / swept.pages)
        note(results, what, swept)
        if key == "limit":
            results.add("chains.limit.refused", swept.refused)


def chains(lab, size, results):
    quiet(lab, size, results)
    crowded(lab, size, results)
    odd(lab, size, results)
