"""Makes one change (prepare, upgrade or clean-up) in a checkout: code, templates, configuration, dependencies."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django_upgrade.data import FIXERS
from packaging.version import Version

from chairlift.recipes.django import tree
from chairlift.recipes.django.book import Because, Book
from chairlift.recipes.django.config import Declared, detect, edits
from chairlift.recipes.django.dependencies import forks, index, native
from chairlift.recipes.django.dependencies.limits import lift
from chairlift.recipes.django.dependencies.relocking import not_answered, relock, unpinned
from chairlift.recipes.django.dependencies.replacements import unmaintained
from chairlift.recipes.django.dependencies.resolving import Resolver, unanswered
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixed, all_fixers
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.interpreters import NoPython, choose_for
from chairlift.recipes.django.releases import Leg, Release, Stage, hops, show
from chairlift.recipes.django.report.model import Bump
from chairlift.recipes.django.text_rules import all_text_rules, fix_text
from chairlift.recipes.django.tools import required
from chairlift.recipes.django.tools.djade import run_djade
from chairlift.recipes.django.tools.ruff import run_ruff

#: Parts that are no fixer, but can be named in `only` and `skip` like one.
PARTS = {
    "configuration": "versions in pins, constraints, CI, tox and their like",
    "dependencies": "compiled requirements, with the fewest lines changed",
    "migrations": "migrations that the new version's own models need",
    "djade": "templates",
    "app_entries": "apps in the settings that Django 3.2 finds several configs of",
    "set_up_test_data": "tests that the target fails since it copies what setUpTestData() made",
    "ruff": "Python's own deprecations, where the new Django drops old Pythons",
    "text": "files that are neither Python nor configuration",
}
#: A fixer that goes with edits of requirements.
_FORKS = "drop_in_forks"
#: Fixers and rules that go by what is pinned: asked once more when that has moved.
SPOKEN = frozenset({"third_party_calls", "third_party_names", "third_party_settings", "third_party_tags"})
_DJANGO_UPGRADE = "https://github.com/adamchainz/django-upgrade#fixers"
_FETCH_SECONDS, _FETCH_BYTES = 30, 1 << 20


class NoSuchFixer(Exception):
    """`only` or `skip` names nothing that there is."""


@dataclass(frozen=True)
class Choice:
    """What of the recipe is used: everything, only some, or all but some. `newest` is a date: versions as of then."""

    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    newest: str = ""
    offline: bool = False

    def __post_init__(self) -> None:
        unknown = sorted((self.only | self.skip) - known())
        if unknown:
            raise NoSuchFixer(f"no fixer called {unknown[0]!r}; they are listed in docs/fixers.md")

    def has(self, name: str) -> bool:
        return name not in self.skip and (not self.only or name in self.only)


@dataclass
class Made:
    """What one change did: the book of it, the distributions that move, and what was declared before."""

    book: Book
    declared: Declared
    bumps: tuple[Bump, ...] = ()
    repairs: list[str] = field(default_factory=list)
    migrations: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)


def known() -> frozenset[str]:
    """Every name that `only` and `skip` take."""
    ours = {each.name for each in all_fixers()} | {each.name for each in all_text_rules()}
    return frozenset(ours | set(FIXERS) | PARTS.keys())


def change(book: Book, leg: Leg, choice: Choice = Choice()) -> Made:
    """Make the change in the checkout of the book. Nothing is run of what is in the checkout."""
    book.findings += [*_jump(leg), *_vendored(book)]
    _code(book, leg, choice)
    _texts(book, leg, choice)
    _tools(book, leg, choice)
    declared = detect(Project(book.root), None if choice.offline else fetch)
    made = Made(book, declared)
    fresh = _renamed(book, leg, choice)
    python = target_python(book, leg)
    follow = True
    if choice.has("configuration"):
        follow = _configuration(book, leg, declared, newest_of(leg.target, python, choice))
    if choice.has("dependencies") and leg.stage is Stage.UPGRADE and python and follow:
        move(book, leg.target, resolver(book, leg, choice), fresh)
        speak(book, leg, choice)
        book.findings += unmaintained(Project(book.root), leg.target)
    made.bumps = bumps(book)
    return made


def _follows(leg: Leg, choice: Choice) -> bool:
    """Whether forks are followed: what imports them and what asks for them change together, or not at all."""
    return leg.stage is Stage.UPGRADE and choice.has("dependencies") and choice.has(_FORKS)


def _renamed(book: Book, leg: Leg, choice: Choice) -> dict[str, str]:
    """Requirements with the names of forks, as the code has them by now; what has to move for that."""
    fresh: dict[str, str] = {}
    project = Project(book.root)
    for fork in project.once(forks.followed) if _follows(leg, choice) else ():
        if forks.concerns(fork, leg.target):
            fresh |= forks.wanted(project, fork)
            for path, data in forks.renamed(project, fork):
                book.write(path, data, (Because(_FORKS, f"{fork.into} for {fork.name}"),))
            for path, data in lift(Project(book.root), {fork.into: fork.least}):
                book.write(path, data, (Because(_FORKS, f"{fork.into} for {fork.name}"),))
    return fresh


def speak(book: Book, leg: Leg, choice: Choice) -> None:
    """Code as the distributions want it that moved with Django, where their releases renamed something."""
    project = Project(book.root)
    fixers = [each for each in all_fixers() if each.name in SPOKEN and choice.has(each.name) and each.applies(leg)]
    if any(each.wanted(project) for each in fixers):
        found = tree.fix_tree(project, leg, fixers=fixers, plain=True)
        for fixed in found.fixed:
            book.write(fixed.path, fixed.data, _because(fixed))
        book.findings += [each for each in found.findings if each not in book.findings]
        _texts(book, leg, choice, SPOKEN)


def bumps(book: Book) -> tuple[Bump, ...]:
    return tuple(Bump(name, before, after) for name, (before, after) in sorted(book.pins().items()))


def _jump(leg: Leg) -> Iterable[Finding]:
    """Several long-term releases at once: what a version warns of is only what the next two remove."""
    way = hops(leg.current, leg.target)
    if leg.stage is Stage.PREPARE and len(way) > 1:
        steps = ", then ".join(show(each) for each in way)
        text = f"one jump over {len(way)} long-term releases: no version warns of what is removed so far ahead"
        yield Finding("", 0, "jump", text, f"go to {steps}, a campaign each, where the service is not small")


def _vendored(book: Book) -> Iterable[Finding]:
    """What imports it runs on that copy, whatever is pinned."""
    for path in Project(book.root).vendored:
        text = "left alone: it is a copy of Django itself, which what imports it runs on, whatever is pinned"
        yield Finding(path, 0, "vendored-django", text, "take it out, or replace it by the target", weight=Weight.MUST)


def _code(book: Book, leg: Leg, choice: Choice) -> None:
    project = Project(book.root)
    tool = required.for_leg(leg)
    if tool:
        unwanted = frozenset(name for name in FIXERS if not choice.has(name))
        tool = type(tool)(tool.target, tool.repairs, tool.skip | unwanted)
    fixers = [each for each in all_fixers() if choice.has(each.name) and (each.name != _FORKS or _follows(leg, choice))]
    found = tree.fix_tree(project, leg, fixers=fixers, tool=tool, plain=tool is None)
    for fixed in found.fixed:
        book.write(fixed.path, fixed.data, _because(fixed))
    book.findings += found.findings


def _because(fixed: Fixed) -> Iterable[Because]:
    titles = {each.name: (each.title, each.link) for each in all_fixers()}
    titles |= {each.name: (each.title, each.link) for each in all_text_rules()}
    for name, places in fixed.made or (("", 1),):
        title, link = titles.get(name, (f"django-upgrade: {name.replace('_', ' ')}", _DJANGO_UPGRADE))
        yield Because(name, title, link, places)


def _texts(book: Book, leg: Leg, choice: Choice, only: frozenset[str] = frozenset()) -> None:
    rules = [each for each in all_text_rules() if choice.has(each.name) and choice.has("text") and each.applies(leg)]
    rules = [each for each in rules if each.name in only] if only else rules
    project = Project(book.root)
    for path in project.paths:
        data = project.read(path)
        fixed = fix_text(path, data, rules, project, leg) if data is not None else None
        if fixed is None:
            continue
        if fixed.changed:
            book.write(path, fixed.data, _because(fixed))
        book.findings += fixed.findings


def _tools(book: Book, leg: Leg, choice: Choice) -> None:
    if leg.stage is Stage.UPGRADE:
        return
    for name, runs in (("djade", run_djade), ("ruff", run_ruff)):
        if choice.has(name):
            ran = runs(Project(book.root), leg)
            for fixed in ran.fixed:
                book.write(fixed.path, fixed.data, (Because(name, f"{name}: {PARTS[name]}"),))
            book.findings += ran.findings


def _configuration(book: Book, leg: Leg, declared: Declared, exact: Version | None) -> bool:
    """Whether compiled requirements are to follow."""
    edited = edits(Project(book.root), leg, declared, exact)
    for each in edited.edits:
        book.write(each.path, each.data, (Because("configuration", each.why or PARTS["configuration"]),))
    book.findings += [*declared.findings, *edited.findings]
    return edited.follow


def target_python(book: Book, leg: Leg) -> Release | None:
    """The Python that the target will run on; None, with a finding, where this machine has none."""
    try:
        return choose_for(leg, book.root).release
    except NoPython as error:
        book.findings.append(Finding("", 0, "no-python", str(error), "install it", weight=Weight.MUST))
        return None


def resolver(book: Book, leg: Leg, choice: Choice) -> Resolver:
    """Raises NoPython."""
    python = choose_for(leg, book.root)
    extra = ("--offline",) if choice.offline else ()
    return Resolver(python.release, python.path, exclude_newer=choice.newest, extra=extra)


def move(book: Book, target: Release, by: Resolver, wanted: dict[str, str]) -> frozenset[str]:
    """Django to the target in every compiled file, and `wanted` to their versions; the names that moved."""
    because = Because("dependencies", PARTS["dependencies"])
    for path, data in list(lift(Project(book.root), wanted)):
        book.write(path, data, (because,))
    project = Project(book.root)
    found = relock(project, target, by, wanted, _away(project))
    for path, text in found.files.items():
        book.write(path, text.encode("utf-8", "surrogateescape"), (because,))
    book.findings += found.findings
    moved = set(found.moved)
    for path in unpinned(project):
        locked = native.lock(Project(book.root), path, target, by, wanted) if path.endswith(native.LOCKS) else None
        if locked and not locked.why:
            book.write(path, locked.text.encode("utf-8", "surrogateescape"), (because,))
            moved |= locked.moved.keys()
            continue
        if locked and unanswered(locked.why):
            book.findings.append(not_answered(path, target, " ".join(locked.why.split())))
            continue
        tool = path.rpartition("/")[2].partition(".")[0].lower()
        text = f"{path} is written by its own tool, which has to lock Django {show(target)}"
        why = f": {' '.join(locked.why.split())[:600]}" if locked else ""
        book.findings.append(Finding(path, 0, "lock", text + why, f"run `{tool} lock`", weight=Weight.MUST))
    return frozenset(moved)


_ELSEWHERE = re.compile(rb"^\s*(?:-c|--constraint|-r|--requirement)[ =]\s*(https?://\S+)", re.MULTILINE)


def _away(project: Project) -> tuple[str, ...]:
    """Addresses that requirements include, and that do not answer now; configuration says so in a finding."""
    texts = (project.read(path) or b"" for path in project.matching("*.in", "*.txt"))
    urls = {each.decode(errors="replace") for text in texts for each in _ELSEWHERE.findall(text)}
    return tuple(sorted(url for url in urls if not _answers(url)))


@lru_cache(maxsize=256)
def _answers(url: str) -> bool:
    try:
        fetch(url)
    except OSError:
        return False
    return True


def newest_of(series: Release, python: Release | None, choice: Choice) -> Version | None:
    """The newest release of a series of Django; None where the index is not to be asked, or does not say."""
    if choice.offline or python is None:
        return None
    try:
        found = index.releases("django", python)
    except index.IndexAway:
        return None
    fitting: Sequence[Version] = [
        each.version
        for each in found
        if each.version.release[:2] == series and not (choice.newest and each.at and str(each.at)[:10] > choice.newest)
    ]
    return fitting[-1] if fitting else None


def fetch(url: str) -> bytes:
    """Constraints that are kept elsewhere. Raises OSError."""
    if not url.startswith("https://"):
        raise OSError(f"{url} is not fetched: only https is")
    with urllib.request.urlopen(url, timeout=_FETCH_SECONDS) as answer:
        data: bytes = answer.read(_FETCH_BYTES)
    return data
