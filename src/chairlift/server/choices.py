"""Choosing a service level, for one service or for thousands: each choice is checked before any is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from chairlift.core.files import Roster
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.core.menu import DEPLOY_DOCS, ServiceLevel
from chairlift.core.reading import fold
from chairlift.core.upgrade import Service as ServiceValue
from chairlift.server import actions
from chairlift.server.actions import NotPossible
from chairlift.server.models import Entry, Service, Upgrade, service_value


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
    """A squad's choice for one service. Raises NotPossible with the reason and the way out."""
    who = actions.voice(upgrade, roster, by)
    return Choice(upgrade, _allowed(upgrade, level, roster, promised, now), who.name, actions.words(why), promised)


def record(choices: Sequence[Choice], now: datetime) -> None:
    """All of them or none."""
    by_level: dict[str, list[int]] = {}
    with transaction.atomic():
        for each in choices:
            by_level.setdefault(each.level.name, []).append(each.upgrade.pk)
            if each.promised:
                _promise(each.upgrade, each.promised, each.by, now)
        Entry.write_all([(each.upgrade, _line(each, now)) for each in choices])
        for level, pks in by_level.items():
            Upgrade.objects.change(pks, now, level=level)
    for each in choices:
        each.upgrade.level = each.level.name


def _line(each: Choice, now: datetime) -> Line:
    data = {"before": each.upgrade.level}
    return Line(now, each.by, Kind.CHOSE, each.upgrade.change, about=each.level.name, text=each.why, data=data)


def choose(
    upgrade: Upgrade, level: str, by: str, why: str, roster: Roster, now: datetime, promised: date | None = None
) -> ServiceLevel:
    """Check and record one choice. Raises NotPossible with the reason and the way out."""
    chosen = check(upgrade, level, by, why, roster, now, promised)
    record([chosen], now)
    return chosen.level


def choose_once(
    upgrade: Upgrade, level: str, before: str | None, by: str, why: str, roster: Roster, now: datetime,
    promised: date | None = None,
) -> bool:  # fmt: skip
    """As `choose`, for somebody who may have looked first: False where it was so already, and nothing is recorded.

    Raises NotPossible where the level is no longer `before`, which they saw; None where they saw nothing.
    """
    with transaction.atomic():
        # Locked: of two people at once, the second is told what the first has chosen.
        locked = Upgrade.objects.select_for_update().values_list("level", flat=True)
        upgrade.level = locked.get(pk=upgrade.pk)
        if upgrade.level and fold(upgrade.level) == fold(level) and not promised:
            return False
        if before is not None and before != upgrade.level:
            raise NotPossible(
                f"somebody chose {upgrade.level or 'nothing'!r} meanwhile, where you saw {before or 'nothing'!r}; "
                f"look again, and send it once more if you still want {level!r}"
            )
        choose(upgrade, level, by, why, roster, now, promised)
    return True


def _allowed(upgrade: Upgrade, level: str, roster: Roster, promised: date | None, now: datetime) -> ServiceLevel:
    """The level of that name, if this service may have it. Raises NotPossible."""
    try:
        chosen = upgrade.campaign.value.level(level)
    except KeyError as error:
        raise NotPossible(str(error.args[0])) from error
    service = service_value(upgrade.service, roster)
    service = replace(service, docs_promised=promised or service.docs_promised)
    for need in service.lacks(chosen, now.date()):
        raise NotPossible(_why_not(service, chosen, need, upgrade.campaign.value.levels))
    return chosen


def _why_not(service: ServiceValue, level: ServiceLevel, need: str, levels: Sequence[ServiceLevel]) -> str:
    """With the way out."""
    if need != DEPLOY_DOCS:
        others = [each.name for each in levels if not service.needs & set(each.not_for)]
        return (
            f"{level.name!r} is not for {service.name}: it needs {need}, and this level does not give it. "
            f"Choose {' or '.join(repr(name) for name in others) or 'another menu'}"
        )
    way_out = (
        f"record it with 'chairlift documented {service.name} URL', or promise it with --docs-by DATE "
        "(merging then waits for it), or choose another level"
    )
    if service.docs_promised:
        return f"deploy documentation cannot be promised for {service.docs_promised}, which is past: {way_out}"
    return f"{level.name!r} needs deploy documentation, and {service.name} has none: {way_out}"


def promise_docs(upgrade: Upgrade, day: date, by: str, roster: Roster, now: datetime) -> None:
    with transaction.atomic():
        _promise(upgrade, day, actions.voice(upgrade, roster, by).name, now)


def _promise(upgrade: Upgrade, day: date, by: str, now: datetime) -> None:
    if day < now.date():
        raise NotPossible(f"deploy documentation cannot be promised for {day}, which is past: give a day to come")
    Service.objects.filter(pk=upgrade.service_id).update(docs_promised=day)
    upgrade.service.docs_promised = day
    actions.note(
        upgrade, Line(now, by, Kind.PROMISED, upgrade.change, about=day.isoformat(), text="deploy documentation")
    )


def document(upgrade: Upgrade, where: str, by: str, roster: Roster, now: datetime) -> None:
    """The deploy documentation exists: where."""
    if not actions.words(where):
        raise NotPossible("say where the deploy documentation is: a URL, or a path in the repository")
    who = actions.voice(upgrade, roster, by)
    with transaction.atomic():
        Service.objects.filter(pk=upgrade.service_id).update(deploy_docs=actions.words(where))
        upgrade.service.deploy_docs = actions.words(where)
        actions.note(upgrade, Line(now, who.name, Kind.DOCUMENTED, upgrade.change, about=actions.words(where)))
