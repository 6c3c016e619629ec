# SPDX-License-Identifier: BSD-2-Clause
"""conf/snmptt/snmptt.conf: a sentence and a severity for each notification."""

from monitoring import LEVELS
from nagios import MADE

HEAD = f"""\
# SPDX-License-Identifier: BSD-2-Clause
#
# {MADE}
#
# For snmptt: name this file in [TrapFiles] of snmptt.ini, and let snmptrapd call snmptt; ../snmptrapd/snmptrapd.conf
# shows how. It needs no MIB files.
#
# The category of an event is the alarm that it raises or clears. What raises has the severity Warning or Critical, what
# clears it has the severity Normal, and the text behind "over: " is the same as that of the raising one up to the bar.
"""


def alarm_of(monitoring, notification):
    return next(alarm for alarm in monitoring.alarms.values()
                if notification.name in (alarm.raised_by, alarm.cleared_by))


def numbers_of(alarm, notification):
    """The number of the value that has each label. The first is always the site."""
    numbers = {label: notification.objects.index(column) + 1 for label, column in alarm.entity.labels.items()
               if column in notification.objects}
    return numbers | {"site": 1}


def sentence(alarm, notification):
    """What has become so; or, of what only happens, the first sentence of its description."""
    if not alarm.cleared_by:
        return notification.description.partition(". ")[0] + ": site $1"
    text = alarm.text
    for label, number in numbers_of(alarm, notification).items():
        text = text.replace("{" + label + "}", f"${number}")
    return ("over: " if notification.name == alarm.cleared_by else "") + text


def severity(alarm, notification):
    if notification.name == alarm.cleared_by:
        return "Normal"
    levels = [level for level in LEVELS if level in alarm.levels]
    # One that happened is less than many, of which the alarm's worst level tells.
    return levels[-1 if alarm.cleared_by else 0].capitalize()


def remark(alarm, notification):
    if notification.name == alarm.cleared_by:
        return f"It clears {alarm.raised_by} of the same."
    if alarm.cleared_by:
        return f"{alarm.cleared_by} clears it."
    return "Nothing clears it, as it tells of something that has happened. Close it by hand, or after a time."


def words_of(mib, notification):
    """The names of the numbers in it, as lines that put them into the text."""
    return "".join(f"REGEX ({name}={number};)({name}={label};)\n" for name in notification.objects
                   for label, number in mib.objects[name].labels.items())


def event(monitoring, notification):
    alarm = alarm_of(monitoring, notification)
    values = " ".join(f"{name}=${number};" for number, name in enumerate(notification.objects, 1))
    return (f'\nEVENT {notification.name} .{notification.oid} "{alarm.name}" {severity(alarm, notification)}\n'
            f"FORMAT {sentence(alarm, notification)} | {values}\n{words_of(monitoring.mib, notification)}"
            f"SDESC\n{alarm.means}\n{alarm.do}\n{remark(alarm, notification)}\nEDESC\n")


def files(monitoring):
    return {"conf/snmptt/snmptt.conf": HEAD + "".join(
        event(monitoring, notification) for notification in monitoring.mib.notifications.values())}
