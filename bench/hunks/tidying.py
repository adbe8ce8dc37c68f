"""Makes of a file what tools make of it that know nothing of the new Django: such changes the upgrade did not need."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from django_upgrade.data import FIXERS, Settings
from django_upgrade.main import SUPPORTED_TARGET_VERSIONS, apply_fixers

from chairlift.recipes.django.releases import Release
from chairlift.recipes.django.tools.required import REMOVED

_URL = re.compile(r"django\.conf\.urls\b[^\n]*\burl\b|django\.conf\.urls import \(")


def tidy(path: str, before: str, leg: tuple[Release, Release]) -> tuple[str, ...]:
    """The file after ruff's rules for newer Python, all of them and in parts: formats, sets, encodings, mocks.

    And after django-upgrade for the old version, but for what a version on the way removes: that is needed.
    """
    every = ("UP,C4,F401,PLW1514,PLC0206,PERF102", "UP030", "UP031", "UP031,UP030", "UP026,F401,I001")
    texts = [_ruff(text, rules) for text in dict.fromkeys([before, with_items(before)]) for rules in every]
    return tuple(text for text in (*texts, _django(path, before, leg)) if text is not None and text != before)


def with_items(text: str) -> str:
    """`for key, value in a.items():` and `value` for `for key in a:` and `a[key]`, as pylint asks for (C0206)."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text
    lines = text.split("\n")
    edits: list[tuple[int, int, int, str]] = []
    for loop in ast.walk(tree):
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Name):
            read = [each for part in loop.body for each in ast.walk(part) if _reads(each, loop.iter.id, loop.target.id)]
            if read:
                edits.append(_at(loop.target, f"{loop.target.id}, value"))
                edits.append(_at(loop.iter, f"{loop.iter.id}.items()"))
                edits += [_at(each, "value") for each in read]
    for line, start, end, new in sorted(set(edits), reverse=True):
        # Columns count bytes.
        data = lines[line].encode()
        lines[line] = (data[:start] + new.encode() + data[end:]).decode()
    return "\n".join(lines)


def _reads(node: ast.AST, of: str, key: str) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Load)
        and node.lineno == node.end_lineno
        and getattr(node.value, "id", "") == of
        and getattr(node.slice, "id", "") == key
    )


def _at(node: ast.expr, new: str) -> tuple[int, int, int, str]:
    return node.lineno - 1, node.col_offset, node.end_col_offset or 0, new


def _ruff(before: str, rules: str) -> str | None:
    argv = [str(Path(sys.executable).parent / "ruff"), "check", "--isolated", "--no-cache", "--quiet", "--exit-zero"]
    argv += ["--fix", "--unsafe-fixes", "--preview", f"--select={rules}", "--target-version=py38", "-"]
    ran = subprocess.run(argv, input=before.encode(), capture_output=True)
    return ran.stdout.decode("utf-8", "replace") if ran.returncode == 0 else None


def _django(path: str, before: str, leg: tuple[Release, Release]) -> str:
    """The routes of a file that has no `url()` are a matter of taste, although their fixer is for one that is gone."""
    needed = {name for name, removed in REMOVED.items() if leg[0] < removed <= leg[1]}
    if not _URL.search(before):
        needed.discard("django_urls")
    version = max(each for each in SUPPORTED_TARGET_VERSIONS if each <= leg[0])
    return apply_fixers(before, Settings(target_version=version, only_fixers=set(FIXERS) - needed), path)
