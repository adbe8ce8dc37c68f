"""What a proof consists of: plain values that serialise to JSON and back, and the words for how it ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from chairlift.recipes.django.releases import Release

#: Of the JSON: raised when a field changes its meaning or goes away.
VERSION = 3


class State(StrEnum):
    """What may be said. Only PASSED is green."""

    #: Tests ran on the Django that was meant, and none failed (but for those that are flaky).
    PASSED = "passed"
    FAILED = "failed"
    #: Nothing can be said: not built, not run, on another Django, or what failed needs what a sandbox has not.
    UNPROVEN = "unproven"
    #: There are no tests.
    ABSENT = "absent"
    #: What fails also failed before: the squad's to mend, not the upgrade's.
    RED_BEFORE = "red before"


class Result(StrEnum):
    """How one test ended, the best first."""

    PASSED = "passed"
    SKIPPED = "skipped"
    XFAILED = "failed as expected"
    XPASSED = "passed unexpectedly"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, order=True)
class Failure:
    """Why a test failed: `message` holds no addresses, numbers of objects or paths; `frame` is the last in the repo.

    `frame` is "path:line function". `needs` is what it lacks where that is no fault of the code: a network, a
    database, a secret; else empty.
    """

    kind: str
    message: str
    frame: str = ""
    needs: str = ""

    @property
    def cause(self) -> str:
        """For grouping: failures of many tests, and services, with one cause are one thing to understand."""
        return f"{self.kind}: {self.message}"


@dataclass(frozen=True, order=True)
class Case:
    """One test by the id that its own runner gives it."""

    id: str
    result: Result
    failure: Failure | None = None

    @property
    def red(self) -> bool:
        return self.result in (Result.FAILED, Result.ERROR)


@dataclass(frozen=True, order=True)
class Warned:
    """A warning, once for each place: `path` and `line` in the repository, or else the `distribution` that gave it."""

    category: str
    text: str
    path: str = ""
    line: int = 0
    distribution: str = ""

    @property
    def own(self) -> bool:
        return bool(self.path)

    @property
    def removal(self) -> bool:
        """Whether a Django will remove it."""
        return self.category.startswith("RemovedInDjango")


@dataclass(frozen=True)
class Ran:
    """What the process itself said that it ran on. Several values mean that several processes differed."""

    django: tuple[str, ...] = ()
    python: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    #: Those that were started for the tests, each with what CI has where that is another.
    servers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checked:
    """A message of Django's system checks."""

    id: str
    level: str
    text: str
    about: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Migration:
    """A migration that the models need and nobody wrote. `path` is where it belongs; outside of the repo it is empty.

    `alters` are the tables that it really alters; where such a table is big, `ways` are what people chose to do.
    `asks` says what only a person can answer; then `text` is a guess.
    """

    app: str
    name: str
    path: str
    text: str
    operations: tuple[str, ...] = ()
    alters: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    distribution: str = ""

    @property
    def ways(self) -> tuple[str, ...]:
        return WAYS if self.alters else ()


#: How people brought a migration to a table too big to lock, in public records of such upgrades.
WAYS = (
    "state only: wrap it in SeparateDatabaseAndState (or a RunSQL no-op), and alter the table later, or never",
    "online: alter the table with an online schema change tool, then run the migration with --fake",
    "plain: run it as it is, in a quiet hour, after measuring it on a copy",
)


@dataclass(frozen=True)
class Lost:
    """A distribution, and the first place where it takes a name from Django that is not there."""

    distribution: str
    version: str
    path: str
    line: int
    name: str


@dataclass(frozen=True)
class Built:
    """The environment: `installed` by name; when it could not be built, `why`, `culprit` and lines of the `log`.

    `lost` is what distributions take from Django that it does not have, as far as reading them tells. `apps` is which
    config each package in it asks for as an app (its default_app_config), where that was looked for.
    """

    python: str = ""
    installed: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    why: str = ""
    culprit: str = ""
    log: str = ""
    notes: tuple[str, ...] = ()
    lost: tuple[Lost, ...] = ()
    apps: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    kept: bool = False

    @property
    def ok(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class Wish:
    """What is to be proven of a checkout. What is empty is found in the checkout.

    `django` is the series that the tests must run on. With `bump` Django is brought to it whatever the checkout pins;
    else what the checkout pins is installed, and shows by itself whether it is that series. `tests` is the command,
    `requirements` the files to install, `extra` single requirements beside them, `settings` the settings module; `env`
    is set for the tests. `reruns` tells flaky tests apart. `newest` (a date) leaves out releases after it; `offline`
    uses only what the cache has.
    """

    django: Release
    bump: bool = False
    python: Release | None = None
    tests: str = ""
    requirements: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    settings: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 1800
    reruns: int = 1
    checks: bool = True
    newest: str = ""
    offline: bool = False
    demand_sandbox: bool = False


@dataclass(frozen=True)
class Proof:
    """What one run proved, in words and as evidence. `unverified` says what was not verified, and why."""

    state: State
    why: str
    django: Release
    command: str = ""
    built: Built = field(default_factory=Built)
    ran: Ran = field(default_factory=Ran)
    tests: tuple[Case, ...] = ()
    flaky: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()
    checks: tuple[Checked, ...] = ()
    migrations: tuple[Migration, ...] = ()
    unverified: tuple[str, ...] = ()
    sandboxed: bool = True
    exit_code: int | None = None
    seconds: float = 0.0
    output: str = ""
    #: The settings with which Django said which migrations are needed; empty where it could not say.
    asked: str = ""

    @property
    def red(self) -> tuple[Case, ...]:
        """Tests that failed each time."""
        return tuple(test for test in self.tests if test.red and test.id not in self.flaky)

    def count(self, result: Result) -> int:
        return sum(test.result is result for test in self.tests)

    def data(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {"version": VERSION, **_plain(self)}


def newly_lost(before: Proof | None, after: Proof) -> tuple[Lost, ...]:
    """What the second has lost and the first has not: what was missing before did no harm then either."""
    known = {(each.distribution, each.name) for each in before.built.lost} if before else set()
    return tuple(each for each in after.built.lost if (each.distribution, each.name) not in known)


def of_data(found: Mapping[str, Any]) -> Proof:
    """Back from JSON. Raises KeyError and TypeError for what is no proof of this version."""
    if found["version"] != VERSION:
        raise KeyError(f"a proof of version {found['version']}, not {VERSION}: make it again")
    tests = [(each["id"], Result(each["result"]), each["failure"]) for each in found["tests"]]
    given = {name: value for name, value in found.items() if name != "version"} | {
        "state": State(found["state"]),
        "django": (found["django"][0], found["django"][1]),
        "built": Built(**_tuples(found["built"]) | {"lost": tuple(Lost(**each) for each in found["built"]["lost"])}),
        "ran": Ran(**_tuples(found["ran"])),
        "tests": tuple(Case(id, result, Failure(**failure) if failure else None) for id, result, failure in tests),
        "warnings": tuple(Warned(**each) for each in found["warnings"]),
        "checks": tuple(Checked(**each) for each in found["checks"]),
        "migrations": tuple(Migration(**_tuples(each)) for each in found["migrations"]),
    }
    return Proof(**_tuples(given))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, StrEnum | Path):
        return str(value)
    return value


def _tuples(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
