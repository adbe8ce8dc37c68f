"""What several kinds of files have in common: freezes, environments, and the settings of adapters."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chairlift.core.reading import Table, quoted
from chairlift.core.schedule import Freeze

#: The `kind` of an adapter, and its own settings beside it.
Config = Mapping[str, object]

#: A name of a variable of the environment.
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
#: A longer one is a mistake in a year, and would look like a calendar that never opens.
_LONGEST_FREEZE = 366


def config(table: Table) -> Config:
    """An adapter's settings as they stand, since only the adapter knows them; but it must say of what `kind` it is."""
    kind = table.name("kind", required=True)
    return {**table.plain(), "kind": kind}


def environments(table: Table, required: bool = False) -> tuple[str, ...]:
    """Names that people can type in a comment."""
    names = table.names("environments", required)
    for name in names:
        if not _ENVIRONMENT.fullmatch(name):
            what = f"environment {quoted(name)} cannot be typed as one word in a comment"
            table.problem("environments", what, "use at most 60 letters, digits, '.', '_' and '-'")
    return names


def freezes(tables: list[Table]) -> tuple[Freeze, ...]:
    return tuple(freeze for table in tables if (freeze := _freeze(table)))


def _freeze(table: Table) -> Freeze | None:
    first, last, why = table.day("first", required=True), table.day("last", required=True), table.name("why", True)
    if not first or not last:
        return None
    if last < first:
        table.problem("last", f"this freeze ends on {last}, before it begins", f"write a date from {first} on")
    elif (last - first).days >= _LONGEST_FREEZE:
        what = f"this freeze is {(last - first).days + 1} days long"
        table.problem("last", what, f"{_LONGEST_FREEZE} are the most; pause the campaign to stop it for longer")
    return Freeze(first, last, why)
