# SPDX-License-Identifier: BSD-2-Clause
"""The packages are built, twice and alike, and lintian has nothing against them."""

import shutil

from lab import ROOT, Trouble
from machine import BUILDING, Folder, run

# The ways in which a second build is another one.
OTHERWISE = "export TZ=Pacific/Chatham LC_ALL=C USER=other; umask 077; "


class Made:
    """What a build has made: the folder of the packages, and the simulator's program."""

    def __init__(self, folder, version):
        self.folder = folder
        self.version = version
        self.sim = folder / "nbu-sim"

    def debs(self):
        return sorted(path for path in self.folder.glob("*.deb") if "-dbgsym_" not in path.name)


def build(system, version, place, before=""):
    """Builds the source package in /PLACE; the folder with what comes of it."""
    folder = system.root / place
    folder.mkdir()
    shutil.copytree(system.root / "source", folder, dirs_exist_ok=True)
    system.run("sh", "-c", f"{before}dpkg-source -x *.dsc nbu-agentx >/dev/null && cd nbu-agentx "
               "&& dpkg-buildpackage -us -uc -b -j2", folder="/" + place)
    return folder


def compare(first, second):
    for path in first.glob("*.deb"):
        if path.read_bytes() != (second / path.name).read_bytes():
            raise Trouble(f"two builds differ in {path.name}")


def test(lab, version, suite):
    # The source package is made here, and nothing else.
    run([ROOT / "packaging/make-deb", "--source", version])
    system = Folder(lab, "building", suite, BUILDING)
    system.put(ROOT.glob("build/deb/nbu-agentx_*"), "/source")
    first = build(system, version, "one")
    compare(first, build(system, version, "somewhere-else", OTHERWISE))
    run(["lintian", "--allow-root", "--fail-on", "error,warning", *first.glob("*.changes")])

    made = Made(lab.folder / "made", version)
    made.folder.mkdir()
    system.run("make", "-j2", "build/nbu-sim", folder="/one/nbu-agentx")
    for path in [*first.glob("*.deb"), first / "nbu-agentx/build/nbu-sim"]:
        shutil.copy2(path, made.folder)
    shutil.rmtree(system.root)
    return made
