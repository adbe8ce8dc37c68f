"""Finds what installed distributions take from Django and the Django beside them does not have, by reading both.

A hint where to look first, and no verdict: nobody may import the module, or a branch may never be taken. What stands in
a `try` or below an `if` is left out, as are tests of distributions and whatever cannot be told without running it.
"""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import cached_property
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name

from chairlift.recipes.django.proving.evidence import Lost
from chairlift.recipes.django.source import NotPython, Source

#: Of one environment; the scan says less where it takes longer.
SECONDS = 20.0
_LARGEST = 1_000_000
_ASIDE = frozenset({"tests", "test", "testing", "testapp", "example", "examples", "docs", "migrations"})
#: How far `import *` within Django is followed.
_DEEP = 4
_KEPT = "lost.json"


#: Django's test runner puts these there.
_LATER = frozenset({"django.core.mail.outbox"})


def lost(home: Path, seconds: float = SECONDS) -> tuple[Lost, ...]:
    """One for each distribution and name, of the environment in this folder; kept there, as it never changes."""
    kept = home / _KEPT
    try:
        return tuple(Lost(**each) for each in json.loads(kept.read_text()))
    except (OSError, ValueError, TypeError):
        pass
    until = time.monotonic() + seconds
    found: dict[tuple[str, str], Lost] = {}
    for site in home.glob("lib/python*/site-packages"):
        django = Library(site)
        if django.module("django") is not None:
            for each in taken_in_vain(site, django, until - time.monotonic()):
                found.setdefault((each.distribution, each.name), each)
    answer = tuple(sorted(found.values(), key=lambda each: (each.distribution, each.path, each.line, each.name)))
    if time.monotonic() < until:
        kept.write_text(json.dumps([asdict(each) for each in answer]))
    return answer


#: What Django says from 3.2 on where the apps.py of an app leaves it no choice.
SEVERAL_CONFIGS = "declares more than one default AppConfig"
_DEFAULT = re.compile(r"""^default_app_config\s*=\s*["']([\w.]+)["']""", re.MULTILINE)


def asked_configs(home: Path) -> dict[str, str]:
    """The `default_app_config` of each package in this environment, by the package's dotted name."""
    found: dict[str, str] = {}
    for site in sorted(home.glob("lib/python*/site-packages")):
        for depth in ("*/__init__.py", "*/*/__init__.py"):
            for file in sorted(site.glob(depth)):
                try:
                    text = file.read_bytes()[:_LARGEST].decode("utf-8", "replace")
                except OSError:
                    continue
                if said := _DEFAULT.search(text):
                    found[".".join(file.relative_to(site).parts[:-1])] = said[1]
    return found


def taken_in_vain(site: Path, django: Library, seconds: float = SECONDS) -> Iterator[Lost]:
    """What the distributions of a folder take from a Django, which may lie elsewhere, and do not find there."""
    until = time.monotonic() + seconds
    for distribution in sorted(metadata.distributions(path=[str(site)]), key=lambda each: each.name or ""):
        name = canonicalize_name(distribution.name or "")
        if name in ("", "django"):
            continue
        for file in distribution.files or ():
            if time.monotonic() > until:
                return
            if _is_read(file):
                for line, origin in _missing(site / file, str(file), django):
                    yield Lost(name, distribution.version, str(file), line, origin)


def _is_read(file: metadata.PackagePath) -> bool:
    """Python that is no test; and what a distribution lists may lie elsewhere, wherever somebody wrote."""
    if file.suffix != ".py" or file.name.startswith("test"):
        return False
    return not {"..", *_ASIDE} & set(file.parts[:-1])


def _missing(file: Path, path: str, django: Library) -> Iterator[tuple[int, str]]:
    try:
        if file.is_symlink() or file.stat().st_size > _LARGEST:
            return
        data = file.read_bytes()
        if b"django" not in data:
            return
        source = Source(path, data)
        taken = [*_taken(source)]
    except (OSError, NotPython, RecursionError):
        return
    for line, module, name, used in taken:
        whole = f"{module}.{name}" if name else module
        # Of what is lost as a whole the import tells enough, and of classes nothing can be told.
        told = whole in _LATER or (used and django.module(module) is None)
        if not told and not django.gives(module, name):
            yield line, whole


