"""The sheet: written in four formats, and read back from whatever people have kept so far."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from openpyxl import Workbook, load_workbook

from chairlift import sheets
from chairlift.core.decision import Party, StepName
from chairlift.core.files import parse_campaign
from chairlift.core.upgrade import Person, Service, Squad
from chairlift.sheets import Choice, Import, Sheet, SheetRow, cells
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


# Today's spreadsheets

PLAIN = "Service,Level\ncatalogue,DIY\nledger,Hands-off\n"
BOTH = [("catalogue", "DIY"), ("ledger", "Hands-off")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter(delimiter: str) -> None:
    assert good(PLAIN.replace(",", delimiter)) == BOTH


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding(encoding: str) -> None:
    text = "Service;Level;Why\nÜnïcode | *näme*;DIY;größer\n"
    choice = read(text.encode(encoding)).rows[0]
    assert (choice.service, choice.why) == ("Ünïcode | *näme*", "größer")


def test_a_header_below_other_rows_and_columns_that_mean_nothing() -> None:
    text = "Django upgrade,,,\n,,,\nsep,x,y\n#,IDA,Tier (1-4):,Effort\n1,catalogue,3,high\n2,ledger,1,low\n"
    found = read(text)
    assert good(text) == BOTH
    assert [choice.row for choice in found.rows] == [5, 6]


@pytest.mark.parametrize("service", ["Service", "IDA", "Repo", "Repository", "Application", "app name", "SERVICE_NAME"])
@pytest.mark.parametrize("level", ["Level", "Service Level", "Tier", "Choice", "chosen level"])
def test_columns_by_other_names(service: str, level: str) -> None:
    if service.casefold() != "app name":
        assert good(f"{service},{level}\ncatalogue,DIY\n") == [("catalogue", "DIY")]
    else:
        assert "no row names a column" in str(read(f"{service},{level}\ncatalogue,DIY\n").problems[0])


def test_all_columns_that_are_understood() -> None:
    text = "Owner,App,Tier,Reason,Contact,Docs promised\nteam  heron,catalogue,diy,because,ADA-L,2021-09-01\n"
    assert read(text).rows == (Choice("catalogue", "DIY", "because", "Ada Lovelace", date(2021, 9, 1), 2),)


def test_the_surest_column_wins() -> None:
    assert good("Repo,Service,Level\nnonsense,catalogue,DIY\n") == [("catalogue", "DIY")]


@pytest.mark.parametrize(
    "level",
    [
        *("Trust but verify", "TRUST  BUT VERIFY", "2", " 2 ", "2.", "Level 2", "L2", "level #2"),
        *("2 Trust but verify", "Level 2: trust but verify", "2 - Trust but verify", "2 (Trust but verify)"),
    ],
)
def test_levels_by_name_and_number(level: str) -> None:
    assert good(f'Service,Level\ncatalogue,"{level}"\n') == [("catalogue", "Trust but verify")]


@pytest.mark.parametrize(
    ("written", "service"),
    [
        ("CATALOGUE", "catalogue"),
        ("acme/catalogue", "catalogue"),
        ("https://github.com/acme/catalogue", "catalogue"),
        ("git@github.com:acme/catalogue.git", "catalogue"),
        ("ledger-service", "ledger"),
        ("one/core", "wallet"),
    ],
)
def test_services_by_name_and_repository(written: str, service: str) -> None:
    assert good(f"Repository,Level\n{written},DIY\n") == [(service, "DIY")]


@pytest.mark.parametrize("level", ["", "-", "–", "TBD", "n/a", "?", "Not chosen"])
def test_a_row_without_a_level_is_not_chosen(level: str) -> None:
    found = read(f"Service,Level\ncatalogue,{level}\nunheard of,{level}\n,\n")
    assert (found.rows, found.problems, found.unchosen) == ((), (), ("catalogue",))


def test_a_repeated_header_is_no_row() -> None:
    assert good("Service,Level\ncatalogue,DIY\nService,Level\nledger,Hands-off\n") == BOTH


def test_short_rows_and_blank_ones() -> None:
    assert good("Service,Level,Why\ncatalogue,DIY\n\nledger,Hands-off,x,y,z\nwallet\n") == BOTH


# XLSX


def test_xlsx_with_numbers_dates_and_a_sheet_of_notes_before() -> None:
    header = ["Service", "Level", "Docs promised", "Why"]
    data = workbook(header, ["catalogue", 1, date(2021, 9, 1), True], ["ledger", 3.0, None, 1.5], before=2)
    assert read(data, "s.xlsx").rows == (
        Choice("catalogue", "Hands-off", "True", "", date(2021, 9, 1), 2),
        Choice("ledger", "DIY", "1.5", "", None, 3),
    )


def test_xlsx_with_merged_cells() -> None:
    data = workbook(
        ["The big upgrade", None, None],
        ["Squad", "Service", "Level"],
        ["Team Heron", "catalogue", "DIY"],
        [None, "ledger", None],
        ["Ibis from here on", None, None],
        ["Ibis", "wallet", "Hands-off"],
        [None, None, "Hands-off"],
        [None, "rota", "2"],
        merge=["A1:C1", "A3:A4", "C3:C4", "A5:C5", "A6:A8", "B6:B7"],
    )
    assert good(data, "s.xlsx") == [
        *(("catalogue", "DIY"), ("ledger", "DIY"), ("wallet", "Hands-off"), ("rota", "Trust but verify"))
    ]


def test_xlsx_with_a_formula_gives_what_it_showed() -> None:
    """openpyxl computes nothing, so a formula that was never computed shows nothing: not chosen."""
    assert read(workbook(["Service", "Level"], ["catalogue", '="DI"&"Y"']), "s.xlsx").unchosen == ("catalogue",)


def test_xlsx_that_reaches_very_far_down() -> None:
    book = Workbook()
    book.worksheets[0].append(["Service", "Level"])
    book.worksheets[0].cell(1_048_576, 1, "x")
    out = io.BytesIO()
    book.save(out)
    (problem,) = read(out.getvalue(), "s.xlsx").problems
    assert "reaches down to row 1048576; delete all rows below the table" in str(problem)


# Markdown and JSON


def test_markdown_as_people_write_it() -> None:
    text = """
