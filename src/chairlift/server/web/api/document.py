"""The OpenAPI document: what the operations say of themselves, with what each takes and how each can fail."""

from __future__ import annotations

import json
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from chairlift.server.web.access import CALLS, Call, Need
from chairlift.server.web.answering import known
from chairlift.server.web.api import problems, shapes
from chairlift.server.web.api.app import Token, api

_REF = {"$ref": "#/components/schemas/Problem"}
_ETAG = {"ETag": {"description": "The hash of this answer.", "schema": {"type": "string"}}}


def document(request: HttpRequest) -> HttpResponse:
    """For everybody: it says what there is to ask, and nothing of what is answered."""
    return known(request, HttpResponse(written(), content_type="application/json"))


@lru_cache(maxsize=1)
def written() -> bytes:
    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="")))
    del found["servers"]
    found["components"]["schemas"]["Problem"] = _problem(found["components"]["schemas"])
    found["components"]["responses"] = {_name(status): _failure(status) for status in _statuses()}
    for path, methods in found["paths"].items():
        # Whatever can be read can be asked for its head; that is said by HTTP itself.
        methods.pop("head", None)
        for method, operation in methods.items():
            _complete(operation, CALLS[f"api-{operation['operationId']}"], path, method == "get")
    return json.dumps(found, indent=1).encode()


def _complete(operation: dict[str, Any], call: Call, path: str, read: bool) -> None:
    operation["security"] = [{Token.__name__: [call.scope] if call.scope else []}]
    takes = f"Takes a token with the scope `{call.scope}`" if call.scope else "Takes any valid token"
    whose = "" if call.need is Need.READER else f", of somebody who is {call.need.value}"
    operation["description"] += f"\n\n{takes}{whose}."
    responses = operation["responses"]
    if read:
        responses["200"]["headers"] = _ETAG
        responses["304"] = {"description": HTTPStatus(304).phrase, "headers": _ETAG}
    for status in _fails(operation, call, path, read):
        responses[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}


def _fails(operation: dict[str, Any], call: Call, path: str, read: bool) -> list[int]:
    """With which statuses it can fail."""
    found = [401, 405, 500]
    found += [403] if call.scope else []
    found += [400, 404] if "{" in path else []
    found += [] if read else [400, 409, 413, 415]
    found += [422] if operation.get("parameters") or not read else []
    return sorted(set(found))


def _statuses() -> list[int]:
    return sorted({kind.status for kind in problems.KINDS})


def _name(status: int) -> str:
    return f"Problem{status}"


def _failure(status: int) -> dict[str, Any]:
    titles = [kind for kind in problems.KINDS if kind.status == status]
    described = " ".join(f"{kind.title} (`{kind.urn}`)" for kind in titles)
    return {"description": described, "content": {problems.MEDIA_TYPE: {"schema": _REF}}}


def _problem(schemas: dict[str, Any]) -> dict[str, Any]:
    found = shapes.Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas.update(found.pop("$defs", {}))
    return found
