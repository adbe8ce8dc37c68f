"""Which types of errors are new since the deploy, and which of these the upgrade made: new x volume x related.

A group of errors counts against the upgrade only where all three hold. A group whose fingerprint is known from the past
is never new; one that takes the place of a known one is that one under another name. What a monitor says that cannot
be, or does not say, makes no group *worse*: the reason is told instead. What the constants rest on: docs/verdict.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chairlift.core.judging.fingerprints import Raised, class_name, normalised, own_places
from chairlift.core.judging.known import ErrorGroup, Known, Merged, Past, merged, most, usable
from chairlift.core.judging.relating import LOOK, RELATED, Reason, Touched, names_removed, relate
from chairlift.core.judging.renaming import renamed
from chairlift.core.reading import quoted
from chairlift.core.schedule import counted

#: Events of a new group that are volume: fewer come by chance on every ordinary day (of three or more, hardly any do).
EVENTS = 5
#: Minutes that they are spread over: one burst may be one visitor, one retry loop, one restart.
MINUTES = 2
#: Hosts that they are spread over: one may be a broken machine,
HOSTS = 2
#: unless it goes on for so many minutes; many a service runs on one.
MINUTES_ON_ONE_HOST = 5
#: So many events of a type that was never there are shown to a person whatever their frames say.
MANY = 50
#: A past shorter than this does not know what is usual.
DAYS = 7
#: Groups that are looked at, the most frequent first; a monitor that names more groups by what differs each time.
GROUPS = 10_000
GROUPS_BEFORE = 2 * GROUPS
#: Groups that are told one by one.
SHOWN = 100
#: Clocks of hosts, and of the monitor, are off by as much.
SLACK = timedelta(minutes=5)
_YEAR = 366


class Call(StrEnum):
    """What one group makes of the verdict."""

    WORSE = "worse"
    #: Evidence for a person.
    LOOK = "look"
    LISTED = "listed only"


class Novelty(StrEnum):
    """Whether the group was there before the deploy."""

    NEW = "new"
    RENAMED = "renamed"
    OLD = "seen before"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One group of errors after the deploy, as a page shows it; `was` is the key of the old group that it is.

    `weight` is the sum of the reasons' weights. Texts are cut, and hold anything.
    """

    fingerprint: str
    key: str
    type: str
    message: str
    where: str
    events: int
    call: Call
    novelty: Novelty
    weight: int
    reasons: tuple[Reason, ...]
    was: str = ""


@dataclass(frozen=True)
class NewErrors:
    """What the groups say together. With a `doubt` no group is *worse*, and the service not healthy by them.

    `findings` begin with the worst, at most SHOWN; `groups` is how many there are of each call. `by_chance` is how many
    events of types never seen before so many errors bring on ordinary days (Good and Turing's estimate).
    """

    findings: tuple[Finding, ...] = ()
    groups: dict[Call, int] = field(default_factory=dict)
    by_chance: float = 0.0
    doubt: str = ""

    @property
    def worse(self) -> tuple[Finding, ...]:
        """Those that the upgrade made."""
        return tuple(each for each in self.findings if each.call is Call.WORSE)


def judge_groups(
    past: Past | None, after: Sequence[ErrorGroup] | None, touched: Touched, deployed: datetime, until: datetime
) -> NewErrors:
    """Judge the groups of [deployed, until) against those of the past; None means that the monitor was away.

    `deployed` and `until` know their zone. The cost grows with the number of groups, and for each is bounded.
    """
    assert deployed.tzinfo
    assert until.tzinfo
    doubt = _doubt(past, after, touched, deployed, until)
    if past is None or after is None:
        return NewErrors(doubt=doubt)
    groups = merged(most(after, GROUPS), until + SLACK)
    known = Known(most(past.groups, GROUPS_BEFORE), deployed, touched.versions)
    judged = _judged(groups, known, past, touched, deployed, until)
    if doubt:
        judged = [_doubted(each, doubt) for each in judged]
    judged.sort(key=lambda each: (list(Call).index(each.call), -each.weight, -each.events, each.fingerprint, each.key))
    totals = {call: sum(each.call is call for each in judged) for call in Call}
    chance = known.novelty * sum(each.events for each in judged)
    return NewErrors(tuple(judged[:SHOWN]), totals, chance, doubt)


