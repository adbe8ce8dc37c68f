"""A spreadsheet in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chairlift.ports import Unavailable
from chairlift.spreadsheets import Edits, Formula, Tab


@dataclass
class MemorySpreadsheet:
    """Fulfils `spreadsheets.Spreadsheet`. `away`, when not empty, is the reason why nothing can be read or written.

    `writes` counts what was written; `menus` are the words that a column offers from a row on, by the title of the tab.
    """

    pages: dict[str, Tab] = field(default_factory=dict)
    away: str = ""
    writes: int = 0
    menus: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = field(default_factory=dict)

    def tabs(self) -> Mapping[int, str]:
        self._reach()
        return {tab.id: title for title, tab in self.pages.items()}

    def read(self, title: str) -> Tab | None:
        self._reach()
        return self.pages.get(title)

    def write(self, title: str, tab: Tab | None, edits: Edits) -> int:
        self._reach()
        self.writes += 1
        before = self.pages.get(title) or Tab(id=1 + max((page.id for page in self.pages.values()), default=0))
        after = self._typed(before, edits.cells)
        if edits.menu:
            self.menus[title] = edits.menu
        self.pages[title] = replace(
            after, frozen=edits.frozen or after.frozen, coloured=after.coloured | edits.colours.keys()
        )
        return before.id

    def type(self, title: str, row: int, column: int, text: str) -> None:
        """What a person does."""
        given = Formula(text) if text.startswith("=") else text
        self.pages[title] = self._typed(self.pages[title], {(row, column): given})

    def _typed(self, tab: Tab, cells: Mapping[tuple[int, int], str]) -> Tab:
        grid = [list(row) for row in tab.rows]
        for (row, column), text in cells.items():
            grid.extend([] for _ in range(row + 1 - len(grid)))
            grid[row].extend("" for _ in range(column + 1 - len(grid[row])))
            grid[row][column] = text
        while grid and not any(grid[-1]):
            grid.pop()
        rows = []
        for texts in grid:
            while texts and not texts[-1]:
                texts.pop()
            rows.append(tuple(texts))
        height, width = max(tab.height, len(rows)), max(tab.width, *map(len, rows), 0)
        return replace(tab, rows=tuple(rows), height=height, width=width)

    def _reach(self) -> None:
        if self.away:
            raise Unavailable(self.away)
