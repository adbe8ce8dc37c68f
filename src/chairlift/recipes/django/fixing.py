"""Fixers: what they are, which of them may touch a file, and the one walk over its tree that all of them share."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from chairlift.recipes.django.findings import Edit, Finding, apply
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release
from chairlift.recipes.django.source import NotPython, Source

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


@dataclass
class Fixer:
    """One rule. A module below `fixers` makes one, and registers what looks at which nodes.

    `title` is the rule in one line, for the report and docs/fixers.md; `link` its release note or reference.
    `since` is the first version on which the new spelling works: it is used where the run's floor is at least that.
    `breaks` is the version on which the old spelling fails or behaves otherwise, if any. `items` are numbers of
    release-note items. `only_flags` says that it never edits. `files` narrows it to paths with one of these in them.
    `needs` is asked of the checkout where a rule makes sense for some of them only (ask `project.once`).
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

    @property
    def name(self) -> str:
        return self.module.rpartition(".")[2]

    def on(self, kind: type[ast.AST], *names: str) -> Callable[[Looker], Looker]:
        """Register for nodes of this kind, and of these names.

        A name is: of ast.Name its id, of ast.Attribute its attr, of ast.Call the called function's last name, of
        ast.ImportFrom the module or an imported name, of ast.Import a module, of ast.ClassDef and ast.FunctionDef
        their names or (a class) the last name of a base, of ast.keyword its arg, of ast.Constant the string itself,
        of ast.Assign a target's id. Without names the fixer must say its `triggers`.
        """

        def register(looker: Looker) -> Looker:
            self.lookers.append((kind, frozenset(names), looker))
            return looker

        return register

    def triggers(self, *literals: str) -> None:
        """For lookers without names: one of these is in every file that they can touch."""
        self.always |= {literal.encode() for literal in literals}

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

    def applies(self, leg: Leg) -> bool:
        """Whether this run wants it. The upgrade itself is kept small: only what fails without it."""
        if self.breaks is not None and self.breaks <= leg.current:
            return False
        if self.only_flags:
            return self.breaks is None or self.breaks <= leg.target
        return self.since <= leg.floor


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


def fix(source: Source, fixers: Sequence[Fixer], project: Project, leg: Leg) -> Fixed:
    """Run the fixers until nothing changes. Raises NotPython for what is not Python 3.

    What was changed is parsed again; where that fails, nothing of it is kept and a finding says so.
    """
    wanted = [each for each in fixers if _concerns(each, source) and (not each.needs or each.needs(project))]
    counts: dict[str, int] = {}
    present, found = source, [*_walk(source, wanted, project, leg)]
    for _ in range(_PASSES):
        text, made = apply(present.text, [each for each in found if isinstance(each, Edit)])
        if text == present.text:
            break
        after = Source(source.path, source.encoded(text))
        try:
            _ = after.tree
        except NotPython as error:
            bad = ", ".join(sorted({edit.fixer for edit in made}))
            return Fixed(
                source.path,
                source.text,
                findings=(Finding(source.path, 0, "damage", f"left alone: {bad} would break it: {error}"),),
            )
        for edit in made:
            counts[edit.fixer] = counts.get(edit.fixer, 0) + 1
        present, found = after, [*_walk(after, wanted, project, leg)]
    findings = tuple(sorted({each for each in found if isinstance(each, Finding)}))
    return Fixed(source.path, present.text, present.text != source.text, tuple(sorted(counts.items())), findings)


def _concerns(fixer: Fixer, source: Source) -> bool:
    if fixer.files and not any(part in source.path for part in fixer.files):
        return False
    return any(literal in source.data for literal in fixer.literals)


def _walk(source: Source, fixers: Sequence[Fixer], project: Project, leg: Leg) -> Iterator[Edit | Finding]:
    looking = Looking(source, project, leg)
    table: dict[type[ast.AST], list[tuple[Fixer, frozenset[str], Looker]]] = {}
    for fixer in fixers:
        for kind, names, looker in fixer.lookers:
            table.setdefault(kind, []).append((fixer, names, looker))
    if not table:
        return
    todo: list[tuple[ast.AST, Parents]] = [(source.tree, ())]
    while todo:
        node, parents = todo.pop()
        for fixer, names, looker in table.get(type(node), ()):
            if not names or not names.isdisjoint(_names(node)):
                for said in looker(looking, node, parents):
                    yield _signed(said, fixer)
        below = (*parents, node)
        todo.extend((child, below) for child in reversed([*ast.iter_child_nodes(node)]))


def _signed(said: Edit | Finding, fixer: Fixer) -> Edit | Finding:
    if isinstance(said, Edit):
        return replace(said, fixer=fixer.name)
    return replace(said, code=said.code or fixer.name, link=said.link or fixer.link)


def _names(node: ast.AST) -> Iterable[str]:
    """What a node is called, for registration by name."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.FunctionDef(name=name):
            return (name,)
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return (name,)
        case ast.ImportFrom():
            return (node.module or "", *(alias.name for alias in node.names))
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ClassDef():
            bases = [base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases]
            return (node.name, *bases)
        case ast.keyword(arg=name):
            return (name or "",)
        case ast.Constant(value=str() as value):
            return (value,)
        case ast.Assign():
            return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return ()
