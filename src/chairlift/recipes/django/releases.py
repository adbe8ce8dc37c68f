"""The releases of Django: which are long-term, which Pythons each runs on, and the way from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

#: A release series, such as (3, 2).
Release = tuple[int, int]


class Stage(StrEnum):
    """The three changes of an upgrade."""

    #: Works on both versions.
    PREPARE = "prepare"
    #: The version itself; alone in its pull request.
    UPGRADE = "upgrade"
    #: Works on the new version only.
    CLEAN_UP = "clean-up"


@dataclass(frozen=True)
class Series:
    """One release series: `pythons` are those it runs on, `ends` is when its security support does."""

    release: Release
    pythons: tuple[Release, ...]
    long_term: bool = False
    ends: date = date.max


def _pythons(first: int, last: int) -> tuple[Release, ...]:
    return tuple((3, minor) for minor in range(first, last + 1))


#: From "What Python version can I use with Django?" in Django's FAQ, and the download page's table of support.
SERIES = (
    Series((1, 11), ((2, 7), *_pythons(4, 7)), True, date(2020, 4, 1)),
    Series((2, 0), _pythons(4, 7), ends=date(2019, 4, 1)),
    Series((2, 1), _pythons(5, 7), ends=date(2019, 12, 2)),
    Series((2, 2), _pythons(5, 9), True, date(2022, 4, 11)),
    Series((3, 0), _pythons(6, 9), ends=date(2021, 4, 6)),
    Series((3, 1), _pythons(6, 9), ends=date(2021, 12, 7)),
    Series((3, 2), _pythons(6, 10), True, date(2024, 4, 1)),
    Series((4, 0), _pythons(8, 10), ends=date(2023, 4, 1)),
    Series((4, 1), _pythons(8, 11), ends=date(2023, 12, 1)),
    Series((4, 2), _pythons(8, 12), True, date(2026, 4, 30)),
    Series((5, 0), _pythons(10, 12), ends=date(2025, 4, 2)),
    Series((5, 1), _pythons(10, 13), ends=date(2025, 12, 31)),
    Series((5, 2), _pythons(10, 14), True, date(2028, 4, 30)),
    Series((6, 0), _pythons(12, 14), ends=date(2027, 4, 30)),
    Series((6, 1), _pythons(12, 14), ends=date(2027, 12, 31)),
)
_BY_RELEASE = {series.release: series for series in SERIES}


def series(release: Release) -> Series:
    """Raises KeyError with the remedy where it is not known."""
    if release not in _BY_RELEASE:
        known = ", ".join(show(each) for each in _BY_RELEASE)
        raise KeyError(f"Django {show(release)} is not known here; known: {known}")
    return _BY_RELEASE[release]


def parse(text: str) -> Release:
    """`3.2`, `3.2.25` or `Django 3.2` as a series. Raises ValueError."""
    numbers = text.strip().lower().removeprefix("django").strip().split(".")
    try:
        return int(numbers[0]), int(numbers[1])
    except (ValueError, IndexError):
        raise ValueError(f"{text!r} is no version of Django: write it as 3.2") from None


def show(release: Release) -> str:
    return f"{release[0]}.{release[1]}"


def between(current: Release, target: Release) -> tuple[Release, ...]:
    """Every series after `current`, up to `target`."""
    return tuple(each.release for each in SERIES if current < each.release <= target)


def horizon(target: Release) -> Release:
    """The last version whose removals this one warns of: the second after it."""
    later = [each.release for each in SERIES if each.release > target]
    return later[1] if len(later) > 1 else (99, 0)


def hops(current: Release, target: Release) -> tuple[Release, ...]:
    """From one long-term release to the next, the target last."""
    return tuple(each for each in between(current, target) if series(each).long_term or each == target)


def notes(release: Release, anchor: str = "") -> str:
    """Where the release notes are."""
    url = f"https://docs.djangoproject.com/en/{show(release)}/releases/{show(release)}/"
    return f"{url}#{anchor}" if anchor else url


@dataclass(frozen=True)
class Leg:
    """What a run of the recipe is for: from where to where, and which of the three changes.

    `floor` is the oldest version on which the result must work.
    """

    current: Release
    target: Release
    stage: Stage = Stage.PREPARE

    @property
    def floor(self) -> Release:
        return self.current if self.stage is Stage.PREPARE else self.target
