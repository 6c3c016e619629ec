# SPDX-License-Identifier: BSD-2-Clause
"""Managers that ask all the time, in all ways that there are."""

import random
import subprocess
import threading
import time

from lab import OBJECTS

SNMP = ["-v2c", "-c", "public", "-m", "", "-On", "-r", "0", "-t", "5"]
TABLES = (2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16)
# Tables with the first and the last of the columns that are read together.
ROWS = ((2, 2, 15), (3, 4, 18), (5, 2, 15), (6, 2, 14), (11, 2, 15))


def getnext(_, port, choice):
    return ["snmpwalk", *SNMP, f"127.0.0.1:{port}", f"{OBJECTS}.{choice.choice(TABLES)}"]


def getbulk(_, port, choice):
    return ["snmpbulkwalk", *SNMP, f"-Cr{choice.choice((1, 10, 50))}", f"127.0.0.1:{port}", OBJECTS]


def rows(build, port, choice):
    table, first, last = choice.choice(ROWS)
    return [build / "bench/walker", "-r", choice.choice((1, 5, 7)), port, f"{OBJECTS}.{table}.1", first, last]


class Walkers:
    """Threads that walk until they are stopped. An answer with an error, none within 5 s, names that do not rise and a
    walk without anything in it are complaints, when snmpd and agent were up all the time."""

    KINDS = (getnext, getbulk, rows)

    def __init__(self, world, count):
        self.world = world
        self.complaints = []
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(random.Random(number),), daemon=True)
                        for number in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join(30)

    def work(self, choice):
        while not self.done.is_set():
            self.walk(choice.choice(self.KINDS), choice)
            self.done.wait(choice.uniform(0, 0.2))

    def walk(self, kind, choice):
        argv = list(map(str, kind(self.world.lab.build, self.world.snmpd.port, choice)))
        began = time.monotonic()
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False, env={"MIBS": ""})
        if self.done.is_set() or not self.world.calm.covers(began):
            return
        self.world.counts["walks"] += 1
        self.world.counts["cells"] += done.stdout.count("\n")
        if done.returncode != 0 or not done.stdout.strip():
            text = (done.stderr or done.stdout)[-300:].strip()
            self.complaints.append(f"{' '.join(argv)}: {done.returncode}: {text}")
