# SPDX-License-Identifier: BSD-2-Clause
"""Each alarm is in what each monitoring system reads, with its levels, and so is each notification with
the one that clears it. That thresholds are the same follows from how the files are made; `make
nms-check` sees that they are."""

import re
import subprocess
import sys

from lab import ROOT, Trouble

sys.path.append(str(ROOT / "conf/generate"))

import monitoring  # noqa: E402

ALARMS = ("docs/alarms.md", "conf/zabbix/6.0/template_netbackup_snmp.yaml",
          "conf/zabbix/7.0/template_netbackup_snmp.yaml", "conf/nagios/*.cfg", "conf/icinga2/nbu-agentx.conf",
          "conf/prometheus/rules.yml", "conf/prometheus/rules_test.yml")
NOTIFICATIONS = ("docs/alarms.md", "conf/snmptt/snmptt.conf", "conf/zabbix/README.md")


def read(pattern):
    return "".join(path.read_text() for path in sorted(ROOT.glob(pattern)))


def lacking(pattern, names):
    """The NAMES that the files of PATTERN do not have as a word."""
    words = set(re.findall(r"[A-Za-z0-9]+", read(pattern)))
    return [f"{pattern} lacks {name}" for name in names if name not in words]


def wrong_levels(known):
    """Prometheus has a rule for each level of an alarm, and no other."""
    found = re.findall(r"alert: '(\w+)'\n(?:.*\n)*?\s+severity: '(\w+)'", read("conf/prometheus/rules.yml"))
    wanted = [(alarm.name, level) for alarm in known.alarms.values() for level in alarm.levels]
    return [f"conf/prometheus/rules.yml and the list differ in {pair}" for pair in sorted(set(found) ^ set(wanted))]


def test(lab):
    base = lab.folder / "mibs"
    subprocess.run([ROOT / "tests/base-mibs", base], check=True)
    known = monitoring.load(base)
    flaws = [flaw for pattern in ALARMS for flaw in lacking(pattern, known.alarms)]
    flaws += [flaw for pattern in NOTIFICATIONS for flaw in lacking(pattern, known.mib.notifications)]
    flaws += wrong_levels(known)
    if flaws:
        raise Trouble("; ".join(flaws))
