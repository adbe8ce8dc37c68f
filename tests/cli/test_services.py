"""The services file at the command line: shown as it is, proposed from catalogues, and never written in silence."""

from __future__ import annotations

import contextlib

import pytest

from chairlift.core.log import Kind
from chairlift.server.models import Entry, RosterFile
from tests.cli.said import FINE, PERSON, USAGE
from tests.forges.github.world import Kit
from tests.server.world import PEOPLE, service_text

CSV = "Service,Repo,Squad,Contact\nshop,,Ibis,\nnew,acme/new,Zebra,zed@example.org\n"
BAD = CSV + "typo,acme/typo,Ibes,\n"


@pytest.fixture
def folder(run, world, tmp_path):
    file = tmp_path / "services.toml"
    file.write_text(f"# ours\n{PEOPLE}{service_text('shop')}\n")
    run("load", file)
    (tmp_path / "s.csv").write_text(CSV)
    (tmp_path / "bad.csv").write_text(BAD)
    return tmp_path


def held():
    return RosterFile.objects.get().text


def test_show_prints_what_was_loaded(run, folder):
    assert run("services", "show").text == (folder / "services.toml").read_text()


def test_show_without_a_file(run, world):
    said = run("services", "show")
    assert (said.code, "no services file yet: load one" in said.err) == (USAGE, True)


def test_a_dry_run_shows_every_row_and_writes_nothing(run, folder):
    before = held()
    said = run("services", "import", folder / "s.csv", "--dry-run")
    assert (said.code, held()) == (FINE, before)
    file = folder / "s.csv"
    assert said.lines == [
        f"{file}:2: changed shop (squad Heron -> Ibis)",
        f"{file}:3: added new (squad Zebra, which is new)",
        f"{file}:3: not confirmed: zed@example.org is asked until somebody is confirmed, for Zebra",
        "1 changed, 1 added; nothing was written: it was a dry run",
    ]


def test_it_is_loaded_and_said(run, folder):
    said = run("services", "import", folder / "s.csv", "--by", "Lena")
    assert "loaded: it holds from now on" in said.lines[-1]
    assert held().startswith("# ours\n")
    assert 'suggested = "zed@example.org"' in run("services", "show").text
    again = run("services", "import", folder / "s.csv")
    assert again.lines[-1] == "2 same; nothing was written: nothing changes"


def test_a_bad_row_keeps_everything_out_unless_it_is_left_out(run, folder):
    before = held()
    said = run("services", "import", folder / "bad.csv")
    assert (said.code, held()) == (PERSON, before)
    assert f"{folder / 'bad.csv'}:4: problem typo (there is no squad called 'Ibes'" in said.text
    assert said.lines[-1].endswith("nothing was written: mend 1 row, or leave them out with --without-problems")
    assert run("services", "import", folder / "bad.csv", "--without-problems").code == FINE
    assert '"new"' in held()


def test_written_to_a_file_it_is_not_loaded(run, folder):
    before, out = held(), folder / "out.toml"
    said = run("services", "import", folder / "s.csv", "--output", out)
    assert said.lines[-1].endswith(f"written to {out}; 'chairlift load {out}' takes it in")
    assert held() == before
    assert run("load", out).code == FINE
    assert held() == out.read_text()


def test_not_over_what_somebody_wrote_and_has_not_loaded(run, folder):
    out = folder / "services.toml"
    assert run("services", "import", folder / "s.csv", "--output", out).code == FINE
    out.write_text("# mine\n")
    said = run("services", "import", folder / "s.csv", "--output", out)
    assert (said.code, out.read_text()) == (USAGE, "# mine\n")
    assert "is not what is loaded: load it first" in said.err


def test_codeowners_of_the_service_that_its_folder_is_called_after(run, folder, monkeypatch):
    (folder / "shop").mkdir()
    (folder / "shop" / "CODEOWNERS").write_text("* @acme/ibis\n")
    monkeypatch.chdir(folder / "shop")
    assert "changed shop (squad Heron -> Ibis)" in run("services", "import", "CODEOWNERS", "--dry-run").text
    named = run("services", "import", "CODEOWNERS", "--service", "nowhere", "--dry-run")
    assert (named.code, "problem nowhere (it is new" in named.text) == (PERSON, True)


def test_as_json(run, folder):
    found = run("services", "import", folder / "bad.csv", "--json").json
    assert found["counts"] == {"changed": 1, "added": 1, "problem": 1}
    assert [row["line"] for row in found["rows"]] == [2, 3, 4]
    assert found["unconfirmed"][0]["contact"] == "zed@example.org"
    assert not Entry.objects.filter(kind=Kind.LOADED).exists()


def test_discovering_on_a_forge(run, folder, world):
    world.repository("acme/new", {"CODEOWNERS": "* @acme/ibis\n"})
    world.repository("acme/odd", {"README": "nobody's\n"})
    before = held()
    said = run("services", "discover", "local", "acme", "--dry-run")
    assert (said.code, held()) == (PERSON, before)
    assert said.lines == [
        "local acme/new CODEOWNERS:1: added new (squad Ibis)",
        "local acme/odd:1: problem odd (nothing says which squad owns it; give it a squad)",
        "1 added, 1 problem; nothing was written: it was a dry run",
    ]
    said = run("services", "discover", "local", "acme", "--squad", "Heron", "--by", "Lena")
    assert (said.code, said.lines[-1]) == (
        FINE,
        "2 added; loaded: it holds from now on; 'chairlift services show' prints it",
    )
    again = run("services", "discover", "local", "acme")
    assert again.lines[-1] == "2 same; nothing was written: nothing changes"
    assert 'repo = "acme/odd"' in held()


def test_discovering_where_nothing_can_be_listed(run, folder):
    said = run("services", "discover", "nowhere", "acme")
    assert (said.code, "no forge called 'nowhere'" in said.err) == (USAGE, True)
    said = run("services", "discover", "local", "nobody")
    assert "no repository in 'nobody'" in said.err
    said = run("services", "discover", "local", "acme", "--topic", "django")
    assert "knows no topics" in said.err


def test_a_repository_that_was_renamed_on_github(run, folder, world, tmp_path):
    with contextlib.ExitStack() as stack:
        kit = Kit(tmp_path, stack)
        token = kit.account("chairlift")
        (world.home / "chairlift.toml").write_text(
            f'[forges.local]\nkind = "local"\n'
            f'[forges.hub]\nkind = "github"\nurl = "{kit.stand_in.api}"\ntoken_env = "{token}"\n'
        )
        text = f'{held()}\n[[service]]\nname = "till"\nsquad = "Heron"\nforge = "hub"\nrepo = "team/till"\n'
        (tmp_path / "services.toml").write_text(text)
        run("load", tmp_path / "services.toml")
        kit.place.moved["team/till"] = "team/shop"
        said = run("services", "discover", "hub", "team", "--squad", "Ibis")
        assert said.lines == [
            "hub team/shop:1: left out till (its repository was renamed: team/till -> team/shop; --renamed takes that"
            " over)",
            "1 left out; nothing was written: nothing changes",
        ]
        said = run("services", "discover", "hub", "team", "--squad", "Ibis", "--renamed")
        assert said.lines[0] == "hub team/shop:1: changed till (repo team/till -> team/shop; renamed or moved on hub)"
        assert held() == text.replace('repo = "team/till"', 'repo = "team/shop"')
        assert run("services", "discover", "hub", "team").lines[0].startswith("hub team/shop:1: same till")
