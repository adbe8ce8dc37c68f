"""The sheet of a campaign from the database, and a spreadsheet's choices back into it: all of them or none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chairlift import sheets
from chairlift.core.files import Roster
from chairlift.server import actions, choices, queries
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
class Effect:
    """What one row of an import does. `problem` is empty where it can be done; `row` counts from 1 with the heading."""

    row: int
    service: str
    before: str
    after: str
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.service}: {self.before or 'not chosen'} -> {self.after}"


@dataclass(frozen=True)
class TakenIn:
    """What an import did, or would do: each choice that changes, how many were so already, or name no level."""

    problems: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    same: int = 0
    unchosen: int = 0

    @property
    def changes(self) -> tuple[str, ...]:
        """A line for each choice that changes; none where something is wrong, for then nothing does."""
        return () if self.problems else tuple(str(each) for each in self.effects)


@dataclass(frozen=True)
class Speaker:
    """Who imports. With `alone` every choice is theirs, whoever the rows name: what they name goes into the reason."""

    name: str
    alone: bool = False

    def of(self, choice: sheets.Choice) -> tuple[str, str]:
        """Who chooses, and why. Raises NotPossible where nobody is named."""
        if self.alone:
            said = f"the sheet says: chosen by {choice.by}" if choice.by and choice.by != self.name else ""
            return self.name, "; ".join(part for part in (choice.why, said) if part)
        who = choice.by or self.name
        if not who:
            raise actions.NotPossible("the row does not say who chose: add a column 'Chosen by', or say --as PERSON")
        return who, choice.why


def take_in(
    campaign: Campaign, roster: Roster, data: bytes, name: str, by: Speaker, now: datetime, dry_run: bool = False
) -> TakenIn:
    """Read a spreadsheet and choose what it says, all or nothing; every row that cannot be is named by its number."""
    read = sheets.read(data, name, campaign.value, roster.services, roster.people)
    problems = [str(problem) for problem in read.problems]
    effects: list[Effect] = []
    chosen: list[choices.Choice] = []
    same = 0
    there = Upgrade.objects.filter(campaign=campaign).select_related("campaign")
    rows = {row.service.name: row for row in there.named([choice.service for choice in read.rows])}
    for choice in read.rows:
        row = rows.get(choice.service)
        if row is None:
            problems.append(f"{name}:{choice.row}: {choice.service!r} takes no part in {campaign.slug}")
        elif row.level == choice.level:
            same += 1
        else:
            effect = Effect(choice.row, choice.service, row.level, choice.level)
            try:
                who, why = by.of(choice)
                chosen.append(choices.check(row, choice.level, who, why, roster, now, choice.docs_promised))
            except actions.NotPossible as error:
                effect = replace(effect, problem=str(error))
                problems.append(f"{name}:{choice.row}: {choice.service}: {error}")
            effects.append(effect)
    if not problems and not dry_run:
        choices.record(chosen, now)
    return TakenIn(tuple(problems), tuple(effects), same, len(read.unchosen))
