# SPDX-License-Identifier: BSD-2-Clause
"""A Zabbix server with its database and its frontend, on loopback and in the folder of a lab."""

import contextlib
import gzip
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import time
import urllib.request

from lab import ROOT, Process, Snmpd, Trouble, wait_for

PHP = ["-d", "memory_limit=512M", "-d", "post_max_size=32M", "-d", "max_execution_time=300"]
SQL = pathlib.Path("/usr/share/zabbix-server-pgsql")
FRONTEND = pathlib.Path("/usr/share/zabbix")
TEMPLATES = ROOT / "conf/zabbix"
IMPORTED = ("templates", "items", "discoveryRules", "triggers", "graphs", "valueMaps", "templateDashboards")


def as_user(name):
    """What starts a program as a user, as neither PostgreSQL nor Zabbix runs as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={name}", f"--regid={name}", "--clear-groups"]


def free_port():
    """One that the kernel would give. Those that it gives by itself are too high for zabbix_server."""
    while True:
        with socket.socket() as asked, contextlib.suppress(OSError):
            asked.bind(("127.0.0.1", random.randrange(10000, 32767)))
            return asked.getsockname()[1]


def seldom(condition, seconds=0.5):
    """The condition for wait_for(), asked only now and then: an answer of the frontend costs a lot."""
    last = [0.0, None]

    def ask():
        if time.monotonic() - last[0] >= seconds:
            last[1] = condition()
            last[0] = time.monotonic()
        return last[1]
    return ask


class Database(Process):
    """PostgreSQL, behind a socket in the folder."""

    def __init__(self, lab):
        programs = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        folder = lab.folder / "database"
        self.folder = folder
        folder.mkdir()
        if os.geteuid() == 0:
            lab.folder.chmod(0o711)
            shutil.chown(folder, "postgres", "postgres")
        run = as_user("postgres")
        with open(lab.folder / "initdb.log", "wb") as log:
            subprocess.run([*run, programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres",
                            "--no-locale", "-E", "UTF8", "-N"], check=True, stdout=log, stderr=log, cwd=folder)
        options = [word for option in ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off",
                                       "full_page_writes=off", "synchronous_commit=off") for word in ("-c", option)]
        argv = [*run, programs / "postgres", "-D", folder / "data", *options]
        super().__init__(lab.folder, "postgres", argv, lab.other)
        wait_for("the database", lambda: self.check() and self.answers())
        self.query("postgres", "postgres", "create role zabbix login superuser")
        self.query("postgres", "postgres", "create database zabbix owner zabbix template template0 encoding 'UTF8'")
        for part in ("schema", "images", "data"):
            self.query("zabbix", "zabbix", gzip.open(SQL / f"{part}.sql.gz", "rt").read(), one=True)
        self.query("zabbix", "zabbix", "analyze")  # else a host with a template takes a minute

    def answers(self):
        return (self.folder / ".s.PGSQL.5432").exists() and subprocess.run(
            ["psql", "-q", "-h", self.folder, "-U", "postgres", "-c", "select 1"], capture_output=True,
            check=False).returncode == 0

    def query(self, user, base, text, one=False):
        done = subprocess.run(
            ["psql", "-q", "-v", "ON_ERROR_STOP=1", *(["-1"] if one else []), "-h", self.folder, "-U", user, base],
            input=text, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise Trouble(f"psql: {done.stderr[-500:]}")
        return done.stdout

    def stop(self, number=signal.SIGINT):
        super().stop(number)


class Server(Process):
    """zabbix_server. TRAPS is the file of notifications that it reads."""

    def __init__(self, lab, database):
        self.folder = lab.folder / "server"
        self.folder.mkdir()
        self.port = free_port()
        self.traps = self.folder / "traps"
        self.traps.touch(mode=0o644)
        if os.geteuid() == 0:
            for path in (self.folder, self.traps):
                shutil.chown(path, "zabbix", "zabbix")
        config = lab.folder / "server.conf"
        config.write_text("\n".join((
            "LogType=console", f"PidFile={self.folder}/pid", f"SocketDir={self.folder}", f"DBHost={database.folder}",
            "DBName=zabbix", "DBUser=zabbix", "ListenIP=127.0.0.1", f"ListenPort={self.port}",
            "CacheUpdateFrequency=1", "StartPollers=3", "StartPingers=0", "StartDiscoverers=0", "StartHTTPPollers=0",
            "StartReportWriters=0", "StartODBCPollers=0", "StartSNMPTrapper=1", f"SNMPTrapperFile={self.traps}",
            "")))
        super().__init__(lab.folder, "zabbix", [*as_user("zabbix"), "zabbix_server", "-f", "-c", config], lab.other)


class Frontend(Process):
    """The frontend and its API."""

    def __init__(self, lab, database, server):
        folder = lab.folder / "www"
        shutil.copytree(FRONTEND, folder, symlinks=False, ignore=shutil.ignore_patterns("zabbix.conf.php"))
        config = folder / "conf/zabbix.conf.php"
        config.write_text(f"""<?php
