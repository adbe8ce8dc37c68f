"""Gitea's own description of its API (swagger 2.0): what call a request is, and what is wrong with it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

NAME = "shared/data/gitea-swagger.json"
#: Beside the project, wherever that lies.
FILE = next((found for folder in Path(__file__).parents if (found := folder / NAME).exists()), None)
MISSING = f"../{NAME} is not there: Gitea's description of its API is not part of the project"
#: Answers that the description has for another call: a folder is answered with the list of what is in it.
LISTS = {"repoGetContents": "ContentsListResponse"}
#: What any call may answer without the description saying so.
COMMON = (307, 401, 403, 404, 423, 429, 500, 502, 503)


@dataclass(frozen=True)
class Call:
    """One operation with what its path held."""

    id: str
    spec: dict
    path: dict[str, str]


@cache
def document() -> dict:
    return json.loads(FILE.read_text())


@cache
def operations() -> list[tuple[str, re.Pattern, dict]]:
    """Method, pattern of the path and operation; those with more words of their own come first."""
    found = []
    for template, methods in document()["paths"].items():
        for method, spec in methods.items():
            kinds = {each["name"]: each["type"] for each in spec.get("parameters", ()) if each["in"] == "path"}
            found.append((template, method.upper(), re.compile(_pattern(template, kinds)), spec))
    found.sort(key=lambda each: (each[0].count("{"), -len(each[0])))
    return [(method, pattern, spec) for _, method, pattern, spec in found]


def _pattern(template, kinds):
    out = ""
    for part in re.split(r"(\{\w+\})", template):
        name = part[1:-1]
        if not part.startswith("{"):
            out += re.escape(part)
        elif kinds.get(name) == "integer":
            out += rf"(?P<{name}>\d+)"
        else:
            # Names of branches and references may hold slashes.
            out += rf"(?P<{name}>.+)" if name in ("branch", "ref", "name", "filepath") else rf"(?P<{name}>[^/]+)"
    return out


def find(method: str, path: str) -> Call | None:
    for verb, pattern, spec in operations():
        if verb == method and (found := pattern.fullmatch(path)):
            return Call(spec["operationId"], spec, found.groupdict())
    return None


def request_faults(call: Call, query: dict[str, list[str]], body: Any) -> list[str]:
    """What is wrong with a request, in words."""
    known = {each["name"]: each for each in call.spec.get("parameters", ())}
    faults = []
    for name, values in query.items():
        spec = known.get(name)
        if spec is None or spec["in"] != "query":
            faults.append(f"{call.id} has no parameter {name!r}")
            continue
        if len(values) > 1 and spec.get("type") != "array":
            faults.append(f"{call.id}: {name} is given twice")
        faults += [f"{call.id}: {name}={value!r} {wrong}" for value in values if (wrong := _wrong(spec, value))]
    schema = known.get("body", {}).get("schema")
    if schema is None:
        return faults + ([f"{call.id} takes no body"] if body is not None else [])
    return faults + [f"{call.id}: {error}" for error in _errors(json.dumps(schema), False, body)]


def _wrong(spec, value):
    if spec["type"] == "integer" and not re.fullmatch(r"-?\d+", value):
        return "is no whole number"
    if "enum" in spec and value not in spec["enum"]:
        return f"is none of {', '.join(spec['enum'])}"
    if spec.get("format") == "date-time" and _errors(
        json.dumps({"type": "string", "format": "date-time"}), False, value
    ):
        return "is no time"
    return ""


def answer_faults(call: Call, code: int, data: Any) -> list[str]:
    """What is wrong with an answer, in words; fields that the description does not have are, too."""
    spec = call.spec["responses"].get(str(code))
    if spec is None:
        return [] if code in COMMON else [f"{call.id} never answers {code}"]
    if isinstance(data, list) and call.id in LISTS:
        spec = document()["responses"][LISTS[call.id]]
    elif "$ref" in spec:
        spec = document()["responses"][spec["$ref"].rpartition("/")[2]]
    if "schema" not in spec:
        return []
    return [f"{call.id} answers {code}: {error}" for error in _errors(json.dumps(spec["schema"]), True, data)]


def _errors(schema: str, answer: bool, data: Any) -> list[str]:
    found = _validator(schema, answer).iter_errors(data)
    return [f"{'/'.join(map(str, error.instance_path))}: {error.message}"[:300] for error in found]


@cache
def _validator(schema, answer):
    whole = {**json.loads(schema), "definitions": _definitions(answer)}
    return jsonschema_rs.Draft4Validator(whole, validate_formats=True)


@cache
def _definitions(answer):
    """No fields but those described; in answers Go's nil is null, of which swagger 2.0 has no word."""
    made = {}
    for name, spec in document()["definitions"].items():
        made[name] = dict(spec)
        if "properties" in spec:
            fields = {
                key: {"anyOf": [value, {"type": "null"}]} if answer else value
                for key, value in spec["properties"].items()
            }
            made[name] |= {"properties": fields, "additionalProperties": spec.get("additionalProperties", False)}
    return made
