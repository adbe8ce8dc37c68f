"""The models of a checkout, as far as a reader of the text can tell: which fields and options each class has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source
from chairlift.recipes.django.walking import statements


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
    #: Last parts of the names of its bases, and the columns that its own Meta puts into an index.
    bases: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()


def models(project: Project) -> tuple[Model, ...]:
    """Classes with fields, in every file that mentions `models` and `Field(`; tests and migrations are left out."""
    return project.once(_models)


def inherited(model: Model, known: Mapping[str, Model]) -> Iterator[Field]:
    """The fields of the model and of all its bases that are among these."""
    todo, seen = [model.name], set()
    while todo:
        name = todo.pop()
        each = model if name == model.name else known.get(name)
        if each is not None and name not in seen:
            seen.add(name)
            yield from each.fields
            todo += each.bases


def _models(project: Project) -> tuple[Model, ...]:
    found: list[Model] = []
    for path in project.matching("*.py"):
        data = project.read(path) or b""
        if "/migrations/" in path or b"models" not in data or b"Field(" not in data:
            continue
        source = project.source(path)
        for node in statements(source.tree) if source else ():
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
    bases = tuple(str(getattr(each, "attr", getattr(each, "id", ""))) for each in node.bases)
    return Model(node.name, path, fields, "ordering" in options, bases, frozenset(listed))


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
    """Whether settings, in code or in files beside it, name MySQL's backend, or requirements its driver."""
    return project.once(_uses_mysql)


def uses_only_mysql(project: Project) -> bool:
    """And no other server's: SQLite, which takes a number for a boolean as MySQL does, may run the tests."""
    return project.once(_uses_only_mysql)


_SETTINGS = ("*.py", "*.yml", "*.yaml", "*.toml", "*.json", "*.env", ".env*", "*.cfg", "*.ini", "Dockerfile*")
_REQUIREMENTS = ("*.txt", "*.in", "Pipfile", "pyproject.toml")
_MYSQL = re.compile(rb"(?:django|django_prometheus|dj_db_conn_pool)\.(?:db\.)?backends\.mysql\b|\bmysql(?:\+\w+)?://")
_MYSQL_DRIVER = re.compile(rb"(?im)^[\s\"']*(?:mysqlclient|pymysql)\b(?!-)")
_OTHER = re.compile(
    rb"\bbackends\.(?:postgresql|oracle|postgis)|\b(?:postgres(?:ql)?|oracle|mssql)(?:\+\w+)?://|sql_server\."
)
_OTHER_DRIVER = re.compile(rb"(?im)^[\s\"']*(?:psycopg\w*|cx[-_]oracle|oracledb|mssql-django)\b")


def _uses_mysql(project: Project) -> bool:
    return _says(project, _SETTINGS, _MYSQL) or _says(project, _REQUIREMENTS, _MYSQL_DRIVER)


def _uses_only_mysql(project: Project) -> bool:
    if not uses_mysql(project):
        return False
    return not _says(project, _SETTINGS, _OTHER) and not _says(project, _REQUIREMENTS, _OTHER_DRIVER)


def _says(project: Project, names: tuple[str, ...], what: re.Pattern[bytes]) -> bool:
    return any(what.search(project.read(path) or b"") for path in project.matching(*names))


def class_named(source: Source, name: str) -> ast.ClassDef | None:
    return next((each for each in source.tree.body if isinstance(each, ast.ClassDef) and each.name == name), None)
