"""Adds or removes a Django setting: `python -P -m chairlift.recipes.setting add NAME=VALUE --why TEXT`.

`add` writes it below INSTALLED_APPS in each settings module that has these and not the setting yet; VALUE is a Python
literal, or else a text. With `--why`, a comment above says so. `remove` takes out a plain assignment at top level
together with such a comment. What is not understood is left alone and said, as a line "finding: …". Exit code 0.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_NOT_OURS = frozenset({"node_modules", "site-packages", "venv", "env", "build", "dist"})
_SETTINGS = re.compile(r"(?:.*[/_])?settings(?:[/_].*)?\.py")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
#: Marks the comments that are ours to remove.
_MARK = "# Chairlift: "


def added(source: str, name: str, value: str, why: str = "") -> str:
    """The module with the setting, or as it was. Raises SyntaxError for what is no Python."""
    tree = ast.parse(source)
    apps = _assignment(tree, "INSTALLED_APPS")
    if apps is None or apps.end_lineno is None or _assignment(tree, name) is not None:
        return source
    end = "\r\n" if "\r\n" in source else "\n"
    lines = source.split("\n")
    comment = [f"{_MARK}{why}{end[:-1]}"] if why else []
    lines[apps.end_lineno : apps.end_lineno] = [end[:-1], *comment, f"{name} = {_literal(value, source)}{end[:-1]}"]
    return "\n".join(lines) if source.endswith("\n") else "\n".join(lines) + end


def removed(source: str, name: str) -> str:
    """The module without the setting, or as it was. Raises SyntaxError for what is no Python."""
    found = _assignment(ast.parse(source), name)
    if found is None or found.end_lineno is None:
        return source
    lines = source.split("\n")
    first, last = found.lineno - 1, found.end_lineno
    if first and lines[first - 1].startswith(_MARK):
        first -= 1
        first -= bool(first) and not lines[first - 1].strip()
    return "\n".join([*lines[:first], *lines[last:]])


def _assignment(tree: ast.Module, name: str) -> ast.Assign | ast.AnnAssign | None:
    """The first assignment to this name alone, at top level."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if [target.id for target in targets if isinstance(target, ast.Name)] == [name]:
                return node
    return None


def _literal(value: str, source: str) -> str:
    """The value as Python, in the quotes that the module likes better."""
    try:
        return repr(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        text = repr(value)
    like_double = source.count('"') > source.count("'") and '"' not in value and text[0] == "'"
    return f'"{text[1:-1]}"' if like_double else text


def _mentions(source: str, name: str) -> int:
    return len(re.findall(rf"\b{name}\b", source))


def _modules(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each not in _NOT_OURS)
        for path in sorted(Path(folder, name) for name in names):
            if _SETTINGS.fullmatch(path.relative_to(root).as_posix()) and not path.is_symlink():
                yield path


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="setting", description=__doc__.partition("\n")[0] if __doc__ else "")
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add")
    add.add_argument("setting", metavar="NAME=VALUE")
    add.add_argument("--why", default="")
    verbs.add_parser("remove").add_argument("setting", metavar="NAME")
    given = parser.parse_args(argv)
    name, equals, value = given.setting.partition("=")
    if not _NAME.fullmatch(name) or bool(equals) != (given.verb == "add"):
        parser.error(f"{given.setting!r}: write add NAME=VALUE, or remove NAME, in capitals")
    for path in _modules(Path()):
        try:
            source = path.read_bytes().decode()
            new = removed(source, name) if given.verb == "remove" else added(source, name, value, given.why)
            ast.parse(new)
        except (ValueError, SyntaxError, RecursionError) as error:
            sys.stdout.write(f"finding: {path} was left alone: it is no Python that is understood ({error})\n")
            continue
        if given.verb == "remove" and _mentions(new, name):
            sys.stdout.write(f"finding: {path} was left alone: it mentions {name} elsewhere\n")
        elif new != source:
            path.write_bytes(new.encode())
            sys.stdout.write(f"{path}: {given.verb} {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
