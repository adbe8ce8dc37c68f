"""Follows a distribution that nobody maintains into the one that took it over: what asks for it, and what imports it.

All of a checkout or nothing: where one place cannot be changed, the distribution is only named (`replacements`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from packaging.utils import canonicalize_name
from packaging.version import Version

from chairlift.recipes.django import appconfigs
from chairlift.recipes.django.config import requirements
from chairlift.recipes.django.config.requirements import Line
from chairlift.recipes.django.config.texts import Text, read
from chairlift.recipes.django.dependencies import locks
from chairlift.recipes.django.dependencies.compiled import compiled
from chairlift.recipes.django.dependencies.replacements import table
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, horizon, parse
from chairlift.recipes.django.source import Source


@dataclass(frozen=True)
class Fork:
    """`name` became `into`, of which `least` is the first release that will do.

    `modules` are those that are called otherwise there, old and new; `app` is what stands in INSTALLED_APPS instead
    of the first part of the old module, None where it stays.
    """

    name: str
    into: str
    least: str
    stops: Release
    modules: tuple[tuple[str, str], ...] = ()
    app: str | None = None

    @property
    def old_app(self) -> str:
        return self.modules[0][0].partition(".")[0] if self.modules else ""

    def moved(self, dotted: str) -> str:
        """What a dotted name is called now; empty where it is none of these modules or in them."""
        for old, new in self.modules:
            if dotted == old or dotted.startswith(f"{old}."):
                return new + dotted[len(old) :]
        return ""


@lru_cache(maxsize=1)
def forks() -> tuple[Fork, ...]:
    """The rows of replacements.toml that say into what a distribution went."""
    return tuple(
        Fork(
            name, row["into"], row["least"], parse(row["stops"]), tuple(row.get("modules", {}).items()), row.get("app")
        )
        for name, row in table().items()
        if row.get("into")
    )


def concerns(fork: Fork, target: Release) -> bool:
    """Whether the target lacks, or warns of, what its last release uses: as with deprecations of the own code."""
    return fork.stops < horizon(target)


def followed(project: Project) -> tuple[Fork, ...]:
    """Those that the checkout asks for by a line of requirements, and whose every use can be changed."""
    return tuple(
        each for each in forks() if [*asked(project, each)] and not _elsewhere(project, each) and _all(project, each)
    )


# ---- What asks for it ----


def asked(project: Project, fork: Fork) -> Iterator[tuple[Text, Line]]:
    """Lines that people wrote which ask for it, or bound it."""
    written = {each.path for each in compiled(project) if each.inputs}
    for path in requirements.files(project):
        text = read(project, path)
        if text is None or path in written or requirements.compiled(text):
            continue
        for line in requirements.lines(text):
            if isinstance(line, Line) and line.name == fork.name:
                yield text, line


_LINE = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*)(?P<extras>\s*\[[^\]]*\])?(?P<asked>[^;@\[]*)(?P<rest>;.*)?$")


def _elsewhere(project: Project, fork: Fork) -> bool:
    """Whether it is asked for where nothing here changes it: another manifest, an address, a line with hashes."""
    if any(line.hashed or not _LINE.match(line.text) for _, line in asked(project, fork)):
        return True
    name = "[-_.]".join(map(re.escape, fork.name.split("-")))
    pattern = re.compile(rf"(?im)(?:^[ \t]*|[\"'/=]){name}(?![\w.-])")
    paths = project.matching("setup.py", "setup.cfg", "pyproject.toml", "Pipfile", "*.yml", "*.yaml", "Dockerfile*")
    return any(pattern.search((project.read(path) or b"").decode("utf-8", "replace")) for path in paths)


def renamed(project: Project, fork: Fork) -> Iterator[tuple[str, bytes]]:
    """The requirements with the new name in place of the old one, which goes where the new one is there already."""
    texts = {text.path: text for text, _ in asked(project, fork)}
    for path, text in texts.items():
        there = any(isinstance(each, Line) and each.name == fork.into for each in requirements.lines(text))
        edits = []
        for each, line in asked(project, fork):
            found = _LINE.match(line.text)
            if each.path != path or found is None:
                continue
            if there or "constraint" in path.lower():
                edits.append(Edit(text.start_of_line(line.start), text.end_of_line(line.start), ""))
                continue
            pinned = found["asked"].strip().startswith("==") and "*" not in found["asked"]
            version = f"{'==' if pinned else '>='}{fork.least}" if found["asked"].strip() else ""
            new = f"{fork.into}{(found['extras'] or '').strip()}{version}{found['rest'] or ''}"
            gap = found["asked"][len(found["asked"].rstrip()) :] if found["rest"] else ""
            end = line.start + len(line.text.rstrip())
            edits.append(Edit(line.start, end, new.replace(";", f"{gap};", 1) if gap else new))
        changed = text.edited(edits)
        yield path, changed.encoded(changed.text)


def wanted(project: Project, fork: Fork) -> dict[str, str]:
    """What has to move for it: the new distribution, at a release that will do or any newer one."""
    pins = [
        pin.version
        for each in compiled(project)
        for pin in locks.read((project.read(each.path) or b"").decode("utf-8", "replace")).pins
        if pin.key == canonicalize_name(fork.into)
    ]
    enough = pins and all(Version(each) > Version(fork.least) for each in pins)
    return {} if enough else {fork.into: ""}


# ---- What imports it ----

_FROM = re.compile(r"from\s+(?P<module>[\w.]+)\s")


def module_of(source: Source, node: ast.ImportFrom) -> tuple[int, int] | None:
    """Where the module of `from module import …` stands; None where it is spelled with spaces or line breaks."""
    found = _FROM.match(source.segment(node))
    if not found or found["module"] != node.module or node.level:
        return None
    start = source.span(node)[0]
    return start + found.start("module"), start + found.end("module")


def is_entry(fork: Fork, source: Source, node: ast.Constant, parents: tuple[ast.AST, ...]) -> bool:
    """Whether a text is its entry in a list of apps, by itself."""
    if node.value != fork.old_app or not source.is_single_string(node):
        return False
    row = parents[-1]
    if isinstance(row, ast.Tuple) and len(row.elts) < 3 and fork.app == "":
        return False  # One that is left alone may need a comma to stay a tuple.
    return isinstance(row, ast.List | ast.Tuple) and any(appconfigs.names_apps(each) for each in parents)


def _all(project: Project, fork: Fork) -> bool:
    """Whether every file that names the old modules is one whose every mention can be changed."""
    if not fork.modules:
        return True
    word = re.compile(rb"(?<![\w.-])" + re.escape(fork.old_app).encode() + rb"\b")
    for path in project.matching("*.py", "*.html", "*.txt", "*.djt", "*.jinja"):
        data = project.read(path) or b""
        if not word.search(data) or (path.endswith(".txt") and "requirements" in path):
            continue
        source = project.source(path) if path.endswith(".py") else None
        if source is None or not _every(fork, source):
            return False
    return True


def _every(fork: Fork, source: Source) -> bool:
    inside: dict[ast.AST, tuple[ast.AST, ...]] = {source.tree: ()}
    for node in source.nodes:
        for child in ast.iter_child_nodes(node):
            inside[child] = (*inside[node], node)
        match node:
            case ast.Import(names=names) if any(_is_in(fork, each.name) for each in names):
                return False
            case ast.ImportFrom(module=str(module)) if _is_in(fork, module) and not node.level:
                if not fork.moved(module) or module_of(source, node) is None:
                    return False
            case ast.Constant(value=str(text)) if _is_in(fork, text):
                known = is_entry(fork, source, node, inside[node]) if text == fork.old_app else fork.moved(text)
                if not known or not source.is_single_string(node):
                    return False
    return True


def _is_in(fork: Fork, dotted: str) -> bool:
    return dotted == fork.old_app or dotted.startswith(f"{fork.old_app}.")
