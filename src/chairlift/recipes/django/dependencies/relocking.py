"""Moves Django in every compiled file of a checkout, and with it only what has to move."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from chairlift.recipes.django.dependencies import lacking, locks
from chairlift.recipes.django.dependencies.compiled import Compiled, compiled
from chairlift.recipes.django.dependencies.resolving import CannotResolve, NotAnswered, Resolver, unanswered
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, show

DJANGO = "django"
#: The code of findings of what was not verified, for the index did not answer.
INDEX_AWAY = "index-away"
#: What comes with Django itself.
_EXPECTED = frozenset({"django", "asgiref", "sqlparse", "pytz", "typing-extensions", "tzdata", "backports-zoneinfo"})
_TOOLS = ("setuptools", "pip", "distribute", "wheel")
_PLAIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)(?P<extras>\[[^\]]*\])?\s*==\s*[^\s;#]+", re.MULTILINE)


@dataclass(frozen=True)
class Relocked:
    """New texts of compiled files by path, the versions that moved (name -> before, after), and what a person reads."""

    files: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def relock(
    project: Project,
    target: Release,
    resolver: Resolver,
    wanted: Mapping[str, str] | None = None,
    away: Collection[str] = (),
) -> Relocked:
    """Django at the target in all compiled files. `wanted` are other distributions to move, name -> version or "".

    `away` are addresses of constraints that cannot be had now: it is resolved without them. Writes nothing in the end.
    What cannot be resolved is a finding with uv's own words.
    """
    series = f"django>={show(target)},<{target[0]}.{target[1] + 1}"
    bumps = [f"{name}=={version}" if version else name for name, version in (wanted or {}).items()]
    constraints = [series, *(each for each in bumps if "==" in each)]
    upgrade = [DJANGO, *(wanted or {})]
    files: dict[str, str] = {}
    moved: dict[str, tuple[str, str]] = {}
    findings: list[Finding] = []
    absent: set[str] = set()
    by = _Resolving(project.root, resolver, absent, frozenset(map(canonicalize_name, upgrade)))
    with _Layers(project.root) as layers:
        for path in project.matching("*.in", "*constraint*.txt") if away else ():
            layers.without(path, away)
        for each in compiled(project):
            before = layers.read(each.path)
            lock = locks.read(before)
            named = set(map(canonicalize_name, upgrade)) & lock.versions.keys() or _brings(each, files)
            # Files that leave Django to another one may pin what keeps the target out.
            if not each.inputs and (not named or not (wanted or _to_move(lock, target))):
                continue
            try:
                after = _one(each, lock, before, by, constraints, upgrade)
            except CannotResolve as error:
                if named or isinstance(error, NotAnswered) or _resolves(each, lock, before, by):
                    findings.append(_stuck(each, target, error))
                continue
            if after != before:
                moved |= locks.changes(lock, locks.read(after))
                files[each.path] = after
                layers.write(each.path, after)
    return Relocked(files, moved, (*findings, *lacking.told(absent)))


@dataclass(frozen=True)
class _Resolving:
    """The resolver, for which `lacking` grows by what cannot be had; without the names of `kept` it does not do."""

    root: Path
    resolver: Resolver
    lacking: set[str]
    kept: frozenset[str]

    def compile(
        self, each: Compiled, before: str, hashed: bool, constraints: Sequence[str] = (), upgrade: Sequence[str] = ()
    ) -> locks.Lock:
        """Raises CannotResolve."""
        return lacking.without(
            self.root,
            [path for path in (*each.inputs, *each.includes) if (self.root / path).is_file()],
            self.lacking,
            self.kept,
            lambda: self.resolver.compile(self.root, each.inputs, before, constraints, upgrade, hashed),
        )


def _to_move(lock: locks.Lock, target: Release) -> bool:
    """Whether a list of pins has Django anywhere but at one release of the target."""
    version = lock.versions.get(DJANGO, "")
    return not version.startswith(f"{show(target)}.") or version.endswith("*")


def _brings(each: Compiled, files: Mapping[str, str]) -> bool:
    """It is compiled from a file that changed."""
    return bool(set(each.includes) & files.keys())


def _resolves(each: Compiled, lock: locks.Lock, before: str, by: _Resolving) -> bool:
    """Whether it does without anything of ours: else what is wrong with it was there before."""
    try:
        by.compile(each, before, lock.hashed)
    except CannotResolve:
        return False
    return True


def _stuck(each: Compiled, target: Release, error: CannotResolve) -> Finding:
    if isinstance(error, NotAnswered):
        return not_answered(each.path, target, str(error))
    how = "loosen the pin that uv names, or take the version that knows this Django"
    text = f"no set of versions fits Django {show(target)} here: {error}"
    return Finding(each.path, 0, "dependencies", text[:1500], how, weight=Weight.MUST)


def not_answered(path: str, target: Release, said: str) -> Finding:
    """Where the index was away: nobody knows whether there is a set of versions."""
    why = f"{unanswered(said)}, so which versions fit Django {show(target)} is not known: {said}"
    return Finding(path, 0, INDEX_AWAY, why[:1500], "run it again when the index answers", weight=Weight.MUST)


def _one(
    each: Compiled, lock: locks.Lock, before: str, by: _Resolving, constraints: Sequence[str], upgrade: Sequence[str]
) -> str:
    if not each.inputs:
        return _plain(each, lock, before, by, constraints, upgrade)
    found = by.compile(each, before, lock.hashed, constraints, upgrade)
    names = _names(lock, found)
    if names - _EXPECTED:
        names = _because_of_it(names, each, lock, found, before, by)
    return locks.patch(lock, found, names)


def _because_of_it(
    names: frozenset[str], each: Compiled, lock: locks.Lock, found: locks.Lock, before: str, by: _Resolving
) -> frozenset[str]:
    """Of what would change, that which does not without the move either: some files have lines taken out by hand."""
    try:
        control = by.compile(each, before, lock.hashed)
    except CannotResolve:
        return names
    new, same = found.versions, control.versions
    return frozenset(name for name in names if new.get(name) != same.get(name))


def _names(lock: locks.Lock, found: locks.Lock) -> frozenset[str]:
    """What may change: what was to move, and all that had to with it. A file that leaves Django out keeps it out."""
    names = set(locks.changes(lock, found))
    # pip-compile leaves its own tools out, and some files leave Django, with what it brings, to another one.
    brought = _EXPECTED if DJANGO not in lock.versions else {DJANGO}
    left_out = {*brought, *_TOOLS} - lock.versions.keys()
    return frozenset(names - left_out)


def _plain(
    each: Compiled, lock: locks.Lock, before: str, by: _Resolving, constraints: Sequence[str], upgrade: Sequence[str]
) -> str:
    """A list of pins that people keep: resolve its names with the pins preferred; nothing new is added."""
    names = {canonicalize_name(name) for name in upgrade}
    lines = [_loose(line, names) for line in before.splitlines()]
    scratch = (by.root / each.path).parent / ".chairlift-plain.in"
    try:
        scratch.write_text("\n".join(lines) + "\n")
        plain = Compiled(each.path, (str(scratch.relative_to(by.root)),), each.includes)
        found = by.compile(plain, before, lock.hashed, constraints, upgrade)
    finally:
        scratch.unlink(missing_ok=True)
    kept = frozenset(name for name in locks.changes(lock, found) if name in lock.versions and name in found.versions)
    return locks.patch(lock, found, kept)


def _loose(line: str, names: Collection[str]) -> str:
    """A pin becomes a wish; the existing file says which version is preferred. Options and URLs stay as they are."""
    found = _PLAIN.match(line)
    if not found:
        return "" if "--hash" in line else line
    rest = line[found.end() :].partition("--hash")[0].rstrip(" \\")
    return f"{found['name']}{found['extras'] or ''}{rest}"


class _Layers:
    """Files that are compiled from others must see the new ones: written while it lasts, and put back."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: dict[str, bytes] = {}

    def __enter__(self) -> _Layers:
        return self

    def __exit__(self, *_: object) -> None:
        for path, data in self._kept.items():
            (self._root / path).write_bytes(data)

    def read(self, path: str) -> str:
        return (self._root / path).read_bytes().decode("utf-8", "surrogateescape")

    def without(self, path: str, addresses: Collection[str]) -> None:
        """The file without the lines that name one of these."""
        lines = self.read(path).splitlines(keepends=True)
        kept = [line for line in lines if not any(each in line for each in addresses)]
        if kept != lines:
            self.write(path, "".join(kept))

    def write(self, path: str, text: str) -> None:
        file = self._root / path
        self._kept.setdefault(path, file.read_bytes())
        file.write_bytes(text.encode("utf-8", "surrogateescape"))


def unpinned(project: Project) -> Iterator[str]:
    """Lock files of other tools, which only those tools can move: named, so that nobody forgets them."""
    yield from project.matching("poetry.lock", "uv.lock", "Pipfile.lock", "pdm.lock", "conda-lock.yml")