def _doubt(
    past: Past | None, after: Sequence[ErrorGroup] | None, touched: Touched, deployed: datetime, until: datetime
) -> str:
    """Why the groups as a whole prove nothing; empty when they do."""
    if past is None or after is None:
        return f"the monitor is away: it does not say which errors there were {'before' if past is None else 'after'}"
    if until <= deployed:
        return "nothing was watched yet"
    if not usable(past.days) or past.days < DAYS:
        return f"the monitor knows {past.days:.3g} days before the deploy, and {DAYS} are needed to know what is usual"
    if not past.whole:
        return "the monitor named only some of the errors before the deploy: what looks new may be one of the others"
    if len(after) > GROUPS or len(past.groups) > GROUPS_BEFORE:
        many = max(len(after), len(past.groups))
        return f"the monitor names {many} groups: no service has as many types of errors, so these tell none apart"
    blind = sum(not class_name(group.raised.type) for group in past.groups)
    if blind * 2 > len(past.groups):
        return "most errors before the deploy have no type: nothing can be told from them"
    if not touched.known:
        return "it is not known what the upgrade changed, so no error can be related to it"
    return ""


def _doubted(finding: Finding, doubt: str) -> Finding:
    if finding.novelty is not Novelty.NEW:
        return finding
    call = Call.LOOK if finding.call is Call.WORSE else finding.call
    reasons = (*finding.reasons, Reason(0, f"it may not be new: {doubt}"))
    return replace(finding, call=call, novelty=Novelty.UNKNOWN, reasons=reasons)


def _judged(
    groups: Sequence[Merged], known: Known, past: Past, touched: Touched, deployed: datetime, until: datetime
) -> list[Finding]:
    found = []
    new = []
    for group in groups:
        if group.rubbish:
            found.append(_finding(group, Call.LISTED, Novelty.UNKNOWN, (Reason(0, group.rubbish),)))
        elif words := _seen_before(group, known, past, deployed):
            found.append(_old(group, known, touched, words))
        else:
            new.append(group)
    reasons = {group.fingerprint: relate(group.raised, group.versions, touched) for group in new}
    # What says itself that the release took something away is never explained by an error that happens to be gone.
    plain = [group for group in new if not names_removed(group.raised, touched)]
    minutes = (until - deployed) / timedelta(minutes=1)
    names = renamed(plain, known.gone(groups), minutes, past.days)
    related = {each for each, why in reasons.items() if _sum(why) >= RELATED and each not in names}
    pools = _pools(group for group in new if group.fingerprint in related)
    for group in new:
        was = names.get(group.fingerprint)
        if was:
            words = f"it takes the place of {quoted(was.key)}, which is gone since: {was.why}"
            finding = _finding(group, Call.LISTED, Novelty.RENAMED, (Reason(0, words),))
            found.append(replace(finding, was=was.key))
        else:
            pool = pools[_alike(group)] if group.fingerprint in related else None
            found.append(_new(group, reasons[group.fingerprint], pool))
    return found


def _sum(reasons: Iterable[Reason]) -> int:
    return sum(reason.weight for reason in reasons)


def _seen_before(group: Merged, known: Known, past: Past, deployed: datetime) -> str:
    if before := known.same(group):
        return f"it was there before the deploy, {counted(before.events, 'time')}"
    first, begins = group.first, deployed - timedelta(days=min(usable(past.days) or 0, _YEAR))
    # What was there once, before all that is compared with, has come back, and is as new as others.
    recent = first and begins <= first < deployed - SLACK
    if first and recent and not any(start <= first < end for start, end in past.left_out):
        return f"the monitor has known it since {first:%d %B %Y}, before the deploy"
    if group.last and group.last < deployed - SLACK:
        return f"it was last seen on {group.last:%d %B %Y}, before the deploy"
    return ""


