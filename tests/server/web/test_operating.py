"""The operator's page, and who is one: what the installation's file says now."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.server.models import Unit, Upgrade

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
