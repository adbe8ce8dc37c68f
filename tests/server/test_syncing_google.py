"""A campaign in a Google Sheet, from the installation's file to the calls that Google gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chairlift.core.files import parse_installation
from chairlift.ports import Refused, Unavailable
from chairlift.server import syncing
from chairlift.server.models import SheetConflict, SheetState
from tests.discovery import Answer
from tests.googlesheets import EMAIL, SPREADSHEET, stand_in

GET, LOOKS, VALUES = (f"sheets.spreadsheets.{name}" for name in ("get", "batchUpdate", "values.batchUpdate"))


def installation(google):
    return f"""
[sheets.tiny]
kind = "google"
spreadsheet = "https://docs.google.com/spreadsheets/d/{SPREADSHEET}/edit#gid=0"
credentials = "../key.json"
endpoint = "{google.url}"
tab = "Upgrade"
by = "Lena"
every = "2 minutes"
"""


@pytest.fixture
def google(tmp_path):
    with stand_in(tmp_path) as running:
        yield running


@pytest.fixture
def shop(world, google):
    for name, repo in (("shop", ""), ("cart", ""), ("=HYPERLINK(1)", "link")):
        world.service(name, files=None, repo=repo)
    world.load()
    world.outside.installation = parse_installation(installation(google), "chairlift.toml")
    return world


def sync(world):
    world.tick(timedelta(seconds=1))
    return syncing.sync_now(world.outside, world.campaign, world.now)


def since(google, begin):
    return google.book.calls[begin:]


class TestGoogle:
    def test_out_and_in(self, shop, google):
        sync(shop)
        # The tab is not there: Google says so, and which there are.
        assert google.book.calls == [GET, GET, LOOKS, VALUES]
        sheet = google.book.sheet("Upgrade")
        assert sheet.cells[1, 0] == {"stringValue": "=HYPERLINK(1)"}
        assert (sheet.frozen, sheet.bold) == ((1, 1), {0})
        assert sheet.menus[0][1] == ["Hands-off", "Trust but verify", "Review everything", "DIY"]

        google.book.person("Upgrade", 3, 2, "DIY")
        begin = len(google.book.calls)
        assert sync(shop).taken == ("shop: not chosen -> DIY",)
        assert since(google, begin) == [GET, VALUES]
        assert (sheet.row(3)[3], sheet.colour(3, 3)) == ("project team", "C6EFCE")
        assert (sheet.row(3)[4], sheet.colour(3, 4)) == ("squad", "FFEB9C")

        begin = len(google.book.calls)
        assert sync(shop).written == 0
        assert since(google, begin) == [GET]

    def test_both_sides(self, shop, google):
        sync(shop)
        shop.choose("shop", "DIY")
        google.book.person("Upgrade", 3, 2, "Hands-off")
        assert sync(shop).conflicts == 1
        assert google.book.sheet("Upgrade").row(3)[2] == "Hands-off"
        syncing.settle(SheetConflict.objects.get(), "chairlift", "Ana", shop.roster, shop.now)
        assert sync(shop).conflicts == 0
        assert google.book.sheet("Upgrade").row(3)[2] == "DIY"

    def test_sorted_between_reading_and_writing_is_never_a_choice(self, shop, google):
        sync(shop)
        sheet = google.book.sheet("Upgrade")
        shop.choose("shop", "DIY")

        def sort(id):
            if id == VALUES:
                google.book.before = None
                moved = {1: 3, 2: 2, 3: 1}
                sheet.cells = {(moved.get(row, row), column): value for (row, column), value in sheet.cells.items()}

        google.book.before = sort
        sync(shop)
        for _ in range(2):
            done = sync(shop)
            assert done.taken == ()
            assert any("shop stands in row 2 already" in problem for problem in done.problems)
        assert [shop.row(name).level for name in ("=HYPERLINK(1)", "cart", "shop")] == ["", "", "DIY"]

    @pytest.mark.parametrize("failing", [LOOKS, VALUES])
    def test_away_in_the_middle(self, shop, google, failing):
        def fail(id):
            if id == failing:
                google.book.before = None
                raise Answer(503, "The service is currently unavailable.", "UNAVAILABLE")

        google.book.before = fail
        with pytest.raises(Unavailable, match="503"):
            sync(shop)
        assert sync(shop).problems == ()
        assert len(google.book.sheet("Upgrade").rules) == 2
        assert sync(shop).written == 0

    def test_a_quota_waits(self, shop, google):
        google.book.fault = "429 after"
        shop.worker.sync_once()
        state = SheetState.objects.get()
        assert state.trouble == "will try again: the quota of Google Sheets is used up (429): again in 120 seconds"
        assert state.next_at == shop.now + timedelta(seconds=120)
        google.book.fault, calls = "", len(google.book.calls)
        shop.tick(timedelta(seconds=119))
        shop.worker.sync_once()
        assert len(google.book.calls) == calls
        shop.tick(timedelta(seconds=1))
        shop.worker.sync_once()
        assert google.book.sheet("Upgrade").row(3)[0] == "shop"

    def test_not_shared(self, shop, google, caplog):
        google.book.fault = "403"
        with pytest.raises(Refused, match=f"share it with {EMAIL}"):
            sync(shop)
        shop.worker.sync_once()
        assert "share it with" in SheetState.objects.get().trouble
        assert not any(secret in caplog.text for secret in (*google.book.tokens, google.secret.splitlines()[1]))

    @pytest.mark.slow
    def test_thousands_of_rows_are_as_few_calls(self, shop, google):
        campaign, memory = shop.campaign, google.book
        names = [f"service-{number}" for number in range(10_000)]
        shop.services = ""
        for name in names:
            shop.service(name, files=None)
        shop.load()
        sync(shop)
        assert memory.calls == [GET, GET, LOOKS, VALUES]
        assert memory.sheet("Upgrade").row(10_003)[0] == "shop"
        memory.calls.clear()
        memory.person("Upgrade", 5000, 2, "DIY")
        assert len(sync(shop).taken) == 1
        assert memory.calls == [GET, VALUES]
        assert campaign.slug == "tiny"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('[sheets.tiny]\nkind = "google"', None),
        ("[sheets.tiny]\ntab = 'x'", "kind"),
        ('[sheets.tiny]\nkind = "google"\nevery = "soon"', "every"),
        ('[sheets.tiny]\nkind = "google"\ntab = 3', "tab"),
    ],
)
def test_the_table(lines, problem):
    from chairlift.core.files import FileProblems

    if problem:
        with pytest.raises(FileProblems, match=problem):
            parse_installation(lines, "chairlift.toml")
    else:
        shared = parse_installation(lines, "chairlift.toml").sheets["tiny"]
        assert (shared.adapter, shared.tab, shared.every.seconds) == ({"kind": "google"}, "tiny", 60)
        assert replace(shared, tab="x") != shared
