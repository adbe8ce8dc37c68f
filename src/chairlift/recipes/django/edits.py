"""Edits that many fixers need: taking out an argument or a statement, and keeping imports in order."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.source import Source

_groups = itertools.count(1)


def group() -> int:
    """A number for edits that belong together."""
    return next(_groups)


def remove_argument(
    source: Source, call: ast.Call, argument: ast.keyword | ast.expr, together: int = 0
) -> Iterator[Edit]:
    """Take one argument out of a call, with the comma and the line that would be left empty.

    Yields nothing where a comment stands between it and its neighbours: the comment may belong to either.
    """
    opening, closing = source.span(call.func)[1], source.span(call)[1] - 1
    start, end = outer(source, argument, call)
    before, after = source.text[opening:start], source.text[end:closing]
    if "#" in _gap_before(before) or "#" in after.partition(",")[0]:
        return
    comma_after = re.match(r"\s*,[ \t]*(?:\r?\n[ \t]*)?", after)
    comma_before = re.search(r",\s*$", before)
    if comma_after and after[comma_after.end() :].strip():
        yield Edit(start, end + comma_after.end(), "", group=together)
    elif comma_before:
        # The last one: a trailing comma stays where it was.
        yield Edit(start - len(comma_before[0]), end, "", group=together)
    elif comma_after:
        yield Edit(opening + before.index("(") + 1, closing, "", group=together)
    else:
        yield Edit(start, end, "", group=together)


def outer(source: Source, node: ast.AST, inside: ast.AST) -> tuple[int, int]:
    """Where a part of a call, list, tuple or dictionary starts and ends, with the parentheses of its own: `f(a, (b))`.

    The tree does not tell of these, and what is put beside the part must be put outside of them.
    """
    opening, closing = source.span(inside)
    if isinstance(inside, ast.Call):
        opening = source.text.index("(", source.span(inside.func)[1])
    start, end = source.span(node)
    while True:
        before, after = source.text[opening + 1 : start].rstrip(), source.text[end : closing - 1]
        if not before.endswith("(") or not after.lstrip().startswith(")"):
            return start, end
        start, end = opening + len(before), end + after.index(")") + 1


def remove_element(source: Source, node: ast.AST, row: ast.AST) -> Edit:
    """Take one element out of a list or tuple with its comma, and with its lines where only a comment is beside it.

    Of what is left the comma may be what makes it a tuple: whether enough is left is the caller's to know.
    """
    start, end = outer(source, node, row)
    last = source.span(row)[1] - 1
    comma = source.text.find(",", end, last)
    if comma >= 0 and not source.text[end:comma].strip():
        end = comma + 1
    first, below = source.offset(source.line_of(start), 0), source.end_of_line(source.line_of(end))
    head, tail = source.text[first:start].strip(), source.text[end:below].strip()
    if not head and (not tail or tail.startswith("#")) and below <= last:
        return Edit(first, below, "")
    while end < last and source.text[end] in " \t":
        end += 1
    return Edit(start, end, "")


def _gap_before(text: str) -> str:
    """What stands between the argument and the one before it."""
    return text[max(text.rfind(","), text.rfind("(")) + 1 :]


def remove_statement(source: Source, node: ast.stmt, parents: tuple[ast.AST, ...], together: int = 0) -> Iterator[Edit]:
    """Take a statement out with its lines; a block that would be left empty gets `pass`.

    Yields nothing where something else shares a line with it (`a = 1; b = 2`).
    """
    start, end = source.span(node)
    first, last = source.line_of(start), source.line_of(max(end - 1, start))
    head = source.lines[first - 1][: start - source.offset(first, 0)]
    tail = source.text[end : source.end_of_line(last)]
    if head.strip() or (tail.strip() and not tail.strip().startswith("#")):
        return
    if _alone(node, parents):
        yield Edit(start, end, "pass", group=together)
        return
    yield Edit(source.offset(first, 0), source.end_of_line(last), "", group=together)


def _alone(node: ast.stmt, parents: tuple[ast.AST, ...]) -> bool:
    parent = parents[-1]
    if isinstance(parent, ast.Module):
        return False
    blocks = [getattr(parent, name, None) for name in ("body", "orelse", "finalbody")]
    return any(isinstance(block, list) and len(block) == 1 and block[0] is node for block in blocks)


def add_import(source: Source, module: str, name: str, together: int = 0) -> Iterator[Edit]:
    """`from module import name`, unless it is there: into an import of that module, else after the imports.

    `name` must be free in the file, or already stand for this.
    """
    if source.imports.get(name) == f"{module}.{name}":
        return
    for node in source.tree.body:
        if _imports_from(node, module):
            assert isinstance(node, ast.ImportFrom)
            end = source.span(node.names[-1])[1]
            yield Edit(end, end, f", {name}", group=together)
            return
    yield _new_import(source, f"from {module} import {name}", together)


def add_module(source: Source, module: str, together: int = 0) -> Iterator[Edit]:
    """`import module`, unless it is there. Its name must be free in the file, or already stand for this."""
    if source.imports.get(module) != module:
        yield _new_import(source, f"import {module}", together)


def _new_import(source: Source, statement: str, together: int) -> Edit:
    """Behind the first block of imports: what stands above a later one may already need the name."""
    place = None
    for node in source.tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            if not (isinstance(node, ast.ImportFrom) and node.level and place):
                place = node
        elif place is not None:
            break
    at = _after(source, place) if place is not None else _top(source)
    before = source.newline if at > source.offset(1, 0) and source.text[at - 1] not in "\r\n" else ""
    return Edit(at, at, f"{before}{statement}{source.newline}", group=together)


def _imports_from(node: ast.stmt, module: str) -> bool:
    """An import of this module's names, to which another name can be added."""
    if not isinstance(node, ast.ImportFrom) or node.level or node.module != module:
        return False
    return not any(alias.name == "*" for alias in node.names)


