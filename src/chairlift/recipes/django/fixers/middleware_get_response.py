"""Demands `get_response` in middleware, and hands it on: MiddlewareMixin refuses to go without from Django 4.0 on.

https://docs.djangoproject.com/en/4.0/releases/4.0/#features-removed-in-4-0
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from chairlift.recipes.django.calls import bases, constant, method, on_super
from chairlift.recipes.django.edits import group
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="Middleware with its get_response",
    link=notes((4, 0), "features-removed-in-4-0"),
    breaks=(4, 0),
    items=(251,),
)
fixer.triggers("Middleware")
fixer.also("MiddlewareMixin", re.compile(rb"Middleware[\s)]*\(\s*\)"))

_MIXIN = "django.utils.deprecation.MiddlewareMixin"
#: From the end of what is called up to its arguments: `(super().__init__)(`, too.
_OPENING = re.compile(r"[\s)]*\(")
_TEST = re.compile(r"(\b|_)tests?(\b|_)|conftest")


@fixer.on(ast.ClassDef, "MiddlewareMixin")
def middleware(looking: Looking, node: ast.ClassDef, parents: Parents) -> Iterator[Edit]:
    init = method(node, "__init__")
    if init is None or _MIXIN not in bases(looking.source, node):
        return
    arguments = init.args.args
    if len(arguments) != 2 or arguments[1].arg != "get_response" or init.args.posonlyargs:
        return
    source = looking.source
    together = group()
    if len(init.args.defaults) == 1 and constant(init.args.defaults[0], None):
        yield Edit(source.span(arguments[1])[1], source.span(init.args.defaults[0])[1], "", group=together)
    for call in ast.walk(init):
        if isinstance(call, ast.Call) and on_super(call) and _is_init(call) and not call.args and not call.keywords:
            opening = _OPENING.match(source.text, source.span(call.func)[1])
            if opening:
                yield Edit(opening.end(), opening.end(), "get_response", group=together)


def _is_init(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"


#: Django's own, which can be made without one before 4.0; all of them build on MiddlewareMixin.
_DJANGO = re.compile(r"django\.(?:contrib\.\w+|middleware)(?:\.\w+)*\.\w+Middleware")
#: Others' that are nothing but a MiddlewareMixin with one of its methods, and that services build upon.
_OTHERS = frozenset({"social_django.middleware.SocialAuthExceptionMiddleware"})


@fixer.on(ast.Call)
def made(looking: Looking, node: ast.Call, parents: Parents) -> Iterator[Edit | Finding]:
    """A test that makes its own and asks it for `process_request()` and its like: these call no get_response.

    Of others only their author knows what they want as a response.
    """
    source = looking.source
    if node.args or node.keywords or not _TEST.search(source.path):
        return
    origin = source.resolve(node.func)
    name = origin.rpartition(".")[2]
    if not name.endswith("Middleware") or name == "Middleware":
        return
    opening = _OPENING.match(source.text, source.span(node.func)[1])
    known = _DJANGO.fullmatch(origin) or origin in looking.project.once(_plain)
    if known and opening and source.text[opening.end() : source.span(node)[1] - 1].strip() == "":
        yield Edit(opening.end(), source.span(node)[1] - 1, "lambda request: None")
        return
    yield source.finding(
        node,
        f"{name}() without get_response",
        f"{name}(lambda request: HttpResponse()), or whatever the view is to answer.",
        Weight.MUST,
    )


_BUILDS = re.compile(rb"Middleware(?:Mixin)?[ \t]*\)[ \t]*:")


def _plain(project: Project) -> frozenset[str]:
    """Dotted names of the checkout's classes of MiddlewareMixin alone that leave its constructor as it is.

    Those of one of Django's own, or of such another, are as well.
    """
    found = set(_OTHERS)
    for path in project.matching("*.py"):
        source = project.source(path) if _BUILDS.search(project.read(path) or b"") else None
        for node in source.tree.body if source else ():
            if not isinstance(node, ast.ClassDef) or method(node, "__init__") or method(node, "__call__"):
                continue
            origins = [source.resolve(base) for base in node.bases] if source else []
            if len(origins) == 1 and (origins[0] in {_MIXIN, *_OTHERS} or _DJANGO.fullmatch(origins[0])):
                module = path.removesuffix(".py").removesuffix("/__init__").split("/")
                found |= {".".join([*module[at:], node.name]) for at in range(len(module))}
    return frozenset(found)
