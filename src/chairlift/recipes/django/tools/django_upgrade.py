"""django-upgrade as a library: its fixers on the tree that our own use, on files that they can change, with repairs.

https://django-upgrade.readthedocs.io/ Without repairs the result is byte for byte that of the command run once over the
same files. With them it is what the command makes when it is run until nothing changes, but for the harm that it does.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property

from django_upgrade.data import FIXERS, Settings, State
from django_upgrade.main import SUPPORTED_TARGET_VERSIONS, apply_fixers

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release
from chairlift.recipes.django.scanning import Lines, Scanner, is_plain
from chairlift.recipes.django.source import NotPython, Source
from chairlift.recipes.django.tools import abridged, routes, triggers
from chairlift.recipes.django.tools.closer import CLOSER
from chairlift.recipes.django.tools.visiting import Signed, visit

_LINK = "https://django-upgrade.readthedocs.io/en/latest/fixers.html"
#: Runs over one file: what one fixer makes may be something for another one.
_RUNS = 4
#: These look from one import to another, at what may be left out.
_FAR = frozenset({"utils_timezone"})


class Repair(StrEnum):
    """What is done otherwise than by django-upgrade, and can be left out one by one."""

    #: A route whose converter would change the type of the view's argument stays a regular expression.
    TYPES = "types"
    #: A regular expression that may match in the middle of a path stays one.
    ANCHORS = "anchors"
    #: What would not be Python afterwards is left as it was.
    DAMAGE = "damage"
    #: Files in other encodings than UTF-8 are changed, too.
    ENCODINGS = "encodings"
    #: It is run again until nothing changes.
    AGAIN = "again"


EVERY_REPAIR = frozenset(Repair)


@dataclass(frozen=True)
class Rewritten:
    """The text afterwards, how many places each fixer changed it in, and what a person should know."""

    text: str
    made: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class DjangoUpgrade:
    """`target` is the oldest Django that the result must work on: the floor of the leg."""

    target: Release
    repairs: frozenset[Repair] = EVERY_REPAIR
    skip: frozenset[str] = frozenset()

    @cached_property
    def version(self) -> Release:
        """The newest one that it knows and that is not above the target."""
        return max((each for each in SUPPORTED_TARGET_VERSIONS if each <= self.target), default=(1, 7))

    @cached_property
    def _enabled(self) -> tuple[str, ...]:
        return tuple(
            name for name, each in FIXERS.items() if each.min_version <= self.version and name not in self.skip
        )

    @cached_property
    def _keyed(self) -> dict[bytes, list[tuple[str, frozenset[bytes]]]]:
        """Alternatives by their literal that is in the fewest files; by an empty one those that nothing is known of."""
        keyed: defaultdict[bytes, list[tuple[str, frozenset[bytes]]]] = defaultdict(list)
        for name in self._enabled:
            known = triggers.alternatives(name, self.version)
            for each in (frozenset[bytes](),) if known is None else known:
                keyed[max(each, key=lambda word: (word not in triggers.COMMON, len(word)), default=b"")].append(
                    (name, each)
                )
        return keyed

    @cached_property
    def literals(self) -> frozenset[bytes]:
        return frozenset(word for rows in self._keyed.values() for _, words in rows for word in words)

    @cached_property
    def _scanner(self) -> Scanner:
        return Scanner(self.literals)

    @cached_property
    def _settings(self) -> Settings:
        return Settings(target_version=self.version, only_fixers=set(self._enabled))

    def may_change(self, path: str, data: bytes, found: Collection[bytes]) -> tuple[str, ...]:
        """Its fixers that can change a file of this path which holds these of `literals`; mostly none."""
        names = {name for key in (*self._keyed.keys() & found, b"") for name, words in self._fits(key, found)}
        if not names:
            return ()
        state = State(self._settings, path, defaultdict(set))
        plain = None
        able = []
        for name in self._enabled:
            condition = FIXERS[name].condition
            if name not in names or not (condition is None or condition(state)):
                continue
            closer = CLOSER.get(name)
            if closer is not None:
                plain = is_plain(data) if plain is None else plain
                if plain and not closer(data):
                    continue
            able.append(name)
        return tuple(able)

    def _fits(self, key: bytes, found: Collection[bytes]) -> list[tuple[str, frozenset[bytes]]]:
        return [(name, words) for name, words in self._keyed.get(key, ()) if all(word in found for word in words)]

    def run(self, source: Source, names: tuple[str, ...], project: Project) -> Rewritten:
        """Rewrite one file by these fixers. Raises NotPython; what a fixer raises becomes a finding."""
        if source.encoding not in ("utf-8", "ascii") and Repair.ENCODINGS not in self.repairs:
            return Rewritten(source.text)
        present, made = source, dict[str, int]()
        for _ in range(_RUNS if Repair.AGAIN in self.repairs else 1):
            text, counts, wrong = self._once(present, names, project)
            if wrong:
                return Rewritten(present.text, made, (_finding(source.path, wrong),))
            if text == present.text:
                break
            for name, count in counts.items():
                made[name] = made.get(name, 0) + count
            if Repair.AGAIN not in self.repairs:
                return Rewritten(text, made)
            present = Source(source.path, source.encoded(text))
            # Most files hold nothing for it any more, and are not parsed to see that.
            names = self.may_change(source.path, present.data, self._scanner.found(present.data))
            if not names:
                break
        return Rewritten(present.text, made)

    def _once(self, source: Source, names: tuple[str, ...], project: Project) -> tuple[str, dict[str, int], str]:
        """The text, changes by fixer, and what went wrong."""
        made: dict[str, int] = {}
        try:
            text, sound = self._rewritten(source, names, project, made)
        except NotPython:
            raise
        except Exception as error:  # Other people's code, on a file that it was never tried on.
            return source.text, {}, f"{', '.join(names)} failed: {type(error).__name__}: {error}"
        if not sound and Repair.DAMAGE in self.repairs and not _is_python(text):
            return source.text, {}, f"it would not be Python after {', '.join(made)}"
        return text, made, ""

    def _rewritten(
        self, source: Source, names: tuple[str, ...], project: Project, made: dict[str, int]
    ) -> tuple[str, bool]:
        callbacks = self._callbacks(source, names, project)
        if not callbacks:
            return source.text, True
        if not _FAR.isdisjoint(names):
            return abridged.whole(source.text, callbacks, made), False
        try:
            return abridged.rewrite(source.text, source.tree, callbacks, made)
        except Exception:  # A callback looked at what was left out: they are made anew, and see the whole file.
            made.clear()
            again = self._callbacks(Source(source.path, source.data), names, project)
            return abridged.whole(source.text, again, made), False

    def _callbacks(self, source: Source, names: tuple[str, ...], project: Project) -> abridged.Callbacks:
        lines = _lines(names)
        numbers = lines.found(source.data) if lines else None
        callbacks = visit(source.tree, State(self._settings, source.path, defaultdict(set)), names, numbers)
        if "django_urls" in names and not self.repairs.isdisjoint((Repair.TYPES, Repair.ANCHORS)):
            return {at: [self._repaired(each, source, project) for each in said] for at, said in callbacks.items()}
        return callbacks

    def _repaired(self, signed: Signed, source: Source, project: Project) -> Signed:
        name, callback, node = signed
        if routes.harm(callback, node, source, project) in self.repairs:
            return name, routes.as_regex(callback), node
        return signed


@cache
def _lines(names: tuple[str, ...]) -> Lines | None:
    """What tells the lines that these fixers visit."""
    words = triggers.stands_in(names)
    return None if words is None else Lines({*words, b"import"})


def _finding(path: str, text: str) -> Finding:
    how = "make the change by hand, and report it to django-upgrade"
    return Finding(path, 0, "django-upgrade", f"left alone: {text}", how, _LINK, Weight.LOOK)


def plainly(text: str, path: str, target: Release) -> str:
    """What the command makes of one file: to compare with."""
    return apply_fixers(text, Settings(target_version=target), path)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text.encode())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
