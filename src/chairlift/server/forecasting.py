"""The forecast of each campaign, worked out beside the pages and kept for them: a page only reads it.

It is renewed when the log has grown, and every hour, since time passes too; never more often than fifty times as long
as it took.
"""

from __future__ import annotations

import logging
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from chairlift.core import ahead, forecast, history
from chairlift.core.decision import Party, StepName
from chairlift.core.durations import CHOOSE, Key, Pace, Record, pace
from chairlift.core.files import FileProblems, Roster
from chairlift.core.gathering import Member, gathered
from chairlift.core.history import DAY, History
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.core.schedule import Calendar
from chairlift.core.standing import STUCK
from chairlift.server import histories
from chairlift.server.models import LEASE, Campaign, Entry, Outlook, RosterFile, Upgrade
from chairlift.server.tending import builds, takes_a_place

logger = logging.getLogger("chairlift")

EVERY = timedelta(seconds=20)
STALE = timedelta(hours=1)
#: Calendars that are told apart; a squad of a rarer one is taken to work as most do.
_CALENDARS = 8
#: So many pools of CI are told apart; a rarer one is taken to be as wide as need be.
_POOLS = 8
_OPEN_DAYS = 550
#: Points of a line of the burn-up.
POINTS = 60
#: What a question begins with that nobody has promised to answer by a date.
_UNDATED = ("hold ", "reverted ", "closed ")


def renew_due(now: datetime) -> None:
    """Each campaign whose time has come, where its log has grown; one worker at a time does it."""
    for campaign in Campaign.objects.all():
        row, _ = Outlook.objects.get_or_create(campaign=campaign)
        due = Q(next_at=None) | Q(next_at__lte=now) | Q(next_at__gt=now + STALE + LEASE)
        if not Outlook.objects.filter(due, pk=row.pk).update(next_at=now + LEASE):
            continue
        newest = Entry.objects.filter(campaign=campaign).order_by("-pk").values_list("pk", flat=True).first() or 0
        took = 0.0
        if newest != row.newest or row.made_at is None or not row.made_at <= now < row.made_at + STALE:
            begun = time.monotonic()
            try:
                found = work_out(campaign, RosterFile.now(), now)
                Outlook.objects.filter(pk=row.pk).update(made_at=now, newest=newest, found=found)
            except FileProblems as error:
                logger.error("campaign %s cannot be read: %s", campaign.slug, error)
            took = time.monotonic() - begun
        Outlook.objects.filter(pk=row.pk).update(next_at=now + max(EVERY, timedelta(seconds=50 * took)))


@dataclass(frozen=True)
class _Facts:
    """What the reads found, and the paces by their keys."""

    campaign: CampaignValue
    roster: Roster
    now: datetime
    begun: datetime
    rows: Sequence[Upgrade]
    told: Mapping[int, History]
    over: Mapping[int, Mapping[tuple[int, int], datetime]]
    keys: Mapping[Key, int]
    pools: Mapping[str, int]


def work_out(campaign: Campaign, roster: Roster, now: datetime) -> dict[str, Any]:
    """The forecast as plain data: the world it rests on, too, so that a page can ask what would be if."""
    rows = list(Upgrade.objects.filter(campaign=campaign).select_related("service").defer("evidence", "why"))
    begun = min(histories.begun(campaign), now)
    promises = history.promises(campaign.value, begun)
    keys = {key: number for number, key in enumerate(promises)}
    told = histories.histories(campaign, rows)
    over = {pk: history.passed(campaign.value, each) for pk, each in told.items()}
    facts = _Facts(campaign.value, roster, now, begun, rows, told, over, keys, _pools(campaign.value, roster, rows))
    in_the_way = histories.in_the_way(campaign)
    undated = _undated(facts, in_the_way)
    members, pks = _members(facts, undated, in_the_way)
    groups, parts = gathered(members, forecast.GROUPS)
    records = _records(facts, undated)
    paces = [pace(promise, records[key], forecast.DRAWS, f"{campaign.slug} {key}") for key, promise in promises.items()]
    world = ahead.World(
        legs=tuple(_legs(facts)),
        levels=tuple(tuple(keys[step.value, level.who(step)] for step in StepName) for level in facts.campaign.levels),
        paces=tuple(paces),
        ours=tuple(party is Party.PROJECT_TEAM for _, party in keys),
        choosing=keys[CHOOSE, Party.SQUAD],
        groups=groups,
        sizes=facts.campaign.waves,
        mix=_mix(facts),
        done=sum(row.done_at is not None for row in rows),
        busy=sum(row.pk in undated and row.admitted_at is not None and takes_a_place(row) for row in rows),
        building=campaign.value.building,
        green=_green(facts, campaign) if facts.pools else 0.0,
        pools=_built(facts, undated),
        calendars=tuple(_openings(each, now) for each in _calendars(facts)),
    )
    return _plain(facts, world, undated, [[pks[place] for place in part] for part in parts])


