"""The settings of a service: which files are bases, which build upon them, and where a setting can be added."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.fixing import Looking, Parents
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source

#: Files of these names or in folders of these names hold settings, if they assign something in capitals.
_NAMED = re.compile(r"(^|/)(settings|config|conf|configuration)(/|\b)|settings[^/]*\.py$")
#: The very first line may have a byte order mark before it.
_SETTING = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*(?:[A-Z][A-Z0-9_]{3,})\b[^=\n]*=(?!=)", re.MULTILINE)

_OF_TESTS = re.compile(r"(?i)(?:^|[/_.-])(?:tests?|testing|runtests)(?:[/_.-])")


def assigns(source: Source, name: str) -> bool:
    """Whether the file gives a setting a value, in any way: plainly, in a class, or by settings.configure(NAME=…)."""
    for node in source.nodes:
        match node:
            case ast.Name(id=found, ctx=ast.Store()) | ast.keyword(arg=found) if found == name:
                return True
            case ast.Constant(value=found) if found == name:
                # globals()["NAME"] = …, a dictionary that is merged, setattr.
                return True
    return False


def is_base(looking: Looking, node: ast.Assign, parents: Parents) -> bool:
    """Whether this assignment of INSTALLED_APPS starts a set of settings, and is not one that builds upon others."""
    if not parents or not isinstance(parents[-1], ast.Module | ast.ClassDef):
        return False
    if isinstance(parents[-1], ast.ClassDef) and not _is_configuration(parents[-1]):
        return False
    names = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
    attributes = {each.attr for each in ast.walk(node.value) if isinstance(each, ast.Attribute)}
    if "INSTALLED_APPS" in names | attributes:
        return False
    return not any(assigns(other, "INSTALLED_APPS") for other in below(looking.project, looking.source))


def of_tests(path: str) -> bool:
    """Whether these settings are for tests alone, by a word of their path."""
    return bool(_OF_TESTS.search(path))


def _is_configuration(node: ast.ClassDef) -> bool:
    """A class of django-configurations."""
    return any(getattr(base, "attr", getattr(base, "id", "")) == "Configuration" for base in node.bases)


def below(project: Project, source: Source, seen: tuple[str, ...] = ()) -> Iterator[Source]:
    """The files of the checkout whose names this one takes by `import *`, and those that they take from."""
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            path = _module_path(project, source.path, node)
            other = project.source(path) if path and path not in (*seen, source.path) else None
            if other is not None:
                yield other
                yield from below(project, other, (*seen, source.path))


def _module_path(project: Project, path: str, node: ast.ImportFrom) -> str | None:
    parts = (node.module or "").split(".") if node.module else []
    if node.level:
        folder = path.split("/")[: -node.level]
        names = ["/".join([*folder, *parts])]
    else:
        folders = path.split("/")[:-1]
        names = ["/".join([*folders[:depth], *parts]) for depth in range(len(folders), -1, -1)]
    for name in names:
        for candidate in (f"{name}.py", f"{name}/__init__.py"):
            if candidate in project.paths:
                return candidate
    return None


def files(project: Project) -> tuple[str, ...]:
    """Python files that look like settings, by name and by what they assign."""
    return project.once(_files)


def _files(project: Project) -> tuple[str, ...]:
    found = []
    for path in project.matching("*.py"):
        data = project.read(path) or b""
        if (_NAMED.search(path) and _SETTING.search(data)) or b"INSTALLED_APPS" in data:
            found.append(path)
    return tuple(found)


def family(looking: Looking) -> Iterator[Source]:
    """The settings that may work together with this file: itself, those below it, and those beside and under it."""
    yield looking.source
    yield from below(looking.project, looking.source)
    root = _root(looking.source.path)
    for path in files(looking.project):
        if path != looking.source.path and path.startswith(root):
            folder, _, _ = path[len(root) :].rpartition("/")
            other = looking.project.source(path) if folder in _PARTS else None
            if other is not None:
                yield other


#: Folders that hold parts of one set of settings; "" is the folder of the base itself.
_PARTS = {"", "settings", "components", "environments", "envs", "env"}


def _root(path: str) -> str:
    """The folder of these settings, with its slash."""
    folders = path.split("/")[:-1]
    if folders and folders[-1] in _PARTS - {"settings"}:
        folders = folders[:-1]
    return "".join(f"{each}/" for each in folders)


def is_set(looking: Looking, *names: str) -> bool:
    """Whether any of these settings has a value somewhere in the family of this file."""
    return any(assigns(each, name) for each in family(looking) for name in names)


def mentions(looking: Looking, text: str) -> bool:
    return any(text in each.text for each in family(looking))


#: A new setting goes below the last of these, next to what it is about.
_ANCHORS = ("DATABASES", "INSTALLED_APPS")


def add(looking: Looking, node: ast.Assign, parents: Parents, text: str, anchors: tuple[str, ...] = _ANCHORS) -> Edit:
    """Lines (without indentation; the last without its end) below the statement of the first anchor that there is.

    `node` is the assignment of INSTALLED_APPS, in whose block it goes.
    """
    source, block = looking.source, parents[-1]
    assert isinstance(block, ast.Module | ast.ClassDef)
    place: ast.stmt = node
    for anchor in anchors:
        found = [each for each in block.body if isinstance(each, ast.Assign) and _targets(each, anchor)]
        if found:
            place = found[-1]
            break
    line = source.line_of(max(source.span(place)[1] - 1, 0))
    at = source.end_of_line(line)
    indent = " " * node.col_offset
    newline = source.newline
    before = "" if source.lines[line - 1].endswith(("\n", "\r")) else newline
    lines = newline.join(f"{indent}{each}".rstrip() for each in text.split("\n"))
    return Edit(at, at, f"{before}{newline}{lines}{newline}")


def _targets(node: ast.Assign, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in node.targets)
