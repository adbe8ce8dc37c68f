"""What a weekly report counts and lists: by name, which rows, in what order, and how each is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from chairlift.core.decision import Party, StepName, Verb
from chairlift.core.log import Kind
from chairlift.core.standing import OURS
from chairlift.core.verdict import Health
from chairlift.core.week import Week
from chairlift.lines import CHAIRLIFT
from chairlift.server import queries
from chairlift.server.models import Campaign, Entry, Upgrade

SOMEBODYS_TURN = queries.TEAMS_TURN | queries.SQUADS_TURN
_LATER_STEPS = (StepName.DEPLOY, StepName.TEST)


@dataclass(frozen=True)
class Scope:
    """What a report is about: a campaign, one of its weeks, and one squad or, without a name, all."""

    campaign: Campaign
    week: Week
    now: datetime
    squad: str = ""

    @property
    def upgrades(self) -> QuerySet[Upgrade]:
        rows: QuerySet[Upgrade] = Upgrade.objects.filter(campaign=self.campaign)
        return rows.filter(service__squad=self.squad) if self.squad else rows

    @property
    def entries(self) -> QuerySet[Entry]:
        """The log of that week."""
        rows: QuerySet[Entry] = Entry.objects.filter(
            campaign=self.campaign, upgrade__isnull=False, at__gte=self.week.start, at__lt=self.week.end
        )
        return rows.filter(upgrade__service__squad=self.squad) if self.squad else rows

    @property
    def until(self) -> datetime:
        """The end of the week after this one: how far a report looks ahead."""
        return self.week.later(1).end

    @property
    def looks_ahead(self) -> bool:
        return self.now < self.until


@dataclass(frozen=True)
class Row:
    """One line of a report: about a service, or with no `service` about the campaign. `words` hold anything."""

    words: str
    service: str = ""
    squad: str = ""
    at: datetime | None = None
    late: bool = False


@dataclass(frozen=True)
class Logged:
    """Entries of the week."""

    title: str
    which: Q
    tell: Callable[[Entry], str]

    def rows(self, scope: Scope) -> QuerySet[Any]:
        found = scope.entries.filter(self.which).select_related("upgrade__service").order_by("-pk")
        return found.annotate(over=_taken_away()) if self.title == "newly blocked" else found

    def row(self, scope: Scope, entry: Entry) -> Row:
        assert entry.upgrade
        service = entry.upgrade.service
        return Row(self.tell(entry), service.name, service.squad, entry.at)


@dataclass(frozen=True)
class Standing:
    """Upgrades as they stand, the most urgent first."""

    title: str
    which: Callable[[Scope], Q]
    at: str = "until"

    def rows(self, scope: Scope) -> QuerySet[Any]:
        found = scope.upgrades.filter(self.which(scope)).select_related("service").defer("service__deploy_docs")
        return found.order_by(F(self.at).asc(nulls_last=True), "since", "pk")

    def row(self, scope: Scope, upgrade: Upgrade) -> Row:
        stands = queries.standing(upgrade, scope.now)
        # Its squad is named beside the service.
        whose = f"{stands.turn}: " if stands.turn not in ("", OURS, stands.squad) else ""
        at = getattr(upgrade, self.at)
        return Row(f"{whose}{stands.why}", stands.service, stands.squad, at, stands.overdue)


def _earlier(**more: object) -> Exists:
    """Whether Chairlift has written such a line about the same change of the same upgrade before."""
    same = Entry.objects.filter(upgrade=OuterRef("upgrade"), change=OuterRef("change"), pk__lt=OuterRef("pk"))
    return Exists(same.filter(by=CHAIRLIFT, **more))


def _taken_away() -> Exists:
    later = Entry.objects.filter(upgrade=OuterRef("upgrade"), kind=Kind.UNBLOCKED, pk__gt=OuterRef("pk"))
    return Exists(later.filter(about=OuterRef("about")))


def _merged() -> Q:
    """By Chairlift; or seen past its merge for the first time, where somebody else merged it."""
    ours = Q(kind=Kind.DID, data__verb=Verb.MERGE)
    past = Q(by=CHAIRLIFT, step__in=_LATER_STEPS)
    first = ~_earlier(step__in=_LATER_STEPS) & ~_earlier(kind=Kind.DID, data__verb=Verb.MERGE)
    return ours | (past & first)


def _tell_merged(entry: Entry) -> str:
    return f"{entry.change}, {'by Chairlift' if entry.kind == Kind.DID else 'by somebody of the squad'}"


def _tell_tested(entry: Entry) -> str:
    if entry.kind == Kind.TESTED:
        return f"signed off by {entry.by}" + (f": {entry.text}" if entry.text else "")
    return f"{entry.change} is healthy in {entry.data.get('environment', '')}: {entry.text}"


def _tell_handed(entry: Entry) -> str:
    """Whose turn it became; entries of older versions do not say."""
    whom = entry.data.get("whom", "")
    name = {Party.SQUAD: "its squad", Party.PROJECT_TEAM: "the project team"}.get(whom, "somebody")
    return f"to {name}: {entry.text}"


def _tell_blocked(entry: Entry) -> str:
    return f"{entry.text} ({entry.by}{', taken away since' if getattr(entry, 'over', False) else ''})"


def _tell_chosen(entry: Entry) -> str:
    before = entry.data.get("before")
    return f"{entry.about}, by {entry.by}" + (f"; before: {before}" if before else "")


def _tell_deployed(entry: Entry) -> str:
    return f"{entry.change}: {entry.text}"


_TESTED = Q(kind=Kind.TESTED) | Q(kind=Kind.JUDGED, data__health=Health.HEALTHY)
LOGGED: Mapping[str, Logged] = MappingProxyType(
    {
        "merged": Logged("merged", _merged(), _tell_merged),
        "deployed": Logged("deployed", Q(kind=Kind.RUNS), _tell_deployed),
        "tested": Logged("tested", _TESTED, _tell_tested),
        "reverted": Logged("reverted", Q(kind=Kind.DID, data__verb=Verb.REVERT), lambda entry: entry.text),
        "handed": Logged("changed hands", Q(kind=Kind.ASKED), _tell_handed),
        "blocked": Logged("newly blocked", Q(kind=Kind.BLOCKED), _tell_blocked),
        "chosen": Logged("newly chosen", Q(kind=Kind.CHOSE), _tell_chosen),
    }
)


def _finished(scope: Scope) -> Q:
    return Q(done_at__gte=scope.week.start, done_at__lt=scope.week.end)


def _merging(scope: Scope) -> Q:
    return Q(step=StepName.MERGE, decision="wait", until__gte=scope.now, until__lt=scope.until)


def _due(scope: Scope) -> Q:
    return Q(decision="ask", until__gte=scope.now, until__lt=scope.until)


STANDING: Mapping[str, Standing] = MappingProxyType(
    {
        "finished": Standing("finished", _finished, "done_at"),
        "merging": Standing("announced to be merged", _merging),
        "due": Standing("due", _due),
    }
)
WAITING = Standing("waiting for somebody", lambda scope: SOMEBODYS_TURN)
LISTS: Mapping[str, Logged | Standing] = MappingProxyType({**LOGGED, **STANDING})


def listed(scope: Scope, name: str) -> tuple[QuerySet[Any], Callable[[Any], Row]]:
    """All rows behind a number of a report, and how each is told. Raises NotFound with the names that there are."""
    each = LISTS.get(name)
    if each is None:
        raise queries.NotFound(f"a report has no {name[:40]!r}; it has: {', '.join(LISTS)}")
    return each.rows(scope), lambda row: each.row(scope, row)


def titled(name: str) -> str:
    return LISTS[name].title
