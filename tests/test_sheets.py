"""The sheet as it is written, in four formats, and read back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from openpyxl import load_workbook

from chairlift import sheets
from chairlift.core.decision import StepName
from chairlift.core.upgrade import Service
from chairlift.sheets import Sheet, SheetRow, cells
from tests.spreadsheets import FORMATS, MENU, SERVICES, read


def row(service: Service, level: str = "", **more: Any) -> SheetRow:
    chosen = MENU.level(level) if level else None
    return SheetRow(service.name, service.squad.name, level, cells(chosen), **more)


SHEET = Sheet(
    "Django 2.2 to 3.2 | *all*",
    "django-3.2",
    (
        row(
            SERVICES[0],
            "Hands-off",
            chosen_by="Ada Lovelace",
            chosen_at=datetime(2021, 7, 1, 9, 30, tzinfo=UTC),
            why="we | trust\nyou <b>",
            docs_promised=date(2021, 9, 1),
            step="review",
            turn="project team",
            due=datetime(2021, 8, 1, 12, tzinfo=UTC),
        ),
        row(SERVICES[1], "DIY", why="-1+1"),
        row(SERVICES[2], "Trust but verify", why="=1+1", chosen_by="Bo"),
        row(SERVICES[3], "DIY", why="'=quoted \\ `code` [a](b) &amp; _x_"),
        row(SERVICES[4]),
    ),
)


# Out


def test_cells_say_who_does_each_step() -> None:
    assert [str(cell) for cell in cells(MENU.level("Trust but verify"))] == [
        *("project team", "project team", "project team", "project team, with notice", "squad", "project team")
    ]
    assert {str(cell) for cell in cells(None)} == {"not chosen"}
    assert [cell.step for cell in cells(None)] == list(StepName)


def test_a_table_of_texts() -> None:
    headings, rows = sheets.as_table(SHEET)
    assert headings[:4] == ("Service", "Squad", "Level", "Plan")
    assert all(len(row) == len(headings) for row in rows)
    shown = dict(zip(headings, rows[0], strict=True))
    assert shown["Merge"] == "project team, with notice"
    assert (shown["Chosen at"], shown["Due"]) == ("2021-07-01 09:30 UTC", "2021-08-01 12:00 UTC")
    assert (shown["Docs promised"], shown["Turn"]) == ("2021-09-01", "project team")


def test_csv_keeps_every_formula_a_text() -> None:
    rows = list(csv.reader(io.StringIO(sheets.write(SHEET, "csv").decode())))
    assert rows[3][0] == "'=cmd|' /C calc'!A0"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_xlsx_is_green_and_yellow_and_says_so_in_words() -> None:
    page = load_workbook(io.BytesIO(sheets.write(SHEET, "xlsx"))).worksheets[0]
    fills = {(str(cell.value), cell.fill.fgColor.rgb) for line in page.iter_rows(min_row=2) for cell in line[3:9]}
    assert fills == {
        ("project team", "FFC6EFCE"),
        ("project team, with notice", "FFC6EFCE"),
        ("squad", "FFFFEB9C"),
        ("not chosen", "00000000"),
    }


def test_xlsx_holds_no_formula_and_a_header_that_stays() -> None:
    page = load_workbook(io.BytesIO(sheets.write(SHEET, "xlsx"))).worksheets[0]
    assert page.freeze_panes == "B2"
    assert page.title == "django-3.2"
    assert "f" not in {cell.data_type for line in page.iter_rows() for cell in line}
    assert page["A4"].value == "=cmd|' /C calc'!A0"
    assert page["A4"].quotePrefix
    assert not page["A2"].quotePrefix
    assert 10 < page.column_dimensions["A"].width < 70


def test_markdown_is_one_table_whatever_the_names() -> None:
    lines = sheets.write(SHEET, "md").decode().splitlines()
    assert lines[0] == "# Django 2.2 to 3.2 \\| \\*all\\*"
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 2 + len(SHEET.rows)
    assert {line.replace("\\|", "").count("|") for line in table} == {table[0].count("|")}
    assert "we \\| trust<br>you &lt;b&gt;" in table[2]


def test_json_holds_instants_and_steps() -> None:
    value = json.loads(sheets.write(SHEET, "json"))
    assert (value["campaign"], len(value["rows"])) == ("django-3.2", 5)
    assert value["rows"][0]["steps"]["merge"] == "project team, with notice"
    assert value["rows"][0]["chosen_at"] == "2021-07-01T09:30:00+00:00"
    assert value["rows"][4]["docs_promised"] is None


def test_an_unknown_format_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no format called 'ods'; there are: csv, xlsx, md, json"):
        sheets.write(SHEET, "ods")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_sheet_without_rows(kind: str) -> None:
    found = read(sheets.write(Sheet("t", "c"), kind), f"sheet.{kind}")
    assert (found.rows, found.unchosen) == ((), ())


@pytest.mark.parametrize("kind", ["csv", "md", "json"])
def test_texts_that_no_encoding_has_are_written_all_the_same(kind: str) -> None:
    assert b"a?b" in sheets.write(Sheet("t", "c", (row(SERVICES[0], "DIY", why="a\ud800b"),)), kind)


def test_what_xlsx_cannot_hold_is_replaced() -> None:
    data = sheets.write(Sheet("t", "a/b[c]*?" * 9, (row(SERVICES[0], "DIY", why="a\x07b\ud800"),)), "xlsx")
    assert read(data, "s.xlsx").rows[0].why == "a\ufffdb?"


# Out and in again


def choices(sheet: Sheet) -> list[tuple[object, ...]]:
    return [(r.service, r.level, r.why.strip(), r.chosen_by, r.docs_promised) for r in sheet.rows if r.level]


def read_back(data: bytes, kind: str) -> list[tuple[object, ...]]:
    found = read(data, f"Sheet.{kind.upper()}")
    assert found.problems == ()
    return [(c.service, c.level, c.why, c.by, c.docs_promised) for c in found.rows]


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_written_is_read_back(kind: str) -> None:
    data = sheets.write(SHEET, kind)
    assert read_back(data, kind) == choices(SHEET)
    assert read(data, f"sheet.{kind}").unchosen == ("wallet",)


_WORDS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]) | st.sampled_from("\n=+-@'\\|*`[]()<>&_#~\";,\t"))


@given(st.lists(st.tuples(st.sampled_from(MENU.levels), _WORDS), min_size=1, max_size=4), st.sampled_from(FORMATS))
def test_any_words_are_read_back(rows: list[tuple[Any, str]], kind: str) -> None:
    written = [row(service, level.name, why=why) for service, (level, why) in zip(SERVICES, rows, strict=False)]
    sheet = Sheet("t", "c", tuple(replace(each, why=" ".join(each.why.split())) for each in written))
    assert read_back(sheets.write(sheet, kind), kind) == choices(sheet)
