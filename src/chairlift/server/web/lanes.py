"""One row of the timeline: the changes of a service along the calendar, and the calendar itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from django.utils.safestring import SafeString

from chairlift.core import history
from chairlift.core.decision import Party, StepName
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.core.schedule import counted
from chairlift.server.models import Campaign, Upgrade
from chairlift.server.outlooks import Ahead, Told
from chairlift.server.web import rows
from chairlift.server.web.drawing import LETTER, Scale, marks

WIDTH = 640.0
#: A calendar is not drawn further than so many times the length from the start to the deadline.
_FURTHEST = 3


@dataclass(frozen=True)
class Bar:
    """A stretch of one row: `kind` is its class, `name` is written into it where there is room."""

    kind: str
    x: float
    width: float
    name: str = ""

    @property
    def place(self) -> SafeString:
        """As attributes, in one piece: a page has hundreds of bars, and each number in a template costs."""
        height = {"likely": 12, "sure": 4}.get(self.kind, 20)
        return SafeString(f'x="{self.x}" y="{18 - height // 2}" width="{self.width}" height="{height}"')

    @property
    def text(self) -> str:
        return str(round(self.x + 5, 1))


@dataclass(frozen=True)
class Lane:
    """One service along the calendar, drawn and in words."""

    row: rows.Row
    bars: tuple[Bar, ...]
    words: str
    ahead: Ahead | None
    left: str


def scale_of(campaign: Campaign, told: Told | None, now: datetime) -> Scale:
    deadline = campaign.value.deadline
    begun = told.begun if told else min(campaign.loaded_at, now)
    ends = [deadline, now]
    if told and told.left:
        dates = told.dates(told.found["end"], deadline)
        ends += [at for at in (dates.likely, dates.half) if at]
    furthest = begun + _FURTHEST * max(max(deadline, now) - begun, history.DAY)
    end = min(max(ends), furthest)
    return Scale(begun, max(end, begun + timedelta(hours=1)) + (end - begun) * 0.04, WIDTH)


def lane(
    campaign: Campaign, row: Upgrade, told: history.History, outlook: Told | None, scale: Scale, now: datetime
) -> Lane:
    shown = rows.row(campaign, row, now)
    ahead = outlook.of(row.pk) if outlook and row.done_at is None else None
    over = history.passed(campaign.value, told)
    stretches = list(_stretches(campaign.value, row, told, over, now))
    ahead_of_it = list(_ahead(campaign.value, ahead, scale, now)) if ahead else []
    bars = [_bar(kind, slug, since, until, scale) for kind, slug, since, until in [*stretches, *ahead_of_it]]
    words = "; ".join(
        f"{slug} from {since:%d %b %Y} {f'to {until:%d %b %Y}' if kind == 'past' else 'until today'}"
        for kind, slug, since, until in stretches
    )
    return Lane(shown, tuple(_side_by_side(bars)), words or "nothing has begun yet", ahead, _left(row, now))


def _left(row: Upgrade, now: datetime) -> str:
    """What is left of the step at hand; a wait of less than a day is only until the next look."""
    days = (row.until - now).days if row.until and row.decision in ("ask", "wait") else 0
    if days > 0:
        return f"{counted(days, 'day')} left"
    return "due today" if row.until and row.decision == "ask" else ""


def _stretches(
    value: CampaignValue, row: Upgrade, told: history.History, over: Mapping[tuple[int, int], datetime], now: datetime
) -> Iterator[tuple[str, str, datetime, datetime]]:
    """Each change that has begun: class, change, since, until. Who has the step at hand gives it its colour."""
    level = value.level(row.level) if row.level else None
    for number, change in enumerate(value.changes):
        begun = [at for (each, rank), at in told.first.items() if each == number and rank > StepName.PLAN.rank]
        if not begun or level is None:
            continue
        since = max(min(begun), told.admitted or told.chosen or min(begun)) if number == 0 else min(begun)
        until = over.get((number, history.ranks(value, number)[-1]))
        if until is not None and change.slug != row.change:
            yield "past", change.slug, since, max(until, since)
        elif row.done_at:
            yield "past", change.slug, since, max(row.done_at, since)
        elif change.slug == row.change and row.step:
            party = level.who(StepName(row.step))
            yield ("at ours" if party is Party.PROJECT_TEAM else "at squads"), change.slug, since, max(now, since)
        else:
            yield "at", change.slug, since, max(now, since)


def _bar(kind: str, slug: str, since: datetime, until: datetime, scale: Scale) -> Bar:
    return Bar(kind, *scale.bar(since, until), slug)


def _side_by_side(bars: list[Bar]) -> Iterator[Bar]:
    """A change that goes on while the next has begun gives way to it; each is named once, where there is room."""
    named = set()
    for place, bar in enumerate(bars):
        end = min([bar.x + bar.width, *(later.x for later in bars[place + 1 :])])
        width = round(end - bar.x, 1)
        if width <= 0:
            continue
        fits = bar.name not in named and len(bar.name) * LETTER + 8 <= width
        if fits:
            named.add(bar.name)
        yield replace(bar, width=width, name=bar.name if fits else "")


def _ahead(
    value: CampaignValue, ahead: Ahead, scale: Scale, now: datetime
) -> Iterator[tuple[str, str, datetime, datetime]]:
    """What half of the draws see, change after change; then how much later it may be."""
    for number, start, end in ahead.changes:
        if end > now and number < len(value.changes):
            yield "ahead", value.changes[number].slug, max(start, now), end
    half, likely, sure = (at or scale.end for at in ahead.through)
    if now < half < scale.end:
        yield "likely", "", half, likely
    if now < likely < scale.end:
        yield "sure", "", likely, sure


def grid(value: CampaignValue, scale: Scale, now: datetime, zone: tzinfo) -> dict[str, object]:
    """Marks, freezes, the deadline and today; a label at the right edge is written to the left of its line."""
    freezes = []
    for freeze in value.freezes:
        first = datetime(freeze.first.year, freeze.first.month, freeze.first.day, tzinfo=value.zone).astimezone(UTC)
        last = datetime(freeze.last.year, freeze.last.month, freeze.last.day, tzinfo=value.zone).astimezone(UTC)
        if first < scale.end and last + history.DAY > scale.begin:
            x, width = scale.bar(first, last + history.DAY)
            freezes.append({"x": x, "width": width, "freeze": freeze, "end": last})
    deadline = scale.x(value.deadline)
    today = scale.x(now)
    return {
        "marks": marks(scale, zone), "freezes": freezes, "deadline": deadline, "today": today,
        "deadline_left": deadline > WIDTH - 160, "today_left": today > 48,
        "deadline_words": _day(value.deadline, zone), "first": _day(scale.begin, zone), "last": _day(scale.end, zone),
    }  # fmt: skip


def _day(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y}"
