"""What GitLab says of its REST API, as far as it can be had: its stand-in is held to that.

GitLab's own OpenAPI file is in no registry. Where it lies in `shared/data` beside the project, or where the variable
CHAIRLIFT_GITLAB_OPENAPI names it, every call is held to it. In any case each is held to what @gitbeaker/core knows of
GitLab, the most used client there is: all of its types for what is asked and answered, read from what npm ships.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.forges.describing import Description, NotAsDescribed, Operation, resolved
from tests.forges.gitlab.operations import CORRECTED, EXTRA, OPERATIONS, OPTIONAL, OWN_CODES, OWN_LACKS, UNKNOWN
from tests.forges.npm import npm_file
from tests.forges.typescript import Declarations, Type

PACKAGE, VERSION = "@gitbeaker/core", "43.8.0"
NAMES = ("gitlab-openapi_v3.yaml", "gitlab-openapi_v2.yaml")
VARIABLE = "CHAIRLIFT_GITLAB_OPENAPI"
MISSING = (
    "GitLab's stand-in was held to @gitbeaker/core alone, as GitLab's own description is in no registry: put its "
    f"doc/api/openapi/openapi_v3.yaml into the variable {VARIABLE}, or as {NAMES[0]} into ../shared/data"
)
_PLAIN = {"string": "string", "number": "number", "boolean": "boolean"}
#: What says nothing of what is sent.
_HELPERS = ("Record", "OneOrNoneOf", "ShowExpanded", "BaseRequestOptions")
_PAGES = {"page": {"type": "integer"}, "per_page": {"type": "integer"}}


def snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: f"_{found[0].lower()}", name)


@lru_cache(maxsize=1)
def declared() -> Declarations:
    """All of gitbeaker's types."""
    return Declarations(npm_file(PACKAGE, VERSION, "dist/index.d.ts").read_text())


@lru_cache(maxsize=1)
def description() -> Description:
    """All operations that the stand-in answers, as an OpenAPI document made of gitbeaker's types."""
    return Description(Writer(declared()).document())


def example(name: str, values: Mapping[str, Any]) -> Any:
    """Something of this type with these values, and with the plainest of all else that it must have."""
    writer = Writer(declared())
    answer = {"content": {"application/json": {"schema": writer.schema(("name", name, []))}}}
    document = {"paths": {"/": {"get": {"responses": {"200": answer}}}}, "components": writer.components}
    operation = Description(document).operation("GET", "/")
    made = operation.filled(200, values)
    operation.check_answer(200, made)
    return made


