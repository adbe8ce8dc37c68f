"""The document of the API is valid, complete, and true of what is answered."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from chairlift.server import actions
from chairlift.server.web.access import CALLS
from chairlift.server.web.api.document import written
from tests.server.web.api.conftest import PROBLEM
from tests.server.web.api.test_access import CALLED


@pytest.fixture(scope="module")
def document():
    return json.loads(written())


def operations(document):
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def resolved(document, part):
    while "$ref" in part:
        found = document
        for word in part["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        part = found
    return part


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_everybody_may_read_it(visit, program):
    answer = visit().get("/api/v1/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert json.loads(answer.content) == json.loads(written())
    assert program().ask("POST", "/api/v1/openapi.json", {}, 405)


def test_it_has_every_operation(document):
    found = {f"api-{each['operationId']}": method.upper() for _, method, each in operations(document)}
    assert found == {name: called[0] for name, called in CALLED.items()}


def test_every_operation_says_what_it_takes(document):
    for _, _, each in operations(document):
        scope = CALLS[f"api-{each['operationId']}"].scope
        assert each["security"] == [{"Token": [scope] if scope else []}]
        assert each["summary"]
        assert "Takes" in each["description"]
    assert document["components"]["securitySchemes"]["Token"]["scheme"] == "bearer"


def test_every_operation_says_how_it_can_fail(document):
    for path, method, each in operations(document):
        failures = {status: part for status, part in each["responses"].items() if status >= "400"}
        must = {"401", "405", "500"}
        must |= {"400", "404"} if "{" in path else set()
        must |= {"403"} if CALLS[f"api-{each['operationId']}"].scope else set()
        must |= {"409", "413", "415", "422"} if method != "get" else {"422"} if each["parameters"] else set()
        assert set(failures) == must, path
        for part in failures.values():
            assert list(resolved(document, part)["content"]) == [PROBLEM]


@pytest.mark.parametrize("name", sorted(CALLED))
def test_what_is_answered_is_as_it_says(document, at_desk, program, failed, name):
    at_desk.choose("shop", "Trust but verify")
    actions.hold(at_desk.row("shop"), "wait", "Bo", at_desk.roster, at_desk.now)
    actions.block(at_desk.row("shop"), "old driver", "Bo", at_desk.roster, at_desk.now)
    client = program("Lena")
    answer = client.ask(*CALLED[name]).json()
    (operation,) = [each for _, _, each in operations(document) if f"api-{each['operationId']}" == name]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer)
    problem = program().ask(*CALLED[name], status=401).json()
    schema = document["components"]["schemas"]["Problem"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(problem)


def test_it_is_the_same_each_time():
    first = written()
    written.cache_clear()
    assert written() == first