def _old(group: Merged, known: Known, touched: Touched, words: str) -> Finding:
    """Never worse. Yet what names a removed thing, in a place that failed otherwise before, is for a person to see."""
    before = known.same(group)
    said = normalised(group.raised)
    if before and said not in before.messages and names_removed(group.raised, touched):
        named = [reason for reason in relate(group.raised, (), touched) if reason.weight >= RELATED]
        reasons = (Reason(0, f"{words}, but with another message"), *named)
        return _finding(group, Call.LOOK, Novelty.OLD, reasons)
    return _finding(group, Call.LISTED, Novelty.OLD, (Reason(0, words),))


def _new(group: Merged, reasons: tuple[Reason, ...], pool: Merged | None) -> Finding:
    """`pool` is it together with the related new groups that say the same; None where it is not related itself."""
    weight = _sum(reasons)
    lacks = _lacks(group)
    volume = lacks or _volume(group)
    if lacks and pool and pool.groups > group.groups and not _lacks(pool):
        others = counted(pool.groups - group.groups, "other new group")
        volume = f"together with {others} that says the same, {_volume(pool)}"
        lacks = ""
    if weight >= RELATED:
        call = Call.LOOK if lacks else Call.WORSE
    elif not lacks and (weight >= LOOK or (weight >= 0 and group.events >= MANY)):
        call = Call.LOOK
    else:
        call = Call.LISTED
    told = reasons or (Reason(0, "nothing relates it to the upgrade"),)
    return _finding(group, call, Novelty.NEW, (*told, Reason(0, volume)))


def _alike(group: Merged) -> str:
    """What says the same in other places: one removed name is missed wherever it is used."""
    return f"{class_name(group.raised.type)}\n{normalised(group.raised)}"


def _pools(related: Iterable[Merged]) -> defaultdict[str, Merged | None]:
    """Related new groups that say the same, together: a surge may be a few errors each in many places."""
    found: defaultdict[str, Merged | None] = defaultdict(lambda: None)
    for group in related:
        pool = found[_alike(group)]
        found[_alike(group)] = pool.with_(group) if pool else group
    return found


def _lacks(group: Merged) -> str:
    """What it lacks to have volume, or nothing."""
    if group.events < EVENTS:
        return f"seen {counted(group.events, 'time')}, and fewer than {EVENTS} say little"
    if not group.minutes:
        return f"seen {counted(group.events, 'time')}, and the monitor does not say in how many minutes"
    if group.minutes < MINUTES:
        return f"all {group.events} in one minute, which may be one visitor or one restart"
    if group.hosts is not None and group.hosts < HOSTS and group.minutes < MINUTES_ON_ONE_HOST:
        return f"all {group.events} on one host and within {counted(group.minutes, 'minute')}, which may be that host"
    return ""


def _volume(group: Merged) -> str:
    hosts = "" if group.hosts is None else f" on {counted(group.hosts, 'host')}"
    return f"seen {counted(group.events, 'time')} in {counted(group.minutes or 0, 'minute')} or more{hosts}"


#: Of texts that are kept for a page.
_TEXT = 300


def _finding(group: Merged, call: Call, novelty: Novelty, reasons: tuple[Reason, ...]) -> Finding:
    raised: Raised = group.raised
    places = own_places(raised)
    where = f"{places[-1][0]}, {places[-1][1]}" if places else ""
    return Finding(
        group.fingerprint, group.key[:_TEXT], raised.type[:_TEXT], raised.message[:_TEXT], where[:_TEXT],
        group.events, call, novelty, _sum(reasons), reasons,
    )  # fmt: skip