def _after(source: Source, node: ast.stmt) -> int:
    """Behind the lines of a statement of the module, and of what begins on its last one (`import a; b = [`)."""
    last = node.end_lineno or node.lineno
    for each in source.tree.body:
        if each.lineno <= last:
            last = max(last, each.end_lineno or last)
    return source.end_of_line(last)


def _top(source: Source) -> int:
    """After a docstring, comments and __future__ of a file without imports."""
    body = source.tree.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return _after(source, body[0])
    at = source.offset(1, 0)
    for line in source.lines:
        if not line.startswith("#"):
            break
        at += len(line)
    return at


def remove_import(source: Source, node: ast.ImportFrom | ast.Import, name: str, together: int = 0) -> Iterator[Edit]:
    """Take one name out of an import; the whole statement when it was the last one."""
    kept = [alias for alias in node.names if alias.name != name]
    if not kept:
        parents: tuple[ast.AST, ...] = (source.tree,)
        for parent in source.nodes:
            if node in ast.iter_child_nodes(parent):
                parents = (parent,)
        yield from remove_statement(source, node, parents, together)
        return
    place = next(at for at, alias in enumerate(node.names) if alias.name == name)
    spans = [source.span(alias) for alias in node.names]
    start, end = (
        (spans[place][0], spans[place + 1][0]) if place + 1 < len(spans) else (spans[place - 1][1], spans[place][1])
    )
    if "#" not in source.text[start:end]:
        yield Edit(start, end, "", group=together)


def is_used(source: Source, name: str) -> bool:
    """Whether a local name is used anywhere but where it is imported."""
    if any(isinstance(node, ast.Name) and node.id == name for node in source.nodes):
        return True
    exported = [node for node in source.tree.body if isinstance(node, ast.Assign) and "__all__" in source.segment(node)]
    return any(name in source.segment(node) for node in exported)