class Writer:
    """Makes an OpenAPI document of declarations."""

    def __init__(self, declared: Declarations) -> None:
        self._declared = declared
        self._schemas: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for operation, method in OPERATIONS.items():
            verb, path = operation.split(" ")
            made = self._operation(operation, verb, path, method) if method else UNKNOWN[operation]
            paths.setdefault(path, {})[verb.lower()] = made
        return {"paths": paths, "components": self.components}

    @property
    def components(self) -> dict[str, Any]:
        """All that was referred to by now."""
        return {"schemas": self._schemas}

    def _operation(self, operation: str, verb: str, path: str, method: str) -> dict[str, Any]:
        method, _, which = method.partition(":")
        ways = self._declared.methods(*method.split("."))
        known: dict[str, Any] = dict(EXTRA.get(operation, {}))
        required: set[str] | None = None
        for parameters, _ in ways:
            asked, needed = self._asked(parameters, path.count("{"))
            known = {**asked, **known}
            needed -= OPTIONAL.get(operation, frozenset())
            required = needed if required is None else required & needed
        answer = self._answer(ways[int(which or -1)][1])
        made: dict[str, Any] = {"responses": {}}
        for code in ("200", "201", "202"):
            made["responses"][code] = {"content": {"application/json": {"schema": answer}}} if answer else {}
        made["responses"]["204"] = {}
        if verb in ("GET", "DELETE"):
            made["parameters"] = [
                {"name": name, "in": "query", "schema": schema, "required": name in (required or ())}
                for name, schema in {**_PAGES, **known}.items()
            ]
        else:
            body = {"type": "object", "properties": known, "required": sorted(required or ())}
            made["requestBody"] = {"content": {"application/json": {"schema": body}}, "required": bool(required)}
        return made

    def _asked(self, parameters: list[tuple[str, Type, bool]], in_path: int) -> tuple[dict[str, Any], set[str]]:
        known: dict[str, Any] = {}
        needed = set()
        options = [each for each in parameters if each[0] == "options"]
        for name, of, optional in [*[each for each in parameters if each[0] != "options"][in_path:], *options]:
            if name == "options":
                for each, (inner, maybe) in self._members(of).items():
                    known[snake(each)] = self.schema(inner)
                    needed |= set() if maybe else {snake(each)}
            else:
                known[snake(name)] = self.schema(of)
                needed |= set() if optional else {snake(name)}
        return known, needed

    def _answer(self, of: Type) -> Any:
        # Promise<GitlabAPIResponse<ANSWER, …>>
        inner = of[2][0][2][0]
        return None if inner == ("name", "void", []) else self.schema(inner)

    def schema(self, of: Type) -> Any:
        kind = of[0]
        if kind == "schema":
            return of[1]
        if kind == "text":
            return {"type": "string", "enum": [of[1]]}
        if kind == "number":
            return {"type": "number", "enum": [of[1]]}
        if kind == "list":
            return {"type": "array", "items": self.schema(of[1])}
        if kind == "union":
            return self._union(of[1])
        if kind == "name" and of[1] in _PLAIN:
            return {"type": _PLAIN[of[1]]}
        if kind == "name" and of[1] == "Array":
            return {"type": "array", "items": self.schema(of[2][0])}
        if kind in ("object", "both") or (kind == "name" and of[1] in ("MappedOmit", "Omit", "Pick", "Partial")):
            return self._object(self._members(of))
        if kind == "name" and of[1] in self._names:
            return self._named(of[1])
        # What may be anything: any, unknown, Record, and what only TypeScript can compute.
        return {}

    @property
    def _names(self) -> list[str]:
        return self._declared.names

    def _named(self, name: str) -> dict[str, str]:
        if name not in self._schemas:
            self._schemas[name] = {}
            found, whole = self._declared.type(name), ("name", name, [])
            made = self._object(self._members(whole)) if found[0] in ("object", "both") else self.schema(found)
            self._schemas[name] |= made
        return {"$ref": f"#/components/schemas/{name}"}

    def _union(self, parts: list[Type]) -> Any:
        some = [part for part in parts if part not in (("name", "null", []), ("name", "undefined", []))]
        nullable = {"nullable": True} if len(some) < len(parts) else {}
        if all(part[0] == "text" for part in some):
            return {"type": "string", "enum": [part[1] for part in some], **nullable}
        return {"anyOf": [self.schema(part) for part in some], **nullable} if some else {"nullable": True}

    def _object(self, members: Mapping[str, tuple[Type, bool]]) -> dict[str, Any]:
        properties = {name: self.schema(of) for name, (of, _) in members.items() if name != "*"}
        required = [name for name, (_, optional) in members.items() if not optional and name != "*"]
        return {"type": "object", "properties": properties, "required": required}

    def _members(self, of: Type) -> dict[str, tuple[Type, bool]]:
        kind = of[0]
        if kind == "object":
            return dict(of[1])
        if kind in ("both", "union"):
            return {name: member for part in of[1] for name, member in self._members(part).items()}
        if kind != "name" or not (of[1] in self._names or of[2]):
            return {}
        if of[1] in ("MappedOmit", "Omit", "Pick"):
            members, named = self._members(of[2][0]), set(self._texts(of[2][1]))
            return {name: each for name, each in members.items() if (name in named) == (of[1] == "Pick")}
        if of[1] in ("Partial", "OneOf"):
            return {name: (inner, True) for name, (inner, _) in self._members(of[2][0]).items()}
        if of[1] == "PaginationRequestOptions":
            return {"orderBy": (("name", "string", []), True), "sort": (("name", "string", []), True)}
        if of[1] in _HELPERS:
            return {}
        found = self._members(self._declared.type(of[1])) if of[1] in self._names else {}
        corrected = CORRECTED.get(of[1], {})
        return {
            name: (("schema", corrected[name]) if name in corrected else each[0], each[1])
            for name, each in found.items()
        }

    def _texts(self, of: Type) -> Iterator[str]:
        for part in of[1] if of[0] == "union" else [of]:
            if part[0] == "text":
                yield part[1]


# ---- GitLab's own ----


