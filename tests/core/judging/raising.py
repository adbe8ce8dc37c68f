"""Raises the errors of a small service (`service/`) for real, under any Django, and tells them as a monitor would.

Environments are those of the recipe's own tests, and kept with them.
"""

from __future__ import annotations

import functools
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chairlift.core.judging.fingerprints import Frame, Raised, by_message, fingerprint
from chairlift.core.judging.groups import NewErrors, judge_groups
from chairlift.core.judging.known import ErrorGroup, Past
from chairlift.core.judging.relating import Touched
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.environments import built
from chairlift.recipes.django.proving.evidence import Wish
from chairlift.recipes.django.proving.interpreters import choose
from chairlift.recipes.django.proving.order import Order
from chairlift.recipes.django.proving.wanted import find
from chairlift.recipes.django.releases import Release, show
from tests.recipes.django.proving.services import STORE

AGENT = Path(__file__).parent / "service" / "agent"
PINS = {(2, 2): "2.2.28", (3, 2): "3.2.25", (4, 2): "4.2.16", (5, 2): "5.2.1"}
DEPLOYED = datetime(2021, 9, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
_SECONDS = 120


@dataclass(frozen=True)
class Leg:
    """From one Django on one Python to another on one."""

    old: tuple[Release, Release]
    new: tuple[Release, Release]

    @property
    def shown(self) -> str:
        (old, before), (new, after) = self.old, self.new
        python = f"Python {show(before)}" if before == after else f"Python {show(before)} -> {show(after)}"
        return f"Django {show(old)} -> {show(new)}, {python}"


LEGS = (
    Leg(((2, 2), (3, 9)), ((3, 2), (3, 9))),
    Leg(((3, 2), (3, 9)), ((4, 2), (3, 9))),
    Leg(((4, 2), (3, 12)), ((5, 2), (3, 12))),
    # Python goes up with Django as often as not.
    Leg(((3, 2), (3, 9)), ((4, 2), (3, 12))),
)


@functools.cache
def recorded(django: Release, python: Release) -> Mapping[str, Any]:
    """What every view of the service raises there. Raises NoPython."""
    found: dict[str, Any] = json.loads(_run(django, python, "record.py"))
    assert found["django"] == PINS[django]
    return found


@functools.cache
def names(django: Release, python: Release) -> frozenset[str]:
    """All names that this Django defines."""
    return frozenset(_run(django, python, "names.py").split())


def _run(django: Release, python: Release, program: str) -> str:
    with tempfile.TemporaryDirectory() as name:
        checkout = Path(name)
        (checkout / "requirements.txt").write_text(f"django=={PINS[django]}\n")
        order = Order(checkout, find(Project(checkout)), choose(django, checkout, python), Wish(django))
        with built(order, STORE) as (home, found):
            assert found.ok, f"{found.why}\n{found.log}"
            words = [str(home / "bin" / "python"), "-B", str(AGENT / program)]
            ran = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout


def raised(told: Mapping[str, Any] | None) -> Raised | None:
    """As the judge has it."""
    if told is None:
        return None
    frames = tuple(Frame(each["module"], each["file"], each["function"], each["in_app"]) for each in told["frames"])
    return Raised(told["type"], told["message"], frames, raised(told["cause"]))


#: What tools hold two errors for the same by.
Key = Callable[[Mapping[str, Any]], object]
KEYS: Mapping[str, Key] = {
    "type, stack with lines": lambda told: (
        told["type"],
        *((each["module"], each["function"], each["line"]) for each in told["frames"]),
    ),
    "type, stack, functions only": lambda told: (told["type"], *(each["function"] for each in told["frames"])),
    "type, normalised message": lambda told: by_message(raised(told)),
    "type, own frames (ours)": lambda told: fingerprint(raised(told)),
}


def rekeyed(leg: Leg, key: Key) -> list[str]:
    """The ordinary errors that are new by this key, though they were there all the time."""
    old, new = recorded(*leg.old)["ordinary"], recorded(*leg.new)["ordinary"]
    before = {key(told) for told in old.values()}
    return [name for name, told in new.items() if key(told) not in before]


def group(name: str, told: Mapping[str, Any], events: int = 100) -> ErrorGroup:
    """As many events as many services have: over many minutes and a few hosts."""
    return ErrorGroup(name, raised(told), events, minutes=min(events, 50), hosts=min(events, 3))


def upgrade(leg: Leg) -> Touched:
    """A diff that touched nothing but the pin: the hardest case for the judge."""
    removed = names(*leg.old) - names(*leg.new)
    return Touched({"requirements.txt": None}, {"django": frozenset(["django"])}, removed)


def judged(leg: Leg, old: Iterable[str], new: Iterable[str]) -> NewErrors:
    """A day after the deploy, where these ordinary errors were there before and these of all kinds are there now."""
    before, after = recorded(*leg.old)["ordinary"], recorded(*leg.new)
    all_new = {**after["ordinary"], **after["others"], **after["breaking"]}
    past = Past([group(name, before[name], 2800) for name in old])
    now = [group(name, all_new[name]) for name in new]
    return judge_groups(past, now, upgrade(leg), DEPLOYED, DEPLOYED + DAY)


def broken(leg: Leg) -> list[str]:
    """The views that worked before and fail now."""
    old, new = recorded(*leg.old)["breaking"], recorded(*leg.new)["breaking"]
    return [name for name, told in new.items() if told and not old[name]]
