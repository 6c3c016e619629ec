# SPDX-License-Identifier: BSD-2-Clause
"""Writes YAML, as far as the files of conf/ need it: maps, lists, texts and numbers."""

NOTE = '# Made by "make nms" from the MIB and mibs/monitoring.toml; change those.\n'
HEAD = "# SPDX-License-Identifier: BSD-2-Clause\n" + NOTE


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def scalar(value):
    return quoted(value) if isinstance(value, str) else {True: "true", False: "false"}.get(value, str(value))


def is_flat(value):
    return not isinstance(value, (dict, list)) or not value


def lines(value, indent):
    """VALUE, a map or list that is not empty, as lines."""
    space = " " * indent
    items = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in items:
        lead = f"{space}- " if key is None else f"{space}{key}:"
        if isinstance(item, list) and all(map(is_flat, item)) and len(", ".join(map(scalar, item))) < 90:
            yield f"{lead} [{', '.join(map(scalar, item))}]"
        elif is_flat(item):
            yield f"{lead.rstrip()} {scalar(item)}"
        elif key is None:
            first, *rest = lines(item, indent + 2)
            yield lead + first.lstrip()
            yield from rest
        else:
            yield lead
            yield from lines(item, indent + 2)


def dump(value):
    return "\n".join(lines(value, 0)) + "\n"
