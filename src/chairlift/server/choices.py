"""Many choices at once: each is checked before the first is recorded, and thousands take seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from chairlift.core.files import Roster
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.core.menu import ServiceLevel
from chairlift.server import actions
from chairlift.server.models import Entry, Upgrade

#: Databases bound how many rows one question may name.
_AT_ONCE = 500


@dataclass(frozen=True)
class Choice:
    """A choice that may be made, and is not recorded yet."""

    upgrade: Upgrade
    level: ServiceLevel
    by: str
    why: str
    promised: date | None = None


def check(
    upgrade: Upgrade, level: str, by: str, why: str, roster: Roster, now: datetime, promised: date | None = None
) -> Choice:
    """A squad's choice for one service, as `actions.choose` would record it. Raises NotPossible."""
    who = actions.voice(upgrade, roster, by)
    return Choice(upgrade, actions.check_choice(upgrade, level, roster, promised, now), who.name, why, promised)


def record(choices: Sequence[Choice], roster: Roster, now: datetime) -> None:
    """All of them or none."""
    by_level: dict[str, list[int]] = {}
    for each in choices:
        by_level.setdefault(each.level.name, []).append(each.upgrade.pk)
    with transaction.atomic():
        for each in choices:
            if each.promised:
                actions.promise_docs(each.upgrade, each.promised, each.by, roster, now)
        Entry.write_all([(each.upgrade, _line(each, now)) for each in choices])
        for level, pks in by_level.items():
            for start in range(0, len(pks), _AT_ONCE):
                rows = Upgrade.objects.filter(pk__in=pks[start : start + _AT_ONCE])
                rows.update(level=level)
                rows.nudge(now)


def _line(each: Choice, now: datetime) -> Line:
    data = {"before": each.upgrade.level}
    words = actions.words(each.why)
    return Line(now, each.by, Kind.CHOSE, each.upgrade.change, about=each.level.name, text=words, data=data)
