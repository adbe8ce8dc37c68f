"""What setup.py, setup.cfg, pyproject.toml, Pipfile and conda files ask of Django, each by its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from chairlift.recipes.django.config import ini, requirements, toml, yamls
from chairlift.recipes.django.config.specifiers import PARTS, specifier
from chairlift.recipes.django.config.texts import Text, read
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source

#: Groups of requirements that are for work on it, not for running it.
_DEVELOPMENT = re.compile(r"(?i)test|dev|doc|lint|quality|ci\b|tox|check")
CONDA = ("environment*.yml", "environment*.yaml", "conda*.yml", "conda*.yaml", "meta.yaml")


@dataclass(frozen=True)
class Place:
    """One requirement of Django: `text` is what stands from `start` to `end`.

    `whole` says that the text is a requirement (`Django>=2.2`), else it is only its comparisons (`^2.2`). `group` is
    the extra or group it is of; `metadata` that it goes out with releases.
    """

    path: str
    line: int
    start: int
    end: int
    text: str
    whole: bool = True
    group: str = ""
    metadata: bool = False
    conda: bool = False

    @property
    def asked(self) -> SpecifierSet | None:
        """What is asked of Django; None where it is no comparison (a link, a path)."""
        return requirements.requirement(self.text) if self.whole else specifier(_pip(self.text, self.conda))

    @property
    def comparisons(self) -> str:
        parts = PARTS.fullmatch(self.text) if self.whole else None
        return parts[2].strip() if parts else self.text

    @property
    def development(self) -> bool:
        return bool(self.group and _DEVELOPMENT.search(self.group))


def _pip(text: str, conda: bool) -> str:
    """Conda's `=2.2` is a prefix."""
    return re.sub(r"^=(\d[\d.]*)(?:=.*)?$", r"==\1.*", text.strip()) if conda else text


def is_django(requirement: str) -> bool:
    found = re.match(r"\s*([\w.-]+)", requirement)
    return bool(found) and canonicalize_name(found[1] if found else "") == "django"


@dataclass(frozen=True)
class Manifests:
    """All of a checkout's manifests, at its root and (conda) anywhere."""

    project: Project

    @cached_property
    def places(self) -> tuple[Place, ...]:
        return (*self.setup_py, *self.setup_cfg, *self.pyproject, *self.pipfile, *self.conda)

    @cached_property
    def setup_py(self) -> tuple[Place, ...]:
        source = self.project.source("setup.py")
        return tuple(_in_setup_py(source)) if source else ()

    @cached_property
    def setup_cfg(self) -> tuple[Place, ...]:
        text = read(self.project, "setup.cfg")
        return tuple(_in_setup_cfg(text)) if text else ()

    @cached_property
    def pyproject(self) -> tuple[Place, ...]:
        text = read(self.project, "pyproject.toml")
        return tuple(_in_pyproject(text)) if text else ()

    @cached_property
    def pipfile(self) -> tuple[Place, ...]:
        text = read(self.project, "Pipfile")
        return tuple(_in_pipfile(text)) if text else ()

    @cached_property
    def conda(self) -> tuple[Place, ...]:
        found: list[Place] = []
        for path in self.project.matching(*CONDA):
            if text := read(self.project, path):
                found += _in_conda(text)
        return tuple(found)

    @cached_property
    def loaded(self) -> tuple[str, ...]:
        """Requirements files that setup.py, setup.cfg or pyproject.toml reads its requirements from."""
        found: list[str] = []
        for name in ("setup.py", "setup.cfg", "pyproject.toml"):
            text = read(self.project, name)
            for word in re.findall(r"[\"'\s]([\w./-]+\.(?:txt|in))\b", text.text) if text else ():
                if re.search(r"require|constraint|deps|/base|/prod", word) and self.project.read(word) is not None:
                    found.append(word)
        return tuple(dict.fromkeys(found))

    def of_package(self, extras: Sequence[str] = ()) -> Iterator[Place]:
        """What installing the checkout itself asks for."""
        for place in (*self.setup_py, *self.setup_cfg, *self.pyproject):
            if place.metadata and (not place.group or place.group in extras):
                yield place


def _in_setup_py(source: Source) -> Iterator[Place]:
    """String literals that are requirements of Django, wherever they stand (a list may have any name)."""
    groups = _extras_spans(source)
    for node in source.nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        value = node.value
        if not re.fullmatch(r"(?i)django\s*(\[[\w,-]*\])?\s*([<>=!~(].*)?", value) or "\n" in value:
            continue
        start, end = source.span(node)
        quoted = re.match(r"[rRuUbB]*(\"\"\"|'''|\"|')", source.text[start:end])
        if not quoted or source.text[start + quoted.end() : end - len(quoted[1])] != value:
            continue
        if not re.search(r"[<>=~]", value) and not _listed(source, node):
            continue
        group = next((name for low, high, name in groups if low <= start < high), "")
        inner = start + quoted.end()
        line = source.line_of(start)
        yield Place(source.path, line, inner, inner + len(value), value, group=group, metadata=True)


