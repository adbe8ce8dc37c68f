"""Tells changes of taste: other words for what the old and the new version of Django both read, and read alike."""

from __future__ import annotations

import ast
import re
import textwrap

from bench.hunks.alike import by_origin, imported, origins
from bench.hunks.history import Hunk
from bench.hunks.kinds import with_hunk

#: Fields that were removed "except for support in historical migrations" (Django's notes on 4.0 and 5.1).
_HISTORICAL = re.compile(
    r"\bcontrib\.postgres\.fields(?:\.jsonb|\.citext)?(?:\.JSONField|\.CI\w+)?\b|\bNullBooleanField\b"
)
#: What a function or an action of the admin says of itself; decorators are another way from 3.2 on.
_SAID = frozenset({"short_description", "admin_order_field", "boolean", "empty_value_display", "allowed_permissions"})
_DECORATORS = frozenset({"register", "display", "action"})


def is_taste(hunk: Hunk, before: str, after: str) -> bool:
    """`before` and `after` are the texts of the file, with all that people changed in it."""
    if "/migrations/" in f"/{hunk.old}":
        named = [line for line in hunk.removed if line.strip()]
        return any(_HISTORICAL.search(line) for line in named) and "RunPython" not in "".join(hunk.removed)
    return _decorates(hunk) or _imports_otherwise(hunk, before, after)


def _decorates(hunk: Hunk) -> bool:
    """Only decorators of the admin on one side, and only what they stand for on the other."""
    old, new = _body(hunk.removed), _body(hunk.added, "def f(): pass")
    if old is None or new is None or len(new) != 1 or not isinstance(new[0], ast.FunctionDef):
        return False
    marks = [each.func if isinstance(each, ast.Call) else each for each in new[0].decorator_list]
    of_admin = [isinstance(each, ast.Attribute) and each.attr in _DECORATORS for each in marks]
    return bool(old or marks) and all(of_admin) and all(_registers(each) or _says(each) for each in old)


def _body(lines: tuple[str, ...], end: str = "") -> list[ast.stmt] | None:
    try:
        return ast.parse(f"{textwrap.dedent(chr(10).join(lines))}\n{end}").body
    except SyntaxError:
        return None


def _registers(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func).endswith("site.register")


def _says(node: ast.stmt) -> bool:
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    return isinstance(target, ast.Attribute) and target.attr in _SAID


def _imports_otherwise(hunk: Hunk, before: str, after: str) -> bool:
    """`from a.b import C` and `C` for `from a import b` and `b.C`, or the other way round."""
    gone, come = (imported("\n".join(some)) for some in (hunk.removed, hunk.added))
    if gone and come and gone != come:
        left, right = gone - come, come - gone
        return all(_within(each, left) for each in right) and all(_within(each, right) for each in left)
    names = {**origins(before), **origins(after)}
    trees = [_resolved(text, names) for text in (before, with_hunk(before, hunk))]
    return bool(trees[0]) and trees[0] == trees[1]


def _within(name: str, others: frozenset[str]) -> bool:
    """A name of one of the others, or the other way round, or the same one of Django's from a module around it."""
    parts = name.rpartition(".")
    for each in others:
        module, _, last = each.rpartition(".")
        around = parts[0].startswith(f"{module}.") or module.startswith(f"{parts[0]}.")
        if name.startswith(f"{each}.") or each.startswith(f"{name}."):
            return True
        if last == parts[2] and around and module.startswith("django."):
            return True
    return False


def _resolved(text: str, names: dict[str, str]) -> str:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ""
    return ast.dump(by_origin(tree, names))
