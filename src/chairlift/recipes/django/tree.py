"""Runs all fixers over a whole checkout, on every core; what comes out does not depend on how many there are."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing.context import BaseContext
from pathlib import Path

from chairlift.recipes.django.engine import Engine
from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixed, Fixer, all_fixers
from chairlift.recipes.django.project import LARGEST, Project
from chairlift.recipes.django.releases import Leg
from chairlift.recipes.django.starred import LITERAL, guarded
from chairlift.recipes.django.tools.django_upgrade import DjangoUpgrade

#: Files in one piece of work for a process: enough to be worth the message, few enough to share evenly.
_PIECE = 48
#: A tree of fewer files is done sooner than a second process is made.
_FEW = 300
#: Not changed, but looked at for a finding.
_NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class Tree:
    """`fixed` are the files to be written, `findings` those of all files; so many `files` were read, and `parsed`."""

    fixed: tuple[Fixed, ...]
    findings: tuple[Finding, ...]
    files: int = 0
    parsed: int = 0


def fix_tree(
    project: Project,
    leg: Leg,
    *,
    fixers: Sequence[Fixer] | None = None,
    tool: DjangoUpgrade | None = None,
    plain: bool = False,
    generated: bool = False,
    processes: int | None = None,
) -> Tree:
    """What the fixers make of the Python files of a checkout; nothing is written.

    `fixers` are all of ours unless said, `tool` is django-upgrade for the leg's floor unless said (or none at all with
    `plain`). `generated` changes files that say they are generated. `processes` is one for each core unless said.
    Files that cannot be read are findings, where a fixer would have looked at them; so is a fixer that raises.
    """
    wanted = all_fixers() if fixers is None else tuple(fixers)
    chosen = None if plain else tool or DjangoUpgrade(leg.floor)
    engine = Engine(wanted, leg, chosen, generated)
    paths = [path for path in project.paths if path.endswith((".py", _NOTEBOOK))]
    count = processes or _cores()
    with _no_garbage():
        few = count < 2 or len(paths) < _FEW or not _can_be_sent(wanted)
        pieces = [_piece(engine, project, paths)] if few else _shared(engine, project, paths, count)
        return _gathered(project, pieces, guards=chosen is None or bool(chosen.repairs))


def write(project: Project, tree: Tree) -> None:
    """Write the changed files. A link or a file that has gone meanwhile is left alone."""
    for each in tree.fixed:
        file = project.root / each.path
        if file.is_file() and not file.is_symlink():
            file.write_bytes(each.data)


@dataclass(frozen=True)
class _Piece:
    """`stars` are files that take all names of another."""

    fixed: tuple[Fixed, ...]
    files: int
    parsed: int
    stars: tuple[str, ...] = ()


def _piece(engine: Engine, project: Project, paths: Iterable[str]) -> _Piece:
    fixed, stars, files, before = [], [], 0, engine.parsed
    for path in paths:
        files += 1
        one, star = _one(engine, project, path)
        if star:
            stars.append(path)
        if one is not None and (one.changed or one.findings):
            # A text that did not change is not worth sending.
            fixed.append(one if one.changed else Fixed(path, "", findings=one.findings))
    return _Piece(tuple(fixed), files, engine.parsed - before, tuple(stars))


def _one(engine: Engine, project: Project, path: str) -> tuple[Fixed | None, bool]:
    try:
        with open(os.path.join(project.root, path), "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        return Fixed(path, "", findings=(Finding(path, 0, "unread", f"left alone: {error.strerror}"),)), False
    if path.endswith(_NOTEBOOK):
        return engine.notebook(path, data, project), False
    return engine.fix(path, data, project), LITERAL in data


def _gathered(project: Project, pieces: Iterable[_Piece], guards: bool) -> Tree:
    everything = [*pieces]
    fixed = sorted((each for piece in everything for each in piece.fixed), key=lambda each: each.path)
    if guards:
        fixed = guarded(project, fixed, [path for piece in everything for path in piece.stars])
    return Tree(
        tuple(each for each in fixed if each.changed),
        tuple(sorted({finding for each in fixed for finding in each.findings})),
        sum(piece.files for piece in everything),
        sum(piece.parsed for piece in everything),
    )


# In several processes

_engine: Engine | None = None
_project: Project | None = None


def _shared(engine: Engine, project: Project, paths: Sequence[str], count: int) -> Iterator[_Piece]:
    pieces = [paths[at : at + _PIECE] for at in range(0, len(paths), _PIECE)]
    sent = tuple(each.module for each in engine.fixers)
    begin = partial(_begin, project.root, project.paths, sent, engine.leg, engine.tool, engine.generated)
    gc.freeze()
    try:
        with ProcessPoolExecutor(count, mp_context=_context(), initializer=begin) as pool:
            done = [pool.submit(_work, piece) for piece in pieces]
            for piece, future in zip(pieces, done, strict=True):
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield from _one_by_one(begin, piece)
    finally:
        gc.unfreeze()


def _one_by_one(begin: Callable[[], None], paths: Sequence[str]) -> Iterator[_Piece]:
    """After a process died of one of these files: each in a process of its own, so that only that one is lost."""
    for path in paths:
        with ProcessPoolExecutor(1, mp_context=_context(), initializer=begin) as pool:
            try:
                yield pool.submit(_work, [path]).result()
            except BrokenProcessPool:
                finding = Finding(path, 0, "unread", "left alone: the process that read it died", "see to it by hand")
                yield _Piece((Fixed(path, "", findings=(finding,)),), 1, 0)


def _begin(
    root: Path,
    paths: tuple[str, ...],
    fixers: Sequence[str],
    leg: Leg,
    tool: DjangoUpgrade | None,
    generated: bool,
) -> None:
    global _engine, _project
    _engine = Engine([import_module(each).fixer for each in fixers], leg, tool, generated)
    _project = Project(root)
    _project.__dict__["paths"] = paths
    gc.disable()


def _work(paths: Sequence[str]) -> _Piece:
    assert _engine is not None
    assert _project is not None
    return _piece(_engine, _project, paths)


def _context() -> BaseContext:
    """A fork has everything imported already, but is safe only where there are no other threads."""
    forks = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return multiprocessing.get_context("fork" if forks else "spawn")


def _can_be_sent(fixers: Iterable[Fixer]) -> bool:
    """Only those that a process can find by the name of their module."""
    return all(getattr(import_module(each.module), "fixer", None) is each for each in fixers)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@contextlib.contextmanager
def _no_garbage() -> Iterator[None]:
    """Trees are freed as they go out of use; looking for circles in them takes a third of the time that they do."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
