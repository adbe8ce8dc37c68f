"""Watches over modules whose names others take with `import *`: a new one may hide theirs, a lost one be missed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import NotPython, Source


def trouble(project: Project, before: Source, after: Source) -> str:
    """Why an edit of a module's imports would change what another module means by a name; empty if it does not."""
    if before.imports.keys() == after.imports.keys() or "__all__" in before.text:
        return ""
    more, less = (_public(a.imports.keys() - b.imports.keys()) for a, b in ((after, before), (before, after)))
    if not more and not less:
        return ""
    for other in project.once(takers).get(before.path, ()):
        own = _bound(other)
        if hidden := sorted(more & own):
            return f"{other.path} takes all of its names, and would lose its own {hidden[0]!r}"
        if missed := sorted((less & _used(other)) - own):
            return f"{other.path} takes all of its names, and needs its {missed[0]!r}"
    return ""


def _public(names: set[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def takers(project: Project) -> Mapping[str, tuple[Source, ...]]:
    """For each file of the checkout those that take all of its names."""
    found: dict[str, list[Source]] = {}
    for path in project.matching("*.py"):
        data = project.read(path)
        if data is None or b"import *" not in data:
            continue
        try:
            source = Source(path, data)
            _ = source.tree
        except NotPython:
            continue
        for node in source.tree.body:
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                for taken in _files(project, path, node):
                    found.setdefault(taken, []).append(source)
    return {path: tuple(sources) for path, sources in found.items()}


def _files(project: Project, path: str, node: ast.ImportFrom) -> Iterator[str]:
    """Where the module may be: beside the file that names it, or below any folder that may be on the path."""
    name = (node.module or "").replace(".", "/")
    if node.level:
        parts = path.split("/")[: -node.level]
        ends = ["/".join([*parts, name]).strip("/")]
    else:
        ends = [name]
    for each in project.paths:
        for end in ends:
            for file in (f"{end}.py", f"{end}/__init__.py"):
                if each == file or (not node.level and each.endswith(f"/{file}")):
                    yield each


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
    return {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
