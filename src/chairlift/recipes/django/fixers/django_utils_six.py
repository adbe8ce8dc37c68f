"""Writes plain Python 3 for django.utils.six, which Django 3.0 removed; what has no plain spelling is taken from six.

https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import partial

from chairlift.recipes.django.edits import add_import, group, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import free, rebound, tolerated
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source
from chairlift.recipes.django.walking import statements

fixer = Fixer(
    __name__,
    title="Python 3 for django.utils.six",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    since=(2, 0),
    breaks=(3, 0),
    items=(23,),
)

_SIX = "django.utils.six"
_BUILTINS = {
    **{"text_type": "str", "binary_type": "bytes", "unichr": "chr", "PY2": "False", "PY3": "True", "next": "next"},
    **{f"moves.{name}": name for name in ("range", "zip", "map", "filter", "input")},
    **{"moves.xrange": "range", "moves.builtins": "builtins"},
}
#: In isinstance() one type does; elsewhere they are tuples.
_TYPES = {"string_types": "str", "integer_types": "int", "class_types": "type"}
_VIEWS = {"iteritems": "items", "itervalues": "values", "iterkeys": "keys"}
_IMPORTED = {
    "StringIO": ("io", "StringIO"),
    "BytesIO": ("io", "BytesIO"),
    "wraps": ("functools", "wraps"),
    "moves.reduce": ("functools", "reduce"),
}
_MODULES = {
    "moves.urllib.parse": "urllib.parse",
    "moves.urllib.request": "urllib.request",
    "moves.urllib.error": "urllib.error",
    "moves.urllib": "urllib",
    "moves.http_client": "http.client",
    "moves.html_parser": "html.parser",
    "moves.cPickle": "pickle",
}
#: `from django.utils.six.moves import …` of a module of Python 3.
_WHOLE = {
    **{f"moves.{name}": name for name in ("builtins", "configparser", "queue", "reprlib", "socketserver")},
    **{"moves.cPickle": "pickle", "moves.http_client": "http.client", "moves.html_parser": "html.parser"},
    **{"moves.http_cookies": "http.cookies", "moves.copyreg": "copyreg"},
}
#: What an argument of these kinds needs before `.items()`: nothing.
_TIGHT = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Dict)

Parent = dict[ast.AST, ast.AST]


@fixer.on(ast.Module)
def module(looking: Looking, tree: ast.Module, parents: Parents) -> Iterator[Edit | Finding]:
    imports = [node for node in statements(tree) if isinstance(node, ast.ImportFrom) and not node.level]
    taken = [node for node in imports if (node.module or "").startswith("django.utils")]
    if not taken:
        return
    above: Parent = {child: node for node in looking.source.nodes for child in ast.iter_child_nodes(node)}
    for node in taken:
        if not tolerated(_ancestors(node, above)):
            origin = (node.module or "").removeprefix(f"{_SIX}.") if (node.module or "").startswith(_SIX) else ""
            if origin in _MODULES:
                yield from _respell(looking.source, node, _MODULES[origin])
                continue
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if name == _SIX or name.startswith(f"{_SIX}."):
                    yield from _alias(looking, node, alias, above)


fixer.triggers("six")
fixer.also("django.utils.six")


def _ancestors(node: ast.AST, above: Parent) -> Parents:
    found: list[ast.AST] = []
    while node in above:
        node = above[node]
        found.append(node)
    return tuple(found)


def _alias(looking: Looking, node: ast.ImportFrom, alias: ast.alias, above: Parent) -> Iterator[Edit | Finding]:
    source, local = looking.source, alias.asname or alias.name
    # Another fixer knows the decorator.
    if alias.name == "python_2_unicode_compatible":
        return
    uses = [each for each in source.nodes if isinstance(each, ast.Name) and each.id == local]
    plain = [_plain(source, use, above) for use in uses]
    together = group()
    taken = [*remove_import(source, node, alias.name, together)]
    whole = _WHOLE.get(f"{node.module}.{alias.name}".removeprefix(f"{_SIX}."))
    if whole and taken and not source.lines[node.lineno - 1][: node.col_offset].strip():
        yield from _instead(source, node, taken, whole if whole == local else f"{whole} as {local}", together)
        return
    if all(plain) and taken and not rebound(source, local):
        yield from taken
        for edits in plain:
            yield from (Edit(each.start, each.end, each.text, group=together) for each in edits)
    elif looking.project.once(_depends_on_six):
        yield from _from_six(source, node, alias, taken, together)
    else:
        yield source.finding(
            node,
            f"{node.module}.{alias.name} is gone in Django 3.0, and not all that is taken from it is plain in Python 3",
            "write it for Python 3, or add six to the requirements and import that",
            Weight.MUST,
        )


def _plain(source: Source, use: ast.Name, above: Parent) -> list[Edit]:
    """What a use becomes in Python 3: edits, none where nothing is known."""
    node: ast.expr = use
    while isinstance(parent := above[node], ast.Attribute):
        candidate = source.resolve(parent).removeprefix(f"{_SIX}.")
        node = parent
        if candidate in _BUILTINS.keys() | _TYPES.keys() | _VIEWS.keys() | _IMPORTED.keys():
            break
    name, parent = source.resolve(node).removeprefix(f"{_SIX}."), above[node]
    if name in _BUILTINS and name != "moves.builtins" and not rebound(source, _BUILTINS[name]):
        return [source.replace(node, _BUILTINS[name])]
    if name in _TYPES:
        tested = isinstance(parent, ast.Call) and getattr(parent.func, "id", "") in {"isinstance", "issubclass"}
        return [source.replace(node, _TYPES[name] if tested else f"({_TYPES[name]},)")]
    if isinstance(parent, ast.Call) and parent.func is node and name in _CALLS:
        return _CALLS[name](source, parent, above)
    if name in _IMPORTED:
        where, called = _IMPORTED[name]
        same = isinstance(node, ast.Name) and node.id == called and source.imports.get(called, "").startswith(_SIX)
        if same or free(source, called, f"{where}.{called}"):
            return [source.replace(node, called), *_import(source, where, called)]
    for old, new in _MODULES.items():
        if name.startswith(f"{old}.") and new == "urllib.parse" and free(source, name.rpartition(".")[2], f"{new}.x"):
            last = name.rpartition(".")[2]
            return [source.replace(node, last), *add_import(source, new, last)]
    return []


def _import(source: Source, where: str, name: str) -> Iterator[Edit]:
    """Also where the name still stands for six's: its import goes in the same group."""
    if source.imports.get(name, "").startswith(_SIX):
        at = next(
            (node for node in source.tree.body if isinstance(node, ast.ImportFrom) and _SIX in (node.module or "")),
            None,
        )
        start = source.offset(at.lineno if at else 1, 0)
        yield Edit(start, start, f"from {where} import {name}{source.newline}")
    else:
        yield from add_import(source, where, name)