def _pools(campaign: CampaignValue, roster: Roster, rows: Sequence[Upgrade]) -> dict[str, int]:
    """A number for each pool of CI that is bounded; none where the campaign bounds none."""
    if not campaign.building:
        return {}
    services = [roster.service(row.service.name) for row in rows if roster.has(row.service.name)]
    counts = Counter(service.pool or service.forge for service in services)
    return {pool: number for number, (pool, _) in enumerate(counts.most_common(_POOLS))}


def _pool(facts: _Facts, row: Upgrade) -> int:
    service = facts.roster.service(row.service.name)
    return facts.pools.get(service.pool or service.forge, -1)


def _built(facts: _Facts, undated: Mapping[int, str]) -> tuple[int, ...]:
    """How many of those without a date keep a place in each pool."""
    taken = [0] * len(facts.pools)
    for row in facts.rows if facts.pools else ():
        known = row.pk in undated and facts.roster.has(row.service.name)
        if known and _is_building(row) and (pool := _pool(facts, row)) >= 0:
            taken[pool] += 1
    return tuple(taken)


def _is_building(row: Upgrade) -> bool:
    return row.admitted_at is not None and takes_a_place(row) and builds(row)


def _green(facts: _Facts, campaign: Campaign) -> float:
    """Days from a review's begin to green, red ones too: the mean of what was seen, and of the tests' bound twice."""
    at = histories.greens(campaign)
    seen = []
    for row in facts.rows:
        for number, change in enumerate(facts.campaign.changes):
            since = facts.told[row.pk].first.get((number, StepName.REVIEW.rank))
            until = at.get((row.pk, change.slug)) or facts.over[row.pk].get((number, StepName.REVIEW.rank))
            if since and until:
                seen.append(_days(since, until))
    return round((2 * (facts.campaign.times.tests.rough / DAY) + sum(seen)) / (2 + len(seen)), 4)


def _plain(facts: _Facts, world: ahead.World, undated: Mapping[int, str], members: list[list[int]]) -> dict[str, Any]:
    found = forecast.forecast(world, facts.campaign.slug)
    done = [row.done_at for row in facts.rows if row.done_at]
    return {
        "begun": facts.begun.isoformat(),
        "total": len(facts.rows), "done": len(done), "last": max(done).isoformat() if done else "",
        "undated": {reason: [pk for pk, why in undated.items() if why == reason] for reason in set(undated.values())},
        "end": [round(day, 3) for day in found.end],
        "changes": [[round(day, 3) for day in each] for each in found.changes],
        "members": members,
        "outlooks": [[each.changes, each.through] for each in found.groups],
        "burn_up": _burn_up(facts),
        "world": plain_world(world),
    }  # fmt: skip


def _undated(facts: _Facts, in_the_way: Mapping[int, Sequence[datetime | None]]) -> dict[int, str]:
    """Rows for which nobody has named a date, and why; what waits for one of them has none either."""
    found = {}
    for row in facts.rows:
        if row.done_at is None and (why := _why_undated(row, in_the_way.get(row.pk, ()), facts)):
            found[row.pk] = why
    names = {row.service.name for row in facts.rows if row.pk in found}
    more = True
    while more:
        more = False
        for row in facts.rows:
            waits = row.admitted_at is None and row.done_at is None and row.pk not in found
            if waits and not names.isdisjoint(facts.roster.service(row.service.name).after):
                found[row.pk] = "wait for one of these"
                names.add(row.service.name)
                more = True
    return found


