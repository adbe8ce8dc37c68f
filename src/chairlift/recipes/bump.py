"""Raises the pins of one package in a checkout: `python -P -m chairlift.recipes.bump Django 3.2`.

Pins and ranges are edited in place in requirements and constraints files, setup.cfg, pyproject.toml and tox.ini;
comments and formatting stay. A range keeps its lower end, and nothing is ever lowered. What is not understood is left
alone and said, as a line "finding: …". A version as exact as 3.2.25 becomes the pin; 3.2 makes it `==3.2.*`.

Exit codes: 0 when the package is at the version now, or was; 1 when no requirement was found that could be.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from chairlift.recipes.django.config.specifiers import Target, raised

_LISTS = (
    "*requirements*.txt",
    "*requirements*.in",
    "*constraints*.txt",
    "requirements/**/*.txt",
    "requirements/**/*.in",
)
#: The keys, as `section.key`, that hold requirements.
_KEYS = {
    "setup.cfg": re.compile(r"options\.(install_requires|setup_requires|tests_require)|options\.extras_require\..+"),
    "tox.ini": re.compile(r"testenv.*\.deps"),
}
_SECTION = re.compile(r"\[([^\]]+)\]")
_ASSIGNMENT = re.compile(r"([A-Za-z_][\w.-]*)\s*[=:]\s*")
_FACTOR = re.compile(r"\s*[\w{},.!-]+:\s+")
_REQUIREMENT = re.compile(r"\s*([^\s#].*?)\s*(?=\s#|\s--|\\?\s*$)")


@dataclass(frozen=True)
class Note:
    """What was found in one line; `done` when the package is at the target there."""

    line: int
    text: str
    done: bool = False


def bump(name: str, text: str, package: str, target: Target) -> tuple[str, list[Note]]:
    """The text of the file of this name, raised, and what there is to say of it."""
    if name == "pyproject.toml":
        return _bump_pyproject(text, package, target)
    lines, notes = text.split("\n"), []
    for at, start in _places(name, lines):
        factor = _FACTOR.match(lines[at], start) if name in _KEYS else None
        found = _REQUIREMENT.match(lines[at], factor.end() if factor else start)
        result = raised(found[1].removeprefix("-e "), package, target) if found else None
        if not found or not result:
            continue
        left = result.left
        if not left and result.text != found[1]:
            following = lines[at][found.end() :] + (lines[at + 1] if at + 1 < len(lines) else "")
            if "--hash" in following.partition("==")[0]:
                left = "it is pinned by its hash; compile the file again"
            elif factor:
                left = f"it belongs to {factor[0].strip()} add a factor for {target.series}"
        if left:
            notes.append(Note(at + 1, f"{found[1]} was left alone: {left}"))
            continue
        same = result.text == found[1]
        words = f"{found[1]} allows {target.version}" if same else f"{found[1]} -> {result.text}"
        notes.append(Note(at + 1, words, done=not factor))
        lines[at] = f"{lines[at][: found.start(1)]}{result.text}{lines[at][found.end(1) :]}"
    return "\n".join(lines), notes


def _places(name: str, lines: list[str]) -> Iterator[tuple[int, int]]:
    """Where requirements may begin: line and column, from 0."""
    section = key = ""
    for at, line in enumerate(lines):
        if name not in _KEYS:
            yield at, 0
            continue
        start = 0
        if found := _SECTION.match(line):
            section, key = found[1], ""
        elif found := _ASSIGNMENT.match(line):
            key, start = found[1], found.end()
        if _KEYS[name].fullmatch(f"{section}.{key}"):
            yield at, start


def _bump_pyproject(text: str, package: str, target: Target) -> tuple[str, list[Note]]:
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError):
        return text, [Note(1, "this file was left alone: it is no TOML")]
    notes = []
    for wanted in dict.fromkeys(_listed(data)):
        result = raised(wanted, package, target)
        if not result:
            continue
        quotes = [quote for quote in "\"'" if f"{quote}{wanted}{quote}" in text]
        line = text.partition(f"{quotes[0]}{wanted}")[0].count("\n") + 1 if quotes else 1
        if result.left or not quotes:
            why = result.left or "it is written in an unusual way"
            notes.append(Note(line, f"{wanted} was left alone: {why}"))
            continue
        for quote in quotes:
            text = text.replace(f"{quote}{wanted}{quote}", f"{quote}{result.text}{quote}")
        same = result.text == wanted
        notes.append(Note(line, f"{wanted} allows {target.version}" if same else f"{wanted} -> {result.text}", True))
    if any(canonicalize_name(name) == package for name in _at(data, "tool", "poetry", "dependencies")):
        notes.append(Note(1, "the range in tool.poetry.dependencies was left alone: raise it by hand"))
    return text, notes


def _listed(data: Mapping[str, object]) -> Iterator[str]:
    """All requirements that a pyproject.toml lists, by the standards."""
    lists = [_at(data, "project").get("dependencies"), _at(data, "build-system").get("requires")]
    groups = [_at(data, "project", "optional-dependencies"), _at(data, "dependency-groups")]
    for found in [*lists, *(group for table in groups for group in table.values())]:
        yield from (each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def _at(data: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    for key in keys:
        inner = data.get(key)
        data = inner if isinstance(inner, dict) else {}
    return data


def _files(root: Path) -> list[Path]:
    names = {path for pattern in _LISTS for path in root.glob(pattern)} | {root / "pyproject.toml"}
    names |= {root / name for name in _KEYS}
    return sorted(path for path in names if path.is_file() and not path.is_symlink())


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bump", description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("package")
    parser.add_argument("version", type=_target, help="3.2 for the newest of a series, or 3.2.25")
    given = parser.parse_args(argv)
    root, done = Path(), False
    for path in _files(root):
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            sys.stdout.write(f"finding: {path} was left alone: it is not UTF-8\n")
            continue
        new, notes = bump(path.name, text, canonicalize_name(given.package), given.version)
        for note in notes:
            sys.stdout.write(f"{'' if note.done else 'finding: '}{path}:{note.line}: {note.text}\n")
        done = done or any(note.done for note in notes)
        if new != text:
            path.write_bytes(new.encode())
    if not done:
        sys.stderr.write(f"no requirement of {given.package} was found that could be raised\n")
    return 0 if done else 1


def _target(text: str) -> Target:
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no version") from error
    if len(version.release) < 2:
        raise argparse.ArgumentTypeError(f"{text!r} is too short: write {text}.0, for example")
    return Target(version)


if __name__ == "__main__":
    sys.exit(main())
