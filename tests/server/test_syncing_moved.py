"""A shared spreadsheet that people sort, cut, rename and write into: understood, or left alone with a word why."""

from __future__ import annotations

import pytest

from chairlift.server import syncing
from chairlift.server.models import SheetLine, SheetState
from tests.server.shared import TAB, chosen, conflicts


class TestMoved:
    def test_sorted_rows_and_moved_columns(self, shared, shop):
        shared.set([tuple(reversed((*row, *[""] * (16 - len(row))))) for row in (shared.rows[0], *shared.rows[:0:-1])])
        shared.quiet()
        shared.type("shop", "DIY")
        shared.sync()
        assert chosen(shop) == [("shop", "Lena", "DIY", syncing.UNNAMED)]
        assert shared.cell("shop", "Chosen by") == "Lena"
        assert not conflicts()

    def test_columns_and_rows_of_people(self, shared):
        rows = [(row[0], f"note {i}", *row[1:]) for i, row in enumerate(shared.rows)]
        rows[3:3] = [("Heron's services",), ()]
        shared.set(rows)
        shared.quiet()
        shared.type("cart", "DIY")
        shared.sync()
        assert [row[1] for row in shared.rows if len(row) > 1] == [f"note {i}" for i in range(6)]
        assert shared.rows[3:5] == (("Heron's services",), ())

    def test_a_deleted_row(self, shared):
        shared.set([row for row in shared.rows if row[0] != "cart"])
        assert shared.sync().problems == ("the row of cart was deleted: it is written again as row 6",)
        assert shared.rows[5][0] == "cart"
        assert not shared.quiet().problems

    @pytest.mark.parametrize("level", ["DIY", ""])
    def test_a_row_twice(self, shared, shop, level):
        row = list(shared.rows[shared.place("shop", "Service")[0]])
        row[2] = level
        shared.set([*shared.rows, row])
        shared.type("shop", "Hands-off")
        (problem,) = shared.sync().problems
        assert problem == "row 7: shop stands in row 6 already; neither is read or written: delete one"
        assert shop.row("shop").level == ""
        shared.quiet()

    @pytest.mark.parametrize(
        ("row", "problem"),
        [
            (("Shopp", "", "DIY"), "row 7: there is no service called 'Shopp': "),
            (("", "", "DIY"), "row 7: a level stands here, but no service"),
            (("Total", "", "5 of 9"), None),
            (("Shopp",), None),
        ],
    )
    def test_rows_of_nobody(self, shared, row, problem):
        shared.set([*shared.rows, row])
        found = shared.quiet().problems
        assert shared.rows[6] == row
        assert [bool(each.startswith(problem or "-")) for each in found] == ([True] if problem else [])

    def test_a_service_that_left(self, shared, shop):
        SheetLine.objects.create(campaign=shop.campaign, service="old", known={"Service": ["old"]})
        shared.set([*shared.rows, ("old",)])
        assert shared.quiet().problems == ("row 7: old takes no part any more: delete its row",)

    @pytest.mark.parametrize(("heading", "stops"), [("Service", True), ("Level", True), ("Why", False)])
    def test_a_deleted_heading(self, shared, shop, heading, stops):
        header = ["Reason" if text == heading else text for text in shared.rows[0]]
        shared.set([header, *shared.rows[1:]])
        shop.choose("shop", "DIY")
        rows = shared.rows
        done = shared.sync()
        assert any(heading in problem for problem in done.problems)
        assert (shared.rows == rows) is stops

    def test_two_level_columns(self, shared):
        shared.set([(*shared.rows[0], "Level"), *shared.rows[1:]])
        assert shared.quiet().problems == (
            "there are two columns called Level: rename the one that is not Chairlift's",
        )

    def test_a_renamed_tab(self, shared, shop):
        shared.memory.pages["Old"] = shared.memory.pages.pop(TAB)
        (problem,) = shared.quiet().problems
        assert (
            problem == "the tab 'Upgrade' is called 'Old' now: rename it back, or write tab = 'Old' into chairlift.toml"
        )
        assert list(shared.memory.pages) == ["Old"]
        assert SheetState.objects.get().problems == [problem]

    def test_a_deleted_tab(self, shared, shop):
        shop.choose("shop", "DIY")
        shared.memory.pages.clear()
        assert shared.sync().problems == ("the tab 'Upgrade' was deleted: it is written anew",)
        assert shared.cell("shop") == "DIY"
        assert not shared.quiet().problems

    def test_an_emptied_tab(self, shared, shop):
        shared.set([])
        assert "the tab was emptied" in shared.quiet().problems[0]
        assert shared.rows == ()
