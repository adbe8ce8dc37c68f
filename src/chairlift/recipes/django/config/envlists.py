"""Edits of tox files: the target beside the current version, its turn as production's, and the old ones away."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from chairlift.recipes.django.config import tokens, tox
from chairlift.recipes.django.config.ini import Entry, Item
from chairlift.recipes.django.config.specifiers import range_of
from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.config.work import Work, after_line, without_line
from chairlift.recipes.django.findings import Edit, Weight
from chairlift.recipes.django.releases import Release, series, show

_NAME = re.compile(r"(?:[^,\s{}]|\{[^{}]*\})+")
_GROUP = re.compile(r"\{([^{}]*)\}")
_LINES = ("deps", "commands", "commands_pre")


def add(work: Work) -> None:
    """At least one environment of tox installs the target, or a finding says why not."""
    config = tox.find(work.project)
    if config is None:
        return
    target, why = work.leg.target, f"tox tests Django {show(work.leg.target)}, too"
    if target in _tested(work):
        return
    edits = [*_more_names(config, target), *_more_lines(config, target), *_more_mappings(config, target)]
    plain = not any(tokens.series_in(name) for name in config.envlist)
    if plain or not any(tokens.series_in(item.text) for item in _conditions(config)):
        edits += _first_line(work, config, edits)
    if not edits or not work.edit(config.text.path, edits, why):
        return
    if target not in _tested(work):
        words = f"no environment of tox installs Django {show(target)}, though one is named for it"
        line = config.text.line(config.envlist_entry.start) if config.envlist_entry else 0
        how = "Look which of its dependencies or commands installs another Django."
        work.say(config.text.path, line, "tox-without-target", words, how, Weight.MUST)


def _tested(work: Work) -> set[Release]:
    """What the environments of the list install."""
    machine = work.world.machine(None, "", {})
    machine.run("tox")
    return {run.series for run in machine.runs if run.series and not run.conflict}


def _names(config: tox.Tox) -> Iterator[Item]:
    entry = config.envlist_entry
    for item in entry.items if entry else ():
        for found in _NAME.finditer(item.text):
            yield Item(found[0], item.start + found.start())


def _factor(text: str, target: Release) -> str:
    """`django22` or `dj22` for the target."""
    found = next((each for each in tokens.mentions(text)), None)
    return found.moved(text, target) if found else f"django{target[0]}{target[1]}"


def _within(name: str, target: Release) -> str:
    """A generative name with the target among its choices: `py38-django{22,30,32}`."""
    for group in _GROUP.finditer(name):
        choices = group[1].split(",")
        before = re.search(r"(?i)(?:django|dj)[-_]?$", name[: group.start()])
        if before and all(re.fullmatch(r"\s*\d{2,3}\s*|\s*\d\.\d+\s*", each) for each in choices):
            dotted = "." in choices[-1]
            new = show(target) if dotted else f"{target[0]}{target[1]}"
        elif tokens.series_in(choices[-1].strip()) or any(tokens.series_in(each) for each in choices):
            last = next(each for each in reversed(choices) if tokens.series_in(each))
            new = _factor(last.strip(), target)
        else:
            continue
        if new in [each.strip() for each in choices]:
            return name
        blank = " " if len(choices) > 1 and choices[-1].startswith(" ") else ""
        at = next(place for place in range(len(choices), 0, -1) if re.search(r"\d", choices[place - 1]))
        choices.insert(at, blank + new)
        return f"{name[: group.start(1)]}{','.join(choices)}{name[group.end(1) :]}"
    return name


def _series_of(name: str) -> set[Release]:
    return {found for each in tox.expand(name) if (found := tokens.series_in(each))}


def _runs(name: str, target: Release) -> bool:
    python = tox.python_of(name)
    return python is None or python in series(target).pythons


def _more_names(config: tox.Tox, target: Release) -> Iterator[Edit]:
    """Into the braces of each name whose Pythons all run the target; else those that do, as names of their own."""
    names = [item for item in _names(config) if _series_of(item.text)]
    if not names:
        return
    newest = max(max(_series_of(item.text)) for item in names)
    wanted = [item for item in names if max(_series_of(item.text)) == newest] if newest < target else []
    alone: list[str] = []
    for item in wanted:
        new = _within(item.text, target)
        fresh = [each for each in tox.expand(new) if each not in tox.expand(item.text)]
        if not fresh:
            fresh = list(dict.fromkeys(_renamed(each, target) for each in tox.expand(item.text)))
        good = [each for each in fresh if _runs(each, target)]
        if new != item.text and good == fresh:
            yield Edit(item.start, item.end, new)
            continue
        alone += [each for each in good if each not in (*alone, *config.envlist)]
    if alone or (
        wanted and not any(_runs(each, target) for item in wanted for each in tox.expand(_within(item.text, target)))
    ):
        lowest = series(target).pythons[0]
        yield _another_name(
            config, alone or [_raised(_renamed(tox.expand(wanted[-1].text)[-1], target), lowest)], wanted[-1]
        )


def _renamed(name: str, target: Release) -> str:
    found = next(iter(tokens.mentions(name)), None)
    return f"{name[: found.start]}{found.moved(name, target)}{name[found.end :]}" if found else name


def _raised(name: str, python: Release) -> str:
    return re.sub(r"py(?:thon)?\d\.?\d+", f"py{python[0]}{python[1]}", name, count=1)


def _another_name(config: tox.Tox, names: list[str], beside: Item) -> Edit:
    """New names after this one, by a comma or on lines of their own, as the list is written."""
    entry = config.envlist_entry
    assert entry is not None
    text = config.text
    if any(len(_NAME.findall(item.text)) > 1 for item in entry.items) or text.line(entry.start) == text.line(
        beside.start
    ):
        return Edit(beside.end, beside.end, "".join(f", {name}" for name in names))
    comma = "," if text.text[beside.end : beside.end + 1] == "," else ""
    edit = after_line(text, beside.start, [f"{text.indent(beside.start)}{name}{comma}" for name in names])
    return edit


def _conditions(config: tox.Tox) -> Iterator[Item]:
    """Lines of dependencies and commands that belong to factors."""
    for entry in config.ini.entries:
        if entry.section.startswith("testenv") and entry.key in _LINES:
            yield from (item for item in entry.items if tox.conditional(item.text)[0])


def _more_lines(config: tox.Tox, target: Release) -> Iterator[Edit]:
    """After the newest `django31: Django>=3.1,<3.2` of each setting, the same for the target."""
    for entry in config.ini.entries:
        if not entry.section.startswith("testenv") or entry.key not in _LINES:
            continue
        lines = [(found, item) for item in entry.items if (found := _installs(item))]
        if not lines or any(found >= target for found, _ in lines):
            continue
        _, item = max(lines, key=lambda each: each[0])
        condition, rest = tox.conditional(item.text)
        gap = item.text[len(condition) : len(item.text) - len(rest)]
        rest = _renamed(rest, target) if any(tokens.mentions(rest)) else f"Django{range_of(target)}"
        new = f"{_factor(condition, target)}{gap}{rest}"
        yield after_line(config.text, item.start, [f"{_indent(config.text, item)}{new}"])


def _indent(text: Text, item: Item) -> str:
    return text.indent(item.start) or "    "


def _installs(item: Item) -> Release | None:
    """The series of a line that is of one series, and installs a Django or a file of requirements."""
    condition, rest = tox.conditional(item.text)
    said = tokens.series_in(condition) if condition and "!" not in condition else None
    if said and (re.match(r"-r", rest) or any(True for _ in tokens.mentions(rest)) or re.match(r"(?i)django\b", rest)):
        return said
    return None


def _more_mappings(config: tox.Tox, target: Release) -> Iterator[Edit]:
    """`3.1: django31` of tox-gh-actions and tox-travis, for the target."""
    for entry in config.ini.entries:
        if entry.section not in ("gh-actions:env", "travis:env"):
            continue
        lines = [(found, item) for item in entry.items if (found := tokens.series_in(item.text.partition(":")[2]))]
        if lines and max(found for found, _ in lines) < target:
            _, item = max(lines, key=lambda each: each[0])
            key, sign, value = item.text.partition(":")
            old = next(iter(tokens.mentions(key.strip())), None)
            new = f"{old.moved(key.strip(), target) if old else show(target)}{sign}{_renamed(value, target)}"
            yield after_line(config.text, item.start, [f"{_indent(config.text, item)}{new}"])


def _first_line(work: Work, config: tox.Tox, others: list[Edit]) -> list[Edit]:
    """Where no line is of a version yet: a name for the target, and the line that installs it."""
    target = work.leg.target
    text, factor = config.text, f"django{target[0]}{target[1]}"
    edits: list[Edit] = []
    if not others:
        machine = work.world.machine(None, "", {})
        machine.run("tox")
        testing = {run.env for run in machine.runs if run.tested}
        names = [item for item in _names(config) if set(tox.expand(item.text)) & testing]
        good = [item for item in names if any(_runs(each, target) for each in tox.expand(item.text))]
        if not good or not all(re.match(r"py", item.text) for item in good[-1:]):
            return []
        edits.append(
            _another_name(
                config, [f"{name}-{factor}" for name in tox.expand(good[-1].text) if _runs(name, target)][-1:], good[-1]
            )
        )
    line = f"{factor}: Django{range_of(target)}"
    for key in ("deps", "commands_pre"):
        entry = config.ini.get("testenv", key)
        words = line if key == "deps" else f'{factor}: python -m pip install "Django{range_of(target)}"'
        made = [*edits, _into(config, entry, key, words)]
        trial = work.world_with(text.edited([*others, *made])).machine(None, "", {})
        trial.run("tox")
        if any(run.series == target and not run.conflict for run in trial.runs):
            return made
    return edits and [*edits, _into(config, config.ini.get("testenv", "deps"), "deps", line)]


def _into(config: tox.Tox, entry: Entry | None, key: str, line: str) -> Edit:
    """A line of its own at the end of a setting; the setting itself if it is not there."""
    text = config.text
    if entry and entry.items and text.line(entry.items[-1].start) > text.line(entry.start):
        return after_line(text, entry.items[-1].start, [f"{_indent(text, entry.items[-1])}{line}"])
    if entry and entry.items:
        first = entry.items[0]
        return Edit(first.start, first.end, f"{text.newline}    {first.text}{text.newline}    {line}")
    if entry:
        return after_line(text, entry.start, [f"    {line}"])
    head = next((start for name, start in config.ini.sections if name == "testenv"), None)
    if head is None:
        ended = text.text.endswith("\n")
        lines = ["", "[testenv]", f"{key} =", f"    {line}"]
        return Edit(
            len(text.text), len(text.text), ("" if ended else text.newline) + text.newline.join(lines) + text.newline
        )
    return after_line(text, head, [f"{key} =", f"    {line}"])


def swap(work: Work) -> None:
    """`django22: -r pins.txt` stands for production's pins: from the upgrade on these are the target's."""
    config = tox.find(work.project)
    if config is None:
        return
    target, edits = work.leg.target, []
    for entry in config.ini.entries:
        if not entry.section.startswith("testenv") or entry.key not in _LINES:
            continue
        items = [(found, item) for item in entry.items if (found := _installs(item))]
        old = [
            (found, item) for found, item in items if found < target and re.match(r"-r", tox.conditional(item.text)[1])
        ]
        new = [item for found, item in items if found == target]
        if len(old) != 1:
            continue
        release, item = old[0]
        condition, rest = tox.conditional(item.text)
        other = f"Django{range_of(release)}"
        if new and (mine := tox.conditional(new[0].text)[1]) != rest:
            other = _renamed(mine, release) if any(tokens.mentions(mine)) else other
            edits.append(Edit(new[0].end - len(mine), new[0].end, rest))
            edits.append(Edit(item.end - len(rest), item.end, other))
        elif not new:
            words = f"{_factor(condition, target)}{item.text[len(condition) : len(item.text) - len(rest)]}{rest}"
            edits.append(Edit(item.end - len(rest), item.end, other))
            edits.append(after_line(config.text, item.start, [f"{_indent(config.text, item)}{words}"]))
    work.edit(config.text.path, edits, f"the pinned Django is {show(target)}")


def remove(work: Work) -> None:
    """Names, lines, mappings and sections of the old versions away."""
    config = tox.find(work.project)
    if config is None or not any(
        max(_series_of(item.text), default=(0, 0)) >= work.leg.target for item in _names(config)
    ):
        return
    edits: list[Edit] = [*_fewer_names(config, work.leg.target)]
    for entry in config.ini.entries:
        mapping = entry.section in ("gh-actions:env", "travis:env")
        if not mapping and not (entry.section.startswith("testenv") and entry.key in (*_LINES, "setenv", "set_env")):
            continue
        for item in entry.items:
            edits += _fewer_conditions(config.text, item, work.leg.target, mapping)
    gone = [name for name in config.ini.names if name.startswith("testenv:") and _only_old(name[8:], work.leg.target)]
    sections = [*config.ini.sections, ("", len(config.text.text))]
    for (name, start), (_, end) in itertools.pairwise(sections):
        if name in gone:
            edits = [each for each in edits if not start <= each.start < end]
            edits.append(Edit(start, end, ""))
    work.edit(config.text.path, edits, f"nothing older than Django {show(work.leg.target)} is tested")


def _only_old(name: str, target: Release) -> bool:
    found = _series_of(name)
    return bool(found) and max(found) < target


def _fewer_names(config: tox.Tox, target: Release) -> Iterator[Edit]:
    text = config.text
    for item in _names(config):
        if not _only_old(item.text, target):
            new = _narrowed(item.text, target)
            if new != item.text:
                yield Edit(item.start, item.end, new)
            continue
        line = text.text[text.start_of_line(item.start) : text.end_of_line(item.start)]
        if line.strip().rstrip(",") == item.text:
            yield without_line(text, item.start)
        elif found := re.compile(r"\s*,[ \t]*").match(text.text, item.end):
            yield Edit(item.start, found.end(), "")
        else:
            before = re.search(r",?[ \t]*$", text.text[: item.start])
            yield Edit(before.start() if before else item.start, item.end, "")


def _narrowed(name: str, target: Release) -> str:
    """`py38-django{22,32}` is `py38-django32`: only choices that make no old environment stay."""
    for group in _GROUP.finditer(name):
        choices = group[1].split(",")
        before, after = name[: group.start()], name[group.end() :]
        kept = [each for each in choices if not _only_old(f"{before}{each.strip()}{after}", target)]
        if kept and kept != choices:
            inner = kept[0].strip() if len(kept) == 1 else f"{{{','.join(kept).strip()}}}"
            return _narrowed(f"{before}{inner}{after}", target)
    return name


def _fewer_conditions(text: Text, item: Item, target: Release, mapping: bool) -> Iterator[Edit]:
    condition, rest = item.text.partition(":")[::2] if mapping else tox.conditional(item.text)
    said = rest if mapping else condition
    if not said or "!" in said:
        return
    if _only_old(said.strip(), target):
        yield without_line(text, item.start)
    elif not mapping and (new := _narrowed(condition, target)) != condition:
        yield Edit(item.start, item.start + len(condition), new)
