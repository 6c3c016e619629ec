# SPDX-License-Identifier: BSD-2-Clause
"""How long a management station waits for an answer while the primary server or the disk is in trouble."""

import contextlib
import signal

import walks
from lab import SITE, Sim, wait_for

PAUSE_MS = 5


class Scene:
    """An agent that serves the site SITE and refreshes it each second, on a disk that can hang."""

    def __init__(self, lab, size):
        self.lab = lab
        self.size = size
        self.stall = lab.folder / "stall"
        self.options = {"jobs": size.trouble_jobs, "policies": size.trouble_policies, "rate": 100}
        self.sim = lab.sim("trouble-sim", clock=None, **self.options)
        self.large = lab.sim("trouble-large", jobs=size.trouble_sweep)
        self.snmpd = lab.snmpd("trouble-snmpd")
        self.agent = lab.agent("trouble", self.snmpd, {SITE: self.sim}, 1, environment={
            "LD_PRELOAD": lab.build / "bench/stall.so", "STALL_FILE": self.stall})
        self.sweeps = 0
        self.recover()

    def recover(self):
        wait_for("the site", lambda: self.agent.is_up(refresh=1), 120)
        self.lab.separate(self.agent)

    def refreshes(self):
        return sum(int(self.snmpd.site(column)) for column in (12, 13))

    def slowest(self, seconds):
        """The slowest request of as many as are made in about SECONDS, in milliseconds."""
        walked = walks.walk(self.lab, self.snmpd, self.agent, walks.POLICIES, "-p", PAUSE_MS, "-t", 600,
                            "-n", int(seconds * 1000 / PAUSE_MS))
        return walked.slowest / 1e6

    def reload(self, sites, refresh=1):
        self.agent.write_config(sites, refresh)
        self.agent.popen.send_signal(signal.SIGHUP)


@contextlib.contextmanager
def usual(_):
    yield


@contextlib.contextmanager
def dead(scene):
    """Nothing listens where the server was."""
    scene.sim.stop()
    yield
    port = scene.sim.url.removeprefix("https://").removesuffix("/netbackup")
    scene.sim = scene.lab.add(Sim(scene.lab, f"trouble-after-{scene.sim.pid}", clock=None, listen=port,
                                  **scene.options))


@contextlib.contextmanager
def black_hole(scene):
    """It takes connections, and nothing ever comes back."""
    scene.sim.popen.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        scene.sim.popen.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def fault(scene, what):
    scene.sim.control("faults", what)
    yield
    scene.sim.control("faults", "\n")


def slow(scene):
    return fault(scene, "slow:3000")


def huge(scene):
    return fault(scene, "huge")


@contextlib.contextmanager
def sweep(scene):
    """A site whose jobs are all fetched for the first time, beside the one that is walked."""
    scene.sweeps += 1
    name = f"large-{scene.sweeps}"
    scene.reload({SITE: scene.sim, name: scene.large})
    wait_for("the sweep", lambda: scene.snmpd.site(4, name))
    scene.lab.separate(scene.agent)
    yield
    scene.reload({SITE: scene.sim})
    wait_for("the end of the sweep", lambda: not scene.snmpd.site(4, name))


@contextlib.contextmanager
def disk(scene):
    """The disk hangs; a refresh waits for it."""
    hit = scene.stall.with_suffix(".hit")
    scene.stall.touch()
    try:
        wait_for("the disk to be wanted", hit.exists)
        yield
    finally:
        scene.stall.unlink()
        hit.unlink(missing_ok=True)


@contextlib.contextmanager
def reload_on_disk(scene):
    """The same, and meanwhile the site gets another configuration."""
    with disk(scene):
        scene.reload({SITE: scene.sim}, 2)
        yield
    scene.reload({SITE: scene.sim}, 1)


# By the key of the goal, with how long it takes in relation to the others.
TROUBLES = {"dead": (dead, 1), "black-hole": (black_hole, 1), "slow": (slow, 1), "huge": (huge, 1),
            "first-sweep": (sweep, 1), "disk": (disk, 2.5), "disk-reload": (reload_on_disk, 1)}


def trouble(lab, size, results):
    scene = Scene(lab, size)
    for _ in range(size.trouble_rounds):
        results.control("trouble", lab.control())
        for key, (what, factor) in TROUBLES.items():
            seconds = size.trouble_seconds * factor
            before = scene.slowest(seconds)
            with what(scene):
                slowest = scene.slowest(seconds)
            scene.recover()
            results.add("trouble.usual", before)
            results.add(f"trouble.{key}", slowest / before)
            results.add(f"trouble.{key}.ms", slowest)
