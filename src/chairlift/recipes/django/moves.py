"""Names that moved or were renamed: one rule for imports, for attributes, and for the names that they bind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import partial

from chairlift.recipes.django.edits import add_import, group, is_used, remove_import
from chairlift.recipes.django.findings import Edit, Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.source import Source


def follow(fixer: Fixer, moved: Mapping[str, str], gone: tuple[str, ...] = ()) -> None:
    """Let a fixer rewrite every use of the dotted names that are keys to the values.

    `gone` are modules of which nothing is left: an import of them that nothing uses any more is taken out.
    """
    names = sorted({old.rpartition(".")[2] for old in moved})
    fixer.on(ast.ImportFrom, *names, origins=moved)(partial(_import, moved))
    fixer.on(ast.Attribute, *names, origins=moved)(partial(_attribute, moved))
    if gone:
        modules = {module.rpartition(".")[2] for module in gone}
        fixer.on(ast.ImportFrom, *modules, origins=gone)(partial(_gone_module, moved, gone))


def follow_import(moved: Mapping[str, str], looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    """One import of some of these names, and the uses of those that are called otherwise now."""
    yield from _import(moved, looking, node, parents)


def flag(fixer: Fixer, removed: Mapping[str, str], weight: Weight = Weight.MUST) -> None:
    """Let a fixer say of every use of the dotted names that are keys how to go on (the values)."""
    names = sorted({old.rpartition(".")[2] for old in removed})

    def imported(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Finding]:
        if tolerated(parents):
            return
        for alias in node.names:
            how = removed.get(f"{_module(node)}.{alias.name}")
            if how:
                yield looking.source.finding(node, f"{_module(node)}.{alias.name}: {fixer.title}", how, weight)

    def used(looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Finding]:
        old = looking.source.resolve(node)
        if old in removed:
            yield looking.source.finding(node, f"{old}: {fixer.title}", removed[old], weight)

    fixer.on(ast.ImportFrom, *names, origins=removed)(imported)
    fixer.on(ast.Attribute, *names, origins=removed)(used)


def forget(fixer: Fixer, *origins: str) -> None:
    """Let a fixer take out imports of these dotted names where nothing uses them (any more)."""

    def imported(looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
        for alias in node.names:
            gone = f"{_module(node)}.{alias.name}" in origins and not tolerated(parents)
            if gone and not is_used(looking.source, alias.asname or alias.name):
                yield from remove_import(looking.source, node, alias.name)

    names = {origin.rpartition(".")[2] for origin in origins}
    fixer.on(ast.ImportFrom, *names, origins=origins)(imported)


def tolerated(parents: Parents) -> bool:
    """Whether an import may fail: it stands in a `try`, or below a condition such as one on the version."""
    return any(isinstance(each, ast.Try | ast.If) for each in parents)


def free(source: Source, name: str, origin: str) -> bool:
    """Whether a name can stand for `origin` in this file: it does so already, or nothing is called so."""
    if name in source.imports:
        return source.imports[name] == origin and not rebound(source, name)
    return not _occurs(source, name)


def rebound(source: Source, name: str) -> bool:
    """Whether something but an import binds the name, anywhere in the file."""
    for node in source.nodes:
        match node:
            case ast.Name(id=found, ctx=ast.Store() | ast.Del()) if found == name:
                return True
            case ast.arg(arg=found) | ast.ExceptHandler(name=found) if found == name:
                return True
            case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found) | ast.ClassDef(name=found):
                if found == name:
                    return True
            case ast.MatchAs(name=found) | ast.MatchStar(name=found) if found == name:
                return True
    return False


def _occurs(source: Source, name: str) -> bool:
    return rebound(source, name) or any(isinstance(n, ast.Name) and n.id == name for n in source.nodes)


def _module(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def _split(dotted: str) -> tuple[str, str]:
    module, _, name = dotted.rpartition(".")
    return module, name


def _import(moved: Mapping[str, str], looking: Looking, node: ast.ImportFrom, parents: Parents) -> Iterator[Edit]:
    # Code that tries the one and then the other is ready for both.
    if node.level or tolerated(parents):
        return
    modules: set[str] = set()
    for alias in node.names:
        new = moved.get(f"{node.module}.{alias.name}")
        # One at a time into the same module: the next pass finds the import that this one added.
        if new is not None and _split(new)[0] not in modules - {node.module}:
            modules.add(_split(new)[0])
            yield from _moved_alias(looking, node, alias, new)


def _moved_alias(looking: Looking, node: ast.ImportFrom, alias: ast.alias, new: str) -> Iterator[Edit]:
    source, together = looking.source, group()
    module, name = _split(new)
    local = alias.asname or alias.name
    if source.imports.get(local) != f"{node.module}.{alias.name}" and source.imports.get(local) != new:
        return
    uses: list[Edit] = []
    keep = local
    if not alias.asname and alias.name != name and _may_rename(looking, alias.name, name, new):
        keep = name
        uses = [source.replace(use, name, together) for use in _uses(source, alias.name)]
    spelled = name if keep == name else f"{name} as {keep}"
    change = [*_respelled(source, node, alias, module, spelled, together)]
    if change:
        yield from change
        yield from uses


def _uses(source: Source, name: str) -> Iterator[ast.Name]:
    for node in source.nodes:
        if isinstance(node, ast.Name) and node.id == name:
            yield node


def _may_rename(looking: Looking, old: str, name: str, new: str) -> bool:
    source = looking.source
    if rebound(source, old) or not free(source, name, new):
        return False
    if not any(True for _ in _uses(source, old)):
        # Imported for others, who may be elsewhere.
        return False
    exported = [node for node in source.tree.body if isinstance(node, ast.Assign) and "__all__" in source.segment(node)]
    if any(old in source.segment(node) for node in exported):
        return False
    return old not in looking.project.once(_borrowed).get(_dotted_tail(source.path), frozenset())


def _respelled(
    source: Source, node: ast.ImportFrom, alias: ast.alias, module: str, spelled: str, together: int
) -> Iterator[Edit]:
    """The import of one name, as it is to be: in place, or in a statement of its own above."""
    assert node.module
    if module == node.module:
        if not any(each is not alias and each.name == spelled and not each.asname for each in node.names):
            yield source.replace(alias, spelled, together)
        else:
            yield from remove_import(source, node, alias.name, together)
        return
    if len(node.names) == 1:
        if _is_there(source, module, spelled):
            yield from remove_import(source, node, alias.name, together)
            return
        start = source.span(node)[0]
        place = re.compile(r"from\s+([\w.]+)\s").match(source.text, start)
        if place:
            yield Edit(place.start(1), place.end(1), module, group=together)
            yield source.replace(alias, spelled, together)
        return
    taken = [*remove_import(source, node, alias.name, together)]
    line = source.lines[node.lineno - 1]
    indent = line[: source.span(node)[0] - source.offset(node.lineno, 0)]
    if not taken or indent.strip():
        return
    yield from taken
    if " " in spelled or indent:
        at = source.offset(node.lineno, 0)
        yield Edit(at, at, f"{indent}from {module} import {spelled}{source.newline}", group=together)
    elif source.imports.get(spelled) != f"{module}.{spelled}":
        yield from add_import(source, module, spelled, together)


def _is_there(source: Source, module: str, name: str) -> bool:
    """Whether the file imports it already for all that comes after."""
    return any(
        isinstance(each, ast.ImportFrom) and each.module == module and not each.level and _gives(each, name)
        for each in source.tree.body
    )


def _gives(node: ast.ImportFrom, name: str) -> bool:
    return any(alias.name == name and not alias.asname for alias in node.names)


def _attribute(moved: Mapping[str, str], looking: Looking, node: ast.Attribute, parents: Parents) -> Iterator[Edit]:
    source = looking.source
    old = source.resolve(node)
    new = moved.get(old)
    if new is None or isinstance(node.ctx, ast.Store | ast.Del):
        return
    (old_module, _), (module, name) = _split(old), _split(new)
    if module == old_module:
        end = source.span(node)[1]
        yield Edit(end - len(node.attr), end, name)
    elif free(source, name, new):
        together = group()
        yield source.replace(node, name, together)
        yield from add_import(source, module, name, together)


def _gone_module(
    moved: Mapping[str, str], gone: tuple[str, ...], looking: Looking, node: ast.ImportFrom, parents: Parents
) -> Iterator[Edit]:
    """The import of a whole module, with all its uses: `lru_cache.lru_cache` can only change with what binds it."""
    if node.level or tolerated(parents):
        return
    source = looking.source
    for alias in node.names:
        local = alias.asname or alias.name
        if f"{node.module}.{alias.name}" not in gone or rebound(source, local):
            continue
        uses = [each for each in source.nodes if isinstance(each, ast.Attribute) and _is_of(each, local)]
        if len(uses) != len([*_uses(source, local)]) or not all(source.resolve(use) in moved for use in uses):
            continue
        new = {source.resolve(use): moved[source.resolve(use)] for use in uses}
        names = {_split(each)[1]: each for each in new.values()}
        if all(name == local or free(source, name, each) for name, each in names.items()):
            together = group()
            taken = [*remove_import(source, node, alias.name, together)]
            if taken:
                yield from taken
                yield from (source.replace(use, _split(new[source.resolve(use)])[1], together) for use in uses)
                for name, each in names.items():
                    yield from add_import(source, _split(each)[0], name, together)


def _is_of(node: ast.Attribute, local: str) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == local


# Names that other modules of the checkout take from one of its own: renaming them there would break these.

_BORROWS = re.compile(rb"^[ \t]*from[ \t]+([.\w]+)[ \t]+import\b", re.MULTILINE)


def _borrowed(project: Project) -> dict[str, frozenset[str]]:
    """Last part of a module's name -> names that some other module imports from a module called so."""
    found: dict[str, set[str]] = {}
    for path in project.matching("*.py"):
        data = project.read(path) or b""
        if not any(not module.startswith(b"django.") for module in _BORROWS.findall(data)):
            continue
        for module, names in _imports_of(path, data):
            found.setdefault(module, set()).update(names)
    return {module: frozenset(names) for module, names in found.items()}


_STATEMENT = re.compile(rb"^[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)", re.MULTILINE)


def _imports_of(path: str, data: bytes) -> Iterator[tuple[str, set[str]]]:
    # By pattern: this looks at every file, and a name too many only keeps an old name alive.
    for module, names in _STATEMENT.findall(data):
        if not module.startswith(b"django."):
            tail = module.rpartition(b".")[2].decode() or _dotted_tail(path.rpartition("/")[0] + "/__init__.py")
            yield tail, {each.decode() for each in re.findall(rb"\w+", names)}


def _dotted_tail(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