def _why_undated(row: Upgrade, promised: Sequence[datetime | None], facts: _Facts) -> str:
    about = row.question.split("/", 2)[-1]
    if not facts.roster.has(row.service.name):
        return "are no longer in the services file"
    if row.decision in STUCK or about.startswith(_UNDATED[1:]):
        return "are stopped until the project team has looked"
    if any(due is None or due < facts.now for due in promised) or about.startswith(_UNDATED[0]):
        return "are held or blocked"
    if about.startswith("need ") and (row.until is None or row.until < facts.now):
        return "lack what their level needs"
    return "are exempted" if row.decision == "wait" and not row.step else ""


def _members(
    facts: _Facts, undated: Mapping[int, str], in_the_way: Mapping[int, Sequence[datetime | None]]
) -> tuple[list[Member], list[int]]:
    """Every row that is forecast, and their numbers in the same order."""
    last = facts.campaign.changes[-1].slug if len(facts.campaign.changes) > 1 else ""
    released = {row.service.name for row in facts.rows if row.done_at or (last and row.change == last)}
    known = {row.service.name for row in facts.rows}
    squads = _squads(facts)
    rows = [row for row in facts.rows if row.done_at is None and row.pk not in undated]
    services = {row.pk: facts.roster.service(row.service.name) for row in rows}
    rows.sort(key=lambda row: (services[row.pk].wave, not services[row.pk].library, row.service.name))
    members = []
    for place, row in enumerate(rows):
        promised = [due for due in in_the_way.get(row.pk, ()) if due]
        if row.question.split("/", 2)[-1].startswith("need ") and row.until:
            promised.append(row.until)
        wait = max([(due - facts.now) / DAY for due in promised], default=0.0)
        alone = _alone(facts, row, place, squads[services[row.pk].squad.name], max(wait, 0.0))
        after = () if alone.admitted else tuple(n for n in services[row.pk].after if n in known - released)
        members.append(Member(row.service.name, alone, after))
    return members, [row.pk for row in rows]


def _alone(facts: _Facts, row: Upgrade, place: int, calendar: int, not_before: float) -> ahead.Group:
    """One row as the forecast sees it."""
    every = ahead.Group(place=place, calendar=calendar, not_before=round(not_before, 3), pool=_pool(facts, row))
    if not row.level:
        return replace(every, taken=_days(facts.begun, facts.now))
    level = facts.campaign.level(row.level)
    stands = tuple(_stands(facts, row))
    admitted = row.admitted_at is not None or any(stand.rank > StepName.CREATE.rank for stand in stands)
    at = facts.campaign.levels.index(level)
    return replace(every, level=at, stands=stands, admitted=admitted, building=_is_building(row))


def _stands(facts: _Facts, row: Upgrade) -> list[ahead.Stand]:
    """Where each change of it stands that has begun and is not through; the row knows best of the one that it shows."""
    told, level = facts.told[row.pk], facts.campaign.level(row.level)
    over = facts.over[row.pk]
    going = {}
    for at, rank, key, since, until in history.spans(facts.campaign, level, told, over):
        if until is None or facts.campaign.changes[at].slug == row.change:
            going[at, rank] = (facts.keys[key], _days(since, facts.now))
    found = []
    for number, change in enumerate(facts.campaign.changes):
        here = change.slug == row.change and row.step
        if not here and not any(each == number for each, _ in told.first):
            continue
        left = [rank for rank in history.ranks(facts.campaign, number) if (number, rank) not in over]
        rank = StepName(row.step).rank if here else left[0] if left else -1
        if rank >= 0 and (number, rank) in going:
            index, taken = going[number, rank]
            found.append(ahead.Stand(number, rank, round(taken, 3), index))
        elif rank > StepName.CREATE.rank or (rank >= 0 and number > 0):
            found.append(ahead.Stand(number, rank))
    return found


def _records(facts: _Facts, undated: Mapping[int, str]) -> dict[Key, Record]:
    """What was seen of every step; how long the undated have stood still tells nothing of the others."""
    over: dict[Key, list[float]] = defaultdict(list)
    going: dict[Key, list[float]] = defaultdict(list)
    choosing = CHOOSE, Party.SQUAD
    freezes = facts.campaign.freezes
    for row in facts.rows:
        told = facts.told[row.pk]
        if told.chosen or row.pk not in undated:
            (over if told.chosen else going)[choosing].append(_days(facts.begun, told.chosen or facts.now))
        if not row.level:
            continue
        level = facts.campaign.level(row.level)
        for _, rank, key, since, until in history.spans(facts.campaign, level, told, facts.over[row.pk]):
            days = _days(since, until or facts.now)
            if key[1] is Party.PROJECT_TEAM and rank in (StepName.MERGE.rank, StepName.DEPLOY.rank):
                days -= history.frozen(since, until or facts.now, freezes) / DAY
            if until or row.pk not in undated:
                (over if until else going)[key].append(max(days, 0.0))
    return {key: Record(tuple(over[key]), tuple(going[key])) for key in facts.keys}


