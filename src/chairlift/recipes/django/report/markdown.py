"""The report as Markdown, for a pull request: short first, then what is left for a person, then the evidence."""

from __future__ import annotations

import html
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.report.model import Part, Reason, Report, Run, State, counted, grouped

#: Places that are listed for one finding; the JSON has them all.
_PLACES = 8
_SIGNS = {State.GREEN: "✅", State.RED: "❌", State.OPEN: "❔", State.NOTHING: "—"}


def page(report: Report, limit: int = 40_000) -> str:
    """The whole report, at most `limit` characters: forges refuse long bodies."""
    lines = [f"## Django {report.current} → {report.target}", "", *_short(report), ""]
    for part in report.parts:
        lines += [*_part(part), ""]
    lines += [*_left(report), *_evidence(report), *_undo(report), *_again(report)]
    text = "\n".join(lines).rstrip() + "\n"
    if len(text) <= limit:
        return text
    return text[: limit - 80].rpartition("\n")[0] + "\n\n… shortened: `chairlift preview --json` has everything.\n"


def _short(report: Report) -> Iterator[str]:
    risk = report.risk
    yield f"{_SIGNS[report.state]} **{report.state}** · risk {risk.word} · about {risk.hours:g} hours of people"
    for reason in risk.reasons:
        yield f"- {_prose(reason)}"


def _part(part: Part) -> Iterator[str]:
    size = f"{counted(len(part.files), 'file')}, +{part.insertions} -{part.deletions}"
    yield f"### {part.title}: {size if part.files else 'nothing to change'}"
    if part.reasons:
        yield ""
        yield "| what was changed | places | why |"
        yield "|---|---|---|"
        for reason in part.reasons:
            places = f"{reason.places} in {counted(len(reason.files), 'file')}"
            yield f"| {_cell(reason.title)} (`{reason.name}`) | {places} | {_link(reason)} |"
    for bump in part.bumps:
        yield f"- {_code(bump.name)} {bump.before or 'new'} → {bump.after or 'gone'}. {_prose(bump.why)}".rstrip()
    for migration in part.migrations:
        yield f"- migration {_code(migration)}"
    for repair in part.repairs:
        yield f"- repaired: {_prose(repair)}"


def _link(reason: Reason) -> str:
    """Notes of a tool are no release notes."""
    if not reason.link.startswith("https://"):
        return ""
    return f"[{'release notes' if '/releases/' in reason.link else 'documentation'}]({reason.link})"


def _left(report: Report) -> Iterator[str]:
    if not report.findings:
        return
    yield "### Left for a person"
    yield ""
    said: tuple[str, str, str] | None = None
    for group in grouped(report.findings):
        first = group[0]
        # What is to be done about one kind of thing is said once.
        again, said = (first.code, first.how, first.link) == said, (first.code, first.how, first.link)
        link = f" ([why]({first.link}))" if first.link.startswith("https://") and not again else ""
        how = f" → {_prose(first.how)}" if first.how and not again else ""
        yield f"- **{first.weight}** · {_prose(first.text)}{link}{how} `{first.code}`"
        if places := _places(group):
            yield f"  {places}"
    yield ""


def _places(group: list[Finding]) -> str:
    places = [*dict.fromkeys(f"{each.path}:{each.line}" if each.line else each.path for each in group if each.path)]
    more = len(places) - _PLACES
    return ", ".join(map(_code, places[:_PLACES])) + (f" and {more} more" if more > 0 else "")


def _evidence(report: Report) -> Iterator[str]:
    runs = [("the default branch", run) for run in report.baseline]
    runs += [(part.stage, run) for part in report.parts for run in part.runs]
    if runs:
        yield "### Evidence"
        yield ""
        yield "| tests of | run | result | Django that ran | Python | database | passed | failed | own warnings |"
        yield "|---|---|---|---|---|---|---|---|---|"
        for what, run in runs:
            yield _run(what, run)
        yield ""
    unproven = [text for part in report.parts for text in part.unproven]
    if any(not run.sandboxed for _, run in runs):
        unproven.append("the tests did not run in a sandbox here")
    if unproven:
        yield "**Not verified:**"
        yield ""
        yield from (f"- {_prose(text)}" for text in dict.fromkeys(unproven))
        yield ""
    if report.declared:
        yield f"Says which Django it has: {', '.join(_code(each) for each in report.declared[:12])}."
        yield ""


def _run(what: str, run: Run) -> str:
    result = f"{run.state}: {_cell(run.why)}" if run.why else run.state
    cells = (what, run.what, result, run.django or "?", run.python or "?", run.database or "?")
    return "| " + " | ".join([*cells, str(run.passed), str(run.failed), str(run.warnings_own)]) + " |"


def _undo(report: Report) -> Iterator[str]:
    if any(part.files for part in report.parts):
        yield "### How to undo"
        yield ""
        yield "Revert the pull request: each change stands alone, the last merged first."
        if any(part.migrations for part in report.parts):
            yield "Migrate the new migrations back before the code that knows them is gone."


def _again(report: Report) -> Iterator[str]:
    """The command that makes the same in anybody's checkout."""
    stages = "".join(f" --stage {part.stage}" for part in report.parts)
    yield f"To make this yourself: `chairlift upgrade . --to {report.target}{stages}`."


def _code(text: str) -> str:
    return "`" + " ".join(text.split()).replace("`", "ʼ")[:200] + "`"


def _prose(text: str) -> str:
    """Words that may quote a service's code: one line, without tags, and mentioning nobody."""
    words = html.escape(" ".join(text.split()), quote=False).replace("@", "@\u200b")
    # A backtick without its fellow would take what follows into its code.
    return words.replace("`", "ʼ") if words.count("`") % 2 else words


def _cell(text: str) -> str:
    return _prose(text).replace("|", "/")[:160]
