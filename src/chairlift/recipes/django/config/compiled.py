"""Which files tools write: these are never edited by hand."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from chairlift.recipes.django.config import makefile, requirements
from chairlift.recipes.django.config.declared import Compiled
from chairlift.recipes.django.config.locks import LOCKS
from chairlift.recipes.django.config.texts import read
from chairlift.recipes.django.project import Project

_COMPILES = re.compile(
    r"(pip-compile|uv pip compile|poetry export|pipenv requirements|pip freeze|uv export|pdm export)\b(.*)"
)
_OUTPUT = re.compile(r"(?:-o|--output-file|--output)[ =]\s*(\S+)|>\s*(\S+)")


def compiled(project: Project) -> tuple[Compiled, ...]:
    """By the head of the file, its hashes, the input of the same name beside it, or the command that makes it."""
    found: dict[str, Compiled] = {}
    for each in (*_by_text(project), *_by_command(project), *_by_neighbour(project), *_locks(project)):
        if each.path not in found or (not found[each.path].sources and each.sources):
            found[each.path] = each
    return tuple(sorted(found.values()))


def _by_text(project: Project) -> Iterator[Compiled]:
    for path in requirements.files(project):
        text = read(project, path)
        if text and (made := requirements.compiled(text)):
            beside = posixpath.dirname(path)
            near = [posixpath.normpath(posixpath.join(beside, each)) for each in made.sources]
            own = [
                each if project.read(each) is not None else close
                for each, close in zip(made.sources, near, strict=True)
                if project.read(each) is not None or project.read(close) is not None
            ]
            yield Compiled(path, made.tool, tuple(own))


def _by_command(project: Project) -> Iterator[Compiled]:
    """`pip-compile -o X Y.in` of a Makefile or script, and files that are cut out of others (`grep … a > b`)."""
    known = set(requirements.files(project))
    for path in project.matching(*makefile.NAMES, "*.sh"):
        text = read(project, path)
        for line in text.text.replace("\\\n", " ").splitlines() if text else ():
            outputs = [one or other for one, other in _OUTPUT.findall(line)]
            inputs = [word for word in re.findall(r"[\w./-]+\.(?:in|txt|toml|py)\b", line) if word not in outputs]
            tool = _COMPILES.search(line)
            for output in outputs:
                if output in known and (tool or re.search(r"\bgrep\b", line)):
                    yield Compiled(
                        output, tool[1].split()[0] if tool else "make", tuple(i for i in inputs if i in known)
                    )


def _by_neighbour(project: Project) -> Iterator[Compiled]:
    known = set(requirements.files(project))
    for path in known:
        source = path.removesuffix(".txt") + ".in"
        text = read(project, path)
        if path.endswith(".txt") and source in known and text and not re.search(r"(?m)^-[rc]", text.text):
            yield Compiled(path, "pip-compile", (source,))


def _locks(project: Project) -> Iterator[Compiled]:
    for name, (tool, source) in LOCKS.items():
        if project.read(name) is not None:
            yield Compiled(name, tool, (source,) if project.read(source) is not None else ())
    for path in project.matching("conda-lock.yml", "conda-lock.yaml", "conda-*.lock"):
        yield Compiled(path, "conda-lock")
