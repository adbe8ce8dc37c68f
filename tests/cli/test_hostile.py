"""Names and words that want to break the terminal, the table or the JSON do not."""

from __future__ import annotations

import json

import pytest

from chairlift.core.files import FileProblems
from chairlift.server.models import Service
from tests.cli.said import FINE, PERSON, USAGE
from tests.server.world import campaign_text

WORDS = {
    "emoji": "shop 🛒",
    "rtl": "\u05d7\u05e0\u05d5\u05ea \u202eevil\u202c",
    "html": "<script>alert(1)</script>",
    "lines": "shop\nFAKE  row  done",
    "ansi": "\x1b[2J\x1b]0;owned\x07red",
    "c1": "\x9b31mshop",
    "markup": "[bold red]shop[/]",
    "quotes": "a'b\"c`d\\e",
    "option": "--help",
    "zero width": "sh\u200bop\ufeff",
    "long": "x" * 120,
    "formula": "=1+1|'!A0",
    "percent": "%s {0} $HOME",
}


@pytest.fixture(params=WORDS.values(), ids=WORDS)
def named(request, world):
    """One service of that name; the database may hold what the services file refuses."""
    name = request.param
    try:
        world.service(name, repo="shop")
        world.load()
    except FileProblems:
        assert not name.isprintable()
        world.services = ""
        world.service("shop", files=None)
        world.load()
        Service.objects.update(name=name)
    world.settle()
    return name


def test_every_command_prints_only_what_prints(run, world, named):
    for words in (["status"], ["sheet"], ["log"], ["why", "--", named], ["doctor"], ["log", f"--service={named}"]):
        said = run(*words)
        assert said.text.replace("\n", "").isprintable(), words
        assert said.err == ""


def test_words_of_people_are_printed_harmlessly(run, world, named):
    world.services = ""
    world.service("desk", repo="desk")
    world.load()
    for words in (
        ["choose", "--as", "Ana", "--why", named, "desk", "Hands-off"],
        ["blocker", "--as", "Ana", "--", "desk", named],
        ["update", "--as", "Ana", "--", "desk", named],
        ["documented", "--as", "Ana", "--", "desk", named],
        ["problem", "--as", "Lena", "--service", "desk", "--", "slow", named],
        ["pause", "--as", "Lena", f"--why={named}"],
    ):
        said = run(*words)
        assert said.code == FINE, said.err
        assert said.text.replace("\n", "").isprintable()
    world.settle()
    for words in (["status"], ["log"], ["why", "desk"]):
        assert run(*words).text.replace("\n", "").isprintable(), words


def test_a_name_is_one_row_of_the_table(run, world, named):
    heads, row, blank, last = run("status").lines
    assert (blank, last.startswith("0 of 1 done")) == ("", True)
    assert heads.index("LEVEL") == row.index("not chosen")


def test_json_holds_the_very_name_and_nothing_to_obey(run, world, named):
    for words in (["status", "--json"], ["why", "--json", "--", named], ["log", "--json"]):
        said = run(*words)
        assert said.text.replace("\n", "").isprintable()
        assert f'"service": {json.dumps(named)}' in json.dumps(said.json)
    (row,) = json.loads(run("sheet", "--json").text)["rows"]
    assert row["service"] == named


def test_errors_name_it_harmlessly(run, world, named):
    for words in (
        ["why", "--", f"no {named}"],
        ["choose", f"--as={named}", "--", named, "DIY"],
        ["choose", "--as", "Ana", "--", named, named],
        ["deployed", "--as", "Ana", "--", named, named],
        ["unblock", "--as", "Ana", "--", named, named],
        ["status", f"--campaign={named}"],
        ["log", f"--kind={named}"],
        ["campaigns", "--", named],
        ["menu", f"--no{named}"],
        ["promise", "--as", "Ana", "--", named, named],
        ["load", "--", f"{named}/none"],
        ["forge", "show", "--", named, "1"],
    ):
        said = run(*words)
        assert said.code == USAGE, words
        assert "Error: " in said.err
        assert said.err.replace("\n", "").isprintable(), (words, said.err)


def test_what_a_recipe_says_as_it_crashes(run, world):
    world.service("shop")
    (world.home / "crash.sh").write_text('printf "\\033[2J\\342\\200\\256owned\\a" >&2; exit 3')
    world.load(campaign_text(run=f"sh {world.home}/crash.sh"))
    world.settle()
    for words in (["status"], ["why", "shop"], ["log"]):
        said = run(*words)
        assert "owned" in said.text
        assert said.text.replace("\n", "").isprintable(), words
    assert run("status").code == PERSON


def test_a_menu_with_markup(run, world):
    world.service("shop")
    text = campaign_text().replace('title = "Tiny"', 'title = "[red]Tiny"').replace('"DIY"', '"[b]DIY[/b]"')
    world.load(text.replace("squad = []", 'squad = []\nasks = "\\u001b[2Ja\\u202eb\\nc"'))
    for words in (["status"], ["menu"], ["sheet"], ["choose", "shop", "Hands-off", "--as", "Ana"]):
        said = run(*words)
        assert said.text.replace("\n", "").isprintable(), words
    assert "[b]DIY[/b]" in run("menu").text
