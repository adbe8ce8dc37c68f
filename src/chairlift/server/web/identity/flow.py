"""To a provider and back: what this browser asked, kept in its session until the answer comes, and used once."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from chairlift.core.accounts import Account
from chairlift.core.files import Provider
from chairlift.ports import Refused, Unavailable
from chairlift.server.web.identity.configured import speaker

_KEY = "coming-in"
#: How long somebody may take there, and how many windows they may have open for it.
LASTS = timedelta(minutes=15)
_WINDOWS = 5
#: So many wait for providers at once: the pages must not stand still because one is slow.
_AT_ONCE = threading.BoundedSemaphore(4)


class Strange(Exception):
    """An answer to no question of this browser."""


@dataclass(frozen=True)
class Asked:
    """A request on its way. `issuer` is empty where the provider has none."""

    state: str
    provider: str
    nonce: str
    verifier: str
    issuer: str
    after: str
    at: str


def leave(request: HttpRequest, provider: Provider, after: str, now: datetime) -> str:
    """Where to send the browser. Raises Unavailable, Refused or BadConfiguration."""
    found = speaker(provider)
    with _in_turn():
        door, issuer = found.door()
    words = [secrets.token_urlsafe(32) for _ in range(2)]
    asked = Asked(words[0], provider.name, words[1], secrets.token_urlsafe(48), issuer, after, now.isoformat())
    request.session[_KEY] = [*_open(request, now), asdict(asked)][-_WINDOWS:]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code", "client_id": provider.client_id, "redirect_uri": back(provider), "scope": found.scope,
        "state": asked.state, "nonce": asked.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{door}{'&' if '?' in door else '?'}{urlencode(query)}"


def asked(request: HttpRequest, provider: Provider, now: datetime) -> Asked:
    """What this browser asked, by the state that came back; gone from now on. Raises Strange."""
    kept, state = _open(request, now), request.GET.get("state", "")
    found = next((each for each in kept if each["state"] == state and each["provider"] == provider.name), None)
    if found is None:
        raise Strange
    request.session[_KEY] = [each for each in kept if each is not found]
    # At once: what ends in an error page is not saved by itself.
    request.session.save()
    return Asked(**found)


def account(request: HttpRequest, provider: Provider, asked: Asked, now: datetime) -> Account:
    """Who came back. Raises Unavailable, Refused or BadConfiguration."""
    if error := request.GET.get("error"):
        raise Refused(f"it says {error[:80]!r}")
    if asked.issuer and request.GET.get("iss", asked.issuer) != asked.issuer:
        raise Refused("the answer comes from another issuer (iss)")
    with _in_turn():
        code = request.GET.get("code", "")
        return speaker(provider).account(code, asked.verifier, asked.nonce, back(provider), now)


def back(provider: Provider) -> str:
    """The address that is registered there."""
    return f"{settings.URL}{reverse('sign-in-back', args=[provider.name])}"


def _open(request: HttpRequest, now: datetime) -> list[dict[str, str]]:
    return [each for each in request.session.get(_KEY, ()) if datetime.fromisoformat(each["at"]) > now - LASTS]


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=1):
        raise Unavailable("many are signing in at once")
    try:
        yield
    finally:
        _AT_ONCE.release()
