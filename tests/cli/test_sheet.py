"""The sheet at the command line: written in each format, and today's spreadsheets read back, all of them or none."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from openpyxl import load_workbook

from chairlift.core.log import Kind
from chairlift.server.models import Entry, Upgrade
from tests.cli.said import FINE, USAGE
from tests.spreadsheets import workbook

HEADS = "Service,Squad,Level,Plan,Create,Review,Merge,Deploy,Test,Chosen by,Chosen at,Why,Docs promised,Step,Turn,Due"
EVIL = "=cmd|' /C calc'!A0"


@pytest.fixture
def four(world):
    """Three services of Heron and one of Ibis, one with a name that a spreadsheet would run; shop has chosen."""
    for number, name in enumerate(("shop", "desk", EVIL)):
        world.service(name, files=None, repo=f"none/{number}")
    world.service("rota", squad="Ibis", files=None, more='deploy_docs = ""')
    world.load()
    world.choose("shop", "Trust but verify")
    return world


def levels():
    return dict(Upgrade.objects.exclude(level="").values_list("service__name", "level"))


def take(run, folder, name, data, *more):
    file = folder / name
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return run("sheet", "--import", file, "--as", "Lena", *more)


class TestOut:
    def test_csv(self, run, four):
        rows = list(csv.DictReader(io.StringIO(run("sheet", "--format", "csv").text)))
        assert list(rows[0]) == HEADS.split(",")
        assert [row["Service"] for row in rows] == [f"'{EVIL}", "desk", "rota", "shop"]
        assert (rows[3]["Level"], rows[3]["Merge"], rows[3]["Deploy"]) == (
            "Trust but verify", "project team, with notice", "squad",
        )  # fmt: skip
        assert (rows[3]["Chosen by"], rows[1]["Plan"]) == ("Ana", "not chosen")

    def test_xlsx_is_green_and_yellow(self, run, four, tmp_path):
        file = tmp_path / "sheet.xlsx"
        said = run("sheet", "--format", "xlsx", "--output", file)
        assert (said.code, said.text) == (FINE, f"{file}: 4 services\n")
        page = load_workbook(file).worksheets[0]
        (row,) = [row for row in page.iter_rows(min_row=2) if row[0].value == "shop"]
        assert [cell.fill.fgColor.rgb for cell in row[3:9]] == ["FFC6EFCE"] * 4 + ["FFFFEB9C"] * 2
        assert [cell.value for cell in row[7:9]] == ["squad", "squad"]
        assert "f" not in {cell.data_type for cells in page.iter_rows() for cell in cells}

    def test_xlsx_goes_through_a_pipe_as_it_is(self, run, four):
        assert load_workbook(io.BytesIO(run("sheet", "--format", "xlsx").out)).worksheets[0]["A1"].value == "Service"

    def test_markdown(self, run, four):
        lines = run("sheet", "--format", "md").lines
        assert lines[:4] == ["# Tiny", "", f"| {HEADS.replace(',', ' | ')} |", f"|{' --- |' * 16}"]
        assert len(lines) == 8

    def test_json(self, run, four):
        said = run("sheet", "--format", "json")
        assert said.out == run("sheet", "--json").out
        assert (said.json["campaign"], len(said.json["rows"])) == ("tiny", 4)
        (shop,) = [row for row in said.json["rows"] if row["service"] == "shop"]
        assert (shop["level"], shop["steps"]["test"], shop["chosen_by"]) == ("Trust but verify", "squad", "Ana")

    def test_the_table_leaves_the_record_to_the_files(self, run, four):
        left_out = ("Chosen by", "Chosen at", "Why", "Docs promised")
        shown = [head.upper() for head in HEADS.split(",") if head not in left_out]
        assert re.split("  +", run("sheet").lines[0]) == shown

    def test_formats_that_are_none_and_places_that_do_not_take_it(self, run, four, tmp_path):
        said = run("sheet", "--format", "ods")
        assert (said.code, "'ods' is not one of 'table', 'csv', 'xlsx', 'md', 'json'" in said.err) == (USAGE, True)
        said = run("sheet", "--format", "csv", "--output", tmp_path / "no" / "sheet.csv")
        assert (said.code, "No such file or directory" in said.err) == (3, True)


class TestIn:
    @pytest.mark.parametrize("kind", ["csv", "xlsx", "md", "json"])
    def test_what_was_written_is_read_back_unchanged(self, run, four, tmp_path, kind):
        run("sheet", "--format", kind, "--output", tmp_path / f"s.{kind}")
        said = run("sheet", "--import", tmp_path / f"s.{kind}", "--as", "Lena")
        assert (said.code, said.err) == (FINE, "")
        assert said.text.endswith("0 choices changed, 1 were so already\n")
        assert levels() == {"shop": "Trust but verify"}

    def test_columns_of_other_names_in_another_order(self, run, four, tmp_path):
        text = "Big upgrade;;;\nTier;IDA;Owner;Reason\n4;desk;heron;no time\nlevel 3;SHOP;;\n;rota;Ibis;\n"
        said = take(run, tmp_path, "today.csv", text)
        assert said.lines == [
            "desk: not chosen -> DIY",
            "shop: Trust but verify -> Review everything",
            f"{tmp_path / 'today.csv'}: 2 choices changed, 0 were so already",
        ]
        assert levels() == {"desk": "DIY", "shop": "Review everything"}
        entry = Entry.objects.get(kind=Kind.CHOSE, upgrade__service__name="desk")
        assert (entry.by, entry.text, entry.data["before"]) == ("Lena", "no time", "")

    def test_the_row_says_who_chose(self, run, four, tmp_path):
        (tmp_path / "s.csv").write_text("Service,Level,Chosen by\ndesk,DIY,bo\n")
        assert run("sheet", "--import", tmp_path / "s.csv").code == FINE
        assert Entry.objects.get(kind=Kind.CHOSE, upgrade__service__name="desk").by == "Bo"

    def test_somebody_must_have_chosen(self, run, four, tmp_path):
        (tmp_path / "s.csv").write_text("Service,Level\ndesk,DIY\n")
        said = run("sheet", "--import", tmp_path / "s.csv")
        assert said.code == USAGE
        assert "s.csv:2: desk: the row does not say who chose: add a column 'Chosen by', or say --as PERSON" in said.err

    def test_every_bad_row_by_its_number_and_nothing_is_imported(self, run, four, tmp_path):
        text = (
            "Service,Level,Squad,Chosen by,Docs promised\n"
            "desk,DIY,,,\n"
            "dask,DIY,,,\n"
            "shop,Handsoff,,,\n"
            "desk,1,,,\n"
            "rota,Hands-off,,,\n"
            "rota,DIY,Heron,,\n"
            ",DIY,,,\n"
            f'"{EVIL}",DIY,,Zoe,soon\n'
        )
        before = Entry.objects.count()
        said = take(run, tmp_path, "s.csv", text)
        assert (said.code, said.text) == (USAGE, "")
        *problems, last = said.err.splitlines()
        numbers = [int(problem.split(":")[1]) for problem in problems]
        assert sorted(set(numbers)) == [3, 4, 5, 6, 7, 8, 9]
        for part in (
            "s.csv:3: there is no service called 'dask'; did you mean 'desk'?",
            "s.csv:4: there is no level called 'Handsoff'; did you mean 'Hands-off'?",
            "s.csv:5: desk stands in row 2 already",
            "s.csv:6: rota: 'Hands-off' needs deploy documentation, and rota has none",
            "s.csv:7: rota belongs to Ibis, not to 'Heron'",
            "s.csv:8: a level stands here, but no service",
            "s.csv:9: there is no person called 'Zoe'",
            "s.csv:9: 'soon' is no date; write it as 2021-10-15",
        ):
            assert any(problem.startswith(part) for problem in problems), part
        assert last.endswith("s.csv: nothing was imported; 9 things need mending")
        assert (levels(), Entry.objects.count()) == ({"shop": "Trust but verify"}, before)

    def test_a_promise_comes_with_the_choice(self, run, four, tmp_path):
        said = take(run, tmp_path, "s.csv", "Service,Level,Docs promised\nrota,Hands-off,2096-01-01\n")
        assert said.code == FINE
        assert run("sheet", "--json").json["rows"][2]["docs_promised"] == "2096-01-01"

    def test_a_dry_run_says_it_and_does_nothing(self, run, four, tmp_path):
        before = Entry.objects.count()
        said = take(run, tmp_path, "s.csv", "Service,Level\ndesk,DIY\nshop,2\n", "--dry-run")
        assert said.lines == [
            "desk: not chosen -> DIY",
            f"{tmp_path / 's.csv'}: 1 choices would change, 1 were so already",
        ]
        assert (levels(), Entry.objects.count()) == ({"shop": "Trust but verify"}, before)

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
    def test_other_encodings(self, run, four, tmp_path, encoding):
        said = take(run, tmp_path, "s.csv", "Service;Level;Why\ndesk;DIY;größer\n".encode(encoding))
        assert said.code == FINE
        assert Entry.objects.get(kind=Kind.CHOSE, upgrade__service__name="desk").text == "größer"

    def test_formulas_are_never_run_and_never_become_one(self, run, four, tmp_path):
        said = take(run, tmp_path, "s.csv", f'Service,Level,Why\n"{EVIL}",DIY,"=HYPERLINK(""x"")"\ndesk,=1+1,\n')
        assert said.code == USAGE
        assert "s.csv:3: there is no level called '=1+1'" in said.err
        said = take(run, tmp_path, "s.csv", f'Service,Level,Why\n"\'{EVIL}",DIY,"=HYPERLINK(""x"")"\n')
        assert said.code == FINE
        text = run("sheet", "--format", "csv").text
        assert not [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell.startswith("=")]

    def test_merged_cells_and_numbers_of_a_workbook(self, run, four, tmp_path):
        rows = [["Squad", "Service", "Level"], ["Heron", "desk", 4], [None, "shop", None], ["Ibis", "rota", 3]]
        said = take(run, tmp_path, "today.xlsx", workbook(*rows, merge=["A2:A3", "C2:C3"], before=1))
        assert said.code == FINE
        assert levels() == {"desk": "DIY", "shop": "DIY", "rota": "Review everything"}

    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("s.xlsx", b"PK\x03\x04 no", "this is no XLSX"),
            ("s.csv", b"", "no row names a column for the service and one for the level"),
            ("s.ods", b"x", "no sheet is read from .ods"),
            ("s.json", b"{", "this is no JSON"),
        ],
    )
    def test_what_is_no_sheet(self, run, four, tmp_path, name, data, message):
        said = take(run, tmp_path, name, data)
        assert (said.code, message in said.err) == (USAGE, True)

    def test_a_service_of_the_file_that_takes_no_part(self, run, four, tmp_path):
        text = json.dumps([{"Service": "desk", "Level": "DIY"}])
        Upgrade.objects.filter(service__name="desk").delete()
        said = take(run, tmp_path, "s.json", text)
        assert (said.code, "'desk' takes no part in tiny" in said.err) == (USAGE, True)

    def test_as_json(self, run, four, tmp_path):
        said = take(run, tmp_path, "s.csv", "Service,Level\ndesk,DIY\nshop,2\n", "--json")
        assert said.json == {"changed": ["desk: not chosen -> DIY"], "same": 1, "problems": [], "dry_run": False}
        said = take(run, tmp_path, "s.csv", "Service,Level\nnope,DIY\n", "--json")
        assert said.code == USAGE
        assert json.loads(said.text)["problems"][0].startswith("s.csv:2: there is no service called 'nope'")
