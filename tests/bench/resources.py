# SPDX-License-Identifier: BSD-2-Clause
"""What it costs to collect what is beside the jobs."""

import time

from lab import SITE, wait_for

LIMIT = "?page%5Blimit%5D="
STORAGE = ["/storage/storage-units" + LIMIT + "500", "/storage/disk-pools" + LIMIT + "500",
           "/storage/storage-servers" + LIMIT + "100"]
MEDIA = ["/storage/tape-media" + LIMIT + "100", "/storage/tape-volume-pools" + LIMIT + "100"]
DAY = 86400


def count(sim):
    """Requests for lists of resources so far."""
    return int(sim.control("resource-requests").strip().splitlines()[-1].split("\t")[0])


def collect(lab, size, results, word, sim, paths):
    """An agent that collects WORD each second and no jobs, beside the loop over the same lists."""
    agent = lab.agent("resources-" + word, lab.snmpd("resources-" + word + "-snmpd"), {SITE: sim}, DAY,
                      lines=[f'collect = {{ "{word}" }}', f'{word}-refresh = "1s"'])
    agent.settle()
    pages, _, peer, _ = lab.fetch_lists(sim, paths)
    wait_for("the first fetch", lambda: count(sim) >= pages * 2)
    for _ in range(size.resource_rounds):
        results.control("resources", lab.control())
        _, _, peer, _ = lab.fetch_lists(sim, paths)
        before, cpu, began = count(sim), agent.cpu(), time.monotonic()
        wait_for("fetches", lambda: time.monotonic() - began > size.resource_seconds)
        spent, asked = agent.cpu() - cpu, count(sim) - before
        # A fetch that is cut by the end of the time counts as far as it has come.
        fetches = asked / pages
        results.add(word + ".cpu", spent / fetches / peer)
        results.add(word + ".ms", spent / fetches / 1e6)
    results.add(word + ".requests", pages)
    agent.stop()


def resources(lab, size, results):
    options = {"storage-units": 500, "disk-pools": 500, "pool-volumes": 8, "storage-servers": 100,
               "media": size.media}
    sim = lab.sim("resources-sim", jobs=100, **options)
    collect(lab, size, results, "storage", sim, STORAGE)
    collect(lab, size, results, "media", sim, MEDIA)
