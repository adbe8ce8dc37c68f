"""What Chairlift needs of a shared spreadsheet, as a port; errors are those of `chairlift.ports`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


class Formula(str):
    """A cell that holds a formula: its text as it was typed, never what it comes to."""

    __slots__ = ()


@dataclass(frozen=True)
class Tab:
    """One tab of a spreadsheet as it stands: what people see in each cell, without empty ones at the end of a row.

    `height` and `width` are of the whole grid; `frozen` are rows and columns; `coloured` are the words that have
    a colour wherever a cell begins with them.
    """

    id: int
    rows: tuple[tuple[str, ...], ...] = ()
    height: int = 1000
    width: int = 26
    frozen: tuple[int, int] = (0, 0)
    coloured: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Edits:
    """What is to be different in a tab; rows and columns count from 0. All texts are texts, whatever they begin with.

    `menu` is from where on which column offers which words; `colours` are words with the RGB of the cells between two
    columns that begin with them.
    """

    cells: Mapping[tuple[int, int], str]
    frozen: tuple[int, int] | None = None
    menu: tuple[tuple[int, int], tuple[str, ...]] | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    coloured_columns: tuple[int, int] = (0, 0)

    def __bool__(self) -> bool:
        return bool(self.cells or self.frozen or self.menu or self.colours)


@runtime_checkable
class Spreadsheet(Protocol):
    """A spreadsheet that people edit at the same time."""

    def tabs(self) -> Mapping[int, str]:
        """The title of each tab by its id, which stays when the tab is renamed."""
        ...

    def read(self, title: str) -> Tab | None:
        """One tab, or None where none has this title."""
        ...

    def write(self, title: str, tab: Tab | None, edits: Edits) -> int:
        """Change only what `edits` says, in as few calls as there can be; returns the tab's id.

        `tab` is what `read` has found; where it was None the tab is made. The grid grows as far as is needed.
        """
        ...
