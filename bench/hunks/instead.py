"""Tells that two changes put something instead of the very same thing, and what only serves such changes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from bench.hunks.history import Hunk

_WORD = re.compile(r"[A-Za-z_]\w*")


def same_place(before: str, theirs: str, ours: str) -> bool:
    """Whether theirs differs from before in one expression alone, and ours differs there, too, with the same name gone.

    What each of them says there is another matter: `_headers` has several successors. The name that both take out must
    be an attribute, and must be nowhere in what ours made of the statement.
    """
    try:
        trees = [[*_simple(ast.parse(text))] for text in (before, theirs, ours)]
    except (SyntaxError, ValueError):
        return False
    if not len(trees[0]) == len(trees[1]) <= len(trees[2]):
        return False
    changed = [(old, new) for old, new in zip(trees[0], trees[1], strict=True) if ast.dump(old) != ast.dump(new)]
    was = {ast.dump(each) for each in trees[0]}
    fresh = [each for each in trees[2] if ast.dump(each) not in was]
    left = {ast.dump(each) for each in trees[2]}
    return bool(changed) and all(ast.dump(old) not in left and _instead(old, new, fresh) for old, new in changed)


def _instead(old: ast.stmt, new: ast.stmt, ours: list[ast.stmt]) -> bool:
    place = _place(old, new)
    lost = _attributes(old) - _attributes(new)
    if place is None or not lost:
        return False
    for each in ours:
        at = _place(old, each)
        near = at is not None and (at[: len(place)] == place or place[: len(at)] == at) and at
        if near and not lost & _attributes(each):
            return True
    return False


def _simple(tree: ast.AST) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            yield node


def _attributes(node: ast.AST) -> set[str]:
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _place(one: ast.AST, other: ast.AST) -> tuple[str, ...] | None:
    """The way to the one part in which they differ; None where there are several, or none."""
    if type(one) is not type(other):
        return ()
    different: list[tuple[str, ...]] = []
    for name, value in ast.iter_fields(one):
        against = getattr(other, name, None)
        left, right = ([each] if not isinstance(each, list) else each for each in (value, against))
        if len(left) != len(right):
            return ()
        for at, (first, second) in enumerate(zip(left, right, strict=True)):
            if isinstance(first, ast.AST) and isinstance(second, ast.AST):
                if ast.dump(first) != ast.dump(second):
                    deeper = _place(first, second)
                    if deeper is None:
                        return None
                    different.append((f"{name}{at}", *deeper))
            elif first != second:
                return ()
    return different[0] if len(different) == 1 else None


def serves(hunk: Hunk, theirs: str, done: Iterable[Hunk]) -> bool:
    """Whether the hunk only brings names (functions, imports, parameters) that nothing but `done` hunks use.

    These are hunks of the same file that ours answers in its own way, and so it needs none of these names.
    """
    names = _brought(hunk, theirs)
    own = {*range(hunk.begins, hunk.begins + len(hunk.added))}
    within = {line for each in done for line in range(each.begins, each.begins + len(each.added))}
    if not names or not within - own:
        return False
    used = {
        at
        for at, line in enumerate(theirs.split("\n"), 1)
        if at not in own and any(word in names for word in _WORD.findall(line.split("#")[0]))
    }
    inside = _function(hunk, theirs)
    if inside is not None:
        used &= {*inside}
    return bool(used) and used <= within


def _brought(hunk: Hunk, theirs: str) -> set[str]:
    """Empty where it does more than that."""
    old, new = ("\n".join(line for line in some if line.strip()) for some in (hunk.removed, hunk.added))
    if inside := _function(hunk, theirs):
        words = {*_WORD.findall(new)} - {*_WORD.findall(old)}
        return words if {*_WORD.findall(old)} <= {*_WORD.findall(new)} and inside else set()
    if old:
        return set()
    try:
        body = ast.parse(_dedented(hunk.added)).body
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {(each.asname or each.name).partition(".")[0] for each in names}
            case ast.Assign(targets=[ast.Name(id=name)]):
                found.add(name)
            case ast.If(body=[ast.Assign(targets=[ast.Name(id=name)])], orelse=[ast.Assign()]):
                found.add(name)
            case _:
                return set()
    return found


def _dedented(lines: Iterable[str]) -> str:
    some = [line for line in lines if line.strip()]
    cut = min((len(line) - len(line.lstrip()) for line in some), default=0)
    return "\n".join(line[cut:] for line in some)


def _function(hunk: Hunk, theirs: str) -> range | None:
    """The lines of the function whose head is all that the hunk changes."""
    said = [line for line in hunk.added if line.strip()]
    if len(said) != 1 or not re.match(r"\s*(?:async )?def \w+\(.*\).*:\s*$", said[0]) or not any(hunk.removed):
        return None
    try:
        nodes = [*ast.walk(ast.parse(theirs))]
    except (SyntaxError, ValueError):
        return None
    lines = range(hunk.begins, hunk.begins + len(hunk.added))
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno in lines:
            return range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    return None
