"""Asking a provider over HTTP: bounded, encrypted, never led elsewhere; its trouble as Unavailable or Refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from chairlift.ports import Refused, Unavailable

#: Somebody waits for it, in a browser.
SECONDS = 5.0
_MOST = 2**20


def ask(
    address: str,
    form: Mapping[str, str] | None = None,
    token: str = "",
    basic: tuple[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Any:
    """The JSON there; with `form` it is sent. Raises Unavailable, or Refused for what is no good answer."""
    headers = {"Accept": "application/json", "User-Agent": "chairlift"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    method = "GET" if form is None else "POST"
    body, host = bytearray(), urlsplit(address).hostname
    try:
        with httpx.stream(
            method, address, data=form, params=query, headers=headers, auth=basic, timeout=SECONDS
        ) as answer:  # fmt: skip
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _MOST:
                    raise Refused(f"{host} answers more than {_MOST} bytes")
    except httpx.InvalidURL as error:
        raise Refused(f"{address!r} is no address: {error}") from error
    except httpx.HTTPError as error:
        raise Unavailable(f"{host} does not answer: {type(error).__name__}") from error
    if answer.status_code >= 500 or answer.status_code == 429:
        raise Unavailable(f"{host} answers {answer.status_code}")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{host} answers {answer.status_code}, and no JSON") from error
    if answer.status_code != 200 or (isinstance(found, dict) and "error" in found):
        why = str(found.get("error", ""))[:80] if isinstance(found, dict) else ""
        raise Refused(f"{host} answers {answer.status_code} {why!r}")
    return found


def ask_table(address: str, **more: Any) -> dict[str, Any]:
    """The same, where only an object is a good answer."""
    found = ask(address, **more)
    if not isinstance(found, dict):
        raise Refused(f"{urlsplit(address).hostname} answers something that is no JSON object")
    return found


def access_token(address: str, form: Mapping[str, str], basic: tuple[str, str] | None = None) -> dict[str, Any]:
    """What a code is exchanged for. Raises Refused where there is no token in it."""
    found = ask_table(address, form=form, basic=basic)
    if not isinstance(found.get("access_token"), str) or not found["access_token"]:
        raise Refused(f"{urlsplit(address).hostname} gives no access token")
    return found
