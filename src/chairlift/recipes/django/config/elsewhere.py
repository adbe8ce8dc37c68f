"""Constraints that are kept elsewhere and keep the target out: a copy without their line of Django is used here.

Where a Makefile compiles the requirements, it makes that copy anew each time: else the next run would bring the limit
back, or leave the copy to grow old.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from chairlift.recipes.django.config import makefile, requirements
from chairlift.recipes.django.config.requirements import Include, Line
from chairlift.recipes.django.config.specifiers import admitted
from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.config.work import Work
from chairlift.recipes.django.findings import Edit, Weight
from chairlift.recipes.django.releases import show

#: Takes Django's own line out of a list of constraints, in any spelling, and no other one.
_SED = "sed '/^[Dd]jango[ ;<>=!~]/d'"
_COMPILES = re.compile(r"\bpip-compile\b|\buv pip compile\b")
_DOWNLOADS = re.compile(r"\b(?:wget|curl)\b[^\n]*?(https?://[^\s\"']+)")
_FREES = re.compile(r"(?i)\b(?:sed|grep)\b[^\n]*\bdjango\b(?!-)|\bsed\b[^\n]*\[dD\]jango")
_RULE = re.compile(
    r"^(?P<name>[^\s#:=][^#:=\n]*):(?![=:])(?P<rest>[^\n]*)\n(?P<recipe>(?:\t[^\n]*\n|[ \t]*\n|#[^\n]*\n)*)", re.M
)


_NAME = re.compile(r"\w[\w.-]*")


def free(work: Work) -> None:
    """Every limit of Django that is somebody else's, by an address or in a file that is downloaded."""
    seen: set[tuple[str, str]] = set()
    # One after the other: an edit moves what stands below it, and a copy may include by an address, too.
    while include := next(
        (e for e in requirements.addresses(work.project, {}) if (e.path, e.target) not in seen), None
    ):
        seen.add((include.path, include.target))
        _address(work, include)
    for rule, address in list(_downloads(work)):
        _downloaded(work, rule, address)


# By an address


def _address(work: Work, include: Include) -> None:
    data = work.declared.fetched.get(include.target)
    source = Text(include.target, data.decode("utf-8", "replace")) if data is not None else None
    blocking = [line.text for line in requirements.django_lines(source) if _blocks(work, line)] if source else []
    name = include.target.partition("?")[0].rpartition("/")[2]
    if not _NAME.fullmatch(name):
        # Such as a folder's, or one that pip would read as an option.
        if blocking:
            words = f"{include.target} keeps Django {show(work.leg.target)} out ({blocking[0]})"
            how = "Keep a copy without that line, and include that."
            work.say(include.path, include.line, "constraint-blocks", words, how, Weight.MUST)
        return
    path = posixpath.normpath(posixpath.join(posixpath.dirname(include.path), name))
    if not source and _noted(work, include.target):
        blocking = ["by what was compiled with it"]
    if not blocking or work.text(include.path) is None or (not source and not _compiler(work)):
        return
    why = f"{include.target} keeps Django {show(work.leg.target)} out"
    kept = work.text(path)
    if work.project.read(path) is not None and path not in work.changed and not _is_copy(work, include, path):
        how = f"Keep a copy without that line, and include that; {path} is something else."
        work.say(include.path, include.line, "constraint-blocks", f"{why} ({blocking[0]})", how, Weight.MUST)
        return
    if source is None and kept is not None:
        # An older copy of it, which says more than none.
        work.edit(path, _without_limits(work, kept), why)
    elif path not in work.changed:
        work.put(_copy(include.target, path, source, blocking[0]), why)
    _instead(work, include, name, why)
    made = _made_anew(work, include.target, path, why)
    _limited(work, include.path, why)
    words = f"{include.target} keeps Django back ({blocking[0]}): a copy without that line is used"
    if not source:
        state = "an old one" if kept is not None else "empty"
        words += f", which is {state} until it is made: it could not be read from here"
    how = f"`make {made}` makes the copy; go" if made else "Go"
    work.say(
        include.path, include.line, "constraint-copied", words, f"{how} back to it when it lets the new Django in."
    )


def _blocks(work: Work, line: Line) -> bool:
    asked = requirements.requirement(line.text)
    return asked is not None and not [each for each in admitted(asked) if each >= work.leg.target]


def _noted(work: Work, address: str) -> bool:
    """pip-compile writes below each pin which constraints were about it: of one that is away this says enough."""
    for path in work.declared.compiled_paths:
        text = work.text(path)
        found = re.search(r"(?im)^django==[^\n]*\n((?:[ \t]+#[^\n]*\n?)+)", text.text) if text else None
        if found and f"-c {address}" in found[1]:
            return True
    return False


def _copy(address: str, path: str, source: Text | None, line: str) -> Text:
    head = [f"# A copy of {address}", f"# without its limit of Django ({line})."]
    if source is None:
        return Text(path, "\n".join([*head, ""]))
    blocking = list(requirements.django_lines(source))
    gone = [Edit(source.start_of_line(each.start), source.end_of_line(each.start), "") for each in blocking]
    return Text(path, source.newline.join([*head, source.edited(gone).text]))


