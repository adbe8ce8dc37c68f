"""Holds requests and answers to a forge's own OpenAPI 3 description, and completes answers as it describes them.

`Description(document)` finds an `Operation` by method and path. An operation checks a request and an answer, each time
with NotAsDescribed, and `filled` makes a whole answer of the few values that a stand-in knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

_PLACE = re.compile(r"\{([^}]+)\}")
_TEXTS = {"date-time": "2021-07-05T09:00:00Z", "date": "2021-07-05", "uri": "https://forge.test/", "email": "a@b.test"}
_INNER = ("allOf", "oneOf", "anyOf")


class NotAsDescribed(Exception):
    """What was asked or answered is not what the forge describes; the text says where."""


def resolved(document: Mapping[str, Any], node: Any) -> Any:
    """What a reference in a document means, and whatever is none as it is."""
    while isinstance(node, Mapping) and "$ref" in node:
        at: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            at = at[part.replace("~1", "/").replace("~0", "~")]
        node = at
    return node


class Description:
    """One forge's description: an OpenAPI 3 document as it was read."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        #: By the identity of the schema, which lives as long as the document.
        self._validators: dict[int, jsonschema_rs.Draft7Validator] = {}
        self._by_length: dict[int, list[tuple[re.Pattern[str], str]]] = {}
        for path in document["paths"]:
            # Split by what is in braces: every second part is the name of a place.
            parts = _PLACE.split(path)
            pattern = "".join(
                f"(?P<{re.sub(r'[^a-z0-9_]', '_', part)}>[^/]+)" if n % 2 else re.escape(part)
                for n, part in enumerate(parts)
            )
            self._by_length.setdefault(path.count("/"), []).append((re.compile(pattern), path))

    def operation(self, method: str, path: str) -> Operation:
        """What is described for this address, of which each part is quoted."""
        found = [
            (template.count("{"), template, match)
            for pattern, template in self._by_length.get(path.count("/"), ())
            if (match := pattern.fullmatch(path))
        ]
        for _, template, match in sorted(found, key=lambda each: each[:2]):
            described = self._document["paths"][template].get(method.lower())
            if described:
                values = {name: unquote(value) for name, value in match.groupdict().items()}
                shared = self._document["paths"][template].get("parameters", ())
                return Operation(self, f"{method} {template}", described, values, shared)
        raise NotAsDescribed(f"there is no {method} {path}")

    def resolved(self, node: Any) -> Any:
        return resolved(self._document, node)

    def validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft7Validator:
        """Of a schema in the document, with all that it refers to; made once."""
        if id(schema) not in self._validators:
            self._validators[id(schema)] = self._made(schema)
        return self._validators[id(schema)]

    def _made(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft7Validator:
        needed: dict[str, Any] = {}
        todo = [schema]
        while todo:
            for ref in _refs(todo.pop()):
                if ref not in needed:
                    needed[ref] = self.resolved({"$ref": ref})
                    todo.append(needed[ref])
        whole: dict[str, Any] = {**_modern(schema), "definitions": {}}
        for ref, node in needed.items():
            whole["definitions"][_name(ref)] = _modern(node)
        return jsonschema_rs.Draft7Validator(whole, validate_formats=True)


class Operation:
    """One described call; `values` are those in its path."""

    def __init__(
        self, description: Description, name: str, described: Mapping[str, Any], values: dict[str, str], shared: Any
    ) -> None:
        self.name, self.values = name, values
        self._description, self._described, self._shared = description, described, shared

    def check_request(self, query: Mapping[str, str], body: object) -> None:
        """Every parameter is known, none is missing, and the body holds nothing that is not described."""
        known = {p["name"]: p for p in self._parameters if p["in"] == "query"}
        for name, text in query.items():
            if name not in known:
                raise NotAsDescribed(f"{self.name}: there is no parameter {name!r}")
            self._check(known[name]["schema"], _parsed(text, known[name]["schema"]), f"{self.name}: {name}")
        if missing := {name for name, p in known.items() if p.get("required")} - set(query):
            raise NotAsDescribed(f"{self.name}: {', '.join(missing)} is missing")
        wanted = self._description.resolved(self._described.get("requestBody") or {})
        schema = _json(wanted)
        if schema is None:
            if body is not None:
                raise NotAsDescribed(f"{self.name}: a body where there is none")
        elif body is None:
            if wanted.get("required"):
                raise NotAsDescribed(f"{self.name}: the body is missing")
        else:
            self._check(schema, body, self.name)
            for where in self._unknown(schema, body, ""):
                raise NotAsDescribed(f"{self.name}: there is no {where}")

    def check_answer(self, code: int, body: object) -> None:
        """As described for this code; errors that are described nowhere may hold anything."""
        schema = self._answer(code)
        if schema is not None:
            self._check(schema, body, f"{self.name} -> {code}")
        elif code < 300 and str(code) not in self._described["responses"]:
            raise NotAsDescribed(f"{self.name} never answers {code}")

    def filled(self, code: int, values: object) -> Any:
        """The answer that holds these values, and of all else that it must have the plainest."""
        schema = self._answer(code)
        return values if schema is None else self._filled(schema, values, True)

    @cached_property
    def _parameters(self) -> list[Mapping[str, Any]]:
        return [self._description.resolved(each) for each in (*self._shared, *self._described.get("parameters", ()))]

    def _answer(self, code: int) -> Mapping[str, Any] | None:
        return _json(self._description.resolved(self._described["responses"].get(str(code)) or {}))

    def _check(self, schema: Mapping[str, Any], value: object, where: str) -> None:
        for error in self._description.validator(schema).iter_errors(value):
            raise NotAsDescribed(f"{where} at {'/'.join(map(str, error.instance_path)) or 'its top'}: {error.message}")

    def _unknown(self, schema: Any, value: object, where: str) -> Iterator[str]:
        """Names in what is sent that no branch of the schema knows."""
        branches = [*self._branches(schema)]
        known: dict[str, list[Any]] = {}
        for branch in branches:
            for name, inner in branch.get("properties", {}).items():
                known.setdefault(name, []).append(inner)
        if isinstance(value, Mapping) and known:
            for name, inner in value.items():
                if name not in known:
                    yield f"{where}{name!r}"
                else:
                    yield from self._unknown({"anyOf": known[name]}, inner, f"{where}{name}.")
        elif isinstance(value, list):
            items = [branch["items"] for branch in branches if "items" in branch]
            for each in value if items else ():
                yield from self._unknown({"anyOf": items}, each, f"{where}[].")

    def _branches(self, schema: Any) -> Iterator[Mapping[str, Any]]:
        schema = self._description.resolved(schema)
        yield schema
        for word in _INNER:
            for inner in schema.get(word, ()):
                yield from self._branches(inner)

    def _filled(self, schema: Any, values: object, given: bool = False) -> Any:
        schema = self._description.resolved(schema)
        if given and values is None:
            return None
        for word in ("oneOf", "anyOf"):
            for inner in schema.get(word, ()):
                made = self._filled(inner, values, given)
                if self._description.validator(inner).is_valid(made):
                    return made
        if isinstance(values, list):
            return [self._filled(schema.get("items", {}), each, True) for each in values]
        if isinstance(values, Mapping):
            return self._object(schema, values)
        return values if given else self._plainest(schema)

    def _object(self, schema: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        parts = list(self._branches({word: inner for word, inner in schema.items() if word not in ("oneOf", "anyOf")}))
        properties = {name: inner for part in parts for name, inner in part.get("properties", {}).items()}
        names = dict.fromkeys([*(name for part in parts for name in part.get("required", ())), *values])
        return {name: self._filled(properties.get(name, {}), values.get(name), name in values) for name in names}

    def _plainest(self, schema: Any) -> Any:
        kind = schema.get("type")
        if schema.get("nullable"):
            return None
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "object" or "properties" in schema or "allOf" in schema:
            return self._object(schema, {})
        if kind == "string":
            return _TEXTS.get(schema.get("format", ""), "x" * schema.get("minLength", 0))
        return {"array": [], "boolean": False, "integer": schema.get("minimum", 0), "number": 0}.get(kind)


def _json(holder: Mapping[str, Any]) -> Any:
    """The schema of what is sent or answered as JSON; None where that is not described."""
    for kind, content in (holder.get("content") or {}).items():
        if "json" in kind:
            return content.get("schema")
    return None


def _parsed(text: str, schema: Mapping[str, Any]) -> object:
    """A query's text as the type that it stands for."""
    kind = schema.get("type")
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return [text] if kind == "array" else text


def _refs(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from _refs(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _refs(inner)


def _name(ref: str) -> str:
    return ref.removeprefix("#/").replace("/", "+")


def _modern(node: Any) -> Any:
    """What OpenAPI 3.0 writes in its own way as JSON Schema has it."""
    if isinstance(node, list):
        return [_modern(inner) for inner in node]
    if not isinstance(node, Mapping):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": f"#/definitions/{_name(node['$ref'])}"}
    made = {
        key: {name: _modern(inner) for name, inner in value.items()} if key == "properties" else _modern(value)
        for key, value in node.items()
        if key not in ("example", "examples", "discriminator", "nullable", "xml", "externalDocs")
    }
    if node.get("nullable") is not True:
        return made
    if "enum" in made and None not in made["enum"]:
        made["enum"] = [*made["enum"], None]
    if isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        return made
    return {"anyOf": [made, {"type": "null"}]}
