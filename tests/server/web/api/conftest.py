"""A program for each kind of person: its token, and what it asks."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from chairlift.server.models import Unit
from chairlift.server.web import tokens
from chairlift.server.web.scopes import Scope

TINY = "/api/v1/campaigns/tiny"
PROBLEM = "application/problem+json"


class Program(Client):
    """Asks with one token, or with none; what comes back is JSON."""

    def __init__(self, token=""):
        super().__init__(headers={"Authorization": f"Bearer {token}"} if token else {})
        self.token = token

    def ask(self, method, path, body=None, status=200, **more):
        given = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = self.generic(method, path if path.startswith("/") else f"{TINY}/{path}", **given, **more)
        assert answer.status_code == status, answer.content.decode()
        if status >= 400:
            assert answer["Content-Type"] == PROBLEM
            problem = answer.json()
            assert {"type", "title", "status", "detail", "instance"} <= set(problem)
            assert (problem["status"], problem["type"].startswith("urn:chairlift:problem:")) == (status, True)
        return answer

    def read(self, path, status=200, **more):
        return self.ask("GET", path, None, status, **more).json()

    def write(self, path, body=None, status=200, method="POST"):
        return self.ask(method, path, {} if body is None else body, status).json()


@pytest.fixture
def program(at_desk):
    """Of somebody by name, with these scopes, or with all of them; of a stranger without a name."""

    def made(person="", *scopes, **more):
        if not person:
            return Program()
        return Program(tokens.make(person, scopes or list(Scope), at_desk.roster, at_desk.now, **more)[1])

    return made


@pytest.fixture
def failed(at_desk):
    """The shop's tests have failed."""
    inputs = {"commit": "c" * 40, "tests": "sh test.sh"}
    return Unit.objects.create(
        name="verify-1", kind="verify", service="shop", campaign=at_desk.campaign, inputs=inputs, state="failed",
        output="1 of 9 failed", asked_at=at_desk.now, ready_at=at_desk.now, ended_at=at_desk.now,
    )  # fmt: skip
