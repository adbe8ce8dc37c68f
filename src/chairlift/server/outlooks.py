"""The kept forecast of a campaign as pages read it: days turned into dates, and what would be if."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from chairlift.core.ahead import WhatIf
from chairlift.core.forecast import CHANCES, forecast, quantile, within
from chairlift.core.passing import HORIZON
from chairlift.server import forecasting
from chairlift.server.models import Campaign, Outlook

#: How many questions of "what if" are remembered.
_ASKED = 64


@dataclass(frozen=True)
class Dates:
    """When something is through at 50, 80 and 95% (None: beyond what can be said); its chance by the deadline."""

    half: datetime | None
    likely: datetime | None
    sure: datetime | None
    deadline: datetime
    percent: int

    @property
    def odds(self) -> str:
        """A chance is never said to be 0 or 1: it is a forecast."""
        return {0: "less than 1%", 100: "more than 99%"}.get(self.percent, f"{self.percent}%")

    @property
    def late(self) -> bool:
        """More likely than not after the deadline."""
        return self.half is None or self.half > self.deadline


@dataclass(frozen=True)
class Ahead:
    """Of one service: (number of the change, median start, median end), and when everything is through."""

    changes: tuple[tuple[int, datetime, datetime], ...]
    through: tuple[datetime | None, ...]


@dataclass(frozen=True)
class Told:
    """One forecast, as of `made_at`. Days are counted from there."""

    slug: str
    made_at: datetime
    newest: int
    found: dict[str, Any]

    @property
    def begun(self) -> datetime:
        return datetime.fromisoformat(self.found["begun"])

    @property
    def last(self) -> datetime | None:
        return datetime.fromisoformat(self.found["last"]) if self.found["last"] else None

    @property
    def total(self) -> int:
        return int(self.found["total"])

    @property
    def done(self) -> int:
        return int(self.found["done"])

    @property
    def undated(self) -> dict[str, list[int]]:
        """Numbers of the upgrades that wait for somebody without a date, by what they do: "are held or blocked"."""
        return dict(sorted(self.found["undated"].items()))

    @property
    def left(self) -> int:
        """How many are in the dates."""
        return sum(map(len, self.found["members"]))

    def at(self, days: float) -> datetime | None:
        return self.made_at + timedelta(days=days) if days < HORIZON else None

    def dates(self, ordered: Sequence[float], deadline: datetime) -> Dates:
        """Of sorted days, one for each draw."""
        half, likely, sure = (self.at(quantile(ordered, chance)) for chance in CHANCES)
        share = within(ordered, (deadline - self.made_at) / timedelta(days=1))
        return Dates(half, likely, sure, deadline, round(share * 100))

    def of(self, upgrade: int) -> Ahead | None:
        """What is ahead of this one; None where it is done, or has no date."""
        place = self._places.get(upgrade)
        if place is None:
            return None
        changes, through = self.found["outlooks"][place]
        known = [(n, self.at(start), self.at(end)) for n, start, end in changes]
        return Ahead(tuple((n, a, b) for n, a, b in known if a and b), tuple(map(self.at, through)))

    @cached_property
    def _places(self) -> dict[int, int]:
        return {pk: place for place, part in enumerate(self.found["members"]) for pk in part}

    def late(self, deadline: datetime) -> list[int]:
        """Numbers of the upgrades that are more likely than not through after the deadline."""
        days = (deadline - self.made_at) / timedelta(days=1)
        parts = zip(self.found["members"], self.found["outlooks"], strict=True)
        return [pk for part, (_, through) in parts if through[0] > days for pk in part]

    def what_if(self, question: WhatIf) -> Sequence[float]:
        """Sorted days until all would be through, one for each draw; remembered, as it takes a tenth of a second."""
        world = json.dumps(self.found["world"], sort_keys=True)
        return _what_if(self.slug, world, question)


@lru_cache(maxsize=_ASKED)
def _what_if(slug: str, world: str, question: WhatIf) -> tuple[float, ...]:
    asked = question.asked(forecasting.world_of(json.loads(world)))
    return tuple(round(day, 3) for day in forecast(asked, slug).end)


def of(campaign: Campaign) -> Told | None:
    """The forecast that was worked out last; None where no loop has run since the campaign was loaded."""
    row = Outlook.objects.filter(campaign=campaign, made_at__isnull=False).first()
    return Told(campaign.slug, row.made_at, row.newest, row.found) if row and row.made_at else None
