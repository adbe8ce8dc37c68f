"""What the forge's commands print, free of everything that a terminal would obey."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from chairlift.localforge.pulls import Pull
from chairlift.localforge.talk import Topic
from chairlift.ports import Comment

_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def plain(text: str) -> str:
    """Only what prints, and lines: titles, comments and diffs may hold anything."""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in text.replace("\r\n", "\n").expandtabs())


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


def to_json(value: object) -> str:
    """Values, and lists of them, as programs read them."""
    return json.dumps(value, default=_simple, indent=2, ensure_ascii=True)


def _simple(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Aligned columns, one line a row."""
    lines = [[head.upper() for head in heads], *([one_line(str(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def pull_page(repo: str, pull: Pull, comments: Sequence[Comment], patch: str) -> str:
    """One pull request, with all that was said about it and what it changes."""
    lines = [click.style(f"{repo} #{pull.number}: {one_line(pull.title)}", bold=True), *_facts(pull)]
    lines += ["", *_indented(pull.body)] if pull.body.strip() else []
    if pull.checks:
        lines += ["", "Checks", *(f"  {c.state:8} {one_line(c.name)}  {one_line(c.summary)}" for c in pull.checks)]
    if pull.reviews:
        lines += ["", "Reviews"]
        lines += [f"  {one_line(r.by)}: {r.state}, of {r.head[:10]}, {moment(r.at)}" for r in pull.reviews]
    return "\n".join([*lines, *_talk(comments), "", "Changes", *_colored(patch)])


def issue_page(repo: str, topic: Topic, comments: Sequence[Comment]) -> str:
    """One issue, with all that was said about it."""
    head = click.style(f"{repo} #{topic.number}: {one_line(topic.title)}", bold=True)
    facts = f"{topic.state}, by {one_line(topic.by)}, {moment(topic.at)}"
    return "\n".join([head, facts, "", *_indented(topic.body), *_talk(comments)])


def moment(at: datetime | None) -> str:
    """To the minute, in UTC, as it is kept."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def _facts(pull: Pull) -> Iterator[str]:
    state = "draft" if pull.draft and pull.state == "open" else pull.state
    yield f"{state}: {one_line(pull.branch)} at {pull.head[:10]} into {one_line(pull.base)}"
    yield f"opened by {one_line(pull.opened_by)}, {moment(pull.opened_at)}"
    if pull.labels:
        yield f"labels: {', '.join(one_line(label) for label in pull.labels)}"
    if pull.state == "merged":
        yield f"merged as {pull.merged_commit[:10]} by {one_line(pull.merged_by)}, {moment(pull.merged_at)}"
    if pull.state == "closed":
        yield f"closed by {one_line(pull.closed_by)}, {moment(pull.closed_at)}"
    if pull.conflicted:
        yield "conflicts with its base"
    if pull.needs_approvals:
        yield f"needs {pull.needs_approvals} approvals of its present head"


def _talk(comments: Sequence[Comment]) -> Iterator[str]:
    for comment in comments:
        yield ""
        yield f"{one_line(comment.by)}, {moment(comment.at)}"
        yield from _indented(comment.text)


def _indented(text: str) -> list[str]:
    return [f"  {line}".rstrip() for line in plain(text).strip("\n").split("\n")]


def _colored(patch: str) -> Iterator[str]:
    for line in plain(patch).split("\n"):
        color = _COLORS.get(line[:1])
        yield click.style(line, fg=color) if color and not line.startswith(("+++", "---")) else line
