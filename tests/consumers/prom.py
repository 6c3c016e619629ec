# SPDX-License-Identifier: BSD-2-Clause
"""Prometheus, what feeds it, and what it tells, as the tests of consumers run them: with the files of
conf/prometheus, at a pace of seconds."""

import contextlib
import http.server
import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from lab import ROOT, Trouble, wait_for

CONF = ROOT / "conf/prometheus"
PACE = "2s"

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def run(*argv):
    """Runs a checking tool on shipped files; trouble if it finds a mistake."""
    done = subprocess.run(list(map(str, argv)), cwd=CONF, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"{' '.join(map(str, argv))}: {done.stdout}{done.stderr}")


def changed(name, changes):
    """The shipped file NAME with CHANGES, each of which must hit something."""
    text = (CONF / name).read_text()
    for pattern, replacement in changes.items():
        text, count = re.subn(pattern, replacement, text)
        if not count:
            raise Trouble(f"{name} has no {pattern}")
    return text


class Webhook(contextlib.AbstractContextManager):
    """Receives what Alertmanager sends; TOLD has it as (status, labels)."""

    def __init__(self):
        told = self.told = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802 - the name is given
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told.extend((alert["status"], alert["labels"]) for alert in body["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def has(self, status, **labels):
        return any(state == status and labels.items() <= told.items() for state, told in list(self.told))


class Server:
    """One of the daemons; the kernel gives it a port, which its log tells."""

    READY = "/-/ready"

    def __init__(self, lab, name, *options):
        self.name = name
        self.process = lab.process(name, [name, "--web.listen-address=127.0.0.1:0", *options])
        self.address = wait_for(f"{name} to listen", self.find_address)
        wait_for(f"{name} to be ready", self.is_ready)

    def find_address(self):
        self.process.check()
        found = re.search(r'msg="?Listening on"?.* address=(127\.0\.0\.1:[1-9]\d*)', self.process.log.read_text())
        return found and found[1]

    def is_ready(self):
        """It listens before it has read what it has stored."""
        with contextlib.suppress(urllib.error.URLError):
            self.get(self.READY)
            return True
        return False

    def get(self, path):
        with opener.open(f"http://{self.address}{path}", timeout=30) as answer:
            return answer.read()

    def ask(self, path, **words):
        """Asks its API; words with a list may come more than once."""
        try:
            return json.loads(self.get(f"{path}?{urllib.parse.urlencode(words, doseq=True)}"))
        except urllib.error.HTTPError as error:
            raise Trouble(f"{self.name}: {path} {words}: {error.read().decode()[:500]}") from error


class Prometheus(Server):
    def __init__(self, lab, snmpd, exporter, alertmanager):
        folder = lab.folder / "prometheus-conf"
        folder.mkdir()
        (folder / "rules.yml").write_text(changed("rules.yml", {r"for: '\d+m'": f"for: '{PACE}'"}))
        config = folder / "prometheus.yml"
        config.write_text(changed("prometheus.yml", {
            "interval: 1m": f"interval: {PACE}", "scrape_timeout: 30s": f"scrape_timeout: {PACE}",
            r"127\.0\.0\.1:9093": alertmanager.address, r"127\.0\.0\.1:9116": exporter.address,
            r"backup-monitor\.example\.com": f"127.0.0.1:{snmpd.port}"}))
        super().__init__(lab, "prometheus", f"--config.file={config}", f"--storage.tsdb.path={lab.folder}/prometheus")

    def query(self, expression):
        """The series of an instant query, as pairs of labels and value."""
        result = self.ask("/api/v1/query", query=expression)["data"]["result"]
        return [(series["metric"], float(series["value"][1])) for series in result]

    def range(self, expression):
        """The labels of the series of a query over the last minute."""
        now = time.time()
        result = self.ask("/api/v1/query_range", query=expression, start=now - 60, end=now, step=5)["data"]["result"]
        return [series["metric"] for series in result]

    def by(self, labels, expression):
        """The values of an instant query by the labels named."""
        return {tuple(metric.get(label, "") for label in labels): value for metric, value in self.query(expression)}


class Exporter(Server):
    READY = "/metrics"


def exporter(lab):
    return Exporter(lab, "prometheus-snmp-exporter", f"--config.file={CONF}/snmp.yml")


def alertmanager(lab, webhook):
    config = lab.folder / "alertmanager.yml"
    config.write_text(changed("alertmanager.yml", {
        "http://127.0.0.1:9095/": webhook.url, "group_wait: '30s'": "group_wait: '1s'",
        "group_interval: '5m'": "group_interval: '1s'"}))
    return Server(lab, "prometheus-alertmanager", f"--config.file={config}",
                  f"--storage.path={lab.folder}/alertmanager", "--cluster.listen-address=")