Our *choices*, | so far:

Service | **Level** | Why
--- | :---: | ---
[catalogue](https://git.example.org/acme/catalogue) | DIY | `code` & more
| ledger | **1** | a \\| b<br>c &lt;
"""
    found = read(text, "s.md")
    assert found.problems == ()
    assert [(c.service, c.level, c.why, c.row) for c in found.rows] == [
        ("catalogue", "DIY", "code & more", 6),
        ("ledger", "Hands-off", "a | b\nc <", 7),
    ]


def test_json_as_a_list_with_keys_of_other_names() -> None:
    data = json.dumps([{"IDA": "catalogue", "tier": 3, "notes": None, "x": {"y": 1}}, {"tier": "1", "IDA": "ledger"}])
    assert good(data, "s.json") == BOTH


# What is wrong


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("katalogue,DIY,,,", "there is no service called 'katalogue'; did you mean 'catalogue'?"),
        ("core,DIY,,,", "there is no service called 'core'; use one of: "),
        ("catalogue,DYI,,,", "there is no level called 'DYI'; did you mean 'DIY'?"),
        ("catalogue,zzz,,,", "there is no level called 'zzz'; use one of: 'DIY', 'Hands-off', 'Trust but verify'"),
        ("catalogue,4,,,", "there is no level 4; the menu has 3: Hands-off, Trust but verify, DIY"),
        ("catalogue,0,,,", "there is no level 0; the menu has 3"),
        ("catalogue,2 DIY,,,", "'2 DIY' is two levels: number 2 is 'Trust but verify'; write only the number"),
        ("catalogue,2.5,,,", "'2.5' is two levels"),
        ("catalogue,DIY,Ibis,,", "catalogue belongs to Team Heron, not to 'Ibis'; correct the sheet, or the services"),
        ("catalogue,DIY,,Adda,", "there is no person called 'Adda'; use one of: 'Ada Lovelace', 'Bo'"),
        ("catalogue,DIY,,,soon", "'soon' is no date; write it as 2021-10-15"),
        ("catalogue,DIY,,,01.09.2021", "'01.09.2021' is no date; write it as 2021-10-15"),
        (",DIY,,,", "a level stands here, but no service; name the service, or remove the row"),
    ],
)
def test_a_bad_row_is_named_by_its_number(line: str, message: str) -> None:
    found = read(f"Service,Level,Squad,By,Docs promised\nledger,DIY,,,\n\n{line}\n")
    assert [str(problem) for problem in found.problems] == [str(found.problems[0])]
    assert str(found.problems[0]).startswith(f"sheet.csv:4: {message}")
    assert [choice.service for choice in found.rows] == ["ledger"]


def test_all_that_is_wrong_with_all_rows_at_once() -> None:
    found = read("Service,Level,By\nnope,nope,nope\nledger,DIY,\nLedger,1,\n")
    assert [problem.line for problem in found.problems] == [2, 2, 2, 4]
    assert str(found.problems[3]) == "sheet.csv:4: ledger stands in row 3 already; keep one row for each service"


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "s.csv", "s.csv:1: no row names a column for the service and one for the level; head them Service and"),
        (b"Service,Squad\na,b\n", "s.csv", "no row names a column"),
        (b"a,b", "s.ods", "no sheet is read from .ods; save it as CSV, XLSX, MD or JSON"),
        (b"a,b", "sheet", "no sheet is read from a file without an ending"),
        (b"PK\x03\x04 no", "s.xlsx", "this is no XLSX: BadZipFile; open it in a spreadsheet, and save it"),
        (b"{", "s.json", "this is no JSON: "),
        (b"[" * 100_000, "s.json", "this is no JSON: "),
        (b'{"rows": 1}', "s.json", 'this JSON is no list of rows; write {"rows": [{"service"'),
        (b"[1]", "s.json", "this JSON is no list of rows"),
        (b'"' + b"x" * 200_000, "s.csv", "this is no CSV: field larger than field limit"),
        (b"x" * (21 << 20), "s.csv", "this file is larger than 20 MB"),
    ],
    ids=["empty", "no level", "ods", "no ending", "no zip", "half json", "deep json", "rows", "list", "field", "large"],
)
def test_a_file_without_a_table(data: bytes, name: str, message: str) -> None:
    found = read(data, name)
    assert len(found.problems) == 1
    assert message in str(found.problems[0])
    assert found.rows == ()


def test_a_broken_workbook() -> None:
    data = workbook(["Service", "Level"], ["catalogue", "DIY"])
    broken = data.replace(b"xl/workbook.xml", b"xl/workbork.xml")
    assert "this is no XLSX: " in str(read(broken, "s.xlsx").problems[0])


@given(st.binary(max_size=300), st.sampled_from(FORMATS))
def test_garbage_is_a_problem_and_nothing_worse(data: bytes, kind: str) -> None:
    found = read(data, f"s.{kind}")
    assert found.problems or not found.rows


@given(
    st.text(st.sampled_from("Service,Level|\n;\t\"'DIY1 catalogue-[](){}\\"), max_size=80),
    st.sampled_from(["csv", "md"]),
)
def test_any_text_below_a_header_is_read_or_refused(text: str, kind: str) -> None:
    header = "Service,Level\n" if kind == "csv" else "Service | Level\n"
    found = read(header + text, f"s.{kind}")
    assert all(problem.line >= 1 and problem.remedy for problem in found.problems)
    assert {choice.service for choice in found.rows} <= {service.name for service in SERVICES}


def test_five_thousand_rows_are_no_trouble() -> None:
    services = [Service(f"service {n}", HERON, f"acme/s{n}") for n in range(5000)]
    text = "Repo,Level,Squad\n" + "".join(f"https://x.org/acme/s{n},2,Team Heron\n" for n in range(5000))
    found = sheets.read(text.encode(), "s.csv", MENU, services, PEOPLE)
    assert (len(found.rows), found.problems) == (5000, ())
    assert found.rows[0].level == MENU.levels[1].name
    assert MENU.levels[1].who(StepName.DEPLOY) is Party.SQUAD
