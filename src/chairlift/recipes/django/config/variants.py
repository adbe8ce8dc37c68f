"""Edits of YAML that might be right: entries of lists and jobs, for another Django beside the one that is there.

Nothing here knows a CI. What a candidate means is for `workflows` to find out, by reading the jobs again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chairlift.recipes.django.config import tokens, yamls
from chairlift.recipes.django.config.ci import version
from chairlift.recipes.django.config.texts import Text
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.releases import Release, series

#: What names a version and installs none.
_SAID_ELSEWHERE = {"if", "condition", "name", "description", "only", "except"}


@dataclass(frozen=True)
class Moving:
    """From which versions to which; `raising` replaces Pythons in copies that the target does not run on."""

    target: Release
    raising: bool = False


def additions(text: Text, root: yamls.Node, moving: Moving) -> list[tuple[Edit, ...]]:
    """One candidate for each list or mapping with an entry for an older Django and none for the target, small first."""
    found: list[tuple[Edit, ...]] = []
    named = _within_named(root, moving.target)
    for node, key in _collections(root):
        if id(node) in named:
            continue
        if isinstance(node, yamls.SequenceNode):
            found += _more_items(text, node, key, moving)
        elif isinstance(node, yamls.MappingNode):
            found += _more_pairs(text, node, moving)
    return sorted(found, key=lambda edits: sum(len(edit.text) for edit in edits))


def _within_named(root: yamls.Node, target: Release) -> set[int]:
    """What is part of a job that is named for an older Django: the job is copied as a whole, or not at all."""
    inside: set[int] = set()
    for node in yamls.walk(root):
        for name, value in _own_pairs(node) if isinstance(node, yamls.MappingNode) else ():
            said = tokens.series_in(str(name.value))
            if said and said < target and isinstance(value, yamls.MappingNode):
                inside |= {id(each) for each in yamls.walk(value)}
    return inside


def removals(text: Text, root: yamls.Node, target: Release) -> list[tuple[Edit, ...]]:
    """One candidate for each entry that is for an older Django alone."""
    found: list[tuple[Edit, ...]] = []
    for node, key in _collections(root):
        if isinstance(node, yamls.SequenceNode):
            said = [_series(item, key) for item in node.value]
            old = [item for item, each in zip(node.value, said, strict=True) if each and max(each) < target]
            found += [(_without_item(text, node, item),) for item in old if len(node.value) > 1]
        elif isinstance(node, yamls.MappingNode):
            found += _without_axes(text, node, key, target)
            for name, value in _own_pairs(node):
                said_by_key = tokens.series_in(name.value)
                old_key = said_by_key is not None and said_by_key < target
                if (old_key or _all_old(name, value, target)) and not node.flow_style and len(node.value) > 1:
                    found.append((Edit(text.start_of_line(name.start_mark.index), _end(text, value), ""),))
    return found


def _all_old(name: yamls.Node, value: yamls.Node, target: Release) -> bool:
    """Choices beside those of a matrix, each for an older Django: without them the list itself goes."""
    if name.value not in ("include", "exclude") or not isinstance(value, yamls.SequenceNode):
        return False
    said = [_series(item, str(name.value)) for item in value.value]
    return bool(said) and all(each and max(each) < target for each in said)


def _without_axes(text: Text, node: yamls.MappingNode, key: str, target: Release) -> Iterator[tuple[Edit, ...]]:
    """Axes of which every choice is old, where an included choice is for the target: that one stays by itself."""
    pairs = {str(name.value): (name, value) for name, value in _own_pairs(node)}
    if key != "matrix" or node.flow_style or "include" not in pairs:
        return
    axes = {name: pair for name, pair in pairs.items() if name != "include"}
    said = [_series(value, name) for name, (_, value) in axes.items() if name != "exclude"]
    old = [each for each in said if each and max(each) < target]
    if old and target in _series(pairs["include"][1], "include"):
        spans = [(text.start_of_line(name.start_mark.index), _end(text, value)) for name, value in axes.values()]
        yield tuple(Edit(start, end, "") for start, end in spans)


def raised_pythons(text: Text, root: yamls.Node, target: Release) -> list[Edit]:
    """Pythons that the target does not run on: out of lists where others stay, raised where none would."""
    edits: list[Edit] = []
    runs = series(target).pythons
    listed: set[int] = set()
    for node, key in _collections(root):
        if not isinstance(node, yamls.SequenceNode) or "py" not in key.lower():
            continue
        items = [item for item in node.value if isinstance(item, yamls.ScalarNode) and version(item.value)]
        listed |= {id(item) for item in items}
        bad = [item for item in items if _python(item.value, target) != item.value]
        good = [item for item in items if version(item.value) in runs]
        if bad and good:
            edits += [_without_item(text, node, item) for item in bad]
        elif bad:
            edits += [_without_item(text, node, item) for item in bad[:-1]]
            edits.append(_in_place(text, bad[-1], _python(bad[-1].value, target)))
    for scalar, key in _scalars(root):
        known = re.search(r"(?i)python|image|container", key) and id(scalar) not in listed
        if known and "\n" not in scalar.value and (new := _python(scalar.value, target)) != scalar.value:
            edits.append(_in_place(text, scalar, new))
    return _joined(text, edits)


def _joined(text: Text, edits: Iterable[Edit]) -> list[Edit]:
    """Neighbours in a list that both go take the comma between them with them: that is one edit."""
    joined: list[Edit] = []
    for each in sorted(set(edits), key=lambda edit: (edit.start, edit.end)):
        if joined and not joined[-1].text and not each.text and each.start < joined[-1].end:
            before = re.search(r",?\s*$", text.text[: joined[-1].start])
            start = before.start() if before and re.match(r"\s*\]", text.text[each.end :]) else joined[-1].start
            joined[-1] = Edit(start, max(joined[-1].end, each.end), "")
        else:
            joined.append(each)
    return joined


def _in_place(text: Text, scalar: yamls.ScalarNode, new: str) -> Edit:
    start, end = scalar.start_mark.index, scalar.end_mark.index
    return Edit(start, end, _raw(text.text[start:end], scalar, new))


def _collections(root: yamls.Node) -> Iterator[tuple[yamls.Node, str]]:
    """Every list and mapping, with the key that it stands under."""
    keys: dict[int, str] = {}
    for node in yamls.walk(root):
        if isinstance(node, yamls.MappingNode):
            keys.update((id(value), str(key.value)) for key, value in _own_pairs(node))
        elif isinstance(node, yamls.SequenceNode):
            keys.update((id(value), keys.get(id(node), "")) for value in node.value)
        if not isinstance(node, yamls.ScalarNode):
            yield node, keys.get(id(node), "")


def _own_pairs(node: yamls.MappingNode) -> list[tuple[yamls.ScalarNode, yamls.Node]]:
    return [(key, value) for key, value in node.value if isinstance(key, yamls.ScalarNode)]


def _scalars(node: yamls.Node, key: str = "") -> Iterator[tuple[yamls.ScalarNode, str]]:
    """The texts of a value, each with its key."""
    if isinstance(node, yamls.ScalarNode):
        yield node, key
    elif isinstance(node, yamls.SequenceNode):
        for each in node.value:
            yield from _scalars(each, key)
    elif isinstance(node, yamls.MappingNode):
        for name, value in _own_pairs(node):
            yield from _scalars(value, str(name.value))


def _moved(value: str, key: str, target: Release) -> tuple[str, set[Release]]:
    """A text for the target, and which series it is of now."""
    if key in _SAID_ELSEWHERE:
        return value, set()
    found = list(tokens.mentions(value))
    if not found and re.search(r"(?i)django|\bdj\b", key) and re.fullmatch(r"[1-9]\d{1,2}", value):
        old = (int(value[0]), int(value[1:]))
        return tokens.retarget(value, old, target), {old} if tokens.retarget(value, old, target) != value else set()
    if re.search(r"(?i)python|node|postgres|mysql|redis|image|uses", key) and not re.search(r"(?i)django|\bdj", value):
        return value, set()
    said = {each.series for each in found}
    for each in sorted(found, key=lambda one: one.start, reverse=True):
        value = f"{value[: each.start]}{each.moved(value, target)}{value[each.end :]}"
    return value, said


def _series(node: yamls.Node, key: str) -> set[Release]:
    said: set[Release] = set()
    for scalar, name in _scalars(node, key):
        said |= _moved(scalar.value, name, (0, 0))[1]
    return said


def _copy(text: Text, node: yamls.Node, start: int, end: int, key: str, moving: Moving) -> str:
    """What stands from `start` to `end`, for the target."""
    edits = []
    for scalar, name in _scalars(node, key):
        new, _ = _moved(scalar.value, name, moving.target)
        if new == scalar.value and moving.raising:
            new = _python(scalar.value, moving.target)
        first, last = scalar.start_mark.index, scalar.end_mark.index
        if new == scalar.value or not start <= first < end:
            continue
        raw = text.text[first:last]
        edits.append(Edit(first - start, last - start, _raw(raw, scalar, new)))
    return Text("", text.text[start:end]).edited(edits).text


def _raw(raw: str, scalar: yamls.ScalarNode, new: str) -> str:
    """A value in the quotes of the old one; a number that would lose its zero gets some."""
    if scalar.style in ("'", '"'):
        return f"{scalar.style}{new}{scalar.style}"
    if scalar.style in ("|", ">"):
        return (
            raw.replace(scalar.value.strip(), new.strip()) if scalar.value.strip() in raw else _lines(raw, scalar, new)
        )
    return f"'{new}'" if re.fullmatch(r"\d+\.\d*0", new) else new


def _lines(raw: str, scalar: yamls.ScalarNode, new: str) -> str:
    """A block of several lines, line by line, with its indentation."""
    for before, after in zip(scalar.value.split("\n"), new.split("\n"), strict=False):
        if before != after:
            raw = raw.replace(before, after, 1)
    return raw


def _python(value: str, target: Release) -> str:
    """A Python that the target runs on, in the words of the old one."""
    runs = series(target).pythons

    def raise_it(found: re.Match[str]) -> str:
        release = int(found[2]), int(found[4])
        known = release[0] in (2, 3) and release not in runs and release < runs[-1]
        return f"{found[1]}{runs[0][0]}{found[3]}{runs[0][1]}" if known else found[0]

    if version(value) and re.fullmatch(r"(?:py|python)?-?\d\.?\d{1,2}", value):
        return re.sub(r"^(\D*)(\d)(\.?)(\d{1,2})$", raise_it, value)
    return re.sub(r"(\b(?:py|python:?))(\d)(\.?)(\d{1,2})(?=\b|-)", raise_it, value)


def _more_items(text: Text, node: yamls.SequenceNode, key: str, moving: Moving) -> Iterator[tuple[Edit, ...]]:
    said = [_series(item, key) for item in node.value]
    every = set().union(*said) if said else set()
    if not every or moving.target in every or max(every) > moving.target:
        return
    newest = max(every)
    at = max(place for place, each in enumerate(said) if newest in each)
    item = node.value[at]
    order = [max(each) for each in said if each]
    falling = len(order) > 1 and order == sorted(order, reverse=True) and order[0] != order[-1]
    if node.flow_style:
        yield (_flow_item(text, node, at, key, moving, before=falling),)
    elif (dash := _dash(text, item)) is not None:
        start, end = text.start_of_line(dash), _end(text, item)
        body = _copy(text, item, start, end, key, moving)
        # Only the comment of the entry itself is not copied.
        body = re.sub(r"[ \t]+#[^\n]*(?=\r?\n?$)", "", body, count=1) if isinstance(item, yamls.ScalarNode) else body
        ended = body.endswith("\n")
        if falling:
            yield (Edit(start, start, body if ended else body + text.newline),)
        else:
            yield (Edit(end, end, body if ended else text.newline + body),)


def _flow_item(text: Text, node: yamls.SequenceNode, at: int, key: str, moving: Moving, before: bool) -> Edit:
    item = node.value[at]
    start, end = item.start_mark.index, item.end_mark.index
    body = _copy(text, item, start, end, key, moving)
    between = ", "
    if len(node.value) > 1:
        left, right = (node.value[0], node.value[1]) if at == 0 else (node.value[at - 1], item)
        between = text.text[left.end_mark.index : right.start_mark.index]
        if "#" in between:
            between = f",{text.newline}{text.indent(right.start_mark.index)}"
    return Edit(start, start, body + between) if before else Edit(end, end, between + body)


def _dash(text: Text, item: yamls.Node) -> int | None:
    """Where the dash of an entry is; None where the entry is an alias, which stands elsewhere."""
    found = re.search(r"-[ \t]+(?:&\S+\s+)?$", text.text[: item.start_mark.index])
    return found.start() if found and not text.text[text.start_of_line(found.start()) : found.start()].strip() else None


def _end(text: Text, node: yamls.Node) -> int:
    """After the last line of a block, without the blank lines and comments that follow it."""
    end = node.end_mark.index
    start = text.start_of_line(node.start_mark.index)
    lines = text.text[start:end].splitlines(keepends=True)
    if isinstance(node, yamls.ScalarNode) and node.style in ("|", ">"):
        while lines and not lines[-1].strip():
            lines.pop()
    elif isinstance(node, yamls.SequenceNode | yamls.MappingNode) and not node.flow_style:
        while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
            lines.pop()
    last = start + sum(map(len, lines))
    return text.end_of_line(max(last - 1, node.start_mark.index))


def _more_pairs(text: Text, node: yamls.MappingNode, moving: Moving) -> Iterator[tuple[Edit, ...]]:
    """A job (or any named block) whose name says an older Django, once more for the target."""
    said = [(tokens.series_in(str(name.value)), name, value) for name, value in _own_pairs(node)]
    known = [(each, name, value) for each, name, value in said if each]
    if not known or node.flow_style or any(each >= moving.target for each, _, _ in known):
        return
    newest, name, value = max(known, key=lambda one: one[0])
    if isinstance(value, yamls.ScalarNode):
        return
    start, end = text.start_of_line(name.start_mark.index), _end(text, value)
    body = _copy(text, value, start, end, "", moving)
    head = tokens.retarget(str(name.value), newest, moving.target)
    mention = next(iter(tokens.mentions(str(name.value))), None)
    if mention:
        head = f"{name.value[: mention.start]}{mention.moved(name.value, moving.target)}{name.value[mention.end :]}"
    body = body.replace(str(name.value), head, 1)
    gap = text.newline if text.text[:start].endswith(text.newline * 2) or start == 0 else ""
    yield (Edit(end, end, f"{gap}{body}" if text.text[:end].endswith("\n") else f"{text.newline}{gap}{body}"),)


def _without_item(text: Text, node: yamls.SequenceNode, item: yamls.Node) -> Edit:
    if not node.flow_style:
        dash = _dash(text, item)
        start = text.start_of_line(dash if dash is not None else item.start_mark.index)
        return Edit(start, _end(text, item), "")
    at = next(place for place, each in enumerate(node.value) if each is item)
    if at + 1 < len(node.value):
        return Edit(item.start_mark.index, node.value[at + 1].start_mark.index, "")
    return Edit(node.value[at - 1].end_mark.index, item.end_mark.index, "")


def excluded(text: Text, matrix: yamls.MappingNode, choices: Sequence[dict[str, str]]) -> tuple[Edit, ...]:
    """Choices taken out of a matrix of GitHub Actions, in its own indentation."""
    nodes = dict(yamls.pairs(matrix))
    first = _own_pairs(matrix)[0][0]
    indent = " " * (first.start_mark.index - text.start_of_line(first.start_mark.index))
    present = nodes.get("exclude")
    if matrix.flow_style or (
        present is not None and (not isinstance(present, yamls.SequenceNode) or present.flow_style)
    ):
        return ()
    inner = indent + "  "
    if present is not None and (dash := _dash(text, present.value[0])) is not None:
        inner = text.text[text.start_of_line(dash) : dash]
    lines = [] if present is not None else [f"{indent}exclude:"]
    for choice in choices:
        words = [f"{key}: {_quoted(value)}" for key, value in choice.items()]
        lines += [f"{inner}- {words[0]}", *(f"{inner}  {word}" for word in words[1:])]
    end = _end(text, present if present is not None else matrix)
    body = text.newline.join(lines)
    return (Edit(end, end, body + text.newline if text.text[:end].endswith("\n") else text.newline + body),)


def included(text: Text, matrix: yamls.MappingNode, choice: dict[str, str]) -> tuple[Edit, ...]:
    """One more choice of a matrix of GitHub Actions."""
    made = excluded(text, matrix, [choice]) if "include" not in dict(yamls.pairs(matrix)) else ()
    present = [edit for edit in made if "exclude:" in edit.text]
    return tuple(Edit(edit.start, edit.end, edit.text.replace("exclude:", "include:", 1)) for edit in present)


def _quoted(value: str) -> str:
    return (
        f"'{value}'"
        if re.fullmatch(r"[\d.]+|true|false|", value) or re.search(r"[:#{}\[\],&*<>=!%@`]", value)
        else value
    )


__all__ = ["Moving", "additions", "excluded", "included", "removals"]
