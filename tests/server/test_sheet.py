"""The sheet of a campaign from the database, and a spreadsheet's choices back into it: all of them or none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chairlift.core.log import Kind
from chairlift.server import sheet
from chairlift.server.models import Entry

HEAD = "Service,Service level,Chosen by,Why\n"


@pytest.fixture
def shop(world):
    for name in ("shop", "cart"):
        world.service(name, files=None)
    world.service("bare", files=None, more='deploy_docs = ""')
    world.service("desk", files=None, squad="Ibis")
    world.load()
    return world


def take_in(world, rows, by="", **more):
    data, speaker = (HEAD + rows).encode(), sheet.Speaker(by)
    return sheet.take_in(world.campaign, world.roster, data, "old.csv", speaker, world.now, **more)


def choices(world):
    return list(
        Entry.objects.filter(kind=Kind.CHOSE).order_by("pk").values_list("upgrade__service__name", "by", "about")
    )


class TestOut:
    def test_a_row_for_each_service_those_without_a_choice_too(self, shop):
        shop.choose("shop", "Trust but verify")
        shop.tick(timedelta(hours=1))
        shop.choose("shop", "DIY", by="Lena")
        found = {row.service: row for row in sheet.sheet(shop.campaign, shop.now).rows}
        assert list(found) == ["bare", "cart", "desk", "shop"]
        row = found["shop"]
        assert (row.level, row.chosen_by, row.chosen_at, row.squad) == ("DIY", "Lena", shop.now, "Heron")
        assert (found["cart"].level, found["cart"].chosen_by, found["cart"].chosen_at) == ("", "", None)


class TestIn:
    def test_all_of_them(self, shop):
        found = take_in(shop, "shop,DIY,Ana,we know it\ncart,hands-off,bo,\n")
        assert found.problems == ()
        assert set(found.changes) == {"shop: not chosen -> DIY", "cart: not chosen -> Hands-off"}
        assert choices(shop) == [("shop", "Ana", "DIY"), ("cart", "Bo", "Hands-off")]

    def test_or_none(self, shop):
        found = take_in(shop, "shop,DIY,Ana,\nbare,Hands-off,Ana,\ndesk,DIY,Ana,\ncart,DIY,,\n")
        assert [problem.split(":")[1] for problem in found.problems] == ["3", "4", "5"]
        documents, squad, nobody = found.problems
        assert "bare has none" in documents
        assert "Ana is neither in Ibis, which owns desk" in squad
        assert "add a column 'Chosen by', or say --as PERSON" in nobody
        assert found.changes == ()
        assert choices(shop) == []
        assert shop.row("shop").level == ""

    def test_again_is_nothing_new(self, shop):
        rows = "shop,DIY,Ana,\ncart,DIY,Ana,\n"
        take_in(shop, rows)
        found = take_in(shop, rows.replace("cart,DIY", "cart,Hands-off"))
        assert (found.same, found.changes) == (1, ("cart: DIY -> Hands-off",))
        assert len(choices(shop)) == 3

    def test_a_dry_run_says_the_same_and_does_nothing(self, shop):
        found = take_in(shop, "shop,DIY,,\n", by="Ana", dry_run=True)
        assert found.changes == ("shop: not chosen -> DIY",)
        assert choices(shop) == []
        assert take_in(shop, "shop,DIY,,\n", by="Ana").changes == found.changes
        assert choices(shop) == [("shop", "Ana", "DIY")]
