"""Surveys: what each forge shows of all upgrades, fifty at a time, so that only those that changed are looked at."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Case, F, Q, Value, When

from chairlift.core.files import FileProblems, Roster
from chairlift.core.log import Kind
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.plugins import BadConfiguration
from chairlift.ports import Forge, Refused, Spent, Unavailable, Watched
from chairlift.server.models import LEASE, Campaign, Entry, ForgeState, Upgrade
from chairlift.server.outside import Outside

logger = logging.getLogger("chairlift")

#: How many upgrades one call asks about.
BATCH = 50
#: While a forge sends webhooks a survey is only for what they lost: so often, and so many calls in one poll interval.
HOOKED, SELDOM, FEW = timedelta(hours=2), timedelta(hours=1), 10
#: After so many tries that failed, upgrades are polled instead.
PATIENCE = 3
_AGAIN, _LONGEST = timedelta(seconds=5), timedelta(minutes=10)
#: A survey that is so late is none.
_LATE = timedelta(minutes=15)
#: Upgrades whose next look no mark would bring forward: they are looked at daily.
_OVER = Q(done_at__isnull=False) | Q(decision="stop")


@dataclass(frozen=True)
class _Row:
    """One upgrade of the forge; `mark` is how it was seen last."""

    pk: int
    campaign: CampaignValue
    repo: str
    mark: str


def any_due(now: datetime) -> bool:
    """Whether it is time for the survey of a forge; of one that was never surveyed nothing is known to rest on it."""
    return ForgeState.objects.filter(next_at__lte=now).exists()


def survey_due(outside: Outside, forge: str, roster: Callable[[], Roster], now: datetime) -> bool:
    """Go on with the survey of one forge, if it is time: of all workers one does it. True when there is more now."""
    state, _ = ForgeState.objects.get_or_create(forge=forge)
    # A time that lies too far ahead was written before the clock jumped back.
    come = Q(next_at=None) | Q(next_at__lte=now) | Q(next_at__gt=now + SELDOM + LEASE)
    if not ForgeState.objects.filter(come, pk=state.pk).update(next_at=now + LEASE):
        return False
    state.refresh_from_db()
    if not state.cursor:
        state.begun_at, state.calls = now, 0
    try:
        _go_on(outside, state, roster(), now)
    except Spent as spent:
        # There will be calls again: nothing is wrong, and what was seen before still holds.
        state.next_at = now + min(timedelta(seconds=spent.after or 1), SELDOM)
    except Exception as error:
        _failed(state, error, roster(), now)
    ForgeState.objects.filter(pk=state.pk).update(
        cursor=state.cursor, next_at=state.next_at, begun_at=state.begun_at, surveyed_at=state.surveyed_at,
        calls=state.calls, troubles=state.troubles, why=state.why,
    )  # fmt: skip
    return state.next_at is not None and state.next_at <= now


def _go_on(outside: Outside, state: ForgeState, roster: Roster, now: datetime) -> None:
    """The next upgrades; with webhooks as few as one round may cost, else all, one chunk after the other."""
    campaigns = dict(_campaigns())
    poll = min((value.times.poll.rough for value in campaigns.values()), default=SELDOM)
    rows = Upgrade.objects.filter(pk__gt=state.cursor, campaign__in=list(campaigns)).exclude(_OVER).order_by("pk")
    found = list(rows.values_list("pk", "campaign", "service__name", "mark")[: BATCH * FEW])
    mine = [
        _Row(pk, campaigns[campaign], roster.service(name).repo, mark)
        for pk, campaign, name, mark in found
        if roster.has(name) and roster.service(name).forge == state.forge
    ]
    for start in range(0, len(mine), BATCH):
        batch = mine[start : start + BATCH]
        state.calls += 1
        survey(outside.forge(state.forge), batch, now)
        state.cursor = batch[-1].pk
    state.troubles, state.why = 0, ""
    hooked = is_hooked(state, now)
    if len(found) == BATCH * FEW:
        state.cursor = found[-1][0]
        state.next_at = now + poll if hooked else now
        return
    state.cursor, state.surveyed_at = 0, now
    every = max(poll, SELDOM) if hooked else max(poll, timedelta(seconds=1))
    state.next_at = max((state.begun_at or now) + every, now + min(poll, _AGAIN))


def is_hooked(state: ForgeState, now: datetime) -> bool:
    """Whether the forge's webhooks come in."""
    return state.hooked_at is not None and now - HOOKED < state.hooked_at <= now + LEASE


