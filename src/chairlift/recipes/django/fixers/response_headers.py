"""Reads headers through the response: its private `_headers` is gone in Django 3.2.

https://docs.djangoproject.com/en/3.2/releases/3.2/#requests-and-responses
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.source import Source

fixer = Fixer(
    __name__,
    title="headers without the private response._headers",
    link="https://docs.djangoproject.com/en/3.2/releases/3.2/#requests-and-responses",
    breaks=(3, 2),
)


@fixer.on(ast.Attribute, "_headers")
def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit | Finding]:
    source = looking.source
    if not _is_response(node.value) and not _is_pair(node, parents):
        return
    if edit := _through_the_response(source, node, parents) or _given(source, node, parents):
        yield edit
        return
    yield source.finding(
        node,
        "responses have no _headers from Django 3.2 on; cached or pickled ones written by the other version break too",
        "use response[name], response.items() or, on 3.2 only, response.headers; their values are not pairs",
        Weight.MUST,
    )


def _is_response(node: ast.AST) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ("response", "resp") or name.endswith("_response")
        case ast.Call(func=ast.Attribute(value=ast.Name(id="client") | ast.Attribute(attr="client"))):
            return True
    return False


def _is_pair(node: ast.Attribute, parents: Parents) -> bool:
    """x._headers["name"][1]: nothing but a response keeps pairs by the name, whatever x is called."""
    match node.value, parents[-2:]:
        case ast.Name(id="self" | "cls"), _:
            return False
        case _, (ast.Subscript(slice=ast.Constant(value=1)), ast.Subscript(slice=ast.Constant(value=str()))):
            return True
    return False


def _through_the_response(source: Source, node: ast.Attribute, parents: Parents) -> Edit | None:
    """The same without the private name, for what both versions of a response can do."""
    response = source.segment(node.value)
    match parents[-3:]:
        # response._headers["content-type"][1] is the value, of a pair with the name as it was written.
        case _, ast.Subscript(slice=ast.Constant(value=1), ctx=ast.Load()) as pair, ast.Subscript(
            slice=key
        ) as item if pair.value is item and item.value is node:
            return source.replace(pair, f"{response}[{source.segment(key)}]")
        case _, ast.Assign(targets=[_], value=ast.Tuple(elts=[name, value])), ast.Subscript(slice=key) as item if (
            item.value is node and _same_header(key, name)
        ):
            whole = parents[-2]
            return source.replace(whole, f"{response}[{source.segment(name)}] = {source.segment(value)}")
        case _, ast.Delete(targets=[_]), ast.Subscript(value=found) as item if found is node:
            return source.replace(item, f"{response}[{source.segment(item.slice)}]")
        # The values are pairs of the name as it was written and the value: just what the response's items are.
        case _, ast.Call(args=[], keywords=[]) as call, ast.Attribute(attr="values") as method if call.func is method:
            return source.replace(call, f"{response}.items()")
        case _, ast.Call(args=[], keywords=[]) as call, ast.Attribute(attr="copy") as method if (
            call.func is method and not {"name", "value"} & {each.id for each in _names(node.value)}
        ):
            return source.replace(call, _copied(response))
        case _, _, ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[found]) if (
            found is node and _can_be_a_key(key)
        ):
            return source.replace(node, response)
    return None


def _given(source: Source, node: ast.Attribute, parents: Parents) -> Edit | None:
    """`response._headers = kept` right below the response is made: the pairs that were kept, one by one."""
    match parents[-1], node.value:
        case ast.Assign(targets=[_], value=(ast.Name() | ast.Attribute()) as kept) as said, ast.Name(id=response):
            start = source.span(said)[0]
            indent = source.text[source.offset(said.lineno, 0) : start]
            if getattr(kept, "attr", "") == "_headers" or indent.strip() or not _just_made(parents[-2], said, response):
                return None
            if any(isinstance(each, ast.arg) and each.arg in _PAIR for each in source.nodes):
                return None
            if any(each.id in _PAIR for each in _names(source.tree)):
                return None
            head = f"for name, value in {source.segment(kept)}.values():"
            return source.replace(said, f"{head}{source.newline}{indent}    {response}[name] = value")
    return None


_PAIR = frozenset({"name", "value"})


def _just_made(block: ast.AST, said: ast.Assign, response: str) -> bool:
    """Whether the statement above makes the response: then nobody has given it headers that would have to go."""
    for field in ("body", "orelse", "finalbody"):
        lines = getattr(block, field, [])
        if said in lines and (at := lines.index(said)):
            match lines[at - 1]:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=made)):
                    return name == response and (getattr(made, "attr", "") or getattr(made, "id", "")).endswith(
                        "Response"
                    )
    return False


def _copied(response: str) -> str:
    """What `_headers` was: each header by its name in lower case, as a pair of the name as written and the value."""
    return f"{{name.lower(): (name, value) for name, value in {response}.items()}}"


def _names(node: ast.AST) -> Iterator[ast.Name]:
    return (each for each in ast.walk(node) if isinstance(each, ast.Name))


def _same_header(key: ast.AST, name: ast.AST) -> bool:
    match key, name:
        case ast.Constant(value=str(stored)), ast.Constant(value=str(written)):
            return stored == written.lower()
    return False


def _can_be_a_key(key: ast.AST) -> bool:
    """The keys of `_headers` were in lower case; a response takes any, so a name that never was in it would be."""
    return not (isinstance(key, ast.Constant) and key.value != str(key.value).lower())
