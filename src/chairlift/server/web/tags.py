"""What templates say in the words of the design: times in the reader's zone, and the ladder."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chairlift.core.decision import Party, StepName
from chairlift.core.log import Kind
from chairlift.core.menu import ServiceLevel
from chairlift.core.schedule import counted, length, span
from chairlift.core.standing import OURS, STUCK
from chairlift.lines import CHAIRLIFT
from chairlift.server.reports import Part, Report, Row, forms

register = template.Library()


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | str | None, form: str = "") -> str:
    """`in 3 days (Thu 14 Oct, 10:00)`, or only the latter where the form is `exact`; the exact instant on hover."""
    if not at:
        return ""
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    local = at.astimezone(context.get("zone") or UTC)
    now = context.get("now")
    near = span(at - now) if now and at != now and not form else ""
    shown = f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
    return _time(at, f"{near} ({shown})" if near else shown)


@register.simple_tag(takes_context=True)
def waiting(context: Context, since: datetime | None) -> str:
    """`waiting for 3 days`, with the instant at which that began on hover; nothing where that is not known."""
    if since is None:
        return ""
    return format_html("waiting for {}", _time(since, length(max(context["now"] - since, timedelta(0)))))


def _time(at: datetime, words: str) -> str:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        words,
    )


@register.simple_tag(takes_context=True)
def day(context: Context, at: datetime | None) -> str:
    """`Thu 14 Oct`, with the year where it is another; for what no hour can be said of. The instant on hover."""
    if at is None:
        return "no date in the next 4 years"
    local, now = at.astimezone(context.get("zone") or UTC), context.get("now")
    year = "" if now and now.year == local.year else f" {local.year}"
    exact = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"),
        exact,
        f"{local:%a} {local.day} {local:%b}{year}",
    )


@dataclass(frozen=True)
class Rung:
    """One step of the drawn ladder: who does it, and at most one mark."""

    step: StepName
    party: str
    words: str
    mark: str = ""

    @property
    def classes(self) -> str:
        return " ".join(word for word in ("rung", self.party, self.mark) if word)

    @property
    def shape(self) -> str:
        return {"ours": "■", "squads": "●"}.get(self.party, "○")

    @property
    def told(self) -> str:
        return {"done": "done", "here": "here now", "blocked": "stuck here"}.get(self.mark, "")

    @property
    def sign(self) -> str:
        return {"done": "✓", "here": "◉", "blocked": "▮"}.get(self.mark, "")


def rungs(level: ServiceLevel | None, squad: str, step: str = "", decision: str = "", mine: bool = False) -> list[Rung]:
    """The ladder of one service. Without a level nobody is in its cells; without a step nothing is marked."""
    order = [each.value for each in StepName]
    at = order.index(step) if step in order else len(order) if step in ("done", "finish") else -1
    found = []
    for rank, each in enumerate(StepName):
        party = level.who(each) if level else None
        words = "open" if party is None else "project team" if party is Party.PROJECT_TEAM else "you" if mine else squad
        if party is Party.PROJECT_TEAM and level and level.notice and each is StepName.MERGE:
            words += ", with notice"
        here = "blocked" if decision in STUCK else "here"
        mark = "done" if rank < at else here if rank == at else ""
        side = "" if party is None else "ours" if party is Party.PROJECT_TEAM else "squads"
        found.append(Rung(each, side, words, mark))
    return found


@register.inclusion_tag("web/ladder.html", takes_context=True)
def ladder(context: Context, row: Any, size: str = "row") -> dict[str, Any]:
    """The ladder of a row that has a level value, a squad, a step and a decision."""
    reader = context.get("reader")
    mine = bool(reader and row.squad in reader.squads)
    return {
        "rungs": rungs(row.level_value, row.squad, row.step, row.decision, mine),
        "size": size,
        "change": row.change,
    }


@register.simple_tag
def steps(row: Any) -> str:
    """The ladder at the size of a card: six marks, and the same in words for who does not see them."""
    found = rungs(row.level_value, row.squad, row.step, row.decision)
    told = [f"{each.step}: {each.words}{f', {each.told}' if each.told else ''}" for each in found]
    marks = format_html_join("", '<i class="{}">{}</i>', ((each.classes, each.sign or each.shape) for each in found))
    return format_html('<p class="steps" role="img" aria-label="{}">{}</p>', "; ".join(told), marks)


@register.simple_tag
def web_link(address: str, number: int) -> str:
    """A pull request or issue as a link, where its address is one that a browser should follow."""
    words = f"#{number}"
    if address.startswith(("https://", "http://")):
        return format_html('<a href="{}" rel="noreferrer">{}</a>', address, words)
    return format_html('<span title="{}">{}</span>', address, words)


#: An address in a text, without the stop after it; one with a name before its "@" leads elsewhere than it seems to.
_ADDRESS = re.compile(r"""(https://(?![^/\s]*@)[^\s<>"'`]*[^\s<>"'`.,;:!?)\]])""")
#: Letters of an address that are shown; it is whole on hover.
_LONG = 60


@register.simple_tag
def linked(words: str) -> SafeString:
    """Words from outside, with every https address in them as a link, and nothing else."""
    return format_html_join(
        "", "{}", ((_link(each) if n % 2 else each,) for n, each in enumerate(_ADDRESS.split(words)))
    )


def _link(address: str) -> SafeString:
    short = address.removeprefix("https://").partition("#")[0]
    shown = short if len(short) <= _LONG else f"{short[: _LONG - 1]}…"
    return format_html('<a href="{}" title="{}" rel="noreferrer">{}</a>', address, address, shown)


@register.simple_tag
def query(**given: object) -> str:
    """The part of an address behind its question mark."""
    return urlencode(given)


@register.simple_tag
def once() -> str:
    """The number of a form, under which it is done once however often it is sent."""
    return format_html('<input type="hidden" name="once" value="{}">', secrets.token_urlsafe(12))


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changed: object) -> str:
    """The address of this page with some of its words changed; empty ones are left out."""
    query = context["request"].GET.copy()
    for name, value in changed.items():
        query.pop(name, None)
        if value not in ("", None):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def with_page(context: Context, number: int, word: str = "") -> str:
    """The address of another page of a list; `word` names the list where the page has several."""
    return str(with_query(context, **{word or "page": number}))


register.filter("counted", counted)


@register.filter
def said_by(name: str) -> str:
    """Who wrote a line of the log; Chairlift's own have its name in small letters there."""
    return OURS if name == CHAIRLIFT else name


#: Kinds of lines whose words are worth little without what they are about: a level, a place, a date.
_ABOUT = frozenset({Kind.CHOSE, Kind.PROMISED, Kind.DOCUMENTED, Kind.DEPLOYED, Kind.TESTED})


@register.filter
def told(line: Mapping[str, Any]) -> str:
    """What a line of the log says: `Hands-off: we have no time`."""
    about, text = str(line["about"]), str(line["text"])
    if line["kind"] not in _ABOUT:
        return text or about
    return ": ".join(each for each in (about, text) if each)


@register.simple_tag
def report_address(report: Report, part: Part) -> str:
    """Where the rows behind a number of a report are."""
    return report.address(part)


@register.simple_tag
def report_row(report: Report, row: Row, url: str = "") -> str:
    """One line of a report: a link to its service, what is said of it, and when."""
    words = forms.one_line(row.words) + forms.when(report, row)
    if not row.service:
        return words
    address = f"{url}{report.service_address(row)}"
    return format_html('<a href="{}">{}</a> ({}): {}', address, row.service, row.squad, words)
