"""A report as text, as Markdown to paste, and as the HTML of an e-mail: other words for the very same value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string

from chairlift.core.schedule import span
from chairlift.server.reports.lists import Row
from chairlift.server.reports.value import Part, Report
from chairlift.steps.texts import quote

#: What a report is written as, beside the page.
FORMS = ("text", "markdown", "html")
_LONGEST = 300


def write(report: Report, form: str) -> str:
    return {"text": text, "markdown": markdown, "html": html}[form](report)


def subject(report: Report) -> str:
    """What is done, and what is late, before anybody opens it."""
    overdue = next(part.count for section in report.sections for part in section.parts if part.name == "overdue")
    late = f", {overdue} overdue" if overdue else ""
    return f"[{report.name}] week {report.week}: {report.done} of {report.total} done{late}"


def text(report: Report) -> str:
    """Lines for a terminal or a plain e-mail."""
    return "\n".join([*_head(report), *_body(report), ""])


def _head(report: Report) -> Iterator[str]:
    yield report.name
    yield period(report)
    yield ""
    yield f"{report.done} of {report.total} done."
    if report.worry:
        yield f"Worry first: {_line(report, report.worry)}"


def _body(report: Report) -> Iterator[str]:
    for section in report.sections:
        yield from ("", section.title.upper())
        if not section.told:
            yield section.empty
        for part in section.told:
            yield f"{part.count} {part.title}"
            yield from (f"  - {_line(report, row)}" for row in part.rows)
            if part.more:
                yield f"    and {part.more} more: {settings.URL}{report.address(part)}"


def _line(report: Report, row: Row) -> str:
    who = f"{row.service} ({row.squad}): " if row.service else ""
    return one_line(f"{who}{row.words}") + when(report, row)


def markdown(report: Report) -> str:
    """For a wiki or a chat. Words from outside are quoted, so that none of them formats, links or calls anybody."""
    lines = [f"# {quote(report.name)}, {period(report)}", "", f"**{report.done} of {report.total} done.**"]
    if report.worry:
        lines[-1] += f" Worry first: {_item(report, report.worry)}"
    for section in report.sections:
        lines += ["", f"## {section.title}", ""]
        if not section.told:
            lines.append(section.empty)
        for part in section.told:
            lines.append(f"- {_number(report, part)}")
            lines += [f"  - {_item(report, row)}" for row in part.rows]
            if part.more:
                lines.append(f"  - and {part.more} more")
    return "\n".join([*lines, ""])


def _number(report: Report, part: Part) -> str:
    named = part.name == "level" and part.title.startswith("at ")
    # A level's name is in the title of its part.
    title = f"at {quote(part.title.removeprefix('at '))}" if named else part.title
    return f"[{part.count}]({_address(report.address(part))}) {title}"


def _item(report: Report, row: Row) -> str:
    words = quote(row.words, _LONGEST) + when(report, row)
    if not row.service:
        return words
    where = _address(report.service_address(row))
    return f"[{quote(row.service, 120)}]({where}) ({quote(row.squad, 120)}): {words}"


def _address(path: str) -> str:
    """Whole, and without the brackets and stars that would end it or format in Markdown."""
    return settings.URL + re.sub(r"[^\w/%?=&:.#+-]", lambda found: f"%{ord(found[0]):02X}", path, flags=re.ASCII)


def html(report: Report) -> str:
    """A whole page for programs that read mail: no style, no script, nothing that is fetched."""
    return render_to_string("web/report_mail.html", {"report": report, "url": settings.URL, "period": period(report)})


def period(report: Report) -> str:
    first, last = report.week.monday, report.week.sunday
    so_far = ", so far" if report.so_far else ""
    return f"week {report.week} (Mon {first.day} {first:%b} to Sun {last.day} {last:%b} {last.year}{so_far})"


def when(report: Report, row: Row) -> str:
    """The instant in the reader's zone, and how far off; empty where there is none."""
    return f" [{'overdue, ' if row.late else ''}{_moment(report, row.at)}]" if row.at else ""


def _moment(report: Report, at: datetime) -> str:
    local = at.astimezone(report.zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}; {span(at - report.now)}"


def one_line(words: str) -> str:
    """Words from outside as one bounded line, without what a terminal or a mail program would obey."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
