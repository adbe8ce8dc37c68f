"""How a mistake in a file is made, and what must be said of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chairlift.core.files import FileProblems

#: What stands in a good file, what stands there instead, in which line of that (None: any), and what is said.
Mistake = tuple[str, str, int | None, str]
Parse = Callable[[str, str], object]


def wrong(text: str, parse: Parse) -> list[str]:
    """What is wrong with a text, a line for each problem."""
    with pytest.raises(FileProblems) as caught:
        parse(text, "f.toml")
    lines = str(caught.value).splitlines()
    assert lines == [str(problem) for problem in caught.value.problems]
    return lines


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1, f"{part!r} must stand in the text once"
    return text.partition(part)[0].count("\n") + 1


def edited(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} must stand in the text once"
    return text.replace(old, new)


def check_mistake(text: str, mistake: Mistake, parse: Parse) -> None:
    """One mistake is one problem, in the right line; `None` leaves the line to the text of the message."""
    old, new, offset, message = mistake
    found = wrong(edited(text, old, new), parse)
    assert len(found) == 1, found
    place, _, said = found[0].partition(": ")
    assert message in said
    assert said.partition("; ")[2], "a problem names its remedy"
    if offset is not None:
        assert place == f"f.toml:{line_of(text, old) + offset}"
