"""Watches over modules whose names others take with `import *`: a new one may hide theirs, a lost one be missed."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chairlift.recipes.django.fixing import Fixed, LeftAlone
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source

#: In every file that takes all names of another.
LITERAL = b"import *"
_STAR = re.compile(rb"^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+\*", re.MULTILINE)


@dataclass(frozen=True)
class _Taker:
    """`path` takes all names of `module`, which is relative to it by so many dots."""

    path: str
    dots: int
    module: str

    def takes(self, path: str) -> bool:
        """The module may be below any folder that may be on the path."""
        name = self.module.replace(".", "/")
        if self.dots:
            folder = "/".join(self.path.split("/")[: -self.dots])
            name = posixpath.join(folder, name).strip("/")
        files = (f"{name}.py", f"{name}/__init__.py")
        return path in files or (not self.dots and path.endswith(tuple(f"/{file}" for file in files)))


def guarded(project: Project, fixed: Sequence[Fixed], stars: Iterable[str]) -> list[Fixed]:
    """The same, but for files whose new imports would change what another means: they are left alone, with a finding.

    `stars` are the paths of the files with LITERAL in them.
    """
    takers: dict[str, list[_Taker]] = {}
    for path in stars:
        for dots, module in _STAR.findall(project.read(path) or b""):
            taker = _Taker(path, len(dots), module.decode())
            takers.setdefault(_last(taker), []).append(taker)
    return [_guarded(project, each, takers.get(_stem(each.path), ())) if each.changed else each for each in fixed]


def _last(taker: _Taker) -> str:
    """The last part of the module's name; of a package that is taken by dots alone, its folder's."""
    if taker.module:
        return taker.module.rpartition(".")[2]
    return posixpath.basename("/".join(taker.path.split("/")[: -taker.dots]))


def _stem(path: str) -> str:
    folder, name = posixpath.split(path)
    return posixpath.basename(folder) if name == "__init__.py" else name.removesuffix(".py")


def _guarded(project: Project, fixed: Fixed, takers: Sequence[_Taker]) -> Fixed:
    paths = [each.path for each in takers if each.takes(fixed.path)]
    before = project.source(fixed.path) if paths else None
    if before is None:
        return fixed
    others = [source for path in dict.fromkeys(paths) if (source := project.source(path)) is not None]
    why = _trouble(others, before, Source(fixed.path, fixed.data))
    if not why:
        return fixed
    by = ", ".join(name for name, _ in fixed.made) or "the change"
    left = LeftAlone(before, "star-import", f"{by} would change another module: {why}")
    return Fixed(fixed.path, "", findings=(left.finding,))


def _trouble(takers: Iterable[Source], before: Source, after: Source) -> str:
    """Why an edit of a module's imports would change what another module means by a name; empty if it does not."""
    if "__all__" in before.text:
        return ""
    more, less = (_public(a.imports.keys() - b.imports.keys()) for a, b in ((after, before), (before, after)))
    for other in takers if more or less else ():
        own = _bound(other)
        if hidden := sorted(more & own):
            return f"{other.path} takes all of its names, and would lose its own {hidden[0]!r}"
        if missed := sorted((less & _used(other)) - own):
            return f"{other.path} takes all of its names, and needs its {missed[0]!r}"
    return ""


def _public(names: set[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def _bound(source: Source) -> set[str]:
    """Names that a module gives a meaning of its own, at its top."""
    names = set(source.imports)
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)}
    return names


def _used(source: Source) -> set[str]:
    return {node.id for node in source.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
