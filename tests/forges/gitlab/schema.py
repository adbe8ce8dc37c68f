"""GitLab's GraphQL schema, read back from what a code generator made of it and npm ships with @git-filesystem/gitlab.

No registry has the schema itself. What is lost on the way are the defaults of arguments.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import graphql

from tests.forges.npm import npm_file
from tests.forges.typescript import Declarations, Type

PACKAGE, VERSION = "@git-filesystem/gitlab", "0.0.6"
MEMBER = "src/lib/gql/sdk/sdk.generated.d.ts"
_HELPERS = {"Maybe", "InputMaybe"}
_BUILT_IN = {"ID", "String", "Boolean", "Int", "Float"}


@lru_cache(maxsize=1)
def schema() -> graphql.GraphQLSchema:
    return graphql.build_schema(text(), assume_valid=True)


@lru_cache(maxsize=1)
def text() -> str:
    """In the language of GraphQL, of all that can be reached from a query."""
    declared = Declarations(npm_file(PACKAGE, VERSION, MEMBER).read_text())
    names = set(declared.names)
    scalars = declared.type("Scalars")[1]
    lines = [f"scalar {name}" for name in scalars if name not in _BUILT_IN]
    todo, done = ["Query"], set(scalars)
    while todo:
        name = todo.pop()
        if name in done:
            continue
        done.add(name)
        if name in names:
            lines += _declared(declared, names, name, todo)
    return "\n".join(lines)


def _declared(declared: Declarations, names: set[str], name: str, todo: list[str]) -> Iterator[str]:
    found = declared.type(name)
    parts = found[1] if found[0] == "both" else [found]
    if (found[0] == "union" and all(part[0] == "text" for part in found[1])) or found[0] == "text":
        values = [part[1] for part in found[1]] if found[0] == "union" else [found[1]]
        yield f"enum {name} {{ {' '.join(values)} }}"
    elif found[0] in ("union", "name"):
        some = [part[1] for part in (found[1] if found[0] == "union" else [found])]
        todo += some
        yield f"union {name} = {' | '.join(some)}"
    else:
        members = {key: each for part in parts if part[0] == "object" for key, each in part[1].items()}
        above = [part[1] for part in parts if part[0] == "name"]
        todo += above
        kind = "type" if "__typename" in members else "input" if _is_input(members) else "interface"
        fields = [
            _field(name, key, each, kind, names, declared, todo) for key, each in members.items() if key[0] != "_"
        ]
        said = f" implements {' & '.join(above)}" if above and kind == "type" else ""
        yield f"{kind} {name}{said} {{ {' '.join(fields)} }}"


def _is_input(members: dict[str, tuple[Type, bool]]) -> bool:
    types = [of for of, _ in members.values()]
    return any(of[:2] == ("name", "InputMaybe") or (of[0] == "at" and of[2] == ("text", "input")) for of in types)


def _field(
    name: str, key: str, member: tuple[Type, bool], kind: str, names: set[str], declared: Declarations, todo: list[str]
) -> str:
    arguments = f"{name}{key[0].upper()}{key[1:]}Args"
    said = ""
    if kind == "type" and arguments in names:
        given = declared.type(arguments)[1]
        said = "(" + ", ".join(f"{each}: {_written(of, todo)}" for each, (of, _) in given.items()) + ")"
    return f"{key}{said}: {_written(member[0], todo)}"


def _written(of: Type, todo: list[str], must: bool = True) -> str:
    if of[0] == "name" and of[1] in _HELPERS:
        return _written(of[2][0], todo, False)
    end = "!" if must else ""
    if of[0] == "name" and of[1] == "Array":
        return f"[{_written(of[2][0], todo)}]{end}"
    if of[0] == "at":
        # Scalars['Int']['output']
        return f"{of[1][2][1]}{end}"
    assert of[0] == "name", of
    todo.append(of[1])
    return f"{of[1]}{end}"
