# SPDX-License-Identifier: BSD-2-Clause
"""conf/nagios/: services of Nagios on the stock plugin check_snmp; and what Icinga's files share with them."""

import dataclasses

from monitoring import LEVELS, scale_of

MADE = 'Made by "make nms" from mibs/monitoring.toml; change that.'
# What a scalar that is always there tells: that it can be read.
PROBE = "nbuAgentUptime"
# What a host can be, several of them at a time. Only sites whose security is collected have rows of it.
GROUPS = {"agent": "nbu-agents", "site": "nbu-sites", "security": "nbu-security"}
ALIASES = {"agent": "Hosts of nbu-agentx", "site": "NetBackup primary servers",
           "security": "NetBackup primary servers whose security is collected"}
SNMP = {"_NBU_SNMP": "-P 2c -C public -p 161 -t 5 -e 2"}
HOSTS = {"agent": {"hostgroups": "+nbu-agents", "max_check_attempts": 3, **SNMP},
         "site": {"hostgroups": "+nbu-sites", "max_check_attempts": 3, **SNMP},
         "security": {"hostgroups": "+nbu-security"}}


@dataclasses.dataclass
class Check:
    """How check_snmp looks for an alarm."""

    name: str
    alarm: object
    column: object
    place: str  # agent, site, security or row: of what there is one
    keys: list  # the labels that name a row beside its site
    suffix: list  # the values of these where the alarm fixes them
    ranges: dict  # by level, in the words of the monitoring plugins; "" = none

    @property
    def levels(self):
        """Those whose ranges a user may change."""
        return [level for level in LEVELS if self.ranges[level] and self.alarm.comparison != "silent"]

    @property
    def oid(self):
        return "." + self.column.oid

    @property
    def options(self):
        """Percent with its fraction; other numbers as they are."""
        if scale_of(self.column) == 1:
            unit = {"seconds": "s", "": ""}.get(self.column.units, self.column.units)
            return "-M 1 -f %.0f" + (f" -u {unit}" if unit else "")
        return f"-M {1 / scale_of(self.column):g} -f %.2f -u %"

    @property
    def retry(self):
        """Minutes between checks while it is not yet certain."""
        return 1 if self.alarm.seconds <= 300 else 5

    @property
    def attempts(self):
        """How many checks in a row must find it. The first one begins the time."""
        return self.alarm.seconds // (60 * self.retry) + 1


def range_of(alarm, level):
    """The range outside of which check_snmp raises LEVEL."""
    if level not in alarm.levels:
        return ""
    value = alarm.people_level(level)
    if alarm.comparison == "equal":
        return f"@{value}:{value}"
    if alarm.comparison == "above":
        # -1 says that a number is not known. Nagios takes the ~ of a range without a floor out of variables.
        return ("-1:" if alarm.column.basetype == "Integer32" else "") + f"{value:.15g}"
    # Some numbers below say that nothing is known; a range with @ raises inside of it.
    floors = [number for column, operator, number in alarm.only_if if column is alarm.column and operator == ">="]
    return f"@{floors[0]}:{value - 1:.15g}" if floors else f"{value:.15g}:"


def ranges_of(alarm, hides):
    ranges = {level: range_of(alarm, level) for level in LEVELS}
    # What cannot yet be told of a state on which others depend is worth a warning.
    unknown = alarm.column.labels.get("unknown")
    if alarm.name in hides and unknown and not ranges["warning"]:
        ranges["warning"] = f"@{unknown}:{unknown}"
    return ranges


def keys_of(entity, table):
    """The labels that are the table's index: they come first, in its order."""
    return list(entity.labels)[:len(table.index)] if table else []


def total(alarm):
    """The check of a site's sum, which is above 0 while anything of the site raises the alarm."""
    worst = [level for level in LEVELS if level in alarm.levels][-1]
    return Check(alarm.name, alarm, alarm.on_site, "site", [], [],
                 {level: "0" if level == worst else "" for level in LEVELS})


def hiding(monitoring):
    """The names of the alarms that hide others."""
    return {name for alarm in monitoring.alarms.values() for name in alarm.hidden_by}


def checks(monitoring):
    """Those of the agent, of each site and of single rows, in this order of the alarms."""
    hides = hiding(monitoring)
    made = []
    for alarm in monitoring.alarms.values():
        if alarm.on_site:
            made.append(total(alarm))
        if alarm.comparison == "silent":
            # check_snmp finds that a number is missing only if it has to compare it.
            made.append(Check(alarm.name, alarm, monitoring.mib.objects[PROBE], "agent", [], [],
                              {"warning": "0:", "critical": ""}))
            continue
        table = monitoring.mib.tables.get(alarm.entity.table)
        keys = keys_of(alarm.entity, table)[1:]
        suffix = [alarm.where[key] for key in keys if key in alarm.where]
        place = "row" if len(suffix) < len(keys) else alarm.entity.name if alarm.entity.name in GROUPS else "site"
        made.append(Check(alarm.name, alarm, alarm.column, place, keys, suffix, ranges_of(alarm, hides)))
    return made


def sentence(check):
    """The alarm's text of any site, row and threshold."""
    entity = check.alarm.entity
    text = check.alarm.text.replace("{site}", "the site").replace("{threshold}", "the threshold")
    kind = entity.name.replace("-", " ")
    for label in entity.labels:
        if check.place != "row":
            text = text.replace(f"{kind} {{{label}}}", f"a {kind}")
        text = text.replace("{" + label + "}", f"<{label.replace('_', ' ')}>")
    return text


def unlooked(check):
    """The conditions that check_snmp cannot look at, as it compares each number by itself."""
    return [f"{column.name} {operator} {number}" for column, operator, number in check.alarm.only_if
            if column is not check.column]


