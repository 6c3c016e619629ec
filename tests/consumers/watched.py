# SPDX-License-Identifier: BSD-2-Clause
"""What Nagios and Icinga are shown: two sites of an agent, and what goes wrong there."""

import tomllib

from lab import ROOT, wait_for

POOL = "disk-pool-0001"
POOL_ID = "PureDisk:" + POOL
# What snmpget, check_snmp and its shell would take apart.
ODD_DRIVE = "drive 1, left: (#2) *"
FAILING = "vm-gold-daily"
V3 = ("monitor", "SHA-256", "authentication", "AES", "encryption")


def alarms():
    """The alarms of mibs/monitoring.toml by their names."""
    with open(ROOT / "mibs/monitoring.toml", "rb") as file:
        return {alarm["name"]: alarm for alarm in tomllib.load(file)["alarm"]}


class Watched:
    """The site paris, where the policy FAILING fails, and the site lyon, where all is well."""

    def __init__(self, lab):
        user, auth, auth_key, priv, priv_key = V3
        self.paris = lab.sim("paris", clock=None, jobs=2000, **{"fail-policy": FAILING})
        self.lyon = lab.sim("lyon", clock=None, jobs=2000)
        self.snmpd = lab.snmpd("snmpd", f"createUser {user} {auth} {auth_key} {priv} {priv_key}\n"
                                        f"rouser {user} authPriv\n")
        self.paris.control("resources", f'set /storage/drives drive-001 id "{ODD_DRIVE}"')
        self.fill(50)
        self.agent = lab.agent("agent", self.snmpd, {"paris": self.paris, "lyon": self.lyon}, 1,
                               watched=('policy "*" { max-age = "25h" }',),
                               lines=('collect = { "storage", "tape", "security" }', 'storage-refresh = "1s"',
                                      'tape-refresh = "1s"', 'security-refresh = "1s"'))
        for site in ("paris", "lyon"):
            wait_for(site, lambda: self.agent.is_up(site) and self.snmpd.get(self.percent(site)))

    def percent(self, site):
        """The object of how much of the pool is used."""
        return "11.1.15." + ".".join(str(number) for name in (site, POOL_ID)
                                     for number in (len(name), *name.encode()))

    def fill(self, percent):
        self.paris.control("resources", f"set /storage/disk-pools {POOL} usedCapacityBytes {percent * 10}\n"
                                        f"set /storage/disk-pools {POOL} usableSizeBytes 1000")
