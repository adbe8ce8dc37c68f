"""The sheet as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from chairlift.core.decision import Party, StepName
from chairlift.core.menu import ServiceLevel


@dataclass(frozen=True)
class Cell:
    """Who does one step of one service; None until a level is chosen. Its text is what people read."""

    step: StepName
    party: Party | None = None
    notice: bool = False

    def __str__(self) -> str:
        return f"{self.party or 'not chosen'}{', with notice' if self.notice else ''}"


def cells(level: ServiceLevel | None) -> tuple[Cell, ...]:
    """Who does what at this level, in the order of the steps."""
    if level is None:
        return tuple(map(Cell, StepName))
    return tuple(Cell(step, level.who(step), level.notice and step is StepName.MERGE) for step in StepName)


@dataclass(frozen=True)
class SheetRow:
    """One service: what was chosen, and where it stands. `turn` is who must act now."""

    service: str
    squad: str
    level: str = ""
    cells: tuple[Cell, ...] = field(default_factory=lambda: cells(None))
    chosen_by: str = ""
    chosen_at: datetime | None = None
    why: str = ""
    docs_promised: date | None = None
    step: str = ""
    turn: str = ""
    due: datetime | None = None


@dataclass(frozen=True)
class Sheet:
    """The sheet of one campaign, which is named by its slug."""

    title: str
    campaign: str
    rows: tuple[SheetRow, ...] = ()


HEADINGS = (
    *("Service", "Squad", "Level"),
    *(step.capitalize() for step in StepName),
    *("Chosen by", "Chosen at", "Why", "Docs promised", "Step", "Turn", "Due"),
)


def fields(row: SheetRow) -> tuple[str | Cell, ...]:
    """What stands under the headings."""
    return (
        *(row.service, row.squad, row.level),
        *row.cells,
        *(row.chosen_by, _instant(row.chosen_at), row.why, row.docs_promised.isoformat() if row.docs_promised else ""),
        *(row.step, row.turn, _instant(row.due)),
    )


def as_table(sheet: Sheet) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headings and rows of texts."""
    return HEADINGS, [tuple(map(str, fields(row))) for row in sheet.rows]


def _instant(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""
