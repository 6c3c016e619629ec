# SPDX-License-Identifier: BSD-2-Clause
"""What a soak is about: three primary servers, snmpd, a receiver of notifications and the agent. All of them can be
restarted, and everything that a server has ever told is noted."""

import collections
import random
import signal
import threading
import time

from lab import OBJECTS, Agent, Sim, Snmpd, Trouble, wait_for

# Sites with the options of their simulator. As many jobs come as leave the window, so that stores do not grow.
JOBS = {"jobs": 2000, "rate": 2, "clients": 60, "policies": 24}
SITES = {
    "calm": {"seed": 11, "fail-policy": "policy-00001"},
    "churn": {"seed": 12, "churn": None},
    "full": {"seed": 13, "fill": "disk-pool-0001@1", "fail-policy": "policy-00002"},
}
CHURN = {"churn"}
REFRESHES = 12  # nbuSiteRefreshes
LINES = ('collect = { "storage", "tape", "media", "security" }', 'storage-refresh = "1s"', 'tape-refresh = "2s"',
                'media-refresh = "3s"', 'security-refresh = "2s"',
                'notify = { "site", "job-failed", "policy-overdue", "storage", "tape", "security" }',
                "notify-limit = 1000", 'unfinished-refresh = "1m"',
                'full-refresh-limit = "0s"')

# A job that failed. EXACT: its notification must have come when all is quiet again.
Failure = collections.namedtuple("Failure", "site job end exact")


class Primary:
    """A simulated server that can be restarted: what happens follows from its options and its clock."""

    def __init__(self, lab, name, start):
        self.lab = lab
        self.name = name
        self.start = start
        self.clock = start
        self.generation = 0
        self.sim = None
        self.launch()

    def launch(self, fault=None):
        options = {**JOBS, **SITES[self.name]}
        flags = [f"--{key}" for key, value in options.items() if value is None]
        words = {key: value for key, value in options.items() if value is not None}
        if self.sim:
            words["listen"] = self.sim.url.removeprefix("https://").removesuffix("/netbackup")
        self.generation += 1
        self.sim = self.lab.add(Sim(self.lab, f"{self.name}-{self.generation}", clock=f"manual:{self.start}",
                                    flags=flags, **words, **({"fault": fault} if fault else {})))

    def restart(self, number, meanwhile):
        """Ends it by the signal NUMBER, calls MEANWHILE, and starts it with the same jobs at the time it had. Lists of
        jobs are refused until its clock is right again."""
        self.sim.stop(number)
        self.lab.processes.remove(self.sim)
        meanwhile()
        self.launch(fault="503")
        self.sim.control("clock", f"={self.clock}")
        self.sim.control("faults", "\n")

    def advance(self, seconds):
        self.clock = int(self.sim.control("clock", f"+{seconds}"))

    def jobs(self, since=0):
        return [line.split("\t") for line in self.sim.control(f"jobs?since={since}").splitlines()]


class Calm:
    """Since when snmpd and agent have been up. What overlaps an interruption is excused."""

    def __init__(self):
        self.lock = threading.Lock()
        self.since = None

    def begin(self):
        with self.lock:
            self.since = time.monotonic()

    def end(self):
        with self.lock:
            self.since = None

    def covers(self, began):
        with self.lock:
            return self.since is not None and self.since <= began


