"""The AppConfig classes of a checkout: which there are, which the settings ask for, and which Django 3.2 would find."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from chairlift.recipes.django import settings
from chairlift.recipes.django.edits import group
from chairlift.recipes.django.findings import Edit
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source

_BASES = {"django.apps.AppConfig", "django.apps.config.AppConfig"}


@dataclass(frozen=True)
class Config:
    """One class of an apps.py. Values are None where they are missing, and "" where they are not plain strings."""

    node: ast.ClassDef
    name: str | None = None
    label: str | None = None
    default: object = None

    @property
    def is_plain(self) -> bool:
        """Nothing in it changes what Django does, other than the name."""
        allowed = {"name", "verbose_name", "default_auto_field"}
        return all(
            (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
            or (isinstance(each, ast.Assign) and {getattr(to, "id", "") for to in each.targets} <= allowed)
            for each in self.node.body
        )

    @property
    def is_ready(self) -> bool:
        return any(isinstance(each, ast.FunctionDef) and each.name == "ready" for each in self.node.body)


def configs(source: Source) -> tuple[Config, ...]:
    """The subclasses of AppConfig that a file defines, with theirs."""
    found: dict[str, Config] = {}
    for node in source.tree.body:
        if isinstance(node, ast.ClassDef) and any(_is_config(source, base, found) for base in node.bases):
            values = {key: value for each in node.body for key, value in _assigned(each)}
            found[node.name] = Config(node, _text(values, "name"), _text(values, "label"), _default(values))
    return tuple(found.values())


def imported(source: Source) -> tuple[str, ...]:
    """Names of the file that are config classes from elsewhere, by how they are called: discovery sees them as well."""
    return tuple(
        name
        for name, origin in source.imports.items()
        if origin.rpartition(".")[2].endswith("Config") and origin not in _BASES
    )


def _is_config(source: Source, base: ast.expr, found: dict[str, Config]) -> bool:
    if isinstance(base, ast.Name) and base.id in found:
        return True
    origin = source.resolve(base)
    return origin in _BASES or origin.rpartition(".")[2].endswith("Config")


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        yield node.targets[0].id, node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value


def _text(values: dict[str, ast.expr], key: str) -> str | None:
    value = values.get(key)
    if value is None:
        return None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _default(values: dict[str, ast.expr]) -> object:
    value = values.get("default")
    return value.value if isinstance(value, ast.Constant) else value


def default_of(project: Project, folder: str) -> str:
    """`default_app_config` of a package; empty where it has none."""
    source = project.source(f"{folder}/__init__.py")
    if source is None:
        return ""
    for node in source.tree.body:
        for key, value in _assigned(node):
            if key == "default_app_config" and isinstance(value, ast.Constant):
                return str(value.value)
    return ""


def discovered(source: Source | None) -> str:
    """The name of the class that Django 3.2 takes from an apps.py by itself; empty if none."""
    if source is None:
        return ""
    found = [each for each in configs(source) if each.default is not False]
    explicit = [each for each in found if each.default is True]
    if len(explicit) == 1:
        return explicit[0].node.name
    return found[0].node.name if len(found) == 1 and not imported(source) else ""


# What the settings ask for


def installed(project: Project) -> frozenset[str]:
    """Every string in a list of apps in the settings: names of packages, and dotted paths of config classes."""
    return project.once(_installed)


def _installed(project: Project) -> frozenset[str]:
    found: set[str] = set()
    for path in settings.files(project):
        source = project.source(path)
        for node in source.nodes if source else ():
            if names_apps(node):
                found |= {each.value for each in ast.walk(node) if _is_entry(each)}  # type: ignore[attr-defined]
    return frozenset(found)


def names_apps(node: ast.AST) -> bool:
    """A statement or keyword that fills a list of apps."""
    match node:
        case ast.Assign(targets=[target, *_]) | ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return isinstance(target, ast.Name) and "APPS" in target.id
        case ast.keyword(arg=name):
            return name == "INSTALLED_APPS"
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            return "APPS" in name
    return False


def _is_entry(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def entry_of(project: Project, folder: str) -> str:
    """How the settings name the package in this folder; empty where they do not, or only by its config class."""
    fitting = [each for each in installed(project) if f"/{folder}".endswith("/" + each.replace(".", "/"))]
    return max(fitting, key=len, default="")


def is_asked_for(project: Project, folder: str, name: str) -> bool:
    """Whether the settings or `default_app_config` name this very class: Django 2.2 uses it as well."""
    if default_of(project, folder).endswith(f".{name}"):
        return True
    last = folder.rpartition("/")[2]
    return any(each.endswith(f"{last}.apps.{name}") for each in installed(project))


def importable(project: Project, dotted: str) -> bool:
    """Whether a module of the checkout can be meant: from its root, `src`, or where a manage.py is."""
    roots = {"", "src/", *(path.removesuffix("manage.py") for path in project.matching("manage.py"))}
    way = dotted.replace(".", "/")
    return any(path.startswith(tuple(f"{root}{way}/" for root in roots)) for path in project.paths)


def changes_the_path(project: Project) -> bool:
    """Whether settings or their starters put folders on sys.path: then names say nothing about places."""
    return project.once(_changes_the_path)


def _changes_the_path(project: Project) -> bool:
    starters = ("manage.py", "wsgi.py", "asgi.py", "conftest.py", "celery.py", "pytest.ini", "setup.cfg", "tox.ini")
    paths = {*settings.files(project), *project.matching(*starters, "pyproject.toml", "Dockerfile*", "*.env")}
    texts = [project.read(path) or b"" for path in paths]
    return any(word in text for text in texts for word in (b"sys.path", b"PYTHONPATH", b"pythonpath"))


def set_default(source: Source, node: ast.ClassDef, value: bool) -> Iterator[Edit]:
    """`default = …` above the first attribute. Yields nothing for a class on one line."""
    first = next((each for each in node.body if not _is_docstring(each)), None)
    if first is not None and first.lineno > node.lineno:
        line = getattr(first, "decorator_list", None) or [first]
        start = source.offset(line[0].lineno, 0)
        indent = source.lines[first.lineno - 1][: first.col_offset]
        if not indent.strip():
            yield Edit(start, start, f"{indent}default = {value}{source.newline}", group=group())


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
