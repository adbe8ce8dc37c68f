"""The models of a checkout, as far as a reader of the text can tell: which fields and options each class has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source


@dataclass(frozen=True)
class Field:
    """`kind` is the last part of the class, such as "BooleanField"; `indexed` if the column leads or is in an index."""

    name: str
    kind: str
    indexed: bool = False


@dataclass(frozen=True)
class Model:
    name: str
    path: str
    fields: tuple[Field, ...]
    is_ordered: bool = False


def models(project: Project) -> tuple[Model, ...]:
    """Classes with fields, in every file that mentions `models` and `Field(`; tests and migrations are left out."""
    return project.once(_models)


def _models(project: Project) -> tuple[Model, ...]:
    found: list[Model] = []
    for path in project.matching("*.py"):
        data = project.read(path) or b""
        if "/migrations/" in path or b"models" not in data or b"Field(" not in data:
            continue
        source = project.source(path)
        for node in ast.walk(source.tree) if source else ():
            if isinstance(node, ast.ClassDef):
                model = model_of(node, path)
                if model.fields:
                    found.append(model)
    return tuple(found)


def model_of(node: ast.ClassDef, path: str) -> Model:
    options = {key: value for each in node.body if _is_meta(each) for key, value in _assigned(each)}
    listed = {
        name
        for key in ("indexes", "index_together", "unique_together", "constraints")
        for name in _strings(options.get(key))
    }
    fields = tuple(
        Field(name, kind, name in listed or _flag(value, "db_index") or _flag(value, "unique"))
        for name, value in _assigned(node)
        if (kind := _kind(value)).endswith("Field") or kind == "ForeignKey"
    )
    return Model(node.name, path, fields, "ordering" in options)


def _is_meta(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef) and node.name == "Meta"


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for each in getattr(node, "body", ()):
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
            yield each.targets[0].id, each.value
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.value:
            yield each.target.id, each.value


def _kind(value: ast.expr) -> str:
    if not isinstance(value, ast.Call):
        return ""
    return str(getattr(value.func, "attr", getattr(value.func, "id", "")))


def _flag(value: ast.expr, name: str) -> bool:
    keywords = value.keywords if isinstance(value, ast.Call) else []
    return any(each.arg == name and getattr(each.value, "value", False) is True for each in keywords)


def _strings(value: ast.expr | None) -> Iterator[str]:
    for node in ast.walk(value) if value is not None else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.removeprefix("-")


def root_model(node: ast.expr) -> str:
    """`Thing` of `Thing.objects.filter(…).values(…)`; empty where a chain begins otherwise."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            return str(getattr(node.value, "id", getattr(node.value, "attr", "")))
        node = node.func if isinstance(node, ast.Call) else node.value
    return ""


def uses_mysql(project: Project) -> bool:
    """Whether settings, in code or in files beside it, name MySQL's backend."""
    return project.once(_uses_mysql)


def _uses_mysql(project: Project) -> bool:
    names = ("*.py", "*.yml", "*.yaml", "*.toml", "*.json", "*.env", ".env*", "*.cfg", "*.ini", "Dockerfile*")
    backends = (
        b"django.db.backends.mysql",
        b"mysql://",
        b"django_prometheus.db.backends.mysql",
        b"dj_db_conn_pool.backends.mysql",
    )
    return any(word in (project.read(path) or b"") for path in project.matching(*names) for word in backends)


def class_named(source: Source, name: str) -> ast.ClassDef | None:
    return next((each for each in source.tree.body if isinstance(each, ast.ClassDef) and each.name == name), None)
