"""The sheet of a campaign from the database, and a spreadsheet's choices back into it: all of them or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from chairlift import sheets
from chairlift.core.files import Roster
from chairlift.server import actions, queries
from chairlift.server.models import Campaign, Upgrade


def sheet(campaign: Campaign, now: datetime) -> sheets.Sheet:
    """One row for each service, those without a choice too."""
    value = campaign.value
    rows = []
    for row, squad, by, at, why in queries.sheet_rows(campaign):
        stands = queries.standing(row, now)
        rows.append(
            sheets.SheetRow(
                service=row.service.name,
                squad=squad,
                level=row.level,
                cells=sheets.cells(value.level(row.level) if row.level else None),
                chosen_by=by,
                chosen_at=at,
                why=why,
                docs_promised=row.service.docs_promised,
                step=stands.step,
                turn=stands.turn,
                due=stands.due,
            )
        )
    return sheets.Sheet(value.title, value.slug, tuple(rows))


@dataclass(frozen=True)
class TakenIn:
    """What an import did, or would do: a line for each choice that changes, and how many were so already."""

    problems: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    same: int = 0


class _DryRun(Exception):
    pass


def take_in(
    campaign: Campaign, roster: Roster, data: bytes, name: str, by: str, now: datetime, dry_run: bool = False
) -> TakenIn:
    """Read a spreadsheet and choose what it says, in one transaction; every row that cannot be is named by its number.

    `by` is who chose where a row names nobody.
    """
    read = sheets.read(data, name, campaign.value, roster.services, roster.people)
    problems = [str(problem) for problem in read.problems]
    changes: list[str] = []
    same = 0
    rows = {row.service.name: row for row in _rows(campaign)}
    try:
        with transaction.atomic():
            for choice in read.rows:
                row = rows.get(choice.service)
                if row is None:
                    problems.append(f"{name}:{choice.row}: {choice.service!r} takes no part in {campaign.slug}")
                elif row.level == choice.level:
                    same += 1
                else:
                    before = row.level
                    try:
                        _choose(row, choice, by, roster, now)
                    except actions.NotPossible as error:
                        problems.append(f"{name}:{choice.row}: {choice.service}: {error}")
                        continue
                    changes.append(f"{choice.service}: {before or 'not chosen'} -> {choice.level}")
            if problems or dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return TakenIn(tuple(problems), () if problems else tuple(changes), same)


def _choose(row: Upgrade, choice: sheets.Choice, by: str, roster: Roster, now: datetime) -> None:
    who = choice.by or by
    if not who:
        raise actions.NotPossible("the row does not say who chose: add a column 'Chosen by', or say --as PERSON")
    actions.choose(row, choice.level, who, choice.why, roster, now, choice.docs_promised)


def _rows(campaign: Campaign) -> list[Upgrade]:
    return list(Upgrade.objects.filter(campaign=campaign).select_related("campaign", "service"))
