"""What a noxfile means: its sessions with each of their parameters, and what they install and run."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release, show
from chairlift.recipes.django.source import Source

NAME = "noxfile.py"
Values = Mapping[str, object]


class _Unknown(Exception):
    """A value that only running it would tell."""


@dataclass(frozen=True)
class Step:
    """One call of `session.install` or `session.run`."""

    words: tuple[str, ...]
    installs: bool


@dataclass(frozen=True)
class Session:
    """A session with one choice of its parameters."""

    name: str
    label: str
    python: Release | None
    steps: tuple[Step, ...]
    line: int
    values: tuple[tuple[str, str], ...] = ()


def sessions(project: Project) -> tuple[Session, ...] | None:
    """None where there is no noxfile that can be read."""
    source = project.source(NAME)
    return tuple(read(source)) if source else None


def chosen(every: Sequence[Session], wanted: str, python: str = "") -> list[Session]:
    """The sessions that `-s` names (all without it)."""
    names = re.findall(r"[\w.-]+(?:\([^)]*\))?", wanted)
    picked = [each for each in every if not names or each.label in names or each.name in names or _short(each) in names]
    return [each for each in picked if not python or (each.python and show(each.python) == python)]


def _short(session: Session) -> str:
    """`tests-3.8` is every choice of the other parameters."""
    return session.label.partition("(")[0]


def read(source: Source) -> Iterator[Session]:
    constants = _constants(source.tree)
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and any("session" in ast.unparse(each) for each in node.decorator_list):
            yield from _of_function(node, constants)


def _constants(tree: ast.Module) -> dict[str, object]:
    known: dict[str, object] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            try:
                value = _value(node.value, known)
            except _Unknown:
                continue
            known.update({each.id: value for each in targets if isinstance(each, ast.Name)})
    return known


def _of_function(node: ast.FunctionDef, constants: Values) -> Iterator[Session]:
    name = node.name
    axes: list[tuple[list[str], list[object]]] = []
    pythons: list[object] = [None]
    for call in (each for each in node.decorator_list if isinstance(each, ast.Call)):
        function = ast.unparse(call.func).rpartition(".")[2]
        if function == "session":
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            pythons = _list(given.get("python", call.args[0] if call.args else None), constants) or [None]
            own = given.get("name")
            name = str(own.value) if isinstance(own, ast.Constant) else name
        elif function == "parametrize" and len(call.args) > 1 and isinstance(call.args[0], ast.Constant):
            axes.append((re.split(r"\s*,\s*", str(call.args[0].value)), _list(call.args[1], constants)))
    session = node.args.args[0].arg if node.args.args else "session"
    for python in pythons:
        for choice in itertools.islice(itertools.product(*(values for _, values in axes)), 256):
            values = _bound([names for names, _ in axes], choice)
            steps = tuple(_steps(node.body, session, {**constants, **values, f"{session}.python": python}))
            inner = ", ".join(f"{key}={value!r}" for key, value in values.items())
            title = f"{name}{f'-{python}' if python and len(pythons) > 1 else ''}{f'({inner})' if inner else ''}"
            texts = tuple((key, str(value)) for key, value in values.items())
            yield Session(name, title, _release(python), steps, node.lineno, texts)


def _bound(axes: Sequence[Sequence[str]], choice: Sequence[object]) -> dict[str, object]:
    values: dict[str, object] = {}
    for names, value in zip(axes, choice, strict=True):
        each = value if len(names) > 1 and isinstance(value, list | tuple) else [value]
        values.update(zip(names, each, strict=False))
    return values


def _release(python: object) -> Release | None:
    found = re.fullmatch(r"(?:python)?(\d)\.(\d+)", str(python))
    return (int(found[1]), int(found[2])) if found else None


def _list(node: ast.expr | None, constants: Values) -> list[object]:
    if node is None:
        return []
    try:
        value = _value(node, constants)
    except _Unknown:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _steps(body: Sequence[ast.stmt], session: str, known: Values) -> Iterator[Step]:
    values = dict(known)
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            try:
                values[node.targets[0].id] = _value(node.value, values)
            except _Unknown:
                values.pop(node.targets[0].id, None)
        elif isinstance(node, ast.If):
            yield from _steps(_branch(node, values), session, values)
        elif isinstance(node, ast.With | ast.For):
            yield from _steps(node.body, session, values)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _step(node.value, session, values)


def _branch(node: ast.If, values: Values) -> Sequence[ast.stmt]:
    """The branch that is taken; what cannot be told is taken to be true."""
    try:
        return node.body if _value(node.test, values) else node.orelse
    except _Unknown:
        return node.body


def _step(call: ast.Call, session: str, values: Values) -> Iterator[Step]:
    function = call.func
    if not isinstance(function, ast.Attribute) or ast.unparse(function.value) != session:
        return
    words: list[str] = []
    for argument in call.args:
        try:
            value = _value(argument.value if isinstance(argument, ast.Starred) else argument, values)
        except _Unknown:
            continue
        words += [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
    if function.attr in ("install", "conda_install"):
        yield Step(tuple(words), True)
    elif function.attr in ("run", "run_always", "run_install") and words:
        yield Step(tuple(words), False)


def _value(node: ast.expr, known: Values) -> object:
    """What an expression is, from constants and parameters. Raises _Unknown."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in known:
        return known[ast.unparse(node)]
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(each, known) for each in node.elts]
    if isinstance(node, ast.Dict):
        keys = [_value(key, known) for key in node.keys if key is not None]
        return dict(zip(keys, [_value(value, known) for value in node.values], strict=False))
    if isinstance(node, ast.Subscript):
        return _item(_value(node.value, known), _value(node.slice, known))
    return _made(node, known)


def _made(node: ast.expr, known: Values) -> object:
    """Texts put together, comparisons, and the calls that noxfiles have. Raises _Unknown."""
    match node:
        case ast.JoinedStr():
            parts = [each.value if isinstance(each, ast.FormattedValue) else each for each in node.values]
            return "".join(str(_value(part, known)) for part in parts)
        case ast.BinOp(op=ast.Add()):
            left, right = _value(node.left, known), _value(node.right, known)
            if isinstance(left, str) and isinstance(right, str):
                return left + right
            if isinstance(left, list) and isinstance(right, list):
                return left + right
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() as sign]):
            same = _value(node.left, known) == _value(node.comparators[0], known)
            return same == isinstance(sign, ast.Eq)
        case ast.Call(func=ast.Attribute(attr="format", value=text)):
            return str(_value(text, known)).format(*[_value(each, known) for each in node.args])
        case ast.Call(func=ast.Attribute(attr="param")) if node.args:
            return _value(node.args[0], known)
    raise _Unknown


def _item(whole: object, key: object) -> object:
    try:
        return whole[key]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        raise _Unknown from None
