"""A small company, its menu, and files to read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from chairlift import sheets
from chairlift.core.files import parse_campaign
from chairlift.core.upgrade import Person, Service, Squad
from chairlift.sheets import Import
from tests.core.samples import CAMPAIGN

HERON, IBIS = Squad("Team Heron"), Squad("Ibis")
SERVICES = [
    Service("catalogue", HERON, "acme/catalogue"),
    Service("ledger", HERON, "https://git.example.org/acme/Ledger-Service.git"),
    Service("=cmd|' /C calc'!A0", IBIS, "acme/evil"),
    Service("Ünïcode | *näme*", IBIS, "acme/unicode"),
    Service("wallet", IBIS, "one/core"),
    Service("rota", IBIS, "two/core"),
]
PEOPLE = [Person("Ada Lovelace", "ada@example.org", ("ada-l",)), Person("Bo")]
DIY = '[[level]]\nname = "DIY"'
TRUST = '[[level]]\nname = "Trust but verify"\nsquad = ["deploy"]\nnotice = true\n'
MENU = parse_campaign(CAMPAIGN.replace(DIY, f"{TRUST}\n{DIY}"), "f.toml")
FORMATS = ["csv", "xlsx", "md", "json"]


def read(data: bytes | str, name: str = "sheet.csv") -> Import:
    raw = data.encode() if isinstance(data, str) else data
    return sheets.read(raw, name, MENU, SERVICES, PEOPLE)


def good(data: bytes | str, name: str = "sheet.csv") -> list[tuple[str, str]]:
    found = read(data, name)
    assert found.problems == ()
    return [(choice.service, choice.level) for choice in found.rows]


def workbook(*rows: Sequence[Any], merge: Sequence[str] = (), before: int = 0) -> bytes:
    book = Workbook()
    for _ in range(before):
        book.worksheets[-1].append(["Notes", "nothing here"])
        book.create_sheet()
    page = book.worksheets[-1]
    for row in rows:
        page.append(list(row))
    for part in merge:
        page.merge_cells(part)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
