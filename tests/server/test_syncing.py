"""A campaign in a shared spreadsheet: both sides change it, and nothing is lost, guessed or written twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chairlift.core.files.installation import SharedSheet
from chairlift.core.log import Kind
from chairlift.ports import Refused, Unavailable
from chairlift.server import actions, syncing
from chairlift.server.models import Entry, SheetConflict, SheetState
from chairlift.sheets.sheet import HEADINGS
from chairlift.testing.fakes.spreadsheet import MemorySpreadsheet
from tests.server.shared import NAMES, TAB, Shared, chosen, conflicts


class TestOut:
    def test_everything_at_first_and_nothing_then(self, shared):
        tab = shared.memory.pages[TAB]
        assert tab.rows[0] == HEADINGS
        assert [row[0] for row in tab.rows[1:]] == list(NAMES)
        assert (tab.frozen, tab.coloured) == ((1, 1), {"project team", "squad"})
        (row, column), words = shared.memory.menus[TAB]
        assert (row, HEADINGS[column], words[0], len(words)) == (1, "Level", "Hands-off", 4)
        assert shared.cell("=cmd", "Service") == "=cmd"
        assert type(shared.cell("=cmd", "Service")) is str
        shared.quiet()

    def test_a_choice_made_here(self, shared, shop):
        shop.choose("shop", "Trust but verify")
        shared.sync()
        assert (shared.cell("shop"), shared.cell("shop", "Chosen by")) == ("Trust but verify", "Ana")
        assert (shared.cell("shop", "Merge"), shared.cell("shop", "Test")) == ("project team, with notice", "squad")
        shared.quiet()

    def test_a_service_that_comes_later_stands_below_what_people_wrote(self, shared, shop):
        shared.memory.type(TAB, 9, 0, "see the wiki")
        shop.service("new", files=None)
        shop.load()
        shared.sync()
        assert shared.place("new", "Service") == (10, 0)
        assert shared.rows[9] == ("see the wiki",)
        shared.quiet()

    def test_another_menu(self, shared, shop):
        from tests.server.world import campaign_text

        shop.load(campaign_text().replace("Review everything", "Review all"))
        shared.sync()
        assert "Review all" in shared.memory.menus[TAB][1]
        shared.quiet()


class TestIn:
    def test_a_typed_level_is_a_choice(self, shared, shop):
        shared.type("shop", "DIY")
        assert shared.sync().taken == ("shop: not chosen -> DIY",)
        assert chosen(shop) == [("shop", "Lena", "DIY", syncing.UNNAMED)]
        assert shared.cell("shop", "Create") == "squad"
        assert not conflicts()
        shared.quiet()

    def test_of_whom_the_row_names(self, shared, shop):
        shared.type("shop", "diy")
        shared.type("shop", "ana-f", "Chosen by")
        shared.type("shop", "we know it", "Why")
        shared.sync()
        assert chosen(shop) == [("shop", "Ana", "DIY", "we know it")]
        assert (shared.cell("shop"), shared.cell("shop", "Chosen by")) == ("diy", "Ana")
        assert not conflicts()
        shared.quiet()

    def test_the_name_that_stands_there_is_of_the_choice_before(self, shared, shop):
        shop.choose("shop", "DIY")
        shared.sync()
        shared.type("shop", "Hands-off")
        shared.sync()
        assert chosen(shop)[-1] == ("shop", "Lena", "Hands-off", syncing.UNNAMED)
        shared.type("shop", "DIY")
        shared.sync(by="")
        assert chosen(shop)[-1] == ("shop", "Lena", "DIY", syncing.UNNAMED)

    def test_with_docs_promised(self, shared, shop):
        shared.type("bare", "Hands-off")
        shared.type("bare", "2026-03-01", "Docs promised")
        assert shared.sync().taken == ("bare: not chosen -> Hands-off",)
        assert str(shop.row("bare").service.docs_promised) == "2026-03-01"
        shared.quiet()

    @pytest.mark.parametrize(
        ("service", "typed", "why"),
        [
            ("shop", {"Level": "Hands of"}, "there is no level called 'Hands of'"),
            ("shop", {"Level": "=A1"}, "a formula stands here"),
            ("shop", {"Level": "DIY", "Chosen by": "=A1"}, "a formula stands under Chosen by"),
            ("shop", {"Level": "DIY", "Chosen by": "Zoe"}, "nobody called 'Zoe'"),
            ("desk", {"Level": "DIY", "Chosen by": "Ana"}, "Ana is neither in Ibis"),
            ("bare", {"Level": "Hands-off"}, "needs deploy documentation"),
            ("bare", {"Level": "Hands-off", "Docs promised": "soon"}, "'soon' is no date"),
        ],
    )
    def test_what_cannot_be_is_shown_and_left(self, shared, shop, service, typed, why):
        for heading, text in typed.items():
            shared.type(service, text, heading)
        shared.type("cart", "DIY")
        assert shared.sync().taken == ("cart: not chosen -> DIY",)
        assert shop.row(service).level == ""
        assert shared.cell(service) == typed["Level"]
        assert why in SheetConflict.objects.get(service=service, heading="Level").why
        shared.quiet()

    def test_a_choice_is_not_taken_back(self, shared, shop):
        shop.choose("shop", "DIY")
        shared.sync()
        shared.type("shop", "")
        shared.sync()
        assert shop.row("shop").level == "DIY"
        assert conflicts() == [("shop", "Level", "DIY", "")]

    def test_a_sheet_that_a_company_had_already(self, shop):
        shared = Shared(shop)
        shop.choose("cart", "DIY")
        rows = [("Our upgrade",), ("Level", "Notes", "Service"), ("diy", "first!", "Shop"), ("Hands-off", "", "cart")]
        shared.memory.write(TAB, None, syncing.Edits({}))
        shared.set(rows)
        done = shared.sync()
        assert done.taken == ("shop: not chosen -> DIY",)
        assert any("column Why is gone" in problem for problem in done.problems)
        assert conflicts() == [("cart", "Level", "DIY", "Hands-off")]
        assert shared.rows[:3] == (("Our upgrade",), ("Level", "Notes", "Service"), ("diy", "first!", "Shop"))
        assert [row[2] for row in shared.rows[4:]] == ["=cmd", "bare", "desk"]


class TestBothSides:
    @pytest.fixture
    def both(self, shared, shop):
        shop.choose("shop", "DIY")
        shared.type("shop", "Hands-off")
        shared.sync()
        return shared

    def test_neither_is_overwritten(self, both, shop):
        assert (both.cell("shop"), shop.row("shop").level) == ("Hands-off", "DIY")
        assert conflicts() == [("shop", "Level", "DIY", "Hands-off")]
        since = SheetConflict.objects.get().since
        both.quiet()
        assert SheetConflict.objects.get().since == since

    def test_the_sheet_is_right(self, both, shop):
        syncing.settle(SheetConflict.objects.get(), "sheet", "Bo", shop.roster, shop.now)
        assert chosen(shop)[-1] == ("shop", "Bo", "Hands-off", "")
        both.sync()
        assert not conflicts()
        both.quiet()

    def test_the_sheet_is_not_right_about_what_came_later(self, both, shop):
        shop.choose("shop", "Review everything")
        with pytest.raises(actions.NotPossible, match="changed to 'Review everything' in Chairlift at the same time"):
            syncing.settle(SheetConflict.objects.get(), "sheet", "Bo", shop.roster, shop.now)
        assert shop.row("shop").level == "Review everything"

    def test_chairlift_is_right(self, both, shop):
        syncing.settle(SheetConflict.objects.get(), "chairlift", "Bo", shop.roster, shop.now)
        assert Entry.objects.filter(by="Bo", kind=Kind.SAID).count() == 1
        both.sync()
        assert (both.cell("shop"), shop.row("shop").level) == ("DIY", "DIY")
        assert not conflicts()
        both.quiet()

    def test_chairlift_is_right_over_a_formula(self, shared, shop):
        shop.choose("shop", "DIY")
        shared.sync()
        shared.type("shop", "=A1")
        shared.sync()
        assert conflicts() == [("shop", "Level", "DIY", "=A1")]
        syncing.settle(SheetConflict.objects.get(), "chairlift", "Bo", shop.roster, shop.now)
        shared.sync()
        assert shared.cell("shop") == "DIY"
        assert not conflicts()

    def test_but_not_over_what_came_later(self, both, shop):
        syncing.settle(SheetConflict.objects.get(), "chairlift", "Bo", shop.roster, shop.now)
        both.type("shop", "Review everything")
        both.sync()
        assert both.cell("shop") == "Review everything"

    def test_who_may_not_speak_settles_nothing(self, both, shop):
        for take in ("sheet", "chairlift"):
            with pytest.raises(actions.NotPossible, match="Cy is neither"):
                syncing.settle(SheetConflict.objects.get(), take, "Cy", shop.roster, shop.now)
        assert len(conflicts()) == 1

    def test_the_same_on_both_sides_is_none(self, shared, shop):
        shop.choose("shop", "DIY")
        shared.type("shop", "DIY")
        shared.sync()
        assert not conflicts()
        assert len(chosen(shop)) == 1

    def test_a_column_of_ours_that_somebody_wrote_in(self, shared, shop):
        shared.type("shop", "me", "Turn")
        shared.sync()
        assert shared.cell("shop", "Turn") == "me"
        ((_, heading, _, theirs),) = conflicts()
        assert (heading, theirs) == ("Turn", "me")
        with pytest.raises(actions.NotPossible, match="not read"):
            syncing.settle(SheetConflict.objects.get(), "sheet", "Ana", shop.roster, shop.now)
        syncing.settle(SheetConflict.objects.get(), "chairlift", "Ana", shop.roster, shop.now)
        shared.sync()
        assert shared.cell("shop", "Turn") == "Chairlift"


class Dying(MemorySpreadsheet):
    """Fails while it writes, before or after it has."""

    dies = ""

    def write(self, title, tab, edits):
        if self.dies == "before":
            raise Unavailable("cut")
        made = super().write(title, tab, edits)
        if self.dies == "after":
            raise Unavailable("cut")
        return made


class TestKilled:
    @pytest.mark.parametrize("dies", ["before", "after"])
    @pytest.mark.parametrize("first", [True, False])
    def test_a_write_that_may_have_arrived(self, shop, dies, first):
        shared = Shared(shop)
        shared.memory = Dying()
        if not first:
            shared.sync()
        shop.choose("shop", "DIY")
        shared.memory.dies = dies
        with pytest.raises(Unavailable):
            shared.sync()
        shop.choose("shop", "Hands-off")
        shared.memory.dies = ""
        done = shared.sync()
        assert (done.problems, done.taken, conflicts()) == ((), (), [])
        assert shared.cell("shop") == "Hands-off"
        assert len(chosen(shop)) == 2
        shared.quiet()


class Away:
    def __init__(self, error):
        self.error = error

    def read(self, title):
        raise self.error


class TestDue:
    @pytest.fixture
    def due(self, shop):
        from dataclasses import replace

        outside = shop.outside
        config = SharedSheet({"kind": "memory"}, TAB, "Lena")
        outside.installation = replace(outside.installation, sheets={"tiny": config, "none": config})

        def use(spreadsheet):
            outside._built["spreadsheet", "tiny"] = spreadsheet
            return syncing.sync_due(outside, shop.now)

        return use

    def test_once_in_a_while(self, due, shop):
        memory = MemorySpreadsheet()
        assert (due(memory), due(memory), memory.writes) == (1, 0, 1)
        shop.tick(timedelta(minutes=1))
        assert due(memory) == 1

    @pytest.mark.parametrize(
        ("error", "rest"),
        [
            (Unavailable("quota", after=90.0), 90),
            (Unavailable("away"), 30),
            (Refused("share it"), 600),
            (ZeroDivisionError(), 600),
        ],
    )
    def test_trouble_waits_and_is_shown(self, due, shop, error, rest):
        due(Away(error))
        state = SheetState.objects.get()
        assert state.trouble
        assert (state.next_at - shop.now).total_seconds() == rest
        assert state.leased_until is None
        shop.tick(timedelta(seconds=rest))
        assert due(MemorySpreadsheet()) == 1
        assert SheetState.objects.get().trouble == ""

    def test_not_twice_at_once(self, due, shop):
        due(MemorySpreadsheet())
        SheetState.objects.update(leased_until=shop.now + timedelta(minutes=1))
        with pytest.raises(actions.NotPossible, match="at this moment"):
            syncing.sync_now(shop.outside, shop.campaign, shop.now)

    def test_the_worker_does_it(self, due, shop):
        memory = MemorySpreadsheet()
        shop.outside._built["spreadsheet", "tiny"] = memory
        shop.worker.sync_once()
        assert memory.writes == 1
