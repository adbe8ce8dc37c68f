"""What a service says of itself: which Django and Python it is on, how it is tested, and where each of that is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.releases import Release

#: Gives the bytes behind an https address. Raises OSError where it is away.
Fetch = Callable[[str], bytes]


class Role(StrEnum):
    """What a mention of Django is for."""

    PRODUCTION = "production"
    TEST = "test"
    CI = "CI"
    METADATA = "library metadata"


class Kind(StrEnum):
    """Whether it is deployed, or released for others."""

    APPLICATION = "application"
    LIBRARY = "library"


@dataclass(frozen=True, order=True)
class Evidence:
    """One place that says a Django: `specifier` are its comparisons, empty for any version.

    `series` is what is installed by it alone; `compiled` says that a tool wrote the file from others.
    """

    path: str
    line: int
    specifier: str
    role: Role
    series: Release | None = None
    compiled: bool = False


@dataclass(frozen=True, order=True)
class Python:
    """One place that says a Python: `exact` for what runs it, else it is a lower bound or a claim."""

    release: Release
    path: str
    line: int
    exact: bool = True


@dataclass(frozen=True)
class TestCommand:
    """How the service tests itself: lines of shell, and the place that says so."""

    __test__ = False

    commands: tuple[str, ...]
    path: str
    line: int
    source: str
    environment: Mapping[str, str] = field(default_factory=dict)
    #: What they come to when make and scripts are followed: the programs that run tests.
    resolved: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Compiled:
    """A file that a tool writes: `tool` is pip-compile, uv, poetry, …; `sources` are the files it comes from."""

    path: str
    tool: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """One environment in which a job runs tests, or what it installed last: `series` None where that is not known.

    `conflict` says why nothing is installed at all.
    """

    env: str
    series: Release | None
    specifier: str = ""
    tested: bool = False
    conflict: str = ""
    python: Release | None = None
    why: tuple[str, ...] = ()
    #: The first command that ran tests.
    command: str = ""
    #: What was set for it. Which values they are changes nothing of what a job installs.
    environment: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Service:
    """A server that a job starts beside it: the name under which it is reached, the image, and what is set for it."""

    name: str
    image: str
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One job of a CI with one choice from its matrix; `unknown` says what of it could not be followed."""

    path: str
    line: int
    name: str
    values: tuple[tuple[str, str], ...] = ()
    runs: tuple[Run, ...] = ()
    unknown: tuple[str, ...] = ()
    services: tuple[Service, ...] = field(default=(), compare=False)

    @property
    def installs(self) -> frozenset[Release]:
        return frozenset(run.series for run in self.runs if run.series and not run.conflict)

    @property
    def tests(self) -> frozenset[Release]:
        """Where a job runs tests, what they run on; without, what is installed."""
        tested = {run.series for run in self.runs if run.tested and run.series and not run.conflict}
        return frozenset(tested)


@dataclass(frozen=True)
class Declared:
    """What `detect` found. `current` is the series of production, or the oldest that a library supports."""

    current: Release | None
    kind: Kind
    kind_why: str
    evidence: tuple[Evidence, ...] = ()
    pythons: tuple[Python, ...] = ()
    test: TestCommand | None = None
    tests: tuple[TestCommand, ...] = ()
    settings_module: str = ""
    compiled: tuple[Compiled, ...] = ()
    jobs: tuple[Job, ...] = ()
    findings: tuple[Finding, ...] = ()
    #: Constraints that are kept elsewhere, by their address.
    fetched: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def compiled_paths(self) -> frozenset[str]:
        return frozenset(each.path for each in self.compiled)


@dataclass(frozen=True)
class FileEdit:
    """A file as it should be, and why."""

    path: str
    data: bytes
    why: str


@dataclass(frozen=True)
class Edited:
    """What `edits` gives back: one edit for each changed file, what is for a person, and the jobs as they will be.

    `follow` is off where compiled requirements are to stay on the old Django, since CI tests a library on it by them.
    """

    edits: tuple[FileEdit, ...] = ()
    findings: tuple[Finding, ...] = ()
    jobs: tuple[Job, ...] = ()
    follow: bool = True
