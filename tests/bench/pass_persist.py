#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""pass_persist.py FILE: a child of snmpd's pass_persist, as an administrator would write it in Python:
the whole table in memory, sorted, found by binary search. Peer of the agent in the benchmark."""

import bisect
import sys

WORDS = {2: "integer", 4: "string", 65: "counter", 66: "gauge", 67: "timeticks", 70: "counter64"}


def name_of(text):
    return tuple(map(int, text.strip().strip(".").split(".")))


def load(file):
    cells = {}
    with open(file, encoding="ascii") as lines:
        for line in lines:
            name, kind, value = line.rstrip("\n").split(" ")
            if int(kind) == 4:
                value = bytes.fromhex(value).decode("utf-8", "surrogateescape")
            cells[name_of(name)] = f".{name.strip('.')}\n{WORDS[int(kind)]}\n{value}\n"
    return cells


def main():
    cells = load(sys.argv[1])
    names = sorted(cells)
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    for line in iter(sys.stdin.readline, ""):
        if line == "PING\n":
            answer = "PONG\n"
        else:
            name = name_of(sys.stdin.readline())
            if line == "getnext\n":
                at = bisect.bisect_right(names, name)
                name = names[at] if at < len(names) else None
            answer = cells.get(name, "NONE\n")
        sys.stdout.write(answer)
        sys.stdout.flush()


main()