def _listed(source: Source, wanted: ast.Constant) -> bool:
    """A bare `Django` counts only within a list or tuple of requirements."""
    lists = [node for node in source.nodes if isinstance(node, ast.List | ast.Tuple)]
    return any(wanted in node.elts and len(_requirements_in(node)) == len(node.elts) for node in lists)


def _requirements_in(node: ast.List | ast.Tuple) -> list[str]:
    values = [each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return [each for each in values if re.fullmatch(r"[A-Za-z][\w.-]*\s*(\[.*\])?\s*([<>=!~;(@].*)?", each)]


def _extras_spans(source: Source) -> list[tuple[int, int, str]]:
    """Where the lists of extras_require, tests_require and setup_requires stand."""
    spans = []
    for node in source.nodes:
        if not isinstance(node, ast.keyword):
            continue
        if node.arg == "extras_require" and isinstance(node.value, ast.Dict):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                name = key.value if isinstance(key, ast.Constant) else "extra"
                spans.append((*source.span(value), str(name)))
        elif node.arg in ("tests_require", "setup_requires"):
            spans.append((*source.span(node.value), node.arg))
    return spans


def _in_setup_cfg(text: Text) -> Iterator[Place]:
    for entry in ini.parse(text.text).entries:
        options = entry.section == "options" and entry.key in ("install_requires", "setup_requires", "tests_require")
        if not options and entry.section != "options.extras_require":
            continue
        group = "" if options and entry.key == "install_requires" else entry.key
        for item in entry.items:
            if is_django(item.text):
                yield Place(
                    "setup.cfg", text.line(item.start), item.start, item.end, item.text, group=group, metadata=True
                )


def _in_pyproject(text: Text) -> Iterator[Place]:
    try:
        document = toml.parse(text.text)
    except toml.NotToml:
        return
    for each in document.scalars:
        meaning = _table(each.path)
        if meaning and (not meaning[0] or is_django(each.value)):
            whole, group, metadata = meaning
            line = text.line(each.start)
            yield Place("pyproject.toml", line, each.start, each.end, each.value, whole, group, metadata)


def _table(path: toml.Path) -> tuple[bool, str, bool] | None:
    """What a string in pyproject.toml is: a whole requirement, of which group, and whether releases carry it."""
    match path:
        case ("project", "dependencies", int()):
            return True, "", True
        case ("project", "optional-dependencies", str(group), int()):
            return True, group, True
        case ("dependency-groups", str(group), int()) | ("tool", "pdm", "dev-dependencies", str(group), int()):
            return True, group, False
        case ("tool", "uv", "dev-dependencies" | "constraint-dependencies" | "override-dependencies" as group, int()):
            return True, group, False
        case ("tool", "poetry", *rest):
            return _in_poetry(rest)
    return None


def _in_poetry(path: Sequence[str | int]) -> tuple[bool, str, bool] | None:
    match path:
        case ("dependencies", name, *rest) if _poetry(name, rest):
            return False, "", True
        case ("dev-dependencies", name, *rest) if _poetry(name, rest):
            return False, "dev-dependencies", False
        case ("group", str(group), "dependencies", name, *rest) if _poetry(name, rest):
            return False, group, False
    return None


def _poetry(name: object, rest: Sequence[object]) -> bool:
    """A version of Django: by itself, in a table, or in one of several tables."""
    return canonicalize_name(str(name)) == "django" and (not rest or rest[-1] == "version")


def _in_pipfile(text: Text) -> Iterator[Place]:
    try:
        document = toml.parse(text.text)
    except toml.NotToml:
        return
    for each in document.scalars:
        section, name, *rest = (*each.path, "")
        if section in ("packages", "dev-packages") and _poetry(name, [part for part in rest if part]):
            group = "dev-packages" if section == "dev-packages" else ""
            yield Place("Pipfile", text.line(each.start), each.start, each.end, each.value, False, group)


def _in_conda(text: Text) -> Iterator[Place]:
    try:
        root = yamls.compose(text.text)
    except yamls.NotYaml:
        return
    for node in yamls.walk(root):
        if not isinstance(node, yamls.ScalarNode) or not is_django(node.value):
            continue
        start = node.start_mark.index + (1 if node.style else 0)
        end = start + len(node.value)
        found = re.match(r"(?i)((?:[\w-]+::)?django)(\s*)(.*)", node.value)
        if found and text.text[start:end] == node.value and (not found[3] or re.match(r"[=<>~!\d*]", found[3])):
            conda = bool(re.match(r"=\d", found[3])) or bool(found[2])
            inner = start + found.start(3)
            yield Place(text.path, text.line(start), inner, end, found[3], False, conda=conda)
