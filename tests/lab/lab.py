# SPDX-License-Identifier: BSD-2-Clause
"""The processes that a benchmark or the test of a consumer needs, all on loopback and in a folder of
their own, and what can be seen of them from outside. At the end, however it comes, all are gone."""

import contextlib
import hashlib
import json
import os
import pathlib
import resource
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = "sim-key"
BASE = "1.3.6.1.4.1.8072.9999.9999.1556"
OBJECTS = BASE + ".1.1"
SITE = "bench"
UP = "2"


class Trouble(Exception):
    """What ends the run as failed."""


def wait_for(what, condition, seconds=60):
    """Waits until CONDITION() is true; its result."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            raise Trouble(f"waited too long for {what}")
        time.sleep(0.01)
    return result


class Process:
    """A process that runs until it is stopped. NOFILE are its limits of descriptors, soft and hard."""

    def __init__(self, folder, name, argv, cpus, environment=None, nofile=None):
        self.name = name
        self.log = folder / f"{name}.log"

        def prepare():
            os.sched_setaffinity(0, cpus)
            if nofile:
                resource.setrlimit(resource.RLIMIT_NOFILE, nofile)

        with open(self.log, "ab") as log:
            self.popen = subprocess.Popen(
                list(map(str, argv)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **(environment or {})},
                preexec_fn=prepare)
        self.pid = self.popen.pid

    def check(self):
        if self.popen.poll() is not None:
            text = self.log.read_text(errors="replace")[-2000:]
            raise Trouble(f"{self.name} has ended with {self.popen.returncode}: {text}")
        return True

    def cpu(self):
        """Nanoseconds of CPU so far, as the scheduler counts them, of all threads that there were."""
        self.check()
        return time.clock_gettime_ns(~self.pid << 3 | 2)  # clock_getcpuclockid

    def status(self, word):
        """The number of the line WORD in the status of all threads, added up."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if line.startswith(word + ":"):
                    total += int(line.split()[1])
        return total

    def rss(self):
        """Resident memory in MiB."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Trouble(f"{self.name} has no memory")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def stop(self, number=signal.SIGTERM):
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        try:
            self.popen.wait(10)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class Server:
    """One of the primary servers that a process simulates, as the agent and a test see it."""

    def __init__(self, url, opener):
        self.url = url
        self.opener = opener

    def control(self, page, body=None):
        url = self.url.removesuffix("/netbackup") + "/sim/" + page
        with self.opener.open(url, body.encode() if body else None, timeout=60) as answer:
            return answer.read().decode()

    def advance(self, seconds):
        self.control("clock", f"+{seconds}")

    def now(self):
        return int(json.loads(self.control("clock"))) // 1000


class Sims(Process):
    """COUNT simulated primary servers, which are in .servers. Their clocks stand still unless CLOCK is None. FLAGS
    are options without a value."""

    def __init__(self, lab, name, count=1, clock="manual", flags=(), listen="127.0.0.1:0", **options):
        if clock:
            options["clock"] = clock
        words = [word for key, value in options.items() for word in ("--" + key, value)]
        super().__init__(lab.folder, name, [
            lab.build / "nbu-sim", "--listen", listen, "--tls-dir", lab.tls, "--api-key", KEY,
            "--primaries", count, *flags, *words], lab.other)
        self.count = count
        self.context = ssl.create_default_context(cafile=lab.tls / "ca.pem")
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.context))
        self.servers = [Server(url, self.opener) for url in wait_for(name, self.find_urls)]

    def find_urls(self):
        self.check()
        lines = self.log.read_text().splitlines(keepends=True)
        urls = [line.split("listening on ")[1].strip() for line in lines
                if "listening on " in line and line.endswith("\n")]
        return urls if len(urls) == self.count else None


class Sim(Sims, Server):
    """One simulated primary server."""

    def __init__(self, lab, name, **options):
        Sims.__init__(self, lab, name, **options)
        self.url = self.servers[0].url


class Snmpd(Process):
    """A master agent with more LINES of configuration."""

    def __init__(self, lab, name, lines=""):
        self.lab = lab
        self.socket = lab.folder / f"{name}.agentx"
        config = lab.folder / f"{name}.conf"
        config.write_text(f"rocommunity public 127.0.0.1\ndontLogTCPWrappersConnects yes\n"
                          f"master agentx\nagentXSocket {self.socket}\n{lines}")
        super().__init__(lab.folder, name, [
            "snmpd", "-f", "-r", "-C", "-c", config, "-I", "-smux", "-Lo", "udp:127.0.0.1:0"],
            lab.chain, {"MIBS": "", "SNMP_PERSISTENT_DIR": lab.folder / f"{name}.persistent"})
        wait_for(name, lambda: self.check() and self.socket.exists())
        self.port = wait_for(name, self.find_port)

    def find_port(self):
        """The UDP port that the kernel has given. Sockets that only send are bound to no address."""
        inodes = set()
        for fd in pathlib.Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                inodes.add(os.readlink(fd))
        for line in pathlib.Path("/proc/net/udp").read_text().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in inodes and fields[1].startswith("0100007F:"):
                return int(fields[1].split(":")[1], 16)
        return None

    def get(self, name):
        """What the object NAME, in numbers below nbuJobsObjects, says; "" when there is none."""
        done = subprocess.run(
            ["snmpget", "-v2c", "-c", "public", "-Oqv", "-Ot", "-m", "", "-t", "5",
             f"127.0.0.1:{self.port}", f"{OBJECTS}.{name}"],
            capture_output=True, text=True, check=False)
        return "" if "No Such" in done.stdout else done.stdout.strip()

    def column(self, name):
        """What all cells below the object NAME say."""
        done = subprocess.run(
            ["snmpbulkwalk", "-v2c", "-c", "public", "-Oqv", "-Ot", "-m", "", "-t", "5", "-Cr50",
             f"127.0.0.1:{self.port}", f"{OBJECTS}.{name}"],
            capture_output=True, text=True, check=False)
        return [] if "No Such" in done.stdout else done.stdout.splitlines()

    def site(self, column, site=SITE):
        index = ".".join(map(str, [len(site), *site.encode()]))
        return self.get(f"2.1.{column}.{index}")


class Agent(Process):
    """The agent, with the simulated servers SITES by name. REFRESH is in seconds. WATCHED and LINES
    are lines of the configuration, OPTIONS those of the command line."""

    WATCH_ALL = ('policy "*" { max-age = "25h" }', 'client "*" { }', "client-limit = 100000")
    # What is beside the jobs, as often as can be.
    COLLECT_ALL = ('collect = { "storage", "tape", "media", "security" }',
                   'storage-refresh = "1s"', 'tape-refresh = "1s"', 'media-refresh = "1s"', 'security-refresh = "1s"')

    def __init__(self, lab, name, snmpd, sites, refresh, full_refresh="31d", watched=WATCH_ALL, lines=(), options=(),
                 environment=None, nofile=None):
        self.snmpd = snmpd
        self.lines = (*watched, *lines)
        self.lab = lab
        self.state = lab.folder / f"{name}.state"
        self.config = lab.folder / f"{name}.conf"
        self.full_refresh = full_refresh
        self.write_config(sites, refresh)
        super().__init__(lab.folder, name, [lab.build / "nbu-agentx", "-c", self.config, *options],
                         lab.chain, environment, nofile)

    def write_config(self, sites, refresh):
        lines = [f'agentx-socket = "{self.snmpd.socket}"', f'state-dir = "{self.state}"',
                 f'refresh = "{refresh}s"', f'full-refresh = "{self.full_refresh}"', *self.lines]
        for site, sim in sites.items():
            lines.append(f'site "{site}" {{ url = "{sim.url}"\n deadline = "1h"\n'
                         f' api-key-file = "{self.lab.key}"\n ca-file = "{self.lab.tls}/ca.pem" }}')
        self.config.write_text("\n".join(lines) + "\n")

    def reload(self, sites, refresh):
        """Has it read another configuration, and waits until all its sites are up with it."""
        self.write_config(sites, refresh)
        self.popen.send_signal(signal.SIGHUP)
        for site in sites:
            wait_for(f"{self.name} to reload", lambda: self.is_up(site, refresh), 900)

    def is_up(self, site=SITE, refresh=None):
        self.check()
        return self.snmpd.site(4, site) == UP and refresh in (None, int(self.snmpd.site(22, site)))

    def await_rows(self, watch=lambda: None):
        """Waits for the first row of nbuJobTable and calls WATCH meanwhile."""
        walker = Process(self.lab.folder, "waiter", [
            self.lab.build / "bench/walker", "-w", self.snmpd.port, OBJECTS + ".3.1", 8],
            self.lab.other)
        self.lab.processes.append(walker)
        while walker.popen.poll() is None:
            self.check()
            watch()
            time.sleep(0.02)
        if walker.popen.returncode != 0:
            raise Trouble(walker.log.read_text())

    def files(self):
        """The bytes of the store's file, and of all that belongs to it."""
        sizes = {}
        for path in self.state.glob(SITE + ".db*"):
            with contextlib.suppress(FileNotFoundError):
                sizes[path.name] = path.stat().st_size
        return sizes.get(SITE + ".db", 0), sum(sizes.values())

    def settle(self, nanoseconds=300000, seconds=0.15):
        """Waits until it has used next to no CPU for a while; its CPU then."""
        mark, since = self.cpu(), time.monotonic()
        while time.monotonic() - since < seconds:
            time.sleep(0.01)
            now = self.cpu()
            if now - mark > nanoseconds:
                mark, since = now, time.monotonic()
        return self.cpu()