@lru_cache(maxsize=1)
def own_file() -> Path | None:
    if named := os.environ.get(VARIABLE):
        return Path(named)
    folders = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]
    return next((folder / name for folder in folders for name in NAMES if (folder / name).is_file()), None)


@lru_cache(maxsize=1)
def own() -> Own | None:
    """GitLab's own description, where it is there."""
    path = own_file()
    return Own(yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))) if path else None


class Own:
    """GitLab's own file, of OpenAPI 2 or 3: it knows names well and types badly, so calls are held to its names."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._paths = {re.sub(r"\{[^}]+\}", "{}", path): each for path, each in document["paths"].items()}

    def faults(self, operation: Operation, query: Mapping[str, Any], body: Any) -> Iterator[str]:
        described = self._described(operation.name)
        if described is None:
            return
        known, needed = self._asked(described)
        for name in [*query, *(body or {})]:
            if name not in known and name not in EXTRA.get(operation.name, {}):
                yield f"GitLab's own description of {operation.name} knows no {name!r}"
        for name in needed - {*query, *(body or {})}:
            yield f"GitLab's own description of {operation.name} needs {name!r}"

    def answer_faults(self, operation: Operation, code: int, answer: Any) -> Iterator[str]:
        described = self._described(operation.name)
        if described is None or code >= 300:
            return
        said = str(code) if str(code) in described["responses"] else OWN_CODES.get(operation.name, "")
        if said not in described["responses"]:
            yield f"GitLab's own description of {operation.name} never answers {code}"
            return
        schema = self._schema_of(resolved(self._document, described["responses"][said]))
        names, lacks = set(self._properties(schema)), OWN_LACKS.get(operation.name, frozenset())
        for each in answer if isinstance(answer, list) else [answer]:
            # What is in the client's types or in GitLab's file is GitLab's: both lack something.
            unknown = (
                set(each or {}) - names - set(_known(operation, code, isinstance(answer, list))) - lacks
                if names
                else set()
            )
            if unknown:
                yield f"{operation.name} answers {sorted(unknown)}, which nobody describes"

    def _described(self, name: str) -> Mapping[str, Any] | None:
        method, path = name.split(" ")
        found = self._paths.get("/api/v4" + re.sub(r"\{[^}]+\}", "{}", path), {})
        return found.get(method.lower())

    def _asked(self, described: Mapping[str, Any]) -> tuple[set[str], set[str]]:
        known, needed = {"page", "per_page"}, set()
        for each in (resolved(self._document, one) for one in described.get("parameters", ())):
            if each["in"] == "query":
                known.add(each["name"].removesuffix("[]"))
                needed |= {each["name"].removesuffix("[]")} if each.get("required") else set()
            elif each["in"] == "body":
                known |= set(self._properties(each["schema"]))
                needed |= set(resolved(self._document, each["schema"]).get("required", ()))
        for content in resolved(self._document, described.get("requestBody") or {}).get("content", {}).values():
            known |= set(self._properties(content.get("schema") or {}))
            needed |= set(resolved(self._document, content.get("schema") or {}).get("required", ()))
        return known, needed

    def _schema_of(self, response: Mapping[str, Any]) -> Any:
        for content in (response.get("content") or {}).values():
            return content.get("schema") or {}
        return response.get("schema") or {}

    def _properties(self, schema: Any) -> Mapping[str, Any]:
        schema = resolved(self._document, schema)
        found = dict(schema.get("properties") or {})
        if "items" in schema:
            found |= self._properties(schema["items"])
        for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
            found |= self._properties(part)
        return found


def _known(operation: Operation, code: int, many: bool) -> list[str]:
    """The names that the client knows of an answer, or of each in a list of them."""
    filled = operation.filled(code, [{}] if many else {})
    return list((filled[0] if many else filled) or {})


# ---- both ----


def request_faults(operation: Operation, query: Mapping[str, list[str]], body: Any) -> list[str]:
    """What GitLab would not know of a call."""
    plain = {name.removesuffix("[]"): values[-1] for name, values in query.items()}
    try:
        operation.check_request(plain, body)
    except NotAsDescribed as error:
        return [str(error)]
    mine = own()
    return [*mine.faults(operation, plain, body)] if mine else []


def answer_faults(operation: Operation, code: int, answer: Any) -> list[str]:
    try:
        operation.check_answer(code, answer)
    except NotAsDescribed as error:
        return [str(error)]
    mine = own()
    return [*mine.answer_faults(operation, code, answer)] if mine else []
