"""Matrices: all choices from some axes, as the CIs define them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Choice = dict[str, Any]
#: GitHub, GitLab and Travis start no more jobs of one matrix than this.
MOST = 256


def product(axes: Mapping[str, Any]) -> list[Choice]:
    """One choice for each way to take a value of every axis; a single value is an axis of one."""
    lists = [(key, value if isinstance(value, list) else [value]) for key, value in axes.items()]
    every = itertools.product(*(values for _, values in lists))
    names = [key for key, _ in lists]
    return [dict(zip(names, values, strict=True)) for values in itertools.islice(every, MOST)]


def _within(part: Mapping[str, Any], whole: Mapping[str, Any]) -> bool:
    return all(key in whole and _same(value, whole[key]) for key, value in part.items())


def _same(part: Any, whole: Any) -> bool:
    return _within(part, whole) if isinstance(part, dict) and isinstance(whole, dict) else bool(part == whole)


def github(matrix: Mapping[str, Any]) -> list[Choice]:
    """With `include` and `exclude`, by the rules of GitHub Actions."""
    axes = {key: value for key, value in matrix.items() if key not in ("include", "exclude")}
    choices = product(axes) if axes else []
    excluded = [each for each in _list(matrix.get("exclude")) if isinstance(each, dict)]
    choices = [each for each in choices if not any(_within(part, each) for part in excluded)]
    originals, added = [dict(each) for each in choices], []
    for extra in _list(matrix.get("include")):
        if not isinstance(extra, dict):
            continue
        fits = [at for at, each in enumerate(originals) if _within({k: v for k, v in extra.items() if k in axes}, each)]
        for at in fits:
            choices[at].update(extra)
        if not fits:
            added.append(dict(extra))
    return [*choices, *added]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def flat(prefix: str, choice: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names with dots for what is within: `matrix.django.version`."""
    for key, value in choice.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict):
            yield from flat(name, value)
        elif isinstance(value, list):
            yield name, ",".join(map(str, value))
        else:
            yield name, str(value)


def texts(value: Any) -> list[str]:
    """A script as a list of lines, however it is written; lists within lists (anchors) are opened."""
    if isinstance(value, list):
        return [line for each in value for line in texts(each)]
    return [str(value)] if value not in (None, "") else []


def shown(choice: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((key.partition(".")[2], value) for key, value in flat("x", choice))


def merged(over: Mapping[str, Any], under: Mapping[str, Any]) -> Choice:
    """Deeply, `over` wins; lists are replaced."""
    made = dict(under)
    for key, value in over.items():
        below = made.get(key)
        made[key] = merged(value, below) if isinstance(value, dict) and isinstance(below, dict) else value
    return made


__all__: Sequence[str] = ("Choice", "flat", "github", "merged", "product", "shown", "texts")
