"""Services from the spreadsheets that companies keep: columns by their headings, bad rows by their numbers."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from tests.catalogues.kit import CSV, effects, problem, proposed, roster
from tests.spreadsheets import workbook

HEAD = "Service,Repository,Squad,Contact\n"


def test_all_columns_that_are_understood() -> None:
    head = "Team;IDA;Git;Contact person;Test command;Runbook;Deployer;Running;Type;Depends on\n"
    row = "Heron;search;git@github.com:acme/search.git;Ada;tox;docs/run.md;go {service};show {service};lib;catalogue\n"
    found = proposed((CSV, head + row))
    (added,) = [each for each in roster(found).services if each.name == "search"]
    assert (added.squad.name, added.repo, added.forge, added.tests) == ("Heron", "acme/search", "github", "tox")
    assert (added.deploy_docs, added.library, added.after) == ("docs/run.md", True, ("catalogue",))
    assert added.deployer == {"kind": "command", "deploy": "go {service}", "running": "show {service}"}
    assert effects(found) == [(2, "added", "search")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding(encoding: str) -> None:
    found = proposed((CSV, f"{HEAD}größe,acme/groesse,Heron,\n".encode(encoding)))
    assert roster(found).has("größe")


def test_xlsx_with_merged_cells_and_formulas() -> None:
    data = workbook(
        ["Our services", None, None],
        ["Squad", "Service", "Repo"],
        ["Heron", "one", "acme/one"],
        [None, "two", "acme/two"],
        ["Ibis", '="th"&"ree"', "acme/three"],
        merge=["A1:C1", "A3:A4"],
    )
    found = proposed(("s.xlsx", data))
    # A formula that was never computed shows nothing: the row has no name.
    assert effects(found) == [(3, "added", "one"), (4, "added", "two"), (5, "problem", "")]
    assert [each.squad.name for each in roster(found).services[-2:]] == ["Heron", "Heron"]


def test_a_column_that_is_not_read_is_said() -> None:
    found = proposed((CSV, "Service,Repo,Squad,Cost centre\nnew,acme/new,Heron,4\n"))
    assert effects(found) == [(1, "left out", "Cost centre"), (2, "added", "new")]


def test_a_service_by_its_repository_alone() -> None:
    found = proposed((CSV, "Repository,Team\nhttps://gitlab.com/acme/libs/money/-/tree/main,Heron\nacme/shared,Ibis\n"))
    assert effects(found) == [(2, "added", "money"), (3, "same", "shared parts")]
    assert (roster(found).service("money").repo, roster(found).service("money").forge) == ("acme/libs/money", "gitlab")


def test_the_forge_of_new_services_can_be_said() -> None:
    found = proposed((CSV, f"{HEAD}new,https://github.com/acme/new,Heron,\n"), forge="company")
    assert roster(found).service("new").forge == "company"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",acme/x,Heron,", "this row says something, but not of which service; name the service, or remove the row"),
        ("x,,Heron,", "it is new, and nothing says where its repository is; give its repository"),
        ("x,acme/x,,", "nothing says which squad owns it; give it a squad"),
        ("x,acme/x,Herron,", "no squad called 'Herron', and nobody is named to be asked; did you mean 'Heron'?"),
        ("x,acme/catalogue,Heron,", "catalogue stands in line 2 already; keep one for each service"),
        ("x,--upload-pack=sh,Heron,", "repo '--upload-pack=sh' begins with '-'; write its name on the forge"),
        ("x\x1b[1m,acme/x,Heron,", "the name 'x\\x1b[1m' has a control character; give it another one"),
        (f"{'x' * 121},acme/x,Heron,", "is longer than 120 characters; give it another one"),
        (f"x,acme/{'x' * 120},Heron,", "is longer than 120 characters; shorten or mend it"),
        ("Catalogue,,,", "catalogue stands in line 2 already; keep one for each service"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_its_number(row: str, message: str) -> None:
    found = proposed((CSV, f"{HEAD}catalogue,acme/catalogue,Heron,\nnew,acme/new,Heron,\n{row}\n"))
    assert problem(found).startswith(f"{CSV}:4: ")
    assert message in problem(found)
    assert roster(found).has("new")


def test_two_new_services_in_one_repository() -> None:
    found = proposed((CSV, f"{HEAD}a,acme/mono,Heron,\nb,acme/mono,Heron,\n"))
    assert "the repository 'acme/mono' is a's already; list each repository once" in problem(found)


def test_a_deployer_is_two_commands() -> None:
    found = proposed((CSV, "Service,Repo,Squad,Deploy\nx,acme/x,Heron,go\n"))
    assert "a deployer needs two commands, and there is only deploy" in problem(found)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("s.csv", b"", "no row names a column for the service, and one for its repository or squad; head them Service"),
        ("s.csv", b"a,b\n1,2\n", "no row names a column"),
        ("s.xlsx", b"PK no", "this is no XLSX: BadZipFile"),
        ("s.ods", b"x", "no catalogue is read from a file of this name; give a CSV or XLSX file"),
        ("s.csv", b"x" * (21 << 20), "larger than 20 MB"),
    ],
    ids=["empty", "no header", "no xlsx", "ods", "large"],
)
def test_a_file_without_services(name: str, data: bytes, message: str) -> None:
    assert message in problem(proposed((name, data)))


def test_ten_thousand_rows_of_which_three_are_bad() -> None:
    lines = [f"service {n},https://github.com/acme/s{n},Squad {n % 300},p{n % 300}@example.org" for n in range(10_000)]
    lines[99], lines[4_999], lines[9_999] = "lost,,Squad 1,", ",acme/x,Squad 1,", "service 7,acme/again,Squad 7,"
    found = proposed((CSV, HEAD + "\n".join(lines)))
    bad = [(each.line, each.name) for each in found.effects if each.what == "problem"]
    assert bad == [(101, "lost"), (5_001, ""), (10_001, "service 7")]
    assert (found.count("added"), len(found.suggestions)) == (9_997, 300)
    assert len(roster(found).services) == 9_997 + 2


@given(st.binary(max_size=300), st.sampled_from(["csv", "xlsx", "json", "yaml", "md"]))
def test_garbage_is_a_problem_and_nothing_worse(data: bytes, kind: str) -> None:
    found = proposed((f"s.{kind}", data))
    assert all(each.line >= 1 for each in found.effects)


_CELL = st.text(st.characters(codec="utf-8", exclude_characters=',\r\n"'), max_size=130)


@given(st.lists(st.tuples(_CELL, _CELL, _CELL, _CELL), max_size=5))
def test_names_hold_anything_and_no_row_is_lost(rows: list[tuple[str, ...]]) -> None:
    found = proposed((CSV, HEAD + "".join(f"{','.join(row)}\n" for row in rows)))
    before = [each.name for each in roster(proposed()).services]
    assert [each.name for each in roster(found).services][:2] == before
    added = {each.name for each in found.effects if each.what == "added"}
    assert added == {each.name for each in roster(found).services} - set(before)