class World:
    """Everything that runs, and what is known of it."""

    def __init__(self, lab, seed):
        self.lab = lab
        self.random = random.Random(seed)
        self.calm = Calm()
        self.counts = collections.Counter()
        self.lossy = False
        self.doing = "the start"
        self.failures = {}
        self.settled = {}
        start = int(time.time()) * 1000
        self.primaries = {name: Primary(lab, name, start) for name in SITES}
        for name, primary in self.primaries.items():
            self.settled[name] = {(row[0], row[8]) for row in primary.jobs()}
        self.traps = lab.folder / "traps"
        self.sink = self.start_receiver()
        self.snmpd = lab.snmpd("snmpd", self.sink)
        self.agent = self.start_agent()

    def start_receiver(self):
        """snmptrapd, which writes a line for each notification, in numbers."""
        config = self.lab.folder / "snmptrapd.conf"
        config.write_text("disableAuthorization yes\nformat2 %V#%v\\n\n")
        receiver = self.lab.process("snmptrapd", [
            "env", f"SNMP_PERSISTENT_DIR={self.lab.folder}/trapd.persistent", "snmptrapd", "-f", "-n", "-C",
            "-c", config, "-m", "", "-Onqt", "-Lf", self.traps, "udp:127.0.0.1:0"])
        port = wait_for("snmptrapd", lambda: receiver.check() and Snmpd.find_port(receiver))
        return f"trap2sink 127.0.0.1:{port} public\n"

    def sims(self):
        return {name: primary.sim for name, primary in self.primaries.items()}

    def start_agent(self):
        return self.lab.add(Agent(self.lab, "agent", self.snmpd, self.sims(), 1, full_refresh="1m", lines=LINES))

    def await_calm(self):
        """Waits until all sites have a row, from which on walks are judged."""
        self.agent.check()
        wait_for("all sites to have a row", lambda: self.agent.check() and all(
            self.snmpd.site(4, name) for name in self.primaries))
        self.calm.begin()

    def end_agent(self, number):
        self.agent.stop(number)
        if self.agent.popen.returncode != (0 if number == signal.SIGTERM else -number):
            raise Trouble(f"the agent has ended with {self.agent.popen.returncode}")
        self.lab.processes.remove(self.agent)

    def restart_agent(self, number, meanwhile):
        self.calm.end()
        self.end_agent(number)
        meanwhile()
        self.agent = self.start_agent()
        self.await_calm()

    def lose_power(self):
        """Agent and snmpd are killed at once. The agent is there first again."""
        self.calm.end()
        self.snmpd.popen.kill()
        self.end_agent(signal.SIGKILL)
        self.step()
        self.agent = self.start_agent()
        self.restart_snmpd(signal.SIGKILL, lambda: None)

    def restart_snmpd(self, number, meanwhile):
        self.calm.end()
        self.snmpd.stop(number)
        self.lab.processes.remove(self.snmpd)
        meanwhile()
        self.snmpd = self.lab.snmpd("snmpd", self.sink)
        self.agent.snmpd = self.snmpd
        self.await_calm()

    def reload(self, names, lines=()):
        """Has the agent read a configuration with the sites NAMES, whose rows are those that are then there."""
        usual, self.agent.lines = self.agent.lines, (*self.agent.lines, *lines)
        self.agent.write_config({name: self.primaries[name].sim for name in names}, 1)
        self.agent.lines = usual
        self.agent.popen.send_signal(signal.SIGHUP)
        wait_for("a reload", lambda: self.agent.check() and all(
            bool(self.snmpd.site(4, name)) == (name in names) for name in self.primaries))

    def step(self, seconds=None, names=None):
        """Lets time go by on the servers NAMES, and notes what has failed: no other state of them can be seen."""
        for name in names or self.primaries:
            primary = self.primaries[name]
            before = primary.clock
            primary.advance(seconds or self.random.randint(5, 120))
            for row in primary.jobs(before - 1000):
                self.note(name, row)

    def note(self, name, row):
        """Notes a job that has ended with a status other than 0 and 1. A parent may leave it to its children."""
        job, status, end, children = row[0], row[4], row[8], row[15]
        key = (name, job, end)
        if row[1] != "DONE" or status in "01" or (job, end) in self.settled[name] or key in self.failures:
            return
        exact = not self.lossy and name not in CHURN and children == "0"
        self.failures[key] = Failure(name, int(job), end, exact)

    def told(self):
        """How often a failure of each job was notified, by site and id."""
        told = collections.Counter()
        text = self.traps.read_text(errors="replace") if self.traps.exists() else ""
        for line in text.splitlines():
            values = dict(part.split(" ", 1) for part in line.split("#") if " " in part)
            if values.get(".1.3.6.1.6.3.1.1.4.1.0", "").endswith(".1556.1.0.3"):
                site = next(value for name, value in values.items() if name.startswith(f".{OBJECTS}.3.1.4."))
                told[site.strip('"'), int(values[f".{OBJECTS}.8.1.0"])] += 1
        return told

    def refreshes(self, name):
        return int(self.snmpd.site(REFRESHES, name) or 0)

    def await_refreshes(self, more):
        """Waits until each site has refreshed so many times MORE; the first may have been under way already."""
        before = {name: self.refreshes(name) for name in self.primaries}
        for name, count in before.items():
            wait_for(f"refreshes of {name}",
                     lambda: self.agent.check() and self.refreshes(name) >= count + more, 120)
