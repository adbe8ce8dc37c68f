"""The versions that tox and CI test: `django22` beside `django32`, each really installed."""

from __future__ import annotations

import re
from collections.abc import Callable

Edit = Callable[[list[str]], list[str]]


def added(text: str, old: str, new: str, requirement: str) -> str:
    """`new` wherever `old` is tested; `requirement` is what tox installs for it, as 'Django>=3.2,<3.3'."""
    if re.search(rf"\b{old}\b", text) is None and _braced(text, old) is None:
        return text
    if not re.search(rf"^\s*{new}:", text, re.MULTILINE):
        text = re.sub(rf"(?m)^(\s*){old}:.*\n", rf"\g<0>\g<1>{new}: {requirement}\n", text)
    text = _factors(text, lambda names: [*names, new] if old in names and new not in names else names)
    text = _lists(text, lambda names: _after(names, old, new))
    if not re.search(rf"^\s*- {new}\s*$", text, re.MULTILINE):
        text = re.sub(rf"(?m)^(\s*- ){old}\s*\n", rf"\g<0>\g<1>{new}\n", text)
    return text


def dropped(text: str, old: str, new: str) -> str:
    """Without `old`, where `new` is tested too."""
    if not re.search(rf"\b{new}\b", text) and _braced(text, new) is None:
        return text
    text = re.sub(rf"(?m)^\s*(?:- {old}\s*|{old}:.*)\n", "", text)
    text = _factors(text, lambda names: [name for name in names if name != old] if new in names else names)
    return _lists(text, lambda names: [name for name in names if name != old] if new in names else names)


def _after(names: list[str], old: str, new: str) -> list[str]:
    if old not in names or new in names:
        return names
    at = names.index(old) + 1
    return [*names[:at], new, *names[at:]]


def _braced(text: str, factor: str) -> re.Match[str] | None:
    return re.search(rf"django\{{[^}}]*\b{factor.removeprefix('django')}\b", text)


def _factors(text: str, edit: Edit) -> str:
    """Each `py38-django22` or `django{22,30}` of tox's envlist, as the list of its versions."""

    def one(found: re.Match[str]) -> str:
        numbers = found[1] or found[2]
        names = [f"django{number.strip()}" for number in numbers.split(",")]
        edited = [name.removeprefix("django") for name in edit(names)]
        return found[0] if edit(names) == names else _spelled(edited)

    return re.sub(r"(?<=-)django(?:\{([\d, ]+)\}|(\d+))(?![\d:])", one, text)


def _spelled(numbers: list[str]) -> str:
    return f"django{numbers[0]}" if len(numbers) == 1 else f"django{{{','.join(numbers)}}}"


def _lists(text: str, edit: Edit) -> str:
    """Each list of CI on one line: `[django22, quality]`."""

    def one(found: re.Match[str]) -> str:
        names = [name.strip() for name in found[1].split(",")]
        return found[0] if edit(names) == names else f"[{', '.join(edit(names))}]"

    return re.sub(r"\[([\w, -]*django\d[\w, -]*)\]", one, text)