def _is_copy(work: Work, include: Include, path: str) -> bool:
    """Whether a file of the list's name may be an older copy of it: nothing is installed from it."""
    kept = work.text(path)
    if kept is None or path == include.path or path in work.declared.compiled_paths:
        return False
    others = (each for other in requirements.files(work.project) for each in _lines(work, other))
    named = any(isinstance(each, Include) and not each.constraint and each.inside == path for each in others)
    return not named and "constraint" in path.rpartition("/")[2]


def _without_limits(work: Work, kept: Text) -> list[Edit]:
    blocking = [line for line in requirements.django_lines(kept) if _blocks(work, line)]
    return [Edit(kept.start_of_line(line.start), kept.end_of_line(line.start), "") for line in blocking]


def _instead(work: Work, include: Include, name: str, why: str) -> None:
    text = work.text(include.path)
    end = include.start + len(include.target)
    if text and text.text[include.start : end] == include.target:
        work.edit(include.path, [Edit(include.start, end, name)], why)


# In a Makefile


def _makefile(work: Work) -> Text | None:
    return next((text for name in makefile.NAMES if (text := work.text(name))), None)


def _rules(text: Text) -> Iterator[re.Match[str]]:
    body = text.text if text.text.endswith("\n") else text.text + "\n"
    yield from _RULE.finditer(body)


def _compiler(work: Work) -> tuple[Text, re.Match[str]] | None:
    """The rule that compiles the requirements."""
    text = _makefile(work)
    for rule in _rules(text) if text else ():
        if text and _COMPILES.search(rule["recipe"]) and not rule["name"].startswith("."):
            return text, rule
    return None


def _made_anew(work: Work, address: str, path: str, why: str) -> str:
    """A rule for the copy, which the one that compiles needs; the name of that, or nothing."""
    found = _compiler(work)
    if not found or path in found[0].text:
        return ""
    text, rule = found
    new = [
        f".PHONY: {path}",
        f"{path}: ## what {address.split('/')[2]} constrains, without its limit of Django",
        f"\tcurl -fsSL -o $@.tmp {address}",
        f"\t{_SED} $@.tmp > $@",
        "\trm $@.tmp",
        "",
        "",
    ]
    colon = rule.end("name") + 1
    # What stands right above a rule (a comment, an export for the same target) is about that rule.
    above = _head(text.text, rule.start(), rule["name"].strip())
    edits = [Edit(above, above, text.newline.join(new)), Edit(colon, colon, f" {path}")]
    return rule["name"].split()[0] if work.edit(text.path, edits, why) else ""


def _head(body: str, start: int, name: str) -> int:
    lines = body[:start].splitlines(keepends=True)
    while lines and (
        lines[-1].startswith("#") or re.match(rf"{re.escape(name)}\s*:|\.PHONY:.*\b{re.escape(name)}\b", lines[-1])
    ):
        start -= len(lines.pop())
    return start


def _downloads(work: Work) -> Iterator[tuple[re.Match[str], str]]:
    """Rules that fetch a list of constraints and leave its limit of Django in it."""
    text = _makefile(work)
    if text is None or _FREES.search(re.sub(r"(?m)^[^\n]*\bgrep\b[^\n]*$|^[^\n]*'/\^[^\n]*$", "", text.text)):
        return
    for rule in _rules(text):
        found = _DOWNLOADS.search(rule["recipe"])
        if found and found[1].endswith((".txt", ".in", ".pip")):
            yield rule, found[1]


def _downloaded(work: Work, rule: re.Match[str], address: str) -> None:
    """The line out of the file that is kept here, and out of what the rule writes."""
    text, name = _makefile(work), address.rpartition("/")[2]
    for path in work.project.matching(name):
        kept = work.text(path)
        gone = _without_limits(work, kept) if kept else []
        if not text or not kept or not gone or not rule["recipe"].strip():
            continue
        why = f"{address} keeps Django {show(work.leg.target)} out"
        work.edit(path, gone, why)
        end = rule.start("recipe") + len(rule["recipe"].rstrip())
        line = f'{text.newline}\t{_SED} "$(@)" > "$(@).tmp" && mv "$(@).tmp" "$(@)"'
        work.edit(text.path, [Edit(end, end, line)], why)
        for other in requirements.files(work.project):
            if any(isinstance(each, Include) and each.inside == path for each in _lines(work, other)):
                _limited(work, other, why)
        return


def _lines(work: Work, path: str) -> Iterator[Line | Include]:
    text = work.text(path)
    yield from requirements.lines(text) if text else ()


# What is left


def _limited(work: Work, path: str, why: str) -> None:
    """Without the limit of others Django must not run away: the service has one of its own, if it has none yet."""
    for other in requirements.files(work.project):
        text = work.text(other) if other not in work.declared.compiled_paths else None
        for line in requirements.django_lines(text) if text else ():
            asked = requirements.requirement(line.text)
            if asked is not None and any(each.operator in ("<", "<=", "==", "~=") for each in asked):
                return
    text = work.text(path)
    if text is None:
        return
    target = work.leg.target
    end = len(text.text)
    blank = "" if text.text.endswith("\n") else text.newline
    lines = [
        blank,
        "# Its own limit of Django, since that of others is left out.",
        f"Django<{target[0]}.{target[1] + 1}",
        "",
    ]
    work.edit(path, [Edit(end, end, text.newline.join(lines))], why)