$DB = ['TYPE' => 'POSTGRESQL', 'SERVER' => '{database.folder}', 'PORT' => '5432', 'DATABASE' => 'zabbix',
    'USER' => 'zabbix', 'PASSWORD' => '', 'SCHEMA' => '', 'ENCRYPTION' => false, 'KEY_FILE' => '', 'CERT_FILE' => '',
    'CA_FILE' => '', 'VERIFY_HOST' => false, 'CIPHER_LIST' => '', 'VAULT_URL' => '', 'VAULT_DB_PATH' => '',
    'VAULT_TOKEN' => '', 'DOUBLE_IEEE754' => true];
$ZBX_SERVER = '127.0.0.1';
$ZBX_SERVER_PORT = '{server.port}';
$ZBX_SERVER_NAME = '';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
""")
        # Debian's frontend looks for it in /etc. It wants a locale that this machine may not have.
        for name, old, new in (
                ("include/classes/core/CConfigFile.php", "'/etc/zabbix/zabbix.conf.php'", f"'{config}'"),
                ("include/locales.inc.php", "return zbx_locale_variants_unix($language);", "return ['C.UTF-8'];")):
            text = (folder / name).read_text()
            (folder / name).write_text(text.replace(old, new))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.token = None
        super().__init__(lab.folder, "php", ["php", *PHP, "-S", f"127.0.0.1:{self.port}", "-t", folder], lab.other)
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        wait_for("the frontend", lambda: self.check() and self.answers())
        self.token = self.call("user.login", username="Admin", password="zabbix")

    def answers(self):
        with contextlib.suppress(OSError):
            return self.call("apiinfo.version")
        return None

    def call(self, method, *arguments, **parameters):
        body = {"jsonrpc": "2.0", "method": method, "params": list(arguments) or parameters, "id": 1}
        if self.token:
            body["auth"] = self.token
        request = urllib.request.Request(self.url + "api_jsonrpc.php", json.dumps(body).encode(),
                                         {"Content-Type": "application/json-rpc"})
        with self.opener.open(request, timeout=300) as answer:
            result = json.load(answer)
        if "error" in result:
            raise Trouble(f"{method}: {result['error']}")
        return result["result"]

    def import_template(self, text):
        rules = {name: {"createMissing": True, "updateExisting": True} for name in IMPORTED}
        rules["groups"] = {"createMissing": True, "updateExisting": False}
        self.call("configuration.import", format="yaml", rules=rules, source=text)


class TrapReceiver(Process):
    """snmptrapd, which gives notifications to the server by our handler."""

    find_port = Snmpd.find_port

    def __init__(self, lab, server):
        config = lab.folder / "snmptrapd.conf"
        config.write_text("authCommunity log,execute public\n"
                          f"traphandle default {TEMPLATES}/trap-handler {server.traps}\n")
        super().__init__(lab.folder, "snmptrapd", [
            "snmptrapd", "-f", "-n", "-On", "-Lo", "-C", "-c", config, "udp:127.0.0.1:0"], lab.other,
            {"MIBS": "", "SNMP_PERSISTENT_DIR": lab.folder / "snmptrapd.persistent"})
        self.port = wait_for("snmptrapd", lambda: self.check() and self.find_port())

    def send(self, notification, objects):
        """A notification with texts by their OIDs, as if the agent had sent it."""
        words = [word for oid, text in objects.items() for word in ("." + oid, "s", text)]
        subprocess.run(["snmptrap", "-v2c", "-c", "public", "-m", "", f"127.0.0.1:{self.port}", "", "." + notification,
                        *words], check=True)


class Zabbix:
    """All of them. The frontend's API is CALL."""

    def __init__(self, lab):
        self.database = lab.add(Database(lab))
        self.server = lab.add(Server(lab, self.database))
        self.frontend = lab.add(Frontend(lab, self.database, self.server))
        self.call = self.frontend.call
        for host in self.call("host.get", output=["hostid"]):
            self.call("host.update", hostid=host["hostid"], status=1)

    def add_host(self, port, macros):
        """A host that is polled at PORT with the template."""
        template = self.call("template.get", filter={"host": "NetBackup by SNMP"})[0]["templateid"]
        group = self.call("hostgroup.get", filter={"name": "Linux servers"})[0]["groupid"]
        interface = {"type": 2, "main": 1, "useip": 1, "ip": "127.0.0.1", "dns": "", "port": str(port),
                     "details": {"version": 2, "community": "public", "bulk": 1}}
        self.host = self.call("host.create", host="backup", groups=[{"groupid": group}],
                              templates=[{"templateid": template}], interfaces=[interface],
                              macros=[{"macro": name, "value": value} for name, value in macros.items()])["hostids"][0]

    def items(self):
        """What is polled, by keys."""
        self.server.check()
        items = self.call("item.get", hostids=self.host,
                          output=["key_", "lastvalue", "lastclock", "state", "error", "value_type", "type"])
        return {item["key_"]: item for item in items}

    def problems(self):
        """Of each problem its tags."""
        problems = self.call("problem.get", hostids=self.host, selectTags="extend",
                             output=["eventid", "name", "severity"])
        return [{"eventid": problem["eventid"], "name": problem["name"], "severity": problem["severity"],
                 **{tag["tag"]: tag["value"] for tag in problem["tags"]}} for problem in problems]

    def close(self, problem):
        """By hand."""
        self.call("event.acknowledge", eventids=problem["eventid"], action=1)
