# SPDX-License-Identifier: BSD-2-Clause
"""conf/collectd: the tables for collectd's plugin snmp. It makes a name of two labels at most, so tables with more
of them are left out."""

from snmp_exporter import columns, is_exported

HEAD = """\
# SPDX-License-Identifier: BSD-2-Clause
# Made by "make nms" from the MIB and mibs/monitoring.toml; change those.
#
# For collectd 5.9 and later, which has it in /etc/collectd/collectd.conf.d/. Put your host of snmpd at the end.
# A value is called HOST/nbu-SITE/gauge-COLUMN.NAME; those of a site HOST/nbu-SITE/gauge-COLUMN, and those of the agent
# HOST/nbu/gauge-COLUMN. Percentages are in percent; below 0 is unknown. An age of 4294967295 means never. States are
# numbers, which the MIB names. nbuJobTable and nbuWorkloadTable are not here, as collectd has no room for their names.

LoadPlugin snmp

<Plugin snmp>
"""
HOST = """\
  <Host "backup-monitor.example.com">
    Address "udp:127.0.0.1:161"
    Version 2
    Community "public"
    Interval 60
    BulkSize 50
    Collect {names}
  </Host>
</Plugin>
"""


def block(lines):
    return "".join(f"    {line}\n" for line in lines)


def name_of(column, site, key):
    """What makes the name of a value beside its host: the site, the column, and what tells the rows of a site apart."""
    if column.scalar:
        return ["Table false", f'TypeInstance "{column.name}"', f'Values "{column.oid}.0"']
    lines = ["Table true", f'PluginInstanceOID "{site.oid}"', f'Values "{column.oid}"']
    if key is None:
        return lines + [f'TypeInstance "{column.name}"']
    return lines + [f'TypeInstancePrefix "{column.name}."', f'TypeInstanceOID "{key.oid}"']


def data(column, site, key):
    scaled = ["Scale 0.01"] if column.units == "1/100 percent" else []
    kind = "derive" if column.is_counter else "gauge"
    lines = [f'Type "{kind}"', 'Plugin "nbu"', *name_of(column, site, key), *scaled]
    return f'  <Data "{column.name}">\n{block(lines)}  </Data>\n'


def key_of(monitoring, entity):
    """The label beside the site; None when there is no other."""
    names = [label for label in entity.labels if label != "site"]
    return monitoring.mib.objects[entity.labels[names[0]]] if names else None


def shown(monitoring):
    """Columns with those that name their values."""
    for entity in monitoring.entities.values():
        table = monitoring.mib.tables.get(entity.table)
        if table is not None and len(table.index) > 2:
            continue
        site = monitoring.mib.objects[entity.labels["site"]] if table is not None else None
        for column in columns(monitoring):
            if column.table == entity.table and column.is_number and is_exported(monitoring, column):
                yield column, site, key_of(monitoring, entity)


def files(monitoring):
    blocks = list(shown(monitoring))
    names = " \\\n      ".join(f'"{column.name}"' for column, _, _ in blocks)
    return {"conf/collectd/nbu-agentx.conf": HEAD + "".join(data(*each) for each in blocks) + HOST.format(names=names)}
