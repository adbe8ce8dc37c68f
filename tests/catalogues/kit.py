"""Catalogues of a small company, laid over its services file."""

from __future__ import annotations

import difflib

from chairlift.catalogues import File, propose, read
from chairlift.core.files import parse_services
from tests.core.samples import SERVICES

CSV = "services.csv"
YAML = "catalog-info.yaml"


def proposed(*files, text=SERVICES, forge="", service=""):
    """What comes of files, each a name and a text or bytes."""
    given = [File(name, data.encode() if isinstance(data, str) else data, service) for name, data in files]
    found = propose(text, read(given), forge)
    if found.text.strip():
        # Whatever is proposed can be loaded.
        parse_services(found.text, "services.toml")
    return found


def roster(found):
    return parse_services(found.text, "services.toml")


def effects(found):
    """(line, what, name) of each."""
    return [(each.line, each.what, each.name) for each in found.effects]


def problem(found):
    """The only one, as file:line: text; nothing came of it."""
    (only,) = [each for each in found.effects if each.what == "problem"]
    return f"{only.file}:{only.line}: {only.text}"


def difference(found, text=SERVICES):
    """The lines that went and came."""
    lines = difflib.ndiff(text.splitlines(), found.text.splitlines())
    return [line for line in lines if line[0] in "+-"]
