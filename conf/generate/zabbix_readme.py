# SPDX-License-Identifier: BSD-2-Clause
"""conf/zabbix/README.md."""

import re

HEAD = """\
# Zabbix

<!-- Made by "make nms" from the MIB and mibs/monitoring.toml; change those. The text is in conf/generate/. -->

![The dashboard](../../docs/images/zabbix-dashboard.png)

* `6.0/template_netbackup_snmp.yaml` is for Zabbix 6.0. The tests import it there and watch alarms come and go.
* `7.0/template_netbackup_snmp.yaml` is for Zabbix 7.0 and later. It reads each table by one `walk[]`. The tests have no
  server of 7.0: they do its preprocessing over again and compare the values with those of 6.0.

Both have the same items, triggers, macros and dashboard. The alarms are those of
[docs/alarms.md](../../docs/alarms.md).

## Set up

1. Let snmpd answer the Zabbix server, see *Connect snmpd* in README.md of the project.
2. Import the file: *Data collection* (6.0: *Configuration*), *Templates*, *Import*.
3. Add a host with an SNMP interface (SNMPv2 or SNMPv3, bulk requests on). Link the template "NetBackup by SNMP".
4. If `base-oid` is not the default, set `{$NBU.BASE}`.

The first discovery takes up to an hour with 6.0. *Execute now* of the discovery rules makes it at once.

## What is discovered

Each row of a table becomes items, triggers and graphs. Two macros for each label say which rows: `.MATCHES` and
`.NOT_MATCHES` are regular expressions.

* Policies and clients may be thousands. Their rows have only the items that alarms need. `{$NBU.POLICY.DETAILS}` and
  `{$NBU.CLIENT.DETAILS}` name those that have all items. `.*` is all of them.
* Clients are those that `client` in the agent's configuration names.
* The discovery of jobs by status and of queue reasons is off. Such rows come and go. Enable the rule to have them.

## Thresholds

A threshold has a macro. With a context it holds for one site or one row: `{$NBU.NO.JOBS.CRIT:"paris"}` for a site,
`{$NBU.DISK.POOL.FILLING.WARN:"paris:pool1"}` for a row, `{$NBU.DISK.POOL.FILLING.WARN:regex:"^paris:"}` for the rows
of a site.

A value of `.FOR` is a time, or a number of values: `#1` raises at the first. Where a table is read as seldom as the
time is long, it is a number of values. Do the same where you read a table less often.

## What is hidden

While NbuSiteDown is raised, nothing else of the site is: its values are old. What had been raised before ends, and is
raised again when the site is up and it is still so. A refresh that fails now and then changes nothing. Zabbix does not
let triggers of two discovery rules depend on each other. So each row has the item "Site status", and the triggers of
the row look at it. The triggers that NbuAgentSilent hides depend on it.

## Values

* An age of 4294967295 means never, and shows so.
* -1, and -0.01 %, mean that NetBackup does not tell.
* Percentages are in percent. Counters are shown per second. 64-bit gauges are in bytes, so there are no items in MiB.

## Notifications

Polling finds all that is in the tables. Notifications (traps) are faster. They need three things:

1. `notify` in the agent's configuration, and `trap2sink SERVER COMMUNITY` in its snmpd.conf.
2. snmptrapd on the Zabbix server or proxy, with `-On`, and a copy of [trap-handler](trap-handler):

       authCommunity log,execute COMMUNITY
       traphandle default /usr/local/libexec/nbu-agentx/trap-handler /var/lib/zabbix/snmptrap.log

   The scripts that Zabbix has for it write forms that are understood, too.
3. `StartSNMPTrapper=1` and `SNMPTrapperFile=/var/lib/zabbix/snmptrap.log` in the configuration of the server or proxy.
   The address of the host's SNMP interface must be the one that notifications come from.

A notification raises a problem for its row, beside the one of polling. The tag `row` tells rows apart: only the
clearing notification of the same row ends the problem. A lost one does not, so problems can be closed by hand.
The problems of nbuJobFailed and nbuImageInfected are closed by hand, as nothing clears them. Disable the triggers of
what you do not want twice.
"""


def escape(text):
    return re.sub(r"\s+", " ", text).replace("|", r"\|").replace("<", "&lt;")


def cell(text):
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def table(title, head, rows):
    lines = [f"\n## {title}\n", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def first_sentence(text):
    return escape(re.split(r"(?<=[.;])\s", text, maxsplit=1)[0])


def item_row(item):
    return [escape(item["name"]), cell(item["key"]), item.get("units", "").lstrip("!"),
            "on demand" if "discover" in item else "", first_sentence(item["description"])]


def trigger_row(trigger):
    off = "off" if "status" in trigger else "certain rows" if "discover" in trigger else ""
    return [escape(trigger["name"]), escape(trigger["event_name"]).replace("$", "&#36;"),
            trigger["priority"].lower(), off]


ITEM_HEAD = ("item", "key", "unit", "", "description")
TRIGGER_HEAD = ("trigger", "event", "severity", "")


def text(export, _monitoring):
    template = export["templates"][0]
    parts = [HEAD, table("Macros", ("macro", "default", "description"),
                         [[cell(macro["macro"]), cell(macro["value"]), escape(macro["description"])]
                          for macro in template["macros"]]),
             table("Items of the agent and of notifications", ITEM_HEAD, map(item_row, template["items"])),
             table("Triggers of the agent and of notifications", TRIGGER_HEAD, map(trigger_row, export["triggers"]))]
    for rule in template["discovery_rules"]:
        off = " It is off by default." if "status" in rule else ""
        parts.append(table(rule["name"], ITEM_HEAD, map(item_row, rule["item_prototypes"])).replace(
            "\n\n|", f"\n\nKey `{rule['key']}`.{off}\n\n|", 1))
        if "trigger_prototypes" in rule:
            parts.append("\n" + table("", TRIGGER_HEAD, map(trigger_row, rule["trigger_prototypes"])).lstrip("\n# "))
    return "".join(parts)
