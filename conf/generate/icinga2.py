# SPDX-License-Identifier: BSD-2-Clause
"""conf/icinga2/: the checks of conf/nagios/ as apply rules of Icinga 2."""

import json

from monitoring import LEVELS, scale_of
from nagios import MADE, checks, sentence, unlooked

HEAD = f"""\
// SPDX-License-Identifier: BSD-2-Clause
//
// {MADE}
// README.md tells how to use it.

"""

BASE = """\
/* A name in an index is its length and its octets. Net-snmp takes 'octets' for them, but not with a colon or a quote
 * inside, and check_snmp not with a blank or a comma; so these are written as numbers. */
globals.nbu_index = function(name) {
\tvar octets = name.replace("'", "'.39.'")
\tfor (number => character in { "32" = " ", "44" = ",", "58" = ":" }) {
\t\toctets = octets.replace(character, "'." + number + ".'")
\t}
\treturn "." + string(name.len()) + ".'" + octets + "'"
}

/* The rows that the user has named, of one kind: where each is, by how its services are called. */
globals.nbu_rows = function(sites, kind) {
\tvar rows = {}
\tif (!sites) {
\t\treturn rows
\t}
\tfor (site => wanted in sites) {
\t\tif (wanted.rows && wanted.rows.contains(kind)) {
\t\t\tfor (row in wanted.rows.get(kind)) {
\t\t\t\tvar names = typeof(row) == Array ? row : [ row ]
\t\t\t\trows[site + " " + names.join(" ")] = { "site" = site, "names" = names }
\t\t\t}
\t\t}
\t}
\treturn rows
}

/* The sites whose security is collected. */
globals.nbu_secured = function(sites) {
\tvar secured = {}
\tif (!sites) {
\t\treturn secured
\t}
\tfor (site => wanted in sites) {
\t\tif (wanted.security) {
\t\t\tsecured[site] = wanted
\t\t}
\t}
\treturn secured
}

/* The range that the user has set for the site, else for the host, else the usual one. */
globals.nbu_range = function(host, site, alarm, level, usual) {
\tvar places = [ host.vars.nbu_ranges ]
\tif (site) {
\t\tplaces = [ host.vars.nbu_sites[site].ranges, host.vars.nbu_ranges ]
\t}
\tfor (ranges in places) {
\t\tif (ranges && ranges.contains(alarm) && ranges.get(alarm).contains(level)) {
\t\t\treturn ranges.get(alarm).get(level)
\t\t}
\t}
\treturn usual
}

/* What speaks SNMPv3 has a user. */
globals.nbu_command = function(host, what) {
\treturn what + (host.vars.snmpv3_user ? "-v3" : "-v2c")
}

template CheckCommand "nbu-arguments" {
\targuments += {
\t\t"-m" = ":"
\t\t"-e" = "$nbu_retries$"
\t\t"-M" = "$nbu_multiplier$"
\t\t"-f" = "$nbu_format$"
\t}
\tvars.nbu_retries = "2"
}
"""

COMMAND = """
object CheckCommand "nbu-{what}-{version}" {{
\timport "{stock}"
\timport "nbu-arguments"
{command}
\tvars.{stock}_oid = "$nbu_oid$"
\tvars.{stock}_warn = "$nbu_warning$"
\tvars.{stock}_crit = "$nbu_critical$"
\tvars.{stock}_label = "$nbu_label$"
\tvars.{stock}_units = "$nbu_units$"
\tvars.{stock}_timeout = "5"
{more}}}
"""
SILENT = """
\tcommand = [
\t\tPluginDir + "/negate", "-s", "-t", "60", "-u", "CRITICAL",
\t\tPluginDir + "/check_snmp"
\t]
"""
VERSIONS = (("v2c", "snmp", '\tvars.snmp_version = "2c"\n'), ("v3", "snmpv3", ""))

# For what there is a service, by place; the site of it and the index behind the column.
EACH = {
    "agent": (' {{', "null", '".0"', "\tassign where host.vars.nbu_sites\n"),
    "site": (' " for (site => wanted in host.vars.nbu_sites) {{', "site", "nbu_index(site)", ""),
    "security": (' " for (site => wanted in nbu_secured(host.vars.nbu_sites)) {{', "site", "nbu_index(site)", ""),
    "row": (' " for (row => found in nbu_rows(host.vars.nbu_sites, "{kind}")) {{', "found.site",
            "nbu_index(found.site)", ""),
}