def _view(source: Source, call: ast.Call, above: Parent, method: str) -> list[Edit]:
    over = above[call]
    if len(call.args) != 1 or call.keywords or "#" in source.segment(call) or isinstance(call.args[0], ast.Starred):
        return []
    if isinstance(over, ast.Call) and getattr(over.func, "id", "") == "next":
        return []
    text = source.segment(call.args[0])
    return [source.replace(call, f"{text if isinstance(call.args[0], _TIGHT) else f'({text})'}.{method}()")]


def _metaclass(source: Source, call: ast.Call, above: Parent) -> list[Edit]:
    """`class A(with_metaclass(M, B), C)` as `class A(B, C, metaclass=M)`."""
    made = above[call]
    if not isinstance(made, ast.ClassDef) or made.keywords or call.keywords or not call.args:
        return []
    if "#" in source.segment(call) or any(isinstance(each, ast.Starred) for each in (*call.args, *made.bases)):
        return []
    meta, *bases = (source.segment(each) for each in call.args)
    bases = [each for each in bases if each != "object"]
    if call is made.bases[-1]:
        return [source.replace(call, ", ".join([*bases, f"metaclass={meta}"]))]
    end = source.span(made.bases[-1])[1]
    # Without a base of its own the call goes with its comma.
    start, after = source.span(call)[0], source.span(made.bases[made.bases.index(call) + 1])[0]
    own = Edit(start, after, "") if not bases else source.replace(call, ", ".join(bases))
    return [own, Edit(end, end, f", metaclass={meta}")]


_CALLS: dict[str, Callable[[Source, ast.Call, Parent], list[Edit]]] = {
    **{name: partial(_view, method=method) for name, method in _VIEWS.items()},
    "with_metaclass": _metaclass,
}


def _respell(source: Source, node: ast.ImportFrom, module: str) -> Iterator[Edit]:
    start = source.span(node)[0]
    found = re.compile(r"from\s+([\w.]+)\s").match(source.text, start)
    if found:
        yield Edit(found.start(1), found.end(1), module)


def _from_six(
    source: Source, node: ast.ImportFrom, alias: ast.alias, taken: list[Edit], together: int
) -> Iterator[Edit]:
    assert node.module
    if node.module.startswith(_SIX):
        yield from _respell(source, node, node.module.removeprefix("django.utils."))
    elif taken and not source.lines[node.lineno - 1][: node.col_offset].strip():
        yield from _instead(source, node, taken, f"six as {alias.asname}" if alias.asname else "six", together)


def _instead(source: Source, node: ast.ImportFrom, taken: list[Edit], spelled: str, together: int) -> Iterator[Edit]:
    """A module imported by itself, before what it was taken from."""
    line = source.offset(node.lineno, 0)
    indent = source.lines[node.lineno - 1][: node.col_offset]
    yield from taken
    yield Edit(line, line, f"{indent}import {spelled}{source.newline}", group=together)


def _depends_on_six(project: Project) -> bool:
    """Whether requirements or metadata name six."""
    names = ("*.txt", "*.in", "setup.py", "setup.cfg", "pyproject.toml", "Pipfile", "environment*.yml")
    texts = [project.read(path) or b"" for path in project.matching(*names)]
    return any(re.search(rb"(?m)^[\s\"'\[]*six\b(?!-)", text) for text in texts)
