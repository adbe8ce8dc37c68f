"""The spreadsheets that people have kept so far come in; every bad row is named by its number."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given
from openpyxl import Workbook

from chairlift import sheets
from chairlift.core.decision import Party, StepName
from chairlift.core.upgrade import Service
from chairlift.sheets import Choice
from tests.spreadsheets import FORMATS, HERON, MENU, PEOPLE, SERVICES, good, read, workbook

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
    data = json.dumps([{"IDA": "catalogue", "tier": 3.0, "notes": None, "x": {"y": 1}}, {"tier": "1", "IDA": "ledger"}])
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


def test_a_workbook_that_unpacks_to_too_much() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as parts:
        parts.writestr("xl/workbook.xml", b" " * (201 << 20))
    assert "unpacks to more than 200 MB" in str(read(out.getvalue(), "s.xlsx").problems[0])


def test_a_workbook_with_extensions_that_openpyxl_does_not_know() -> None:
    """Such as the drop-down lists of newer spreadsheets, which it warns of."""
    data = workbook(["Service", "Level"], ["catalogue", "DIY"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            lists = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
            new.writestr(name, old.read(name).replace(b"</worksheet>", lists))
    assert good(out.getvalue(), "s.xlsx") == [("catalogue", "DIY")]


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
