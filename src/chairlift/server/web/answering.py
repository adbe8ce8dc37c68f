"""What answers share: nothing is sent again to who has it, and nobody is led away from here."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import url_has_allowed_host_and_scheme


def etag(content: bytes) -> str:
    """What is the same for the same content alone, in the quotation marks that HTTP wants."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def known(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer with the hash of its content as ETag; 304 without a body where the asker has it."""
    response.headers["ETag"] = etag(response.content)
    # To be asked again each time, where other answers must not be kept at all.
    response.headers["Cache-Control"] = "private, no-cache"
    return not_modified(request, response, response.headers["ETag"])


def not_modified(request: HttpRequest, response: HttpResponse, tag: str) -> HttpResponse:
    """304 where the asker has what this tag stands for, else the answer as it is."""
    found: HttpResponse | None = get_conditional_response(request, etag=tag, response=response)
    return found or response


def inside(request: HttpRequest, address: str) -> str:
    """Where to go on: the address if it is one of this server, else the start; never to another site."""
    here = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if here else "/"
