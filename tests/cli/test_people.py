"""What squads and the project team say: each command is on record, and each refusal names the way out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chairlift.core.log import Kind
from chairlift.server.models import Entry, Service
from tests.cli.said import FINE, USAGE
from tests.server.world import campaign_text

#: What is said, by whom, what it answers, and the entry that it leaves: kind, about, text.
WORDS = [
    (["choose", "shop", "hands-off", "--why", "no time"], "Ana", "shop: Hands-off", ("chose", "Hands-off", "no time")),
    (["documented", "shop", "wiki/Shop"], "Bo", "shop: deploy documentation at wiki/Shop",
     ("documented", "wiki/Shop", "")),
    (["promise", "shop", "2096-03-01"], "Ana", "shop: deploy documentation promised for 2096-03-01",
     ("promised", "2096-03-01", "deploy documentation")),
    (["hold", "shop", "--why", "the fair"], "Ana", "shop: held", ("held", "", "the fair")),
    (["resume", "shop", "--why", "it is over"], "Ana", "shop: goes on", ("resumed", "", "it is over")),
    (["deployed", "shop", "STAGE"], "Ana", "shop: noted for stage", ("deployed", "stage", "")),
    (["tested", "shop", "--note", "clicked", "--environment", "stage"], "Ana", "shop: signed off by Ana",
     ("tested", "stage", "clicked")),
    (["blocker", "shop", "old driver", "--due", "2096-03-01"], "Ana",
     "shop: blocker b1; take it away with 'chairlift unblock shop b1'", ("blocked", "b1", "old driver")),
    (["update", "shop", "half done"], "Ana", "shop: noted", ("said", "", "half done")),
    (["retry", "shop", "--why", "again"], "Ana", "shop: tried again", ("retried", "", "again")),
    (["exempt", "shop", "2096-03-01", "--why", "is retired"], "Lena", "shop: exempted until 2096-03-01",
     ("exempted", "2096-03-01T23:59:00+00:00", "is retired")),
    (["problem", "cookies", "SameSite"], "Lena",
     "cookies: open in 1 service; 'chairlift unblock SERVICE cookies' closes it in one",
     ("blocked", "problem:cookies", "SameSite")),
    (["pause", "--why", "fire"], "Mats", "tiny: paused", ("paused", "", "fire")),
    (["restart", "--why", "out"], "Mats", "tiny: goes on", ("restarted", "", "out")),
]  # fmt: skip
IDS = [words[0][0] for words in WORDS]


@pytest.mark.parametrize(("words", "by", "answer", "entry"), WORDS, ids=IDS)
def test_it_is_said_and_on_record(run, shop, words, by, answer, entry):
    if words[0] == "resume":
        # Where nothing is held there is nothing to say.
        run("hold", "shop", "--why", "the fair", "--as", "Bo")
    said = run(*words, "--as", by.upper())
    assert (said.code, said.text, said.err) == (FINE, f"{answer}\n", "")
    found = Entry.objects.order_by("pk").last()
    assert (found.by, found.kind, found.about, found.text) == (by, *entry)
    assert abs(found.at - shop.now) < timedelta(minutes=1)


@pytest.mark.parametrize(("words", "by", "answer", "entry"), WORDS, ids=IDS)
def test_as_json(run, shop, words, by, answer, entry):
    said = run(*words, "--json", CHAIRLIFT_AS=by).json
    assert said["text"] == answer
    assert said.get("service", "shop") == "shop"
    assert len(said) > 1


@pytest.mark.parametrize(("words", "by", "answer", "entry"), WORDS, ids=IDS)
def test_not_by_a_stranger_and_not_by_nobody(run, shop, words, by, answer, entry):
    before = Entry.objects.count()
    for stranger in ("Cy", "Zoe"):
        said = run(*words, "--as", stranger)
        assert said.code == USAGE
        assert stranger in said.err
        assert any(remedy in said.err for remedy in ("Heron has: Ana, Bo", "ask Lena"))
    said = run(*words)
    assert (said.code, "Missing option '--as'" in said.err) == (USAGE, True)
    assert Entry.objects.count() == before


@pytest.mark.parametrize(("words", "by", "answer", "entry"), WORDS, ids=IDS)
def test_words_that_are_no_text_are_usage(run, shop, words, by, answer, entry):
    """As bytes that are no UTF-8 come from a shell."""
    before = Entry.objects.count()
    for place in range(1, len(words)):
        if not words[place].startswith("--"):
            said = run(*words[:place], "a\udcff", *words[place + 1 :], "--as", by)
            assert said.code == USAGE, said.err
    said = run(*words, "--as", "\udcff")
    assert (said.code, "which is no UTF-8: type it in a UTF-8 terminal" in said.err) == (USAGE, True)
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    ("words", "by", "message"),
    [
        (
            ["choose", "shop", "Hand"],
            "Ana",
            "no service level called 'Hand' in campaign tiny; the menu has 'Hands-off'",
        ),
        (["choose", "nope", "DIY"], "Ana", "no service called 'nope' in tiny; did you mean: shop"),
        (["choose", "shop", "DIY", "--docs-by", "soon"], "Ana", "'soon' is no date: write it as 2021-10-15"),
        (["promise", "shop", "2021-02-30"], "Ana", "'2021-02-30' is no date"),
        (["documented", "shop", "\x1b \u202e"], "Ana", "say where the deploy documentation is"),
        (["hold", "shop", "--why", " "], "Ana", "say why: a hold without a reason helps nobody"),
        (["hold", "shop", "--why", "\x1b\u200b"], "Ana", "say why: a hold without a reason helps nobody"),
        (["hold", "shop"], "Ana", "Missing option '--why'"),
        (["deployed", "shop", "moon"], "Ana", "no environment 'moon' here; there are: stage, production"),
        (["tested", "shop", "--environment", "moon"], "Ana", "no environment 'moon' here"),
        (["blocker", "shop", " "], "Ana", "say what blocks it"),
        (["unblock", "shop", "b7"], "Ana", "no open blocker 'b7' here; open: none"),
        (["exempt", "shop", "2096-01-01", "--why", "x"], "Ana", "an exemption is the project team's to give: ask Lena"),
        (["exempt", "shop", "2020-01-01", "--why", "x"], "Lena", "is over already: give a date to come"),
        (["exempt", "shop", "2096-01-01", "--why", " "], "Lena", "say why: an exemption needs a reason"),
        (["problem", "a", "b", "--service", "nope"], "Lena", "'nope' is no service of campaign tiny"),
        (["pause", "--why", " "], "Lena", "say why the campaign is paused: everybody will read it"),
    ],
)
def test_what_cannot_be_said_is_usage_with_the_way_out(run, shop, words, by, message):
    before = Entry.objects.count()
    said = run(*words, "--as", by)
    assert (said.code, said.text) == (USAGE, "")
    assert message in said.err
    assert said.err.replace("\n", "").isprintable()
    assert Entry.objects.count() == before


class TestChoosing:
    def test_it_says_what_was_before_and_what_the_level_means(self, run, world):
        world.service("shop")
        words = 'squad = ["deploy", "test"]\nasks = "deploy in 2 weeks"\npromises = "the rest"'
        world.load(campaign_text().replace('squad = ["deploy", "test"]', words))
        run("choose", "shop", "DIY", "--as", "Ana")
        said = run("choose", "Shop", "Trust But Verify", "--as", "ana-f")
        assert said.lines == [
            "shop: Trust but verify (before: DIY)",
            "  What it asks of you: deploy in 2 weeks",
            "  What it promises you: the rest",
        ]
        said = run("choose", "shop", "DIY", "--as", "Lena", "--json").json
        assert (said["level"], said["before"]) == ("DIY", "Trust but verify")
        chosen = run("log", "--kind", "chose", "--json").json
        assert [(entry["by"], entry["about"], entry["data"]["before"]) for entry in chosen] == [
            ("Ana", "DIY", ""),
            ("Ana", "Trust but verify", "DIY"),
            ("Lena", "DIY", "Trust but verify"),
        ]

    def test_without_documentation_the_reason_and_the_way_out(self, run, world):
        world.service("shop", more='deploy_docs = ""')
        world.load()
        said = run("choose", "shop", "Hands-off", "--as", "Ana")
        assert said.code == USAGE
        assert "'Hands-off' needs deploy documentation, and shop has none" in said.err
        assert "'chairlift documented shop URL', or promise it with --docs-by DATE" in said.err
        yesterday = (world.now - timedelta(days=1)).date()
        said = run("choose", "shop", "Hands-off", "--as", "Ana", "--docs-by", yesterday)
        assert (said.code, "which is past" in said.err) == (USAGE, True)
        assert run("choose", "shop", "Hands-off", "--as", "Ana", "--docs-by", "2096-01-01").code == FINE
        assert Service.objects.get().docs_promised == date(2096, 1, 1)

    def test_once_documented_it_may_be_chosen(self, run, world):
        world.service("shop", more='deploy_docs = ""')
        world.load()
        assert run("documented", "shop", "https://wiki.example.org/shop", "--as", "Ana").code == FINE
        assert run("choose", "shop", "Hands-off", "--as", "Ana").code == FINE

    def test_a_level_that_the_service_needs_more_than(self, run, world):
        world.service("shop", more='needs = ["fine-grained-testing"]')
        world.load()
        said = run("choose", "shop", "Hands-off", "--as", "Ana")
        assert said.code == USAGE
        assert "it needs fine-grained-testing, and this level does not give it" in said.err
        assert "Choose 'Trust but verify' or 'Review everything' or 'DIY'" in said.err


def test_a_hold_stops_and_a_word_goes_on(run, shop):
    run("choose", "shop", "Hands-off", "--as", "Ana")
    run("hold", "shop", "--as", "Ana", "--why", "not before the fair")
    shop.settle()
    assert "Ana holds it: not before the fair; it goes on with 'resume'" in run("status").text
    assert shop.forge.pulls.all("shop") == []
    run("resume", "shop", "--as", "Bo")
    shop.settle()
    assert shop.pull("shop").state == "open"


def test_blockers_are_numbered_and_taken_away_by_name(run, shop):
    for name in ("b1", "b2"):
        answer = run("blocker", "shop", f"reason {name}", "--as", "Ana", "--team", "--json").json
        assert answer["blocker"] == name
    run("problem", "cookies", "SameSite", "--service", "shop", "--as", "Lena")
    assert run("why", "shop", "--json").json["blockers"] == [
        "b1: reason b1 (Ana)", "b2: reason b2 (Ana)", "known problem cookies: SameSite (Lena)",
    ]  # fmt: skip
    for name in ("b1", "cookies"):
        assert run("unblock", "shop", name, "--as", "Bo", "--why", "gone").text == f"shop: blocker {name} is gone\n"
    assert run("why", "shop", "--json").json["blockers"] == ["b2: reason b2 (Ana)"]
    assert Entry.objects.filter(kind=Kind.UNBLOCKED).count() == 2


def test_a_word_brings_an_early_look(run, shop):
    before = shop.row("shop").look_again_at
    run("update", "shop", "we begin on Monday", "--as", "Ana")
    assert shop.row("shop").look_again_at < before - timedelta(minutes=1)