def _taken(source: Source) -> Iterator[tuple[int, str, str, bool]]:
    """Line, module and name of all that the file takes from Django for sure, and whether it is a use of an import.

    The name is empty for a whole module.
    """
    todo: list[ast.AST] = [*reversed(source.tree.body)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Try | ast.If | ast.IfExp | ast.BoolOp):
            continue
        if isinstance(node, ast.ImportFrom) and not node.level and _of_django(node.module or ""):
            for alias in node.names:
                yield node.lineno, node.module or "", "" if alias.name == "*" else alias.name, False
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "", False) for alias in node.names if _of_django(alias.name))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            module, _, name = source.resolve(node).rpartition(".")
            if _of_django(module):
                yield node.lineno, module, name, True
        todo += reversed([*ast.iter_child_nodes(node)])


def _of_django(module: str) -> bool:
    return module == "django" or module.startswith("django.")


class Library:
    """The Django of one environment, read and never run."""

    def __init__(self, site: Path) -> None:
        self._site = site
        self._modules: dict[str, Module | None] = {}

    def module(self, name: str) -> Module | None:
        """None where there is no such module, as far as files say."""
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def _read(self, name: str) -> Module | None:
        folder = self._site.joinpath(*name.split("."))
        for file in (folder / "__init__.py", folder.with_name(f"{folder.name}.py")):
            if file.is_file():
                return Module(name, file)
        return None

    def gives(self, module: str, name: str, deep: int = 0) -> bool:
        """Whether the module has that name. True where it cannot be told: a module that decides as it runs."""
        found = self.module(module)
        if found is None:
            # Perhaps a class, and then nothing can be told of what it has.
            parent, _, last = module.rpartition(".")
            return not parent or self.gives(parent, last, deep)
        if not name or name in found.names or found.unclear or deep > _DEEP:
            return True
        if self.module(f"{module}.{name}") is not None:
            return True
        return any(not _of_django(star) or self.gives(star, name, deep + 1) for star in found.stars)


class Module:
    """One module: the names that it binds, and what it takes all names of."""

    def __init__(self, name: str, file: Path) -> None:
        self.name, self._file = name, file

    @cached_property
    def _bound(self) -> tuple[frozenset[str], tuple[str, ...], bool]:
        names: set[str] = {"__name__", "__file__", "__path__", "__doc__", "__all__", "__version__"}
        stars: list[str] = []
        try:
            tree = ast.parse(self._file.read_bytes())
        except (OSError, SyntaxError, ValueError, RecursionError):
            return frozenset(names), (), True
        todo: list[ast.AST] = [*tree.body]
        while todo:
            node = todo.pop()
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    names.add(name)
                    continue
                case ast.ImportFrom():
                    stars += [self._absolute(node) for alias in node.names if alias.name == "*"]
                    names |= {alias.asname or alias.name for alias in node.names}
                case ast.Import():
                    names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
                case ast.Name(id=name, ctx=ast.Store()):
                    names.add(name)
            todo += ast.iter_child_nodes(node)
        unclear = "__getattr__" in names or b"globals()" in self._file.read_bytes()
        return frozenset(names), tuple(stars), unclear

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name if self._file.name == "__init__.py" else self.name.rpartition(".")[0]
        for _ in range(node.level - 1):
            package = package.rpartition(".")[0]
        return f"{package}.{node.module}" if node.module else package

    @property
    def names(self) -> frozenset[str]:
        return self._bound[0]

    @property
    def stars(self) -> tuple[str, ...]:
        return self._bound[1]

    @property
    def unclear(self) -> bool:
        """It decides as it runs what names it has, or cannot be read."""
        return self._bound[2]
