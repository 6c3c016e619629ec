# SPDX-License-Identifier: BSD-2-Clause
"""What an agent costs that serves hundreds of primary servers."""

import contextlib
import os
import pathlib
import resource
import threading
import time

import walks
from lab import OBJECTS, UP, wait_for

LIMITS = 1024, 4096  # of descriptors, soft and hard
# The agent is asked for one cell after the other, as by snmpget.
STATUS = walks.Shape(OBJECTS + ".2.1", 4, 4, 1)
PAUSE_MS = 5
REQUESTS = 50  # between two looks at how many sites are up


def slowest(lab, agent):
    """The slowest of REQUESTS requests, in milliseconds."""
    return walks.walk(lab, agent.snmpd, agent, STATUS, "-p", PAUSE_MS, "-t", 600, "-n", REQUESTS).slowest / 1e6


@contextlib.contextmanager
def workers_on(agent, cpus):
    """Moves the threads of AGENT to CPUS as soon as they are there, but for the one that answers."""
    done, over = {agent.pid}, threading.Event()

    def move():
        while not over.wait(0.02):
            for task in {int(path.name) for path in pathlib.Path(f"/proc/{agent.pid}/task").iterdir()} - done:
                os.sched_setaffinity(task, cpus)
                done.add(task)

    mover = threading.Thread(target=move)
    mover.start()
    try:
        yield
    finally:
        over.set()
        mover.join()


class Scene:
    """An agent that has COUNT of the SERVERS, none of which it knows."""

    def __init__(self, lab, size, name, servers, count):
        self.lab, self.size, self.count = lab, size, count
        sites = {f"site-{i:03}": server for i, server in enumerate(servers[:count])}
        self.began = time.monotonic()
        self.agent = lab.agent(name, lab.snmpd(name + "-snmpd"), sites, size.site_refresh, nofile=LIMITS)

    def states(self):
        self.agent.check()
        return self.agent.snmpd.column("2.1.4")

    def missing(self):
        return self.count - self.states().count(UP)

    def is_late(self):
        return time.monotonic() - self.began > self.size.site_limit

    def come_up(self):
        """Waits until all sites are up; the slowest answers meanwhile."""
        wait_for(f"{self.agent.name} to answer", self.states, self.size.site_limit)
        answers = []
        while not answers or (self.missing() > 0 and not self.is_late()):
            answers.append(slowest(self.lab, self.agent))
        return answers

    def compare(self, cpus):
        """The slowest answer until all are up, the slowest of as many when they are, and the seconds until then.
        The sweeps have CPUS."""
        with workers_on(self.agent, cpus):
            meanwhile = self.come_up()
        taken = time.monotonic() - self.began
        usual = max(slowest(self.lab, self.agent) for _ in meanwhile)
        return max(meanwhile), usual, taken

    def minute(self):
        """Milliseconds of CPU for a refresh of each site, and the most descriptors at any time and in the middle."""
        before, began, descriptors = self.agent.cpu(), time.monotonic(), []
        while time.monotonic() - began < self.size.site_refresh:
            time.sleep(0.25)
            descriptors.append(self.agent.descriptors())
        return (self.agent.cpu() - before) / 1e6, sorted(descriptors)


def grow(results, scene, taken):
    """What it has come to with so many sites."""
    millis, descriptors = scene.minute()
    for what, value in (("seconds until all are up", taken),
                        ("MiB of resident memory", scene.agent.rss()),
                        ("ms of CPU for a refresh of each", millis),
                        ("descriptors, in the middle", descriptors[len(descriptors) // 2]),
                        ("descriptors, at most", descriptors[-1]),
                        ("threads", scene.agent.threads())):
        results.grow("sites: " + what, scene.count, value)


def sites(lab, size, results):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < LIMITS[1]:
        results.skip("sites.missing", f"the limit of descriptors is below {LIMITS[1]}")
        return
    servers = lab.sims(max(size.sites), "sites-sim", clock=None, jobs=size.site_jobs, rate=1).servers
    memory = {}
    for count in size.sites:
        results.control("sites", lab.control())
        scene = Scene(lab, size, f"sites-{count}", servers, count)
        meanwhile, usual, taken = scene.compare(lab.other)
        grow(results, scene, taken)
        memory[count] = scene.agent.rss()
        if count == max(size.sites):
            add(results, scene, meanwhile, usual)
        scene.agent.stop()
    few, many = min(memory), max(memory)
    results.add("sites.rss", (memory[many] - memory[few]) / (many - few))
    scene = Scene(lab, size, "sites-together", servers, many)
    meanwhile, usual, _ = scene.compare(lab.chain | lab.other)
    results.add("sites.together", meanwhile / usual)


def add(results, scene, meanwhile, usual):
    results.add("sites.missing", scene.missing())
    results.add("sites.slowest", meanwhile / usual)
    results.add("sites.slowest.ms", meanwhile)
    results.add("sites.usual", usual)
