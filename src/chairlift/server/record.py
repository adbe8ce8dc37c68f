"""What a look leaves behind: where the upgrade stands, and the facts that were seen for the first time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction

from chairlift import lines
from chairlift.core.decision import Ask, Do, Wait
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.core.upgrade import Upgrade as UpgradeValue
from chairlift.lines import CHAIRLIFT
from chairlift.reconcile import Chase, Reached
from chairlift.server import tending
from chairlift.server.evidence import evidence
from chairlift.server.models import LEASE, Entry, Upgrade
from chairlift.steps.watching import alarm


class LeaseLost(Exception):
    """Another worker has this row by now: nothing of this look is recorded."""


def standing(row: Upgrade, up: UpgradeValue, reached: Reached, chase: Chase | None, owner: str, now: datetime) -> None:
    """Where it stands, and what was seen; before an act also the intent. Raises LeaseLost.

    Nothing is written where nothing changed and nothing will be done.
    """
    fields = _fields(row, up, reached, chase, now)
    found = [*lines.of_look(up, reached, chase, _gist(row), now)]
    acts = isinstance(reached.decision, Do) or (chase and chase.message)
    if not (acts or found or any(getattr(row, name) != value for name, value in fields.items())):
        return
    with transaction.atomic():
        mine = Upgrade.objects.filter(pk=row.pk, leased_by=owner, leased_until__gt=now)
        if mine.update(**fields, leased_until=now + LEASE) != 1:
            raise LeaseLost
        _write(row, found)
    # After that transaction, which holds this row: the other one looks at all of them. A process that was killed in
    # between is made up for by the next look, which finds that the campaign does not know; or by the tending.
    if row.alarm != fields["alarm"] or fields["alarm"] not in row.campaign.alarmed_why:
        tending.alarmed(row.campaign_id, now)
    for name, value in fields.items():
        setattr(row, name, value)


def did(row: Upgrade, up: UpgradeValue, reached: Reached, came_of_it: str, now: datetime) -> None:
    """The deed, after the intent."""
    _write(row, lines.of_deed(up, reached, came_of_it, now))


def reminded(row: Upgrade, reached: Reached, chase: Chase, now: datetime) -> None:
    _write(row, [lines.of_reminder(reached, chase, now)])


def release(row: Upgrade, owner: str, look_again: datetime | None, now: datetime) -> None:
    """Give the row back. A nudge that came in the meantime survives: the time of the next look is then left alone."""
    mine = Upgrade.objects.filter(pk=row.pk, leased_by=owner)
    free: dict[str, Any] = {"leased_by": "", "leased_until": None, "looked_at": now}
    if mine.filter(look_again_at=row.look_again_at).update(**free, look_again_at=look_again) != 1:
        mine.update(**free)


def _fields(row: Upgrade, up: UpgradeValue, reached: Reached, chase: Chase | None, now: datetime) -> dict[str, Any]:
    decision = reached.decision
    fields: dict[str, Any] = {
        "change": reached.change,
        "step": reached.step or "",
        "decision": lines.kind_of(reached),
        "why": decision.why,
        "whom": "",
        "question": "",
        "until": None,
        "troubles": 0,
        "alarm": _alarm(up, reached),
        "evidence": evidence(reached, row.evidence),
    }
    if isinstance(decision, Ask):
        assert chase is not None
        since = decision.since or up.said.asked.get(chase.question) or now
        fields |= {"whom": decision.whom, "question": chase.question, "until": decision.due, "since": since}
    elif isinstance(decision, Wait):
        fields["until"] = decision.until
    if not isinstance(decision, Ask) and _gist(row) != _gist_of(reached):
        fields["since"] = now
    if reached.done and row.done_at is None:
        fields["done_at"] = now
    if not reached.done:
        fields["done_at"] = None
    return fields


def _alarm(up: UpgradeValue, reached: Reached) -> str:
    """What holds whatever else shares the change; the same words for as long as it does."""
    for slug, seen in reached.walked:
        if run := alarm(up, up.campaign.change(slug), seen):
            return f"errors of {up.service.name} seem to rise in {run.environment} since it runs {slug}"
    return ""


def _gist(row: Upgrade) -> tuple[str, ...]:
    return lines.gist(row.change, row.step, row.decision, row.why)


def _gist_of(reached: Reached) -> tuple[str, ...]:
    return lines.gist(reached.change, reached.step or "", lines.kind_of(reached), reached.decision.why)


def _write(row: Upgrade, found: Iterable[lines.Line]) -> None:
    """In their order, by as few statements as that takes."""
    for keyed, some in groupby(found, lambda line: bool(line.key)):
        if keyed:
            Entry.write_once(row, [(line.entry, _key(row, *line.key)) for line in some])
        else:
            Entry.write_all([(row, line.entry) for line in some])


def _key(row: Upgrade, *parts: str) -> str:
    """What makes an entry unique: its upgrade and what it is about, at a bounded length."""
    return f"{row.pk}:{parts[0]}:{hashlib.sha256(repr(parts).encode()).hexdigest()[:40]}"


@dataclass(frozen=True)
class Trouble:
    """Why a look came to nothing: `kind` is unavailable, refused or bug."""

    kind: str
    text: str


def trouble(row: Upgrade, found: Trouble, owner: str, look_again: datetime, now: datetime) -> None:
    """The look failed: the row rests, and says why; what it stood at before is kept."""
    mine = Upgrade.objects.filter(pk=row.pk, leased_by=owner)
    # From now on it is somebody else's turn; trouble of the same kind goes on since it began.
    since = row.since if row.decision == found.kind else now
    if mine.update(decision=found.kind, why=found.text[:2000], whom="", since=since, troubles=row.troubles + 1) != 1:
        return
    if (row.decision, row.why) != (found.kind, found.text[:2000]):
        Entry.write(row, Line(now, CHAIRLIFT, Kind.TROUBLE, row.change, row.step, found.kind, found.text[:2000]))
    release(row, owner, look_again, now)
