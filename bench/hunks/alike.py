"""What people write in several ways, read as one: UTC by any name, a route by any function, and their like."""

from __future__ import annotations

import ast
import re

from bench.hunks.history import Hunk
from chairlift.recipes.django.releases import Release

#: Dotted spellings of UTC as a time zone.
_UTC = frozenset(
    [
        "pytz.utc",
        "pytz.UTC",
        "datetime.timezone.utc",
        "datetime.UTC",
        "timezone.utc",
        "zoneinfo.UTC",
        "UTC",
        "utc",
        "django.utils.timezone.utc",
        "dt.timezone.utc",
        "dt.UTC",
    ]
)
#: `timezone` of datetime by a name of its own, where the file has another one.
_ALIAS = re.compile(r"\w+_timezone\.utc")
_ZONES = frozenset({"ZoneInfo", "zoneinfo.ZoneInfo", "pytz.timezone"})
_ROUTES = frozenset({"url", "path", "re_path"})
#: Imports that serve one of these spellings, each family by itself.
_FAMILIES = (
    frozenset(
        [
            "pytz",
            "pytz.utc",
            "pytz.UTC",
            "zoneinfo",
            "zoneinfo.ZoneInfo",
            "datetime",
            "datetime.timezone",
            "datetime.UTC",
            "django.utils.timezone",
            "django.utils.timezone.utc",
        ]
    ),
    frozenset(["django.conf.urls.url", "django.urls.path", "django.urls.re_path"]),
)


def alike(tree: ast.AST) -> ast.AST:
    """The tree with one spelling for each."""
    return _Alike().visit(tree)


class _Alike(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        dotted = _dotted(node)
        return _utc(node) if dotted in _UTC or _ALIAS.fullmatch(dotted) else self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return _utc(node) if node.id in _UTC else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called, first = _dotted(node.func), node.args[0] if node.args else None
        self.generic_visit(node)
        if called.endswith("Middleware") and len(node.args) + len(node.keywords) == 1:
            # Whatever stands for the view of a middleware that a test makes by itself.
            if first is not None or node.keywords[0].arg == "get_response":
                node.args, node.keywords = [ast.Name("view", ast.Load())], []
            return node
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            if called in _ZONES and first.value.upper() == "UTC":
                return _utc(node)
            if called in _ROUTES:
                node.func = ast.Name("route", ast.Load())
                node.args[0] = ast.Constant(route(first.value))
        return node


def _utc(node: ast.expr) -> ast.Name:
    return ast.copy_location(ast.Name("UTC", ast.Load()), node)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def route(text: str) -> str:
    """Its fixed parts and the names of its arguments: how each of these is matched is left out, with both ends."""
    text = text.removeprefix("^").removesuffix("$").removesuffix("\\Z")
    made, at = "", 0
    while found := re.compile(r"\(\?P<(\w+)>|<(?:\w+:)?(\w+)>").search(text, at):
        end = _closed(text, found.end()) if found[1] else found.end()
        made += f"{text[at : found.start()]}<{found[1] or found[2]}>"
        at = end
    return re.sub(r"\\(\W)", r"\1", made + text[at:])


def _closed(text: str, at: int) -> int:
    depth = 1
    while at < len(text) and depth:
        depth += {"(": 1, ")": -1}.get(text[at], 0) if text[at - 1] != "\\" else 0
        at += 1
    return at


def imports_alike(hunk: Hunk, ours: str) -> bool:
    """The hunk only imports: what it takes out is gone from ours, and what it brings is there, or a kin of it."""
    gone, come = (imported("\n".join(some)) for some in (hunk.removed, hunk.added))
    have = imported(ours, everything=True)
    if gone is None or come is None or have is None or not (gone ^ come):
        return False
    return not (gone - come) & have and all(each in have or _kin(each) & have for each in come - gone)


def _kin(name: str) -> frozenset[str]:
    return next((family for family in _FAMILIES if name in family), frozenset())


def imported(text: str, everything: bool = False) -> frozenset[str] | None:
    """Dotted names; None where it is no Python, or (unless `everything` is read) has other statements."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    nodes = [*ast.walk(tree)] if everything else tree.body
    found = set[str]()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{'.' * node.level}{node.module or ''}.{each.name}" for each in node.names}
        elif not everything:
            return None
    return frozenset(found)


_LOG = re.compile(r"(?i)(^|/)(changelog|changes|history|news)\b[^/]*$")
_NUMBER = re.compile(r"(?m)^\s*[\"']?(?:__version__|version)[\"']?\s*[=:]\s*[\"'](\d+)\.(\d+)(?:\.(\d+))?[\"'],?\s*$")


def says_so(hunk: Hunk, before: str, ours: str, target: Release) -> bool:
    """What a library says of itself: a changelog's entry that names the target, or its own version, raised.

    Under which heading, and to which number, is a matter of how it is released.
    """
    path = hunk.path or hunk.old
    if _LOG.search(path):
        names = re.compile(rf"(?i)django[^\n]*\b{target[0]}\.{target[1]}\b")
        entry = any(names.search(line) for line in hunk.added)
        return entry and len(names.findall(ours)) > len(names.findall(before))
    removed, added = ([line for line in some if line.strip()] for some in (hunk.removed, hunk.added))
    if len(removed) != 1 or len(added) != 1 or not _NUMBER.search(added[0]) or not (old := _NUMBER.search(removed[0])):
        return False
    own = [found for found in _NUMBER.finditer(ours) if found.group().strip() not in before]
    return any(_numbers(found) > _numbers(old) for found in own)


def _numbers(found: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(each or 0) for each in found.groups())


_SET = re.compile(r"(?m)^[ \t]+name\s*=\s*(\S+)")


def app_alike(hunk: Hunk, before: str, ours: str) -> bool:
    """A class that Django 3.2 finds by itself: theirs keeps it from that, ours gives it a name that works.

    Both answer the same error (`ImproperlyConfigured: Cannot import …`).
    """
    added = [line for line in (each.split("#")[0].strip() for each in hunk.added) if line]
    return added == ["default = False"] and bool(_SET.search(ours)) and _SET.findall(before) != _SET.findall(ours)


def origins(text: str) -> dict[str, str]:
    """What each imported name stands for."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {}
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {
        alias.asname or alias.name: f"{'.' * node.level}{node.module or ''}.{alias.name}"
        for node in nodes
        for alias in node.names
    }


def by_origin(tree: ast.AST, names: dict[str, str]) -> ast.AST:
    """Each imported name by its whole origin; the imports themselves are left out."""
    return _Names(names).visit(tree)


class _Names(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in self.names.values():
            return ast.Name(f"{node.value.id}.{node.attr}", node.ctx)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        return ast.Pass()
