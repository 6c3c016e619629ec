# SPDX-License-Identifier: BSD-2-Clause
"""Debian systems of their own, made by debootstrap from where apt gets this system's packages: a
folder to build in, and a machine that is booted by systemd-nspawn, with a network of its own that
reaches nothing outside."""

import contextlib
import hashlib
import os
import pathlib
import re
import signal
import subprocess

from lab import ROOT, Process, Trouble, wait_for

CACHE = ROOT / "build/roots"
# What nbu-agentx needs is not here. It must come by its own dependencies.
BOOTED = ("systemd", "systemd-sysv", "dbus", "snmpd", "snmp")
BUILDING = ("build-essential", "debhelper", "libcjson-dev", "libconfuse-dev", "libcurl4-openssl-dev", "libsnmp-dev",
            "libsqlite3-dev", "libssl-dev", "libmicrohttpd-dev", "zlib1g-dev")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}
# Not what a package may leave: what runs, caches, logs, and the records of apt, dpkg and systemd.
PASSING = re.compile(r"/(proc|sys|dev|run|tmp|root)(/|$)"
                     r"|/var/(cache|log|tmp|lib/(apt|dpkg|systemd|snmp))(/|$)|/var/agentx/master$|/etc/ld.so.cache$")
# These change their content with a user, and have copies with a dash.
ACCOUNTS = re.compile(r"/etc/(passwd|group|shadow|gshadow)-?$|/etc/\.pwd\.lock$")


def run(argv, **options):
    """Runs ARGV to its end; what it prints."""
    done = subprocess.run(list(map(str, argv)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False, **options)
    if done.returncode != 0:
        raise Trouble(f"{' '.join(map(str, argv))}: exit status {done.returncode}: {done.stdout[-3000:]}")
    return done.stdout


def mirror():
    """Where apt gets this system's own packages from."""
    form = "$(LABEL) $(REPO_URI)"
    for line in run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"]).splitlines():
        label, _, address = line.partition(" ")
        if label == "Debian":
            return address
    raise Trouble("apt knows no repository of Debian; run apt-get update")


def proxy():
    """The proxy that apt uses for it, for debootstrap."""
    said = re.search(r"PROXY='(.*)'", run(["apt-config", "shell", "PROXY", "Acquire::http::Proxy"]))
    return {"http_proxy": said[1]} if said and said[1] else {}


def archive(suite, packages):
    """The archive of a minimal system with PACKAGES. It is made when it is not there."""
    mark = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:8]
    path = CACHE / f"{suite}-{mark}.tar"
    if path.exists():
        return path
    print(f"making a system of Debian {suite}: a minute or two", flush=True)
    CACHE.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    try:
        run(["debootstrap", "--variant=minbase", "--include=" + ",".join(packages), suite, new, mirror()],
            env={**os.environ, **proxy()})
        run(["tar", "-C", new, "-cf", f"{new}.tar", "."])
        os.rename(f"{new}.tar", path)
    finally:
        run(["rm", "-rf", "--one-file-system", new, f"{new}.tar"])
    return path


class Folder:
    """A system in a folder, which is not booted."""

    def __init__(self, lab, name, suite, packages):
        self.lab = lab
        self.name = name
        self.root = lab.folder / name
        self.root.mkdir()
        run(["tar", "-C", self.root, "-xf", archive(suite, packages)])

    def nspawn(self):
        # What registers and accounts for machines is systemd, which need not run here.
        return ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "--console=pipe",
                f"--machine=nbu-{os.getpid()}-{self.name}", "-D", self.root]

    def run(self, *argv, folder="/"):
        settings = [f"--setenv={name}={value}" for name, value in ENVIRONMENT.items()]
        return run([*self.nspawn(), *settings, f"--chdir={folder}", *argv])

    def put(self, paths, folder):
        """Copies PATHS of this host into FOLDER of the system."""
        target = self.root / folder.lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        run(["cp", "-a", *paths, target])


# The mounts are gone with the process, which alone sees them.
OVERLAY = """cd "$0" && mkdir memory && mount -t tmpfs none memory && mkdir memory/upper memory/work memory/root &&
mount -t overlay -o lowerdir=/,upperdir=memory/upper,workdir=memory/work none memory/root && exec "$@\""""


class Overlay:
    """This host's own system, with memory over it: what is written there is gone at the end. UNITS is what is in
    /etc/systemd/system, so that no service of the host's is started."""

    def __init__(self, lab, name, units):
        self.lab = lab
        self.name = name
        self.root = lab.folder / "memory/root"
        self.units = units

    def nspawn(self):
        # The sources and the lab may be on file systems of their own.
        return ["unshare", "--mount", "sh", "-c", OVERLAY, self.lab.folder,
                "systemd-nspawn", "-q", "--register=no", "--keep-unit", "--console=pipe",
                f"--machine=nbu-{os.getpid()}-{self.name}", "-D", self.root, f"--bind-ro={ROOT}",
                f"--bind={self.lab.folder}", f"--bind={self.units}:/etc/systemd/system"]


class Machine(Process):
    """The system of FOLDER, booted. It is up when its state is one of STATES."""

    def __init__(self, folder, states=("running",)):
        self.root = folder.root
        super().__init__(folder.lab.folder, folder.name + "-boot",
                         [*folder.nspawn(), "--private-network", "--boot"], folder.lab.other,
                         {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
        folder.lab.add(self)
        self.init = wait_for("systemd", self.find_init)
        wait_for("the machine to be up", lambda: self.answer("systemctl", "is-system-running") in states)

    def find_init(self):
        self.check()
        for child in pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with contextlib.suppress(FileNotFoundError):
                if pathlib.Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return child
        return None

    def argv(self, words):
        settings = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        return ["nsenter", "-t", self.init, "-a", "env", "-i", *settings, *words]

    def run(self, *words):
        self.check()
        return run(self.argv(words))

    def answer(self, *words):
        """What it prints, whatever its exit status."""
        done = subprocess.run(list(map(str, self.argv(words))), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        return done.stdout.strip()

    def shows(self, unit, what):
        return self.answer("systemctl", "show", "--value", "--property=" + what, unit)

    def files(self):
        """What a package may have changed: path by path the kind, the mode, and the content below /etc."""
        found = {}
        for folder, names, others in os.walk(self.root):
            names[:] = [name for name in names if not PASSING.match(f"{folder}/{name}".removeprefix(str(self.root)))]
            for name in names + others:
                path = pathlib.Path(folder, name)
                inside = str(path).removeprefix(str(self.root))
                if not PASSING.match(inside):
                    found[inside] = look(path, inside)
        return found

    def stop(self, number=signal.SIGTERM):
        """The first SIGTERM has the machine shut down. The second would end it at once."""
        super().stop(number)


def look(path, inside):
    mode = path.lstat().st_mode
    if path.is_symlink():
        return mode, os.readlink(path)
    if not path.is_file() or not inside.startswith("/etc/") or ACCOUNTS.match(inside):
        return (mode,)
    return mode, path.read_bytes()
