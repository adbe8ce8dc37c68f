"""The weekly report of a campaign, or of one squad in it, as one value: all reads of it, in a fixed number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.http import urlencode

from chairlift.core.decision import StepName
from chairlift.core.files import Roster
from chairlift.core.schedule import Freeze, counted
from chairlift.core.standing import STUCK
from chairlift.core.upgrade import Squad
from chairlift.core.week import Week
from chairlift.server import queries
from chairlift.server.models import Campaign
from chairlift.server.reports.lists import LISTS, LOGGED, SOMEBODYS_TURN, STANDING, WAITING, Row, Scope

#: How many rows of each part a report shows; its number leads to all of them.
SHOWN = 15


@dataclass(frozen=True)
class Part:
    """A number of a report, the first of the rows behind it, and the page of all of them."""

    name: str
    title: str
    count: int
    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()

    @property
    def more(self) -> int:
        return self.count - len(self.rows) if self.rows else 0


@dataclass(frozen=True)
class Section:
    """Some parts under a heading; `empty` is what to say where all their numbers are 0."""

    title: str
    empty: str
    parts: tuple[Part, ...]

    @property
    def told(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.count)


@dataclass(frozen=True)
class Report:
    """All that page, e-mail and Markdown say. `zone` is that of who reads it; `worry` is a sentence, or empty."""

    slug: str
    title: str
    squad: str
    week: Week
    now: datetime
    zone: tzinfo
    done: int
    total: int
    worry: Row | None
    sections: tuple[Section, ...]
    happened: bool
    waited: bool

    @property
    def so_far(self) -> bool:
        return self.now < self.week.end

    @property
    def name(self) -> str:
        """What it is a report of."""
        return f"{self.title}, {self.squad}" if self.squad else self.title

    def address(self, part: Part) -> str:
        """Where the rows of a part are; a path."""
        query = {**part.query, **({"squad": self.squad} if self.squad and part.page != "menu" else {})}
        path = [self.slug]
        if part.page == "report-rows":
            path.append(part.name)
            query["week"] = str(self.week)
        return reverse(part.page, args=path) + (f"?{urlencode(query)}" if query else "")

    def service_address(self, row: Row) -> str:
        return reverse("service", args=[self.slug, row.service]) if row.service else reverse("menu", args=[self.slug])


def squad_of(roster: Roster, name: str) -> Squad | None:
    """None where no squad is named. Raises NotFound for one that is not there."""
    return queries.squad(roster, name) if name else None


def week_of(campaign: Campaign, text: str, now: datetime) -> Week:
    """The week of that name in the campaign's zone; the present one without. Raises NotFound with the remedy."""
    present = Week.of(now, campaign.value.zone)
    try:
        week = Week.parse(text, campaign.value.zone) if text else present
    except ValueError as error:
        raise queries.NotFound(str(error)) from error
    if week.monday > present.monday:
        raise queries.NotFound(f"the week {week} has not begun; this one is {present}")
    return week


def report(campaign: Campaign, squad: Squad | None, week: Week, now: datetime) -> Report:
    """One value for every form: a campaign's report, or that of one of its squads."""
    scope = Scope(campaign, week, now, squad.name if squad else "")
    value = campaign.value
    numbers = _numbers(scope)
    logged = _log_numbers(scope)
    waits = _waits(scope, numbers)
    done = [_part(scope, name, logged[name]) for name in ("merged", "deployed", "tested")]
    done += [_part(scope, "finished", numbers["finished"]), _part(scope, "reverted", logged["reverted"])]
    hands, blocked, chosen = (_part(scope, name, logged[name]) for name in ("handed", "blocked", "chosen"))
    sections = (
        Section("Waits for somebody now", "Nothing waits for anybody.", waits),
        Section("Done", "Nothing was merged, deployed, tested, finished or reverted.", tuple(done)),
        Section("Changed hands", "Nothing became somebody's turn.", (hands,)),
        Section("New blockers", "No new blocker.", (blocked,)),
        *_ahead(scope, squad, numbers),
        Section("Service levels", "Nobody has chosen a level.", (chosen, *_levels(scope, numbers))),
        Section("Progress", "No service takes part yet.", _progress(scope, numbers)),
    )
    return Report(
        slug=campaign.slug,
        title=value.title,
        squad=scope.squad,
        week=week,
        now=now,
        zone=squad.calendar.zone if squad else value.zone,
        done=numbers["done"],
        total=numbers["total"],
        worry=_worry(scope, numbers, waits[0], done[-1], blocked),
        sections=sections,
        happened=any(logged.values()) or bool(numbers["finished"]),
        waited=bool(numbers["waited"]),
    )


def _numbers(scope: Scope) -> dict[str, int]:
    """All that is counted of upgrades, in one query."""
    wanted = {
        "done": Q(decision="done"),
        "waiting": SOMEBODYS_TURN,
        "waited": SOMEBODYS_TURN & Q(since__lte=scope.week.end),
        "overdue": queries.overdue(scope.now),
        "stuck": Q(decision__in=STUCK),
        "unchosen": Q(level="") & ~Q(decision="done"),
        "between": queries.at_step("finish"),
        "no level": Q(level=""),
        # By its place: its name may hold anything.
        **{f"level {place}": Q(level=level.name) for place, level in enumerate(scope.campaign.value.levels)},
        **{f"at {step}": queries.at_step(step) for step in StepName},
        **{name: each.which(scope) for name, each in STANDING.items()},
    }
    counts = {name.replace(" ", "_"): Count("pk", filter=which) for name, which in wanted.items()}
    found = scope.upgrades.order_by().aggregate(total=Count("pk"), **counts)
    return {name.replace("_", " "): count for name, count in found.items()}