def commands():
    return "".join(COMMAND.format(what=what, version=version, stock=stock, command=command, more=more)
                   for what, command in (("value", ""), ("silent", SILENT)) for version, stock, more in VERSIONS)


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def index_of(check):
    _, _, index, _ = EACH[check.place]
    if check.suffix:
        return index + "".join(f" + nbu_index({quoted(value)})" for value in check.suffix)
    if check.place == "row":
        return index + "".join(f" + nbu_index(found.names[{number}])" for number in range(len(check.keys)))
    return index


def range_line(check, level, site):
    usual = quoted(check.ranges[level])
    if level in check.levels:
        usual = f"nbu_range(host, {site}, {quoted(check.name)}, {quoted(level)}, {usual})"
    return f"\tvars.nbu_{level} = {usual}\n"


def service(check):
    begin, site, _, end = EACH[check.place]
    head = f'"{check.name}"' if check.place == "agent" else f'"{check.name}'
    scale = scale_of(check.column)
    units = {"seconds": "s", "1/100 percent": "%"}.get(check.column.units, check.column.units)
    notes = "".join(f"// check_snmp does not look at {condition}: choose ranges that allow for quiet days.\n"
                    for condition in unlooked(check))
    what = "nbu-silent" if check.alarm.comparison == "silent" else "nbu-value"
    lines = [f'check_command = nbu_command(host, "{what}")', "check_interval = 5m",
             f"retry_interval = {check.retry}m", f"max_check_attempts = {check.attempts}",
             f"notes = {quoted(check.alarm.means)}", f'vars.nbu_alarm = "{check.name}"', f"vars.nbu_site = {site}",
             f'vars.nbu_oid = "{check.oid}" + {index_of(check)}', f'vars.nbu_label = "{check.column.name}"',
             f"vars.nbu_multiplier = {1 / scale:g}", f'vars.nbu_format = "{"%.2f" if scale > 1 else "%.0f"}"']
    lines += [f"vars.nbu_units = {quoted(units)}"] if units else []
    lines += ["vars.nbu_row = row"] if check.place == "row" else []
    return (f"\n// {sentence(check)}\n{notes}apply Service {head}{begin.format(kind=check.alarm.entity.name)}\n"
            + "".join(f"\t{line}\n" for line in lines)
            + "".join(range_line(check, level, site) for level in LEVELS) + end + "}\n")


PARENTS = {"agent": "{name}", "site": '{name} " + service.vars.nbu_site', "row": '{name} " + service.vars.nbu_row'}


def masters(made):
    """Those that may hide others, by name; the alarm of a row as such, even if its site has a check of it too."""
    return {check.name: check for check in made if not (check.alarm.on_site and check.place == "site")}


def parent(check, known):
    """The nearest that hides CHECK; the others hide that one. Icinga before 2.14 takes a service with several parents
    to be reachable while one of them is well, so that each has one only."""
    return next((name for name in check.alarm.hidden_by
                 if known[name].place != "row" or check.place == "row"), None)


def dependency(master, made, known):
    """While MASTER is not well, what it hides is not told. A row hides only what is of the same row."""
    hidden = sorted({check.name for check in made if parent(check, known) == master.name})
    if not hidden:
        return ""
    service = '"' + PARENTS[master.place].format(name=master.name) + ('"' if master.place == "agent" else "")
    names = "".join(f"\t\t{quoted(name)},\n" for name in hidden)
    more = " && service.vars.nbu_row" if master.place == "row" else ""
    return (f'\napply Dependency "{master.name}" to Service {{\n\tparent_service_name = {service}\n'
            f"\tdisable_notifications = true\n\tignore_soft_states = false\n\tstates = [ OK ]\n\n"
            f"\tassign where service.vars.nbu_alarm in [\n{names}\t]{more}\n}}\n")


def files(monitoring):
    made = checks(monitoring)
    text = HEAD + BASE + commands() + "".join(map(service, made))
    known = masters(made)
    text += "".join(dependency(master, made, known) for master in known.values())
    return {"conf/icinga2/nbu-agentx.conf": text}
