"""The report as one HTML page that needs nothing from elsewhere: every word from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.report.model import Bump, Part, Reason, Report, Run, grouped

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --add: #1a7f3722; --cut: #cf222e22 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
code, pre { font: .9em/1.4 ui-monospace, monospace }
pre { overflow-x: auto; background: var(--soft); padding: .5rem }
pre ins { background: var(--add); text-decoration: none; display: block }
pre del { background: var(--cut); text-decoration: none; display: block }
summary { cursor: pointer }
.state { font-weight: 600 }
"""

_HEADS = ("tests of", "run", "result", "Django that ran", "Python", "database", "passed", "failed", "own warnings")


def page(report: Report) -> str:
    title = f"{report.name}: Django {report.current} → {report.target}"
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            *_short(report),
            *(line for part in report.parts for line in _part(part)),
            *_left(report),
            *_evidence(report),
            "</body></html>",
            "",
        ]
    )


def _short(report: Report) -> Iterator[str]:
    risk = report.risk
    yield f'<p><span class="state">{report.state}</span> · risk {risk.word} · about {risk.hours:g} hours of people</p>'
    if risk.reasons:
        yield "<ul>" + "".join(f"<li>{escape(reason)}</li>" for reason in risk.reasons) + "</ul>"


def _part(part: Part) -> Iterator[str]:
    size = f"{len(part.files)} files, +{part.insertions} -{part.deletions}" if part.files else "nothing to change"
    yield f"<h2>{escape(part.title)}</h2><p>{size}</p>"
    if part.reasons:
        yield _table(("what was changed, and why", "places"), map(_reason, part.reasons))
    if part.bumps:
        rows = (
            (escape(b.name), escape(b.before or "new"), escape(b.after or "gone"), escape(b.why)) for b in part.bumps
        )
        yield _table(("distribution", "before", "after", "why"), rows)
    for text in (*part.migrations, *part.repairs):
        yield f"<p>{escape(text)}</p>"
    for file in part.files:
        counts = f"+{file.insertions} -{file.deletions}"
        yield f"<details><summary><code>{escape(file.path)}</code> {counts}</summary>"
        yield f"<pre>{_diff(file.diff)}</pre></details>"


def _reason(reason: Reason) -> tuple[str, ...]:
    return _link(reason.title, reason.link), f"{reason.places} in {len(reason.files)} files"


def _bump(bump: Bump) -> tuple[str, ...]:
    return escape(bump.name), escape(bump.before or "new"), escape(bump.after or "gone"), escape(bump.why)


def _diff(diff: str) -> str:
    shown = []
    for line in diff.splitlines():
        tag = "ins" if line.startswith("+") else "del" if line.startswith("-") else ""
        shown.append(f"<{tag}>{escape(line)}</{tag}>" if tag else escape(line) + "\n")
    return "".join(shown)


def _left(report: Report) -> Iterator[str]:
    if report.findings:
        yield "<h2>Left for a person</h2>"
        rows = (
            (escape(group[0].weight), _link(group[0].text, group[0].link), escape(group[0].how), _places(group))
            for group in grouped(report.findings)
        )
        yield _table(("", "what", "how", "where"), rows)


def _places(group: list[Finding]) -> str:
    places = dict.fromkeys(f"{each.path}:{each.line}" if each.line else each.path for each in group if each.path)
    return "<br>".join(f"<code>{escape(place)}</code>" for place in places)


def _evidence(report: Report) -> Iterator[str]:
    runs = [("the default branch", run) for run in report.baseline]
    runs += [(part.stage, run) for part in report.parts for run in part.runs]
    if runs:
        yield "<h2>Evidence</h2>"
        heads = (
            "tests of",
            "run",
            "result",
            "Django that ran",
            "Python",
            "database",
            "passed",
            "failed",
            "own warnings",
        )
        yield _table(heads, (_run(what, run) for what, run in runs))
    unproven = [*dict.fromkeys(text for part in report.parts for text in part.unproven)]
    if unproven:
        yield "<h3>Not verified</h3><ul>" + "".join(f"<li>{escape(text)}</li>" for text in unproven) + "</ul>"
    if report.declared:
        yield (
            "<p>Says which Django it has: "
            + ", ".join(f"<code>{escape(each)}</code>" for each in report.declared)
            + "</p>"
        )


def _run(what: str, run: Run) -> tuple[str, ...]:
    result = f"{run.state}: {run.why}" if run.why else run.state
    given = (what, run.what, result, run.django, run.python, run.database)
    return (*(escape(each) for each in given), str(run.passed), str(run.failed), str(run.warnings_own))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Cells are HTML already."""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<table><thead><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr></thead><tbody>{body}</tbody></table>"
    )


def _link(text: str, link: str) -> str:
    return f'<a href="{escape(link)}">{escape(text)}</a>' if link.startswith("https://") else escape(text)