def _log_numbers(scope: Scope) -> dict[str, int]:
    """All that is counted of the log, in one query."""
    return scope.entries.order_by().aggregate(**{name: Count("pk", filter=each.which) for name, each in LOGGED.items()})


def _part(scope: Scope, name: str, count: int) -> Part:
    each = LISTS[name]
    rows = tuple(each.row(scope, row) for row in each.rows(scope)[:SHOWN]) if count else ()
    return Part(name, each.title, count, "report-rows", rows=rows)


def _waits(scope: Scope, numbers: Mapping[str, int]) -> tuple[Part, Part]:
    rows = tuple(WAITING.row(scope, row) for row in WAITING.rows(scope)[:SHOWN]) if numbers["waiting"] else ()
    return (
        Part("waiting", WAITING.title, numbers["waiting"], "sheet", {"turn": "somebody", "sort": "until"}, rows),
        Part("overdue", "overdue", numbers["overdue"], "sheet", {"overdue": "1", "sort": "until"}),
    )


def _ahead(scope: Scope, squad: Squad | None, numbers: Mapping[str, int]) -> Iterator[Section]:
    """What comes; a week that lies further back has nothing to come."""
    if not scope.looks_ahead:
        return
    parts = [_part(scope, name, numbers[name]) for name in ("merging", "due")]
    dates = tuple(_dates(scope, squad))
    last = scope.week.later(1).sunday
    empty = f"Nothing is announced or due until {last:%a} {last.day} {last:%b}."
    yield Section(
        "Comes next", empty, (*parts, Part("dates", "to mind in the calendar", len(dates), "menu", rows=dates))
    )


def _dates(scope: Scope, squad: Squad | None) -> Iterator[Row]:
    """The campaign's own dates, and freezes."""
    value = scope.campaign.value
    for words, at in (("the last day to choose a level", value.choose_by), ("the deadline", value.deadline)):
        if scope.now <= at < scope.until:
            yield Row(words, at=at)
    first = scope.now.astimezone(scope.week.zone).date()
    freezes: Iterable[Freeze] = (*value.freezes, *(squad.calendar.freezes if squad else ()))
    for freeze in freezes:
        if freeze.first <= scope.week.later(1).sunday and freeze.last >= first:
            yield Row(f"freeze from {freeze.first} to {freeze.last}: {freeze.why}")


def _levels(scope: Scope, numbers: Mapping[str, int]) -> Iterator[Part]:
    for place, level in enumerate(scope.campaign.value.levels):
        yield Part("level", f"at {level.name}", numbers[f"level {place}"], "sheet", {"level": level.name})
    yield Part("level", "not chosen", numbers["no level"], "sheet", {"level": "none"})


def _progress(scope: Scope, numbers: Mapping[str, int]) -> tuple[Part, ...]:
    steps = [Part("step", f"at {step}", numbers[f"at {step}"], "sheet", {"step": step}) for step in StepName]
    return (
        Part("services", "services", numbers["total"], "sheet"),
        Part("done", "done", numbers["done"], "sheet", {"step": "done"}),
        *steps,
        Part("step", "between steps", numbers["between"], "sheet", {"step": "finish"}),
    )


def _worry(scope: Scope, numbers: Mapping[str, int], waits: Part, reverted: Part, blocked: Part) -> Row | None:
    """The one thing to worry about first; the first of these that there is."""
    campaign, value = scope.campaign, scope.campaign.value
    if campaign.braked_why:
        return Row(f"The brake is on: {campaign.braked_why}")
    if campaign.alarmed_why:
        return Row(f"Nothing is merged or deployed for now: {campaign.alarmed_why}")
    late, open_ = value.deadline < scope.now, numbers["total"] - numbers["done"]
    if late and open_:
        is_ = "is" if open_ == 1 else "are"
        return Row(
            f"The deadline is over, and {counted(open_, 'service')} {is_} not done", at=value.deadline, late=True
        )
    if reverted.rows:
        return _about(f"reverted this week. {_begun(reverted.rows[0])}", reverted.rows[0])
    if waits.rows and waits.rows[0].late:
        return _about(f"the longest overdue of {numbers['overdue']}. {_begun(waits.rows[0])}", waits.rows[0])
    if numbers["stuck"]:
        first = scope.upgrades.filter(decision__in=STUCK).select_related("service").order_by("since", "pk")[0]
        row = WAITING.row(scope, first)
        return Row(f"one of {numbers['stuck']} stuck. {_begun(row)}", row.service, row.squad, first.since)
    if campaign.paused_why:
        return Row(f"The campaign is paused: {campaign.paused_why}")
    if blocked.rows:
        return _about(f"newly blocked. {_begun(blocked.rows[0])}", blocked.rows[0])
    if numbers["unchosen"] and value.choose_by < scope.until:
        what = f"No level is chosen for {counted(numbers['unchosen'], 'service')}"
        return Row(what, at=value.choose_by, late=value.choose_by < scope.now)
    return None


def _begun(row: Row) -> str:
    """Its words as a sentence."""
    return row.words[:1].upper() + row.words[1:]


def _about(words: str, row: Row) -> Row:
    return Row(words, row.service, row.squad, row.at, row.late)
