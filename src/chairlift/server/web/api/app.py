"""The API as addresses: JSON in and out, an ETag on what is read, and every error as a problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer

from chairlift.server import actions, queries
from chairlift.server.web import errors
from chairlift.server.web.answering import known
from chairlift.server.web.api import problems, reads, writes

PREFIX = "/api/v1"


class Token(HttpBearer):
    """For the document: who may call what is held by `access.CALLS`, before any operation is reached."""

    openapi_description = "A token of one person, made by the operator with 'chairlift token PERSON'."

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "token", None)


class _NoJSON(Exception):
    pass


class _OnlyJSON(Parser):
    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise _NoJSON
        return super().parse_body(request)


class Api(NinjaAPI):
    """What is read carries the hash of its text: who has it already is told no more than that."""

    def create_response(self, request: HttpRequest, data: Any, **more: Any) -> HttpResponse:
        response = super().create_response(request, data, **more)
        response.headers["Vary"] = "Authorization"
        return known(request, response) if request.method in ("GET", "HEAD") else response


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Each field that is wrong, by its place: `level`, or `before` in the body, `page` in the address."""
    found = [{"field": _field(each), "detail": str(each["msg"]).removeprefix("Value error, ")} for each in error.errors]
    detail = "; ".join(f"{each['field']}: {each['detail']}" for each in found)
    return problems.answer(request, problems.INVALID, detail, errors=found)


def _field(error: Mapping[str, Any]) -> str:
    # Where it was sent, and the name of our argument, are no part of the name that the sender knows.
    own = [str(each) for each in error["loc"] if each not in ("body", "query", "path", "told", "asked")]
    return ".".join(own) or "body"


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error.__cause__, _NoJSON):
        return problems.answer(request, problems.MEDIA, "Send it with 'Content-Type: application/json'.")
    return problems.answer(request, problems.UNREADABLE, "The body is no JSON.")


def _too_large(request: HttpRequest, error: Any) -> HttpResponse:
    return problems.answer(request, problems.TOO_LARGE, "The body is too large.")


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return errors.not_found(request, error)


def _not_possible(request: HttpRequest, error: Any) -> HttpResponse:
    return errors.not_possible(request, str(error))


def made() -> Api:
    found = Api(
        title="Chairlift", version="1", openapi_url=None, docs_url=None, urls_namespace="api", auth=Token(),
        parser=_OnlyJSON(),
        description="Upgrades across every service of a company: where each stands, and what squads choose and say.",
    )  # fmt: skip
    for router in (reads.router, writes.router):
        found.add_router(PREFIX, router)
    for error, handler in (
        (ValidationError, _invalid), (HttpError, _unreadable), (RequestDataTooBig, _too_large),
        (queries.NotFound, _not_found), (actions.NotPossible, _not_possible),
    ):  # fmt: skip
        found.add_exception_handler(error, handler)
    return found


api = made()


def addresses() -> list[URLPattern]:
    """Every operation; the page that ninja adds shows nothing, and has no rule."""
    return [each for each in api.urls[0] if isinstance(each, URLPattern) and each.name != "api-root"]