def _days(since: datetime, until: datetime) -> float:
    return max((until - since) / DAY, 0.0)


def _legs(facts: _Facts) -> list[ahead.Leg]:
    found = []
    for number, change in enumerate(facts.campaign.changes):
        idle = through = 0
        for pk, told in facts.told.items():
            over = facts.over[pk]
            through += (number, StepName.MERGE.rank) in over
            idle += history.idle(facts.campaign, told, number, over)
        found.append(ahead.Leg(change.after.rank, change.deploys, round(idle / (through + 1), 3)))
    return found


def _mix(facts: _Facts) -> tuple[int, ...]:
    """How many services have each level; where nobody has chosen yet all are as likely."""
    chosen = Counter(facts.campaign.level(row.level).name for row in facts.rows if row.level)
    return tuple(chosen[level.name] for level in facts.campaign.levels) if chosen else (1,) * len(facts.campaign.levels)


def _calendars(facts: _Facts) -> list[Calendar]:
    """The most usual ones, with the campaign's freezes."""
    counts: Counter[str] = Counter()
    by_words = {}
    for service in facts.roster.services:
        words = repr(service.squad.calendar)
        by_words[words] = service.squad.calendar
        counts[words] += 1
    return [by_words[words].with_freezes(facts.campaign.freezes) for words, _ in counts.most_common(_CALENDARS)] or [
        Calendar(always=True)
    ]


def _squads(facts: _Facts) -> dict[str, int]:
    """The place of each squad's calendar among those."""
    order = [repr(each) for each in _calendars(facts)]
    found = {}
    for squad in facts.roster.squads:
        words = repr(squad.calendar.with_freezes(facts.campaign.freezes))
        found[squad.name] = order.index(words) if words in order else 0
    return found


def _openings(calendar: Calendar, now: datetime) -> tuple[tuple[float, ...], tuple[float, ...]]:
    found = list(calendar.openings(now, _OPEN_DAYS))
    starts, ends = (tuple(round((each[side] - now) / DAY, 4) for each in found) for side in (0, 1))
    return starts, ends


def _burn_up(facts: _Facts) -> dict[str, dict[str, list[int]]]:
    """For each change and step how many services had passed it, at evenly spaced times from the beginning to now."""
    moments = [facts.begun + (facts.now - facts.begun) * point / POINTS for point in range(POINTS + 1)]
    found: dict[str, dict[str, list[int]]] = {}
    for number, change in enumerate(facts.campaign.changes):
        lines = {}
        for rank in history.ranks(facts.campaign, number):
            times = sorted(over[number, rank] for over in facts.over.values() if (number, rank) in over)
            lines[history.STEPS[rank].value] = [bisect_right(times, moment) for moment in moments]
        found[change.slug] = lines
    return found


# Plain data


def plain_world(world: ahead.World) -> dict[str, Any]:
    """As JSON has it; the way back is `world_of`."""
    return asdict(world)


def world_of(plain: Mapping[str, Any]) -> ahead.World:
    groups = tuple(
        ahead.Group(
            **{**each, "stands": tuple(ahead.Stand(**s) for s in each["stands"]), "first": tuple(each["first"])}
        )
        for each in plain["groups"]
    )
    paces = tuple(Pace(each["least"], each["shift"], tuple(tuple(d) for d in each["draws"])) for each in plain["paces"])
    tuples = {name: tuple(plain[name]) for name in ("ours", "sizes", "mix")}
    return ahead.World(
        legs=tuple(ahead.Leg(**each) for each in plain["legs"]),
        levels=tuple(map(tuple, plain["levels"])),
        paces=paces,
        choosing=plain["choosing"],
        groups=groups,
        done=plain["done"],
        busy=plain["busy"],
        # What was kept by an older version knows of no pools.
        building=plain.get("building", 0),
        green=plain.get("green", 0.0),
        pools=tuple(plain.get("pools", ())),
        calendars=tuple((tuple(starts), tuple(ends)) for starts, ends in plain["calendars"]),
        **tuples,
    )
