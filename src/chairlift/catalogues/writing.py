"""Edits the text of a services file: what people wrote in it stays, to the comment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

from chairlift.catalogues.rosters import NewSquad
from chairlift.core.files import Roster
from chairlift.core.locating import Place, locate
from chairlift.core.reading import fold, quoted

#: A table by the keys of the file: texts, truths, names, and a table below it.
Table = Mapping[str, object]


class CannotWrite(Exception):
    """The file is written in a way that is not followed here: what is unusual, and the remedy."""


def edited(
    text: str,
    roster: Roster,
    changed: Mapping[str, Table],
    squads: Sequence[NewSquad],
    new: Sequence[tuple[str, Table]],
) -> str:
    """The text with some keys of some services changed, and with squads and services after all that is there.

    `roster` is what the text says. Raises CannotWrite.
    """
    if changed:
        text = _changed(text, roster, changed)
    if not squads and not new:
        return text
    end = "" if not text or text.endswith("\n") else "\n"
    blocks = [*map(_squad, squads), *(_service(name, table) for name, table in new)]
    return text + end + ("\n" if text else "") + "\n".join(blocks)


def _changed(text: str, roster: Roster, changed: Mapping[str, Table]) -> str:
    """Each table is taken out of the text, edited by itself, and put back: a large file costs no more than a small."""
    places = locate(text.removeprefix("\ufeff"))
    lines = text.split("\n")
    heads = sorted(line - 1 for line in set(places.values()) if lines[line - 1].lstrip("\ufeff \t").startswith("["))
    ends = dict(zip(heads, [*heads[1:], len(lines)], strict=True))
    for number in reversed(range(len(roster.services))):
        name = roster.services[number].name
        if name not in changed:
            continue
        first = places.get(("service", number), 0) - 1
        if first not in ends:
            raise CannotWrite(
                f"the service {quoted(name)} is not written as a [[service]] of its own; write it so, to have it edited"
            )
        after = places.get(("service", number, "repo"), first + 1) - first
        lines[first : ends[first]] = _table(lines[first : ends[first]], after, changed[name], places, number)
    return "\n".join(lines)


def _table(lines: list[str], repo: int, values: Table, places: Mapping[Place, int], number: int) -> list[str]:
    """One `[[service]]` with other values; what is new stands after its `repo`, in line `repo` of it."""
    there = {key: value for key, value in values.items() if ("service", number, key) in places}
    fresh = {key: value for key, value in values.items() if key not in there}
    if there:
        try:
            document = tomlkit.parse("\n".join(lines))
            table = document["service"][0]
            for key, value in there.items():
                _set(table, key, value)
        except (TOMLKitError, KeyError, TypeError) as error:
            raise CannotWrite(f"a [[service]] cannot be edited: {error}; write it in a plainer way") from error
        lines = tomlkit.dumps(document).split("\n")
    plain = [_line(key, value) for key, value in fresh.items() if not isinstance(value, Mapping)]
    below = [line for key, value in fresh.items() if isinstance(value, Mapping) for line in _below(key, value)]
    if not below:
        return [*lines[:repo], *plain, *lines[repo:]]
    return [*lines[:repo], *plain, *_trimmed(lines[repo:]), *below, ""]


def _set(table: object, key: str, value: object) -> None:
    here = table[key]  # type: ignore[index]
    if isinstance(value, tuple) and isinstance(here, Array):
        there = {fold(str(name)) for name in here}
        for name in value:
            if fold(name) not in there:
                here.append(name)
    else:
        table[key] = list(value) if isinstance(value, tuple) else value  # type: ignore[index]


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def _squad(squad: NewSquad) -> str:
    where = _printable(f"{squad.file}:{squad.line}")
    lines = [
        f"# {where} names {_printable(squad.suggested)}: not confirmed yet, so they are asked, but have no voice.",
        "# To confirm, add a [[person]], and put them in people and contact instead of suggested.",
        "[[squad]]",
        _line("name", squad.name),
        _line("suggested", squad.suggested),
    ]
    return "\n".join(lines) + "\n"


def _service(name: str, table: Table) -> str:
    plain = {"name": name, **{key: value for key, value in table.items() if not isinstance(value, Mapping)}}
    lines = ["[[service]]", *(_line(key, value) for key, value in plain.items())]
    for key, value in table.items():
        if isinstance(value, Mapping):
            lines += _below(key, value)
    return "\n".join(lines) + "\n"


def _below(key: str, values: Mapping[str, object]) -> list[str]:
    return ["", f"[service.{key}]", *(_line(each, value) for each, value in values.items())]


def _line(key: str, value: object) -> str:
    if isinstance(value, bool):
        return f"{key} = {str(value).lower()}"
    if isinstance(value, tuple):
        return f"{key} = [{', '.join(map(_quoted, value))}]"
    return f"{key} = {_quoted(str(value))}"


def _quoted(text: str) -> str:
    """As TOML has it: JSON's own escapes, and DEL, which JSON leaves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]