def define(kind, **lines):
    width = max(map(len, lines)) + 2
    return f"define {kind} {{\n" + "".join(f"    {key:{width}}{value}\n" for key, value in lines.items()) + "}\n"


def plugin(oid):
    return ("$USER1$/check_snmp -H '$HOSTADDRESS$' $_HOSTNBU_SNMP$ -m : "
            f"-o {oid} -l '$ARG4$' -w '$ARG2$' -c '$ARG3$' $ARG5$")


# A name in an index is its length and its octets. Net-snmp takes "name" for that, but not with a colon in it, and
# check_snmp not with a blank or a comma. So the names of rows are written in numbers.
OCTETS = ("$$(printf %s '$ARG6$' | wc -c)"
          "$$(printf %s '$ARG6$' | od -An -v -tu1 | tr -d '\\n' | tr -s ' ' .)")
COMMANDS = {
    "nbu-agent": plugin("'$ARG1$.0'"),
    "nbu-silent": "$USER1$/negate -s -t 60 -u CRITICAL " + plugin("'$ARG1$.0'"),
    "nbu-site": plugin("'$ARG1$.\"$_HOSTNBU_SITE$\"$ARG6$'"),
    "nbu-row": plugin(f"'$ARG1$.\"$_HOSTNBU_SITE$\"'.{OCTETS}"),
}


def threshold(check, level):
    """The variable of the host of a site or agent, or of the service of a row."""
    if level not in check.levels:
        return check.ranges[level]
    if check.place == "row":
        return f"$_SERVICENBU_{level.upper()}$"
    return f"$_HOST{check.name.upper()}_{level.upper()}$"


def key_argument(check):
    if check.suffix:
        return "".join(f'."{value}"' for value in check.suffix)
    variables = [f"$_SERVICENBU_{key.upper()}$" for key in check.keys]
    # Types of jobs and policies are words, so several keys need no numbers.
    return variables[0] if len(variables) == 1 else "".join(f'."{variable}"' for variable in variables)


def command_of(check):
    if check.alarm.comparison == "silent":
        return "nbu-silent"
    if check.place == "row" and len(check.keys) == 1:
        return "nbu-row"
    return "nbu-agent" if check.place == "agent" else "nbu-site"


def check_command(check):
    words = [command_of(check), check.oid, *(threshold(check, level) for level in LEVELS), check.column.name,
             check.options]
    return "!".join(words + ([key_argument(check)] if check.place == "row" or check.suffix else []))


def tells_unknown(check, hides):
    """Whether a number that is not there is news. It is none where another alarm tells the same."""
    return check.column.table not in ("nbuAgent", "nbuSiteTable") or check.name in hides


def service(check, hides):
    lines = {"use": "nbu-service"}
    if check.place == "row":
        lines |= {"name": check.name, "register": 0}
        lines |= {f"_NBU_{level.upper()}": check.ranges[level] for level in check.levels}
    else:
        lines |= {"hostgroup_name": GROUPS[check.place], "service_description": check.name}
    lines |= {"check_command": check_command(check), "retry_interval": check.retry,
              "max_check_attempts": check.attempts,
              "notification_options": "w,u,c,r" if tells_unknown(check, hides) else "w,c,r"}
    notes = "".join(f"# check_snmp does not look at {condition}: choose thresholds that allow for quiet days.\n"
                    for condition in unlooked(check))
    return f"\n# {sentence(check)}\n{notes}" + define("service", **lines)


def host(place, made):
    """The group of hosts, and their template, which has the thresholds."""
    lines = {"name": f"nbu-{place}", "register": 0, **HOSTS[place]}
    lines |= {f"_{check.name.upper()}_{level.upper()}": check.ranges[level]
              for check in made if check.place == place for level in check.levels}
    return ("\n" + define("hostgroup", hostgroup_name=GROUPS[place], alias=ALIASES[place])
            + "\n" + define("host", **lines))


def dependencies(made, hides):
    """A site is a host, so that all that is of the site depends on services of the same host. The agent is another
    host; which sites it serves is the user's to say."""
    text = ""
    for master in (check for check in made if check.name in hides and check.place in ("agent", "site")):
        shown = sorted({check.name for check in made
                        if check.place not in ("agent", "row") and master.name not in check.alarm.hidden_by})
        if master.alarm.on_site:
            continue  # of one row, though its check is of the site
        lines = {"service_description": master.name,
                 "dependent_service_description": ",".join(["*", *("!" + name for name in shown)]),
                 "notification_failure_criteria": "w,u,c", "execution_failure_criteria": "n"}
        where = ({"hostgroup_name": GROUPS["site"]} if master.place == "site" else
                 {"name": f"nbu-hidden-by-{master.name}", "register": 0})
        text += "\n" + define("servicedependency", **where, **lines)
    return text


HEAD = f"""\
# SPDX-License-Identifier: BSD-2-Clause
#
# {MADE}
# README.md tells how to use it.
"""


def files(monitoring):
    made = checks(monitoring)
    hides = hiding(monitoring)
    services = {place: "".join(service(check, hides) for check in made if check.place == place)
                for place in (*GROUPS, "row")}
    commands = "".join("\n" + define("command", command_name=name, command_line=line)
                       for name, line in COMMANDS.items())
    plain = "\n" + define("service", name="nbu-service", register=0, check_interval=5, check_period="24x7",
                          notification_period="24x7")
    text = (HEAD + commands + plain + host("agent", made) + services["agent"] + host("site", made)
            + services["site"] + services["row"] + dependencies(made, hides))
    return {"conf/nagios/nbu-agentx.cfg": text,
            "conf/nagios/nbu-agentx-security.cfg": HEAD + host("security", made) + services["security"]}
