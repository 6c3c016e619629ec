# SPDX-License-Identifier: BSD-2-Clause
"""What is done to the agent and to all that it talks to. An action leaves everything running, apart from faults of the
servers, which end with the round."""

import signal
import time

from lab import wait_for

FAULTS = ("401", "429:3", "500", "503:4", "reset", "html", "echo-key", "redirect", "huge:2", "error-200", "bare-object",
          "slow:1500", "truncate", "short", "repeat-cursor", "next-empty", "next-null", "data-null", "data-absent",
          "data-empty", "no-meta", "next-in-links", "no-ping", "ping-no-version", "page:2=500", "page:2=reset",
          "page:3=truncate", "at:4=short", "page:2=html")
# Not 401, 403, 404 and 406: a list that may not be viewed is asked for again an hour later.
FAULTS_OF_LISTS = ("429", "500", "503", "reset", "html", "error-200", "truncate", "ignore-offset",
                   "short-pages", "next-link")
STORAGE = ('set /storage/disk-pools disk-pool-0002 diskPoolState "DOWN"',
           'set /storage/disk-pools disk-pool-0002 diskPoolState "UP"',
           "set /storage/disk-pools disk-pool-0003 usedCapacityBytes 12345678",
           'set /storage/drives drive-002 driveStatus "DRIVE_STATUS_DOWN"',
           'set /storage/drives drive-002 driveStatus "DRIVE_STATUS_UP"',
           "remove /storage/disk-pools disk-pool-0004", "restore /storage/disk-pools disk-pool-0004",
           "add /storage/disk-pools 3", "drop /storage/disk-pools disk-pool-0001 usedCapacityBytes",
           "add /malware/latest-scan-results 1", "clear")
WRONG_FILES = ("refresh = \"sometimes\"\n", "site \"calm\" {\n", "", "no such key = 1\n", "\0\xff\n")
# Signals that mean nothing to the agent. SIGURG and SIGWINCH are ignored by default.
HARMLESS = (signal.SIGPIPE, signal.SIGWINCH, signal.SIGURG, signal.SIGCHLD)


def end_agent(world):
    world.restart_agent(signal.SIGTERM, world.step)


def kill_agent(world):
    world.restart_agent(signal.SIGKILL, world.step)


def end_snmpd(world):
    world.restart_snmpd(signal.SIGTERM, world.step)


def kill_snmpd(world):
    world.restart_snmpd(signal.SIGKILL, world.step)


def kill_both(world):
    """The machine loses its power: nobody says good-bye."""
    world.lose_power()


def restart_primary(world, number):
    name = world.random.choice(sorted(world.primaries))
    others = [other for other in world.primaries if other != name]
    world.primaries[name].restart(number, lambda: world.step(names=others))
    world.counts["restarts of a primary"] += 1


def end_primary(world):
    restart_primary(world, signal.SIGTERM)


def kill_primary(world):
    restart_primary(world, signal.SIGKILL)


def fault(world):
    """One or two faults at once, for a while."""
    primary = world.primaries[world.random.choice(sorted(world.primaries))]
    primary.sim.control("faults", "\n".join(world.random.sample(FAULTS, world.random.randint(1, 2))) + "\n")
    wander(world)
    if world.random.random() < 0.5:
        primary.sim.control("faults", "\n")


def fault_of_lists(world):
    primary = world.primaries[world.random.choice(sorted(world.primaries))]
    what = world.random.choice(FAULTS_OF_LISTS)
    primary.sim.control("resources", f"fault /storage {what} {world.random.randint(1, 5)}")
    wander(world)


def change_storage(world):
    primary = world.primaries[world.random.choice(sorted(world.primaries))]
    primary.sim.control("resources", "\n".join(world.random.sample(STORAGE, 3)))
    wander(world)


def remove_site(world):
    name = world.random.choice(sorted(world.primaries))
    world.calm.end()
    world.reload([other for other in world.primaries if other != name])
    world.calm.begin()
    world.step()
    world.reload(list(world.primaries))


def add_site(world):
    """A site that nobody answers for, beside the others."""
    key = f'api-key-file = "{world.lab.key}"'
    world.reload(list(world.primaries), [f'site "nobody" {{ url = "https://127.0.0.1:9/netbackup"\n {key} }}'])
    wander(world)
    world.reload(list(world.primaries))


def change_all(world):
    """Every site gets another configuration, and then the former."""
    world.reload(list(world.primaries), ['row-hold = "3d"'])
    wander(world)
    world.reload(list(world.primaries))


def wrong_file(world):
    world.agent.config.write_text(world.random.choice(WRONG_FILES), encoding="latin-1")
    for _ in range(world.random.randint(1, 5)):
        world.agent.popen.send_signal(signal.SIGHUP)
    wander(world)
    world.reload(list(world.primaries))


def signals(world):
    for _ in range(5):
        world.agent.popen.send_signal(world.random.choice(HARMLESS))
    wander(world)


def stop_and_go(world):
    """The agent stands still for a moment, as on a machine that is suspended."""
    world.calm.end()
    world.agent.popen.send_signal(signal.SIGSTOP)
    try:
        world.step()
        time.sleep(world.random.uniform(0.1, 2))
    finally:
        world.agent.popen.send_signal(signal.SIGCONT)
    world.await_calm()


def wander(world):
    """Time goes by, while all goes on."""
    for _ in range(world.random.randint(1, 3)):
        world.step()
        wait_for("the agent", world.agent.check)
        time.sleep(world.random.uniform(0.05, 0.5))


# How often each is done in relation to the others.
SAFE = {end_agent: 2, end_primary: 1, kill_primary: 1, fault: 4, fault_of_lists: 2, change_storage: 2, remove_site: 2,
        add_site: 1, change_all: 1, wrong_file: 1, signals: 1, wander: 2}
# After these a notification may be lost, though none may come twice.
LOSSY = {kill_agent: 3, end_snmpd: 2, kill_snmpd: 2, kill_both: 1, stop_and_go: 1}
# They begin the agent anew.
RESTARTS = {end_agent, kill_agent, kill_both}