def _campaigns() -> Iterable[tuple[int, CampaignValue]]:
    for row in Campaign.objects.all():
        try:
            yield row.pk, row.value
        except FileProblems as error:
            logger.error("campaign %s cannot be read: %s", row.slug, error)


def survey(forge: Forge, rows: Sequence[_Row], now: datetime) -> int:
    """One call for these upgrades, and a look for each that is not as it was; returns how many.

    The nudge comes first: a process that ends in between asks for one look too many, and never loses one.
    """
    attempts = _attempts([row.pk for row in rows])
    marks = forge.marks(tuple(_watched(row, attempts) for row in rows))
    assert len(marks) == len(rows), "a forge gives as many marks as it is asked for"
    differ = {row.pk: mark for row, text in zip(rows, marks, strict=True) if (mark := _short(text)) != row.mark}
    # One that is seen for the first time is still polled once, after that.
    changed = [row.pk for row in rows if row.mark and row.pk in differ]
    if changed:
        Upgrade.objects.filter(pk__in=changed).nudge(now)
    if differ:
        cases = [When(pk=pk, then=Value(mark)) for pk, mark in differ.items()]
        Upgrade.objects.filter(pk__in=list(differ)).update(mark=Case(*cases, default=F("mark")))
    return len(changed)


def _attempts(pks: Sequence[int]) -> Mapping[tuple[int, str], int]:
    """How many pull requests were begun anew, by upgrade and change."""
    again = Entry.objects.filter(upgrade__in=pks, kind=Kind.RETRIED, data__again=True)
    return Counter(again.values_list("upgrade", "change"))


def _watched(row: _Row, attempts: Mapping[tuple[int, str], int]) -> Watched:
    branches = [
        row.campaign.branch(change.slug, attempt + 1, revert)
        for change in row.campaign.changes
        for attempt in range(attempts.get((row.pk, change.slug), 0) + 1)
        for revert in (False, True)
    ]
    return Watched(row.repo, tuple(branches), row.campaign.slug)


def _short(text: str) -> str:
    """As it is kept; empty stays empty."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:40] if text else ""


def _failed(state: ForgeState, error: Exception, roster: Roster, now: datetime) -> None:
    """Once more soon; and where that does not help, or never will, the upgrades are polled until a survey works."""
    state.troubles += 1
    away = isinstance(error, Unavailable)
    state.why = str(error)[:2000]
    if not isinstance(error, (Unavailable, Refused, BadConfiguration, LookupError)):
        logger.exception("a bug while surveying %s", state.forge)
        state.why = "an error inside Chairlift: see the server's log; its services are polled instead"
    pause = min(_AGAIN * 2 ** min(state.troubles - 1, 10), _LONGEST)
    state.next_at = now + max(pause, min(timedelta(seconds=getattr(error, "after", None) or 0), SELDOM))
    if not away or state.troubles >= PATIENCE:
        fall_back(state.forge, roster, now)


def fall_back(forge: str, roster: Roster, now: datetime) -> None:
    """Forget all marks of this forge, and spread the looks of its upgrades over the next poll interval.

    A look in progress does not set the time of its next one any more, as that was moved meanwhile.
    """
    polls = {pk: value.times.poll.rough for pk, value in _campaigns()}
    rows = Upgrade.objects.exclude(mark="").order_by("pk").values_list("pk", "campaign", "service__name")
    mine = [
        (pk, campaign) for pk, campaign, name in rows if not roster.has(name) or roster.service(name).forge == forge
    ]
    for start in range(0, len(mine), BATCH):
        part = mine[start : start + BATCH]
        poll = max(min(polls.get(campaign, SELDOM) for _, campaign in part), timedelta(seconds=1))
        at = now + poll * ((start + BATCH) / (len(mine) + BATCH))
        there = Upgrade.objects.filter(pk__in=[pk for pk, _ in part])
        there.filter(look_again_at__gt=at).exclude(_OVER).update(look_again_at=at)
        there.update(mark="")


class Surveyed:
    """Which forges are being surveyed, for those who look: asked of the database now and then."""

    def __init__(self) -> None:
        self._asked: datetime | None = None
        self._forges: frozenset[str] = frozenset()

    def holds(self, forge: str, now: datetime) -> bool:
        """Whether a change there would be seen without a look."""
        if self._asked is None or not timedelta(0) <= now - self._asked < _AGAIN:
            fine = ForgeState.objects.filter(
                surveyed_at__isnull=False, troubles=0, next_at__gt=now - _LATE, next_at__lte=now + SELDOM + LEASE
            )
            self._forges, self._asked = frozenset(fine.values_list("forge", flat=True)), now
        return forge in self._forges
