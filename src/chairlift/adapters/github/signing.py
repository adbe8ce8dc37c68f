"""As whom calls are made: a token from the environment, or an App's tokens, which last an hour each."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from chairlift.adapters.github.settings import Settings
from chairlift.ports import Refused, Unavailable

#: A token with less time than this left is not begun with.
_EARLY = timedelta(minutes=5)
#: GitHub takes at most ten minutes, and counts them by its own clock.
_JWT_LASTS, _JWT_SINCE = timedelta(minutes=9), timedelta(minutes=1)

#: Makes one call and returns what was answered: method, path, value of the header Authorization.
Send = Callable[[str, str, str], Any]


class Signer(Protocol):
    """Who calls."""

    #: Whom a budget and an error mean; holds no secret.
    name: str
    remedy: str

    def authorization(self, send: Send) -> str:
        """The value of the header Authorization, for calls in the next minutes."""
        ...

    def login(self, read: Callable[[str], Any], send: Send) -> str:
        """What GitHub calls this account."""
        ...

    def forget(self) -> None:
        """GitHub did not take it: make a new one with the next call, where one can be made."""
        ...


class Token:
    """A token that somebody put into a variable of the environment; read each time, so that it can be changed."""

    def __init__(self, variable: str) -> None:
        self._variable = variable
        self.name = variable
        self.remedy = f"make a new token and put it into the variable {variable}"

    def authorization(self, send: Send) -> str:
        token = os.environ.get(self._variable, "").strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise Refused(f"the variable {self._variable} holds no token of GitHub; {self.remedy}")
        return f"Bearer {token}"

    def login(self, read: Callable[[str], Any], send: Send) -> str:
        return str(read("/user")["login"])

    def forget(self) -> None:
        pass


class Installation:
    """An App where it is installed: its key signs for tokens, which are renewed before their hour is over."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._token, self._until = "", datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()
        self.name = f"app {settings.app} installation {settings.installation}"
        self.remedy = f"make a new private key for App {settings.app}, and check this machine's clock"

    def authorization(self, send: Send) -> str:
        with self._lock:
            if not self._token or self._now() > self._until - _EARLY:
                path = f"/app/installations/{self._settings.installation}/access_tokens"
                self._token, self._until = _granted(send("POST", path, self._signed()))
            return f"Bearer {self._token}"

    def login(self, read: Callable[[str], Any], send: Send) -> str:
        return f"{send('GET', '/app', self._signed())['slug']}[bot]"

    def forget(self) -> None:
        with self._lock:
            self._token = ""

    def _signed(self) -> str:
        now = self._now()
        claims = {
            "iss": str(self._settings.app),
            "iat": int((now - _JWT_SINCE).timestamp()),
            "exp": int((now + _JWT_LASTS).timestamp()),
        }
        try:
            return "Bearer " + jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(self._key()))
        except (JoseError, ValueError, TypeError):
            # Whatever is said of it might quote it.
            where = self._settings.key_env or self._settings.key_file
            raise Refused(f"{where} holds no private key of App {self._settings.app}; {self.remedy}") from None

    def _key(self) -> str:
        if self._settings.key_env:
            return os.environ.get(self._settings.key_env, "")
        try:
            return self._settings.key_file.read_text()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise Refused(f"the key file {self._settings.key_file} cannot be read ({why}); {self.remedy}") from None


def _granted(answer: Mapping[str, Any]) -> tuple[str, datetime]:
    try:
        return str(answer["token"]), datetime.fromisoformat(answer["expires_at"])
    except (KeyError, TypeError, ValueError):
        raise Unavailable("GitHub answers something else than a token for the App; is a proxy in between?") from None
