r"""Where django-upgrade's `url()` -> `path()` would change what a view is given, or which paths reach it.

`\d+` gives a view text and `<int:>` a number: `self.kwargs["pk"] == "7"` is then never true. It is made only where the
view is found in the checkout and does nothing with the argument but look a row up, or make a number of it.
https://docs.djangoproject.com/en/5.2/topics/http/urls/#path-converters
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, TypeGuard

from django_upgrade.fixers import django_urls

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source

_CONVERTED = re.compile(r"<(int|uuid):(\w+)>")
_LOOKUPS = frozenset({"get", "filter", "exclude", "get_object_or_404", "get_list_or_404"})
_KEYS = re.compile(r"(?:.*_)?(?:pk|id)(?:__exact)?")
_DEPTH = 4

Function = ast.FunctionDef | ast.AsyncFunctionDef


def harm(callback: Any, node: ast.AST, source: Source, project: Project) -> str:
    """`types` or `anchors` where this callback would do that, else nothing."""
    if not (isinstance(callback, partial) and callback.func is django_urls.fix_url_call):
        return ""
    regex = callback.keywords["regex_path"]
    if regex is None or not isinstance(node, ast.Call):
        return ""
    route = django_urls.convert_path_syntax(regex.value, callback.keywords["include_called"])
    if route is None:
        return ""
    if regex.value and not regex.value.startswith("^"):
        return "anchors"
    for kind, name in _CONVERTED.findall(route):
        if len(node.args) < 2 or not _is_safe(node.args[1], name, kind, source, project):
            return "types"
    return ""


def as_regex(callback: Any) -> Any:
    """The same callback, for an expression that it cannot convert: it makes `re_path()` of it."""
    return partial(callback.func, **{**callback.keywords, "regex_path": None})


def _is_safe(view: ast.expr, name: str, kind: str, source: Source, project: Project) -> bool:
    if isinstance(view, ast.Call) and isinstance(view.func, ast.Attribute) and view.func.attr == "as_view":
        return _class_is_safe(view.func.value, name, source, project, _DEPTH)
    found = _definition(view, source, project)
    if found is None or not _is_function(found[0]):
        return False
    return _function_is_safe(found[0], name, kind, found[1])


def _is_function(node: ast.AST) -> TypeGuard[Function]:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _class_is_safe(base: ast.expr, name: str, source: Source, project: Project, depth: int) -> bool:
    """Django's own views look the row up; ours must not touch what was in the path."""
    if source.resolve(base).startswith("django.views.generic."):
        return True
    found = _definition(base, source, project)
    if found is None or not depth:
        return False
    node, where = found
    if not isinstance(node, ast.ClassDef) or not node.bases:
        return False
    if any(_mentions(each, name) for statement in node.body for each in ast.walk(statement)) or node.keywords:
        return False
    return all(_class_is_safe(each, name, where, project, depth - 1) for each in node.bases)


def _mentions(node: ast.AST, name: str) -> bool:
    """Anything by which the argument may be reached."""
    match node:
        case ast.Name(id=said) | ast.Attribute(attr=said) | ast.arg(arg=said) | ast.Constant(value=str() as said):
            return said in (name, "kwargs", "resolver_match", "dispatch", "path", "path_info")
    return False


def _function_is_safe(node: Function, name: str, kind: str, source: Source) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    if node.args.kwarg or not any(each.arg == name for each in arguments):
        return False
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not source.resolve(called).startswith("django."):
            return False
    inside = [each for statement in node.body for each in _with_parents(statement)]
    for each, parents in inside:
        if isinstance(each, ast.Name) and (each.id == "locals" or (each.id == name and not _looks_up(parents, kind))):
            return False
    return True


def _looks_up(parents: tuple[ast.AST, ...], kind: str) -> bool:
    """`get_object_or_404(Book, pk=HERE)`, or `int(HERE)`."""
    match parents:
        case (*_, ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)), ast.keyword(arg=str() as key)):
            return called in _LOOKUPS and _KEYS.fullmatch(key) is not None
        case (*_, ast.Call(func=ast.Name(id="int"), args=[_])):
            return kind == "int"
    return False


def _with_parents(node: ast.AST, above: tuple[ast.AST, ...] = ()) -> Iterator[tuple[ast.AST, tuple[ast.AST, ...]]]:
    yield node, above
    for child in ast.iter_child_nodes(node):
        yield from _with_parents(child, (*above, node))


def _definition(node: ast.AST, source: Source, project: Project) -> tuple[ast.stmt, Source] | None:
    """The one class or function that a name stands for, where it is at the top of a file of the checkout."""
    origin = source.resolve(node)
    if not origin:
        return _at_the_top(node.id, source) if isinstance(node, ast.Name) else None
    module, _, name = origin.rpartition(".")
    for path in _paths(module, source.path, project):
        there = project.source(path)
        if there is not None:
            return _at_the_top(name, there)
    return None


def _at_the_top(name: str, source: Source) -> tuple[ast.stmt, Source] | None:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    found = [each for each in source.tree.body if isinstance(each, kinds) and each.name == name]
    return (found[0], source) if len(found) == 1 else None


def _paths(module: str, path: str, project: Project) -> list[str]:
    """Where a module may be; nothing if there is more than one answer."""
    dots = len(module) - len(module.lstrip("."))
    inner = module.lstrip(".").replace(".", "/")
    if dots:
        folders = path.split("/")[:-1]
        if dots - 1 > len(folders):
            return []
        inner = "/".join([*folders[: len(folders) - dots + 1], *([inner] if inner else [])])
    wanted = (f"{inner}.py", f"{inner}/__init__.py")
    if dots:
        return [each for each in wanted if each in project.paths]
    found = [each for each in project.paths if each.endswith(wanted) and (each in wanted or _below(each, wanted))]
    return found if len(found) == 1 else []


def _below(path: str, wanted: tuple[str, ...]) -> bool:
    return any(path.endswith("/" + each) for each in wanted)
