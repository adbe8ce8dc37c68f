"""The engine's memory: units asked for and their results."""

from __future__ import annotations

from datetime import datetime

from chairlift.core.unit import Outcome
from chairlift.core.unit import Unit as UnitValue
from chairlift.server.models import Campaign, Unit, Upgrade

#: How many units are read at once.
TOGETHER = 8


class DatabaseEngine:
    """The Engine port over the table of units, as one look sees it."""

    def __init__(self, campaign: Campaign, now: datetime) -> None:
        self._campaign, self._now = campaign, now
        self._known: dict[str, Outcome] = {}

    def find(self, unit: UnitValue) -> Outcome | None:
        if not self._known:
            # A look wants several of its service's newest: one query instead of one for each.
            newest = Unit.objects.filter(service=unit.service).order_by("-pk")[:TOGETHER]
            rows = newest.values_list("name", "state", "result", "why")
            self._known = {name: Outcome(state, result, why) for name, state, result, why in rows}
        if unit.name not in self._known:
            row = Unit.objects.filter(name=unit.name).values_list("state", "result", "why").first()
            if row is None:
                return None
            self._known[unit.name] = Outcome(*row)
        return self._known[unit.name]

    def start(self, unit: UnitValue) -> None:
        Unit.objects.bulk_create(
            [
                Unit(
                    name=unit.name,
                    kind=unit.kind,
                    service=unit.service,
                    campaign=self._campaign,
                    inputs=dict(unit.inputs),
                    asked_at=self._now,
                    ready_at=self._now,
                )
            ],
            ignore_conflicts=True,
        )


def ended(row: Unit, now: datetime) -> None:
    """Nudge every upgrade that may have waited for this unit."""
    Upgrade.objects.filter(service__name=row.service).nudge(now)
