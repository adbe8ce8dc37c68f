"""Fixers: what they are, which of them may touch a file, and the one walk over its tree that all of them share."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Protocol

from chairlift.recipes.django.findings import Edit, Finding, apply
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, Stage, horizon
from chairlift.recipes.django.scanning import Asked, Held, asked
from chairlift.recipes.django.source import NotPython, Source
from chairlift.recipes.django.walking import descend, shape

#: Passes over one file: an edit may make room for another one.
_PASSES = 10

Parents = tuple[ast.AST, ...]


@dataclass(frozen=True)
class Looking:
    """What a fixer is given beside the node: the file, the checkout it is of, and what the run is for."""

    source: Source
    project: Project
    leg: Leg


Looker = Callable[[Looking, Any, Parents], Iterable[Edit | Finding]]


@dataclass(eq=False)
class Fixer:
    """One rule. A module below `fixers` makes one, and registers what looks at which nodes.

    `title` is the rule in one line, for the report and docs/fixers.md; `link` its release note or reference.
    `since` is the first version on which the new spelling works: it is used where the run's floor is at least that.
    `breaks` is the version on which the old spelling fails or behaves otherwise, if any. `items` are numbers of
    release-note items. `only_flags` says that it never edits. `files` narrows it to paths with one of these in them.
    `needs` is asked of the checkout where a rule makes sense for some of them only (ask `project.once`), and `narrow`
    of the checkout and what stands in a file, where more can be said of the files than by words (see `also`).
    """

    module: str
    title: str
    link: str
    since: Release = (1, 11)
    breaks: Release | None = None
    items: tuple[int, ...] = ()
    only_flags: bool = False
    files: tuple[str, ...] = ()
    lookers: list[tuple[type[ast.AST], frozenset[str], Looker]] = field(default_factory=list)
    always: frozenset[bytes] = frozenset()
    needs: Callable[[Project], bool] | None = None
    narrow: Callable[[Project, Held], bool] | None = None
    stages: tuple[Stage, ...] = ()
    named: set[Asked] = field(default_factory=set)
    besides: list[tuple[Asked, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.module.rpartition(".")[2]

    def on(self, kind: type[ast.AST], *names: str, origins: Iterable[str] = ()) -> Callable[[Looker], Looker]:
        """Register for nodes of this kind, and of these names.

        A name is: of ast.Name its id, of ast.Attribute its attr, of ast.Call the called function's last name, of
        ast.ImportFrom the module or an imported name, of ast.Import a module, of ast.ClassDef and ast.FunctionDef
        their names or (a class) the last name of a base, of ast.keyword its arg, of ast.Constant the string itself,
        of ast.Assign a target's id. Without names the fixer must say its `triggers`. Where the looker only knows some
        dotted `origins` of these names, all words of one of them are in every file that it can touch.
        """

        def register(looker: Looker) -> Looker:
            self.lookers.append((kind, frozenset(names), looker))
            self.named |= {asked(each) for each in (tuple(origins) or names)}
            return looker

        return register

    def triggers(self, *literals: str) -> None:
        """For lookers without names: one of these is in every file that they can touch."""
        self.always |= {literal.encode() for literal in literals}

    def also(self, *texts: str | re.Pattern[bytes]) -> None:
        """Besides its names: one of these, too, is in every file that it can touch.

        A name counts as a word, of a dotted name all words count, and any other text as it stands; a pattern may match
        anywhere in the bytes of the file.
        """
        self.besides.append(tuple(asked(text) for text in texts))

    @property
    def asks(self) -> Asks:
        """Derived: what must be in a file for this fixer to say anything of it."""
        return Asks((*self.always, *self.named), tuple(self.besides))

    @property
    def literals(self) -> frozenset[bytes]:
        """Derived: a file that holds none of these has no node that this fixer is called for."""
        derived: set[bytes] = set(self.always)
        for kind, names, _ in self.lookers:
            if not names and not self.always:
                raise AssertionError(f"{self.name} looks at every {kind.__name__}: say its triggers")
            # A dotted module may be written with spaces and line breaks around its dots: its longest part may not.
            derived |= {max(name.split("."), key=len).encode() for name in names}
        return frozenset(derived)

    def wanted(self, project: Project) -> bool:
        """Whether the rule makes sense for this checkout at all."""
        return self.needs is None or self.needs(project)

    def applies(self, leg: Leg) -> bool:
        """Whether this run wants it. The upgrade itself is kept small: only what fails without it."""
        if self.breaks is not None and self.breaks <= leg.current:
            return False
        return asked_for(self, leg)


@dataclass(frozen=True)
class Asks:
    """One of `first` must be in a file, and one of each of `besides`."""

    first: tuple[Asked, ...]
    besides: tuple[tuple[Asked, ...], ...]

    def met(self, held: Held) -> bool:
        return any(map(held.holds, self.first)) and all(any(map(held.holds, each)) for each in self.besides)


class Rule(Protocol):
    """What decides when a rule is used, of Python and of other files alike."""

    @property
    def since(self) -> Release: ...
    @property
    def breaks(self) -> Release | None: ...
    @property
    def only_flags(self) -> bool: ...
    @property
    def stages(self) -> tuple[Stage, ...]: ...


def asked_for(rule: Rule, leg: Leg) -> bool:
    """Flags as soon as they concern the target; edits as early as they can be made, and in `stages` if it has any.

    The upgrade itself is alone in its pull request: of what could be made later, only what fails without it. And what
    the target does not even warn of is left to the campaign that it concerns.
    """
    if rule.only_flags:
        return rule.breaks is None or rule.breaks <= leg.target
    if rule.stages:
        return leg.stage in rule.stages and rule.since <= leg.floor
    if leg.stage is Stage.UPGRADE and (rule.breaks is None or rule.breaks > leg.target):
        return False
    if rule.breaks is not None and rule.breaks > horizon(leg.target):
        return False
    return rule.since <= leg.floor


@lru_cache(maxsize=1)
def all_fixers() -> tuple[Fixer, ...]:
    """Every module below `fixers`, by name."""
    package = importlib.import_module("chairlift.recipes.django.fixers")
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return tuple(module.fixer for module in modules)


@dataclass(frozen=True)
class Fixed:
    """What became of one file: `made` names the fixers that changed it, each with its number of edits."""

    path: str
    text: str
    changed: bool = False
    made: tuple[tuple[str, int], ...] = ()
    findings: tuple[Finding, ...] = ()
    encoding: str = "utf-8"

    @property
    def data(self) -> bytes:
        """To be written as it is: the text has its own line ends, and its mark of byte order where it had one."""
        return self.text.encode(self.encoding)


class LeftAlone(Exception):
    """Nothing of what was to be done to a file is kept; the finding says why."""

    def __init__(self, source: Source, code: str, why: str, link: str = "") -> None:
        super().__init__(why)
        self.finding = Finding(source.path, 0, code, f"left alone: {why}", "make the change by hand", link)


def fix(source: Source, fixers: Sequence[Fixer], project: Project, leg: Leg) -> Fixed:
    """Run the fixers until nothing changes. Raises NotPython for what is not Python 3.

    What was changed is parsed again; where that fails, nothing of it is kept and a finding says so. Where a fixer
    raises, the file is left alone and a finding names the fixer.
    """
    try:
        held = Held(source.data)
        return run(
            source, [each for each in fixers if concerns(each, each.asks, source.path, held, project)], project, leg
        )
    except LeftAlone as left:
        return Fixed(source.path, source.text, findings=(left.finding,), encoding=source.encoding)


def run(source: Source, wanted: Sequence[Fixer], project: Project, leg: Leg) -> Fixed:
    """As `fix`, with fixers that are known to concern the file. Raises LeftAlone, too."""
    counts: dict[str, int] = {}
    kept: list[Finding] = []
    present, said = source, _walk(source, wanted, project, leg)
    for _ in range(_PASSES):
        text, made = apply(present.text, [each for call in said for each in call if isinstance(each, Edit)])
        if text == present.text:
            break
        kept = _moved(present, made, [*kept, *_beside(said, made)])
        present = _parsed_again(source, text, made)
        for edit in made:
            counts[edit.fixer] = counts.get(edit.fixer, 0) + 1
        said = _walk(present, wanted, project, leg)
    findings = tuple(sorted({*kept, *(each for call in said for each in call if isinstance(each, Finding))}))
    made_by = tuple(sorted(counts.items()))
    return Fixed(source.path, present.text, present.text != source.text, made_by, findings, source.encoding)


def _beside(said: Sequence[Sequence[Edit | Finding]], made: Sequence[Edit]) -> Iterable[Finding]:
    """What was said of a place together with an edit of it: once that is made, nobody looks there again."""
    for call in said:
        edits = [each for each in call if isinstance(each, Edit)]
        if edits and all(each in made for each in edits):
            yield from (each for each in call if isinstance(each, Finding))


def _moved(source: Source, made: Sequence[Edit], findings: Iterable[Finding]) -> list[Finding]:
    """The same findings at the lines that they have after these edits."""
    moved = []
    for each in findings:
        at = source.offset(each.line, 0) if each.line else 0
        before = [edit for edit in made if edit.start < at]
        lines = sum(edit.text.count("\n") - source.text[edit.start : edit.end].count("\n") for edit in before)
        moved.append(replace(each, line=each.line + lines) if each.line else each)
    return moved


def _parsed_again(source: Source, text: str, made: Iterable[Edit]) -> Source:
    try:
        after = Source(source.path, source.encoded(text))
        _ = after.tree
    except (NotPython, UnicodeEncodeError) as error:
        bad = ", ".join(sorted({edit.fixer for edit in made}))
        raise LeftAlone(source, "damage", f"{bad} would break it: {error}") from error
    return after


def concerns(fixer: Fixer, asks: Asks, path: str, held: Held, project: Project) -> bool:
    """Whether the fixer may have anything to say of the file; `asks` are its own, made once."""
    if fixer.files and not any(part in path for part in fixer.files):
        return False
    if not fixer.wanted(project) or not asks.met(held):
        return False
    return fixer.narrow is None or fixer.narrow(project, held)


Called = tuple[Fixer, Looker]
#: For one type of node: the lookers for any of them, and for each name those for that name (the former, too).
Entry = tuple[tuple[Called, ...], dict[str, tuple[Called, ...]]]


@lru_cache(maxsize=4096)
def _table(
    fixers: tuple[Fixer, ...], registered: tuple[int, ...]
) -> tuple[dict[type[ast.AST], Entry], dict[type[ast.AST], tuple[str, ...]]]:
    """Who looks at what, and which fields lead there. `registered` is how many lookers there were, as more may come."""
    rows: dict[type[ast.AST], list[tuple[Called, frozenset[str]]]] = {}
    for fixer in fixers:
        for kind, names, looker in fixer.lookers:
            rows.setdefault(kind, []).append(((fixer, looker), names))
    table: dict[type[ast.AST], Entry] = {}
    for kind, each in rows.items():
        asked = frozenset[str]().union(*(names for _, names in each))
        table[kind] = (
            tuple(called for called, names in each if not names),
            {name: tuple(called for called, names in each if not names or name in names) for name in asked},
        )
    return table, shape(frozenset(table))


def _walk(source: Source, fixers: Sequence[Fixer], project: Project, leg: Leg) -> list[list[Edit | Finding]]:
    """What all of them say of the file, call by call, in one walk in the order of its lines. Raises LeftAlone."""
    table, fields = _table(tuple(fixers), tuple(len(each.lookers) for each in fixers))
    if not table:
        return []
    looking = Looking(source, project, leg)
    said: list[list[Edit | Finding]] = []
    nodes: list[tuple[ast.AST, Parents]] = [(source.tree, ())]
    while nodes:
        node, parents = nodes.pop()
        kind = type(node)
        if (entry := table.get(kind)) is not None:
            for fixer, looker in _lookers(node, *entry):
                try:
                    if told := [_signed(each, fixer) for each in looker(looking, node, parents)]:
                        said.append(told)
                except NotPython:
                    raise
                except Exception as error:  # Whatever it is, it must be known whose it is.
                    why = f"the fixer {fixer.name} failed: {type(error).__name__}: {error}"
                    raise LeftAlone(source, fixer.name, why, fixer.link) from error
        if below := fields[kind]:
            descend(node, below, (*parents, node), nodes, fields)
    return said


def _lookers(node: ast.AST, plain: tuple[Called, ...], named: dict[str, tuple[Called, ...]]) -> Iterable[Called]:
    if not named:
        return plain
    hits = [named[name] for name in _names(node) if name in named]
    if len(hits) < 2:
        return hits[0] if hits else plain
    return dict.fromkeys(called for hit in hits for called in hit)


def _signed(said: Edit | Finding, fixer: Fixer) -> Edit | Finding:
    if isinstance(said, Edit):
        return replace(said, fixer=fixer.name)
    return replace(said, code=said.code or fixer.name, link=said.link or fixer.link)


def _names(node: Any) -> Iterable[str]:
    """What a node is called, for registration by name."""
    namer = _NAMERS.get(type(node))
    return namer(node) if namer is not None else ()


def _last(node: Any) -> str:
    """The last part of a dotted name."""
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


_NAMERS: dict[type[ast.AST], Callable[[Any], Iterable[str]]] = {
    ast.Name: lambda node: (node.id,),
    ast.Attribute: lambda node: (node.attr,),
    ast.FunctionDef: lambda node: (node.name,),
    ast.AsyncFunctionDef: lambda node: (node.name,),
    ast.Call: lambda node: (_last(node.func),),
    ast.ImportFrom: lambda node: (node.module or "", *(alias.name for alias in node.names)),
    ast.Import: lambda node: [alias.name for alias in node.names],
    ast.ClassDef: lambda node: (node.name, *(_last(base) for base in node.bases)),
    ast.keyword: lambda node: (node.arg or "",),
    ast.Constant: lambda node: (node.value,) if isinstance(node.value, str) else (),
    ast.Assign: lambda node: [target.id for target in node.targets if isinstance(target, ast.Name)],
}
