"""Checks a call against Google's own description of Sheets v4, and answers as Google does where it is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import googleapiclient

DOCUMENT = json.loads((Path(googleapiclient.__file__).parent / "discovery_cache/documents/sheets.v4.json").read_text())


class Answer(Exception):
    """An answer other than 200."""

    def __init__(self, code, message, status="", headers=()):
        super().__init__(message)
        self.code, self.message, self.status, self.headers = code, message, status, dict(headers)


def invalid(message):
    return Answer(400, message, "INVALID_ARGUMENT")


def methods(resource):
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from methods(inner)


METHODS = [
    (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/:]+)", re.escape(method["flatPath"]))), method)
    for method in methods(DOCUMENT)
]


def check_call(verb, path, query, body):
    """The method that is called, and the parameters of its path."""
    paths = [(found, method) for pattern, method in METHODS if (found := pattern.fullmatch(path.lstrip("/")))]
    for found, method in paths:
        if method["httpMethod"] == verb:
            known = {**DOCUMENT["parameters"], **method.get("parameters", {})}
            for name, values in query.items():
                check_parameter(known, name, values)
            if "request" in method:
                check_type({"$ref": method["request"]["$ref"]}, body, "")
            elif body is not None:
                raise invalid("a body where there is none")
            return method["id"], found.groupdict()
    raise Answer(405 if paths else 404, "no such method", "NOT_FOUND")


def check_parameter(known, name, values):
    spec = known.get(name)
    if spec is None or spec["location"] != "query":
        raise invalid(f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.')
    if len(values) > 1 and not spec.get("repeated"):
        raise invalid(f"{name} is given twice")
    for value in values:
        if spec.get("enum") and value not in spec["enum"]:
            raise invalid(f"Invalid value at '{name}': {value}")
        if spec["type"] == "boolean" and value not in ("true", "false"):
            raise invalid(f"Invalid value at '{name}' (TYPE_BOOL)")


PLAIN = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}


def check_type(spec, value, where):
    if "$ref" in spec:
        spec = DOCUMENT["schemas"][spec["$ref"]]
    kind = spec.get("type")
    if kind == "object" and "properties" in spec:
        check_object(spec["properties"], value, where)
    elif kind == "array":
        if not isinstance(value, list):
            raise invalid(f"Invalid value at '{where}'")
        for place, inner in enumerate(value):
            check_type(spec["items"], inner, f"{where}[{place}]")
    elif kind in PLAIN:
        wrong = not isinstance(value, PLAIN[kind]) or (kind in ("integer", "number") and isinstance(value, bool))
        if wrong or (spec.get("enum") and value not in spec["enum"]):
            raise invalid(f"Invalid value at '{where}' ({spec.get('format', kind)}), {value!r}")


def check_object(properties, value, where):
    if not isinstance(value, dict):
        raise invalid(f"Invalid value at '{where}'")
    for name, inner in value.items():
        if name not in properties:
            raise invalid(f"Invalid JSON payload received. Unknown name {name!r} at '{where}': Cannot find field.")
        check_type(properties[name], inner, f"{where}.{name}".lstrip("."))
