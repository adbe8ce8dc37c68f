"""The contract of spreadsheets: the test of an adapter inherits from it and gives it three fixtures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chairlift.ports import Unavailable
from chairlift.spreadsheets import Edits, Formula, Spreadsheet

#: A person types a text into a cell of a tab: title, row and column from 0, text.
Type = Callable[[str, int, int, str], None]

TITLE = "It's a sheet"
HEAD = {(0, 0): "Service", (0, 1): "Level"}


class SpreadsheetContract:
    """What every spreadsheet does."""

    @pytest.fixture
    def spreadsheet(self) -> Spreadsheet:
        """One without a tab of our title."""
        raise NotImplementedError

    @pytest.fixture
    def person(self, spreadsheet: Spreadsheet) -> Type:
        """Types into that spreadsheet as a person does."""
        raise NotImplementedError

    @pytest.fixture
    def away(self) -> Spreadsheet:
        """A spreadsheet that cannot reach its world."""
        raise NotImplementedError

    def test_it_is_a_spreadsheet(self, spreadsheet: Spreadsheet) -> None:
        assert isinstance(spreadsheet, Spreadsheet)

    def test_a_tab_that_is_not_there(self, spreadsheet: Spreadsheet) -> None:
        assert spreadsheet.read(TITLE) is None
        assert TITLE not in spreadsheet.tabs().values()

    def test_what_is_written_is_read(self, spreadsheet: Spreadsheet) -> None:
        made = spreadsheet.write(TITLE, None, Edits(HEAD, frozen=(1, 1)))
        tab = spreadsheet.read(TITLE)
        assert tab
        assert (tab.id, tab.rows, tab.frozen) == (made, (("Service", "Level"),), (1, 1))
        assert spreadsheet.tabs()[made] == TITLE

    @pytest.mark.parametrize(
        "text",
        ["=1+1", "+1", "-1", "@x", "'quoted", '=IMPORTXML("x")', "007", "TRUE", "1/2", "Größe 🚡", "a\nb", "<b>"],
    )
    def test_every_text_is_a_text(self, spreadsheet: Spreadsheet, text: str) -> None:
        spreadsheet.write(TITLE, None, Edits({(0, 0): text}))
        tab = spreadsheet.read(TITLE)
        assert tab
        assert tab.rows == ((text,),)
        assert not isinstance(tab.rows[0][0], Formula)

    def test_only_what_is_named_changes(self, spreadsheet: Spreadsheet, person: Type) -> None:
        spreadsheet.write(TITLE, None, Edits(HEAD))
        person(TITLE, 0, 3, "theirs")
        person(TITLE, 4, 0, "note")
        tab = spreadsheet.read(TITLE)
        spreadsheet.write(TITLE, tab, Edits({(0, 1): "Grade", (2, 0): "shop", (2, 1): "DIY"}))
        after = spreadsheet.read(TITLE)
        assert after
        assert after.rows == (("Service", "Grade", "", "theirs"), (), ("shop", "DIY"), (), ("note",))

    def test_a_formula_is_told_from_a_text(self, spreadsheet: Spreadsheet, person: Type) -> None:
        spreadsheet.write(TITLE, None, Edits(HEAD))
        person(TITLE, 1, 1, "=A1")
        tab = spreadsheet.read(TITLE)
        assert tab
        assert tab.rows[1] == ("", "=A1")
        assert isinstance(tab.rows[1][1], Formula)

    def test_the_grid_grows(self, spreadsheet: Spreadsheet) -> None:
        made = spreadsheet.write(TITLE, None, Edits(HEAD))
        cells = {(row, column): f"{row}.{column}" for row in range(1100) for column in range(28)}
        spreadsheet.write(TITLE, spreadsheet.read(TITLE), Edits(cells))
        tab = spreadsheet.read(TITLE)
        assert tab
        assert (tab.id, len(tab.rows), tab.rows[1099][27]) == (made, 1100, "1099.27")

    def test_colours_are_seen_again(self, spreadsheet: Spreadsheet) -> None:
        edits = Edits(HEAD, colours={"squad": "FFEB9C"}, coloured_columns=(1, 2), menu=((1, 1), ("DIY", "=x")))
        spreadsheet.write(TITLE, None, edits)
        tab = spreadsheet.read(TITLE)
        assert tab
        assert tab.coloured == {"squad"}

    def test_away_is_said(self, away: Spreadsheet) -> None:
        for call in (away.tabs, lambda: away.read(TITLE), lambda: away.write(TITLE, None, Edits(HEAD))):
            with pytest.raises(Unavailable, match=r"\w"):
                call()