class Lab:
    """Where it all happens. With CHAIN the way from manager to agent, which is serial, has one CPU for
    itself."""

    def __init__(self, build, name="bench", chain=True):
        self.name = name
        self.build = pathlib.Path(build).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"nbu-{name}."))
        self.processes = []
        cpus = sorted(os.sched_getaffinity(0))
        self.chain = {cpus[-1]} if chain else set(cpus)
        self.other = (set(cpus[:-1]) if chain else None) or self.chain
        self.tls = self.folder / "tls"
        self.key = self.folder / "key"

    def __enter__(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(f"{self.name}: interrupted"))
        os.environ["PATH"] += ":/usr/sbin:/sbin"
        os.sched_setaffinity(0, self.other)
        subprocess.run([ROOT / "tests/simulator/make-certs", self.tls], check=True)
        self.key.touch(mode=0o600)
        self.key.write_text(KEY + "\n")
        return self

    def __exit__(self, *_):
        self.stop_all()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop_all(self):
        """Ends a part of the benchmark."""
        for process in reversed(self.processes):
            process.stop()
        self.processes = []
        for state in self.folder.glob("*.state"):
            shutil.rmtree(state)

    def add(self, process):
        self.processes.append(process)
        return process

    def sim(self, name, **options):
        return self.add(Sim(self, name, **options))

    def sims(self, count, name, **options):
        """COUNT of them in one process, which are in .servers."""
        return self.add(Sims(self, name, count, **options))

    def snmpd(self, name, lines=""):
        return self.add(Snmpd(self, name, lines))

    def agent(self, name, snmpd, sites, refresh, **options):
        return self.add(Agent(self, name, snmpd, sites, refresh, **options))

    def process(self, name, argv):
        return self.add(Process(self.folder, name, argv, self.chain))

    def separate(self, agent):
        """Leaves the chain's CPU to the thread that answers; the others go elsewhere."""
        for task in pathlib.Path(f"/proc/{agent.pid}/task").iterdir():
            if int(task.name) != agent.pid:
                os.sched_setaffinity(int(task.name), self.other)

    def numbers(self, argv):
        """Runs a program of the benchmark to its end; the numbers that it prints."""
        done = subprocess.run(
            list(map(str, argv)), capture_output=True, text=True, check=False,
            preexec_fn=lambda: os.sched_setaffinity(0, self.chain))
        if done.returncode != 0:
            raise Trouble(done.stderr.strip())
        return list(map(int, done.stdout.split()))

    def fetch(self, sim):
        """The loop of curl and cJSON over all that ended within a day: pages, jobs, CPU, time."""
        start = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(sim.now() - 86400))
        return self.fetch_lists(sim, [
            "/admin/jobs?page%5Blimit%5D=100&sort=jobId&filter=" + urllib.parse.quote(f"endTime ge {start}")])

    def fetch_lists(self, sim, paths):
        """The same over other lists."""
        return self.numbers([self.build / "bench/fetcher", sim.url, KEY, self.tls / "ca.pem", *paths])

    def control(self):
        """Nanoseconds for something that should always take as long."""
        block = bytes(1 << 20)
        os.sched_setaffinity(0, self.chain)
        began = time.monotonic_ns()
        for _ in range(20):
            hashlib.sha256(block).digest()
        taken = time.monotonic_ns() - began
        os.sched_setaffinity(0, self.other)
        return taken
