"""The operator's page, and who is one: what the installation's file says now."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.budget import Call, Heard, Lane
from chairlift.server.budgets import DatabaseBudget
from chairlift.server.models import ForgeState, Unit, Upgrade
from chairlift.testing.contracts.budget import GITHUB, WHO

PAGE = "/operator/"
SECRET = "hunter2"


def unit(world, number, **fields):
    known = {"kind": "verify", "service": "shop", "campaign": world.campaign, "inputs": {}, "asked_at": world.now}
    return Unit.objects.create(name=f"u{number}", ready_at=world.now, **{**known, **fields})


def test_all_is_well(at_desk, visit):
    Upgrade.objects.update(looked_at=at_desk.now, decision="wait", look_again_at=None)
    page = visit("Olga").page(PAGE)
    assert "Nothing is wrong" in page
    for words in ("SQLite", "PostgreSQL"):
        if words.lower() == connection.vendor:
            assert words in page
    assert "0 services wait to be looked at" in page


def test_what_went_wrong_comes_first(at_desk, visit):
    Upgrade.objects.filter(service__name="=cmd").update(decision="unavailable", why="the <forge> is away")
    unit(at_desk, 1, state="failed", why="no <space> left", tries=3, ended_at=at_desk.now - timedelta(hours=1))
    unit(at_desk, 2, leased_by="worker-a", leased_until=at_desk.now + timedelta(minutes=1))
    page = visit("Olga").page(PAGE)
    assert "Something went wrong" in page
    for words in ("the &lt;forge&gt; is away", "no &lt;space&gt; left", "tried 3 times", "worker-a", "1 running"):
        assert words in page


def test_no_secret_is_shown(at_desk, visit):
    (at_desk.home / "chairlift.toml").write_text(
        f'operators = ["Olga"]\n[[notifiers]]\nkind = "email"\npassword = "{SECRET}"\n[forges.acme]\nkind = "local"\n'
        f'token = "{SECRET}"\n[sheets.tiny]\nkind = "google"\nspreadsheet = "https://{SECRET}"\n'
    )
    page = visit("Olga").page(PAGE)
    assert SECRET not in page
    for port, kind in (("notifier", "email"), ("forge acme", "local"), ("spreadsheet of tiny", "google")):
        assert f"<dt>{port}</dt><dd>{kind}</dd>" in page


@pytest.mark.parametrize("text", ["", 'operators = ["Zoe"]', "operators = 3", "x = [", 'operators = ["Olga"]\nx = 1'])
def test_who_is_not_named_now_is_no_operator(at_desk, visit, text):
    olga = visit("Olga")
    olga.page(PAGE)
    (at_desk.home / "chairlift.toml").write_text(text)
    assert "an operator, whom chairlift.toml names" in olga.page(PAGE, 403)
    assert "/operator/" not in olga.page("/")
    (at_desk.home / "chairlift.toml").unlink()
    olga.page(PAGE, 403)


@pytest.mark.parametrize("name", ["OLGA", " olga "])
def test_by_any_of_their_names(at_desk, visit, name):
    (at_desk.home / "chairlift.toml").write_text(f'operators = ["{name}"]')
    assert 'href="/operator/"' in visit("Olga").page("/")
    assert 'href="/operator/"' not in visit("Ana").page("/")


def test_ten_more_rows_add_no_query(at_desk, visit):
    olga = visit("Olga")

    def count():
        olga.page(PAGE)
        with CaptureQueriesContext(connection) as asked:
            page = olga.page(PAGE)
        return len(asked), len(re.findall("tried", page))

    Upgrade.objects.update(decision="bug", why="x")
    unit(at_desk, 0, state="failed")
    before = count()
    for number in range(1, 31):
        unit(at_desk, number, state="failed")
        at_desk.service(f"more{number}", files=None)
    at_desk.load()
    Upgrade.objects.update(decision="bug", why="x")
    assert count() == (before[0], 20)
    assert before[0] <= 25


class TestForges:
    @pytest.fixture
    def hub(self, at_desk):
        (at_desk.home / "chairlift.toml").write_text(
            'operators = ["olga"]\n[forges.hub]\nkind = "local"\nhook_secret_env = "HUB_HOOK"\n'
            '[forges.old]\nkind = "local"\n'
        )
        budget = DatabaseBudget("hub", at_desk.clock)
        budget.spend(WHO, GITHUB, Lane.OPEN, Call.CREATE)
        reset = at_desk.now + timedelta(minutes=30)
        budget.heard(WHO, Heard(limit=5000, remaining=4321, reset=reset))
        ForgeState.objects.filter(forge="hub").update(surveyed_at=at_desk.now, calls=7, hooked_at=at_desk.now)
        return budget

    def test_what_is_left_of_each_is_shown(self, hub, visit):
        page = visit("Olga").page(PAGE)
        for words in (
            "creates 1 of 500",
            "4321 requests are left",
            "7 calls",
            "not configured",
            "it was not asked yet",
        ):
            assert words in page
        assert "is left alone" not in page
        hub.heard(WHO, Heard(retry_after=600))
        assert re.search(r"left alone for (59\d|600) seconds", visit("Olga").page(PAGE))

    def test_why_the_last_survey_failed_is_shown(self, hub, visit):
        ForgeState.objects.create(forge="old", why="the <forge> is away", troubles=2)
        assert "the last try failed: the &lt;forge&gt; is away" in visit("Olga").page(PAGE)
