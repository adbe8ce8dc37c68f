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

from chairlift.adapters.github.errors import listed, short
from chairlift.adapters.github.settings import Settings
from chairlift.exchange import Answer
from chairlift.ports import Refused, Unavailable

#: A token with less time than this left is not begun with.
_EARLY = timedelta(minutes=5)
#: GitHub takes at most ten minutes, and counts them by its own clock.
_JWT_LASTS, _JWT_SINCE = timedelta(minutes=9), timedelta(minutes=1)

#: What an App must be let do, in GitHub's words; and what it needs only where a recipe changes workflows.
_NEEDED = {"contents": "write", "issues": "write", "pull_requests": "write", "checks": "write"}
_NEEDED |= {"statuses": "read", "metadata": "read"}
_LEVELS = ("none", "read", "write", "admin")
_WORKFLOWS = "files in .github/workflows are refused, as it lacks"

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

    def examined(self, ask: Callable[[str], Answer], send: Send) -> str:
        """Who this is, and what it lacks that only some recipes need. Raises Refused where it lacks what all need."""
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

    def examined(self, ask: Callable[[str], Answer], send: Send) -> str:
        """GitHub tells the scopes of a classic token, and of a fine-grained one nothing."""
        answer = ask("/user")
        notes = [f"of {answer.json()['login']}"]
        given = listed(answer.headers.get("x-oauth-scopes"))
        if given is None:
            notes.append("GitHub does not tell what a fine-grained token may")
        elif "repo" not in given:
            has = ", ".join(sorted(given)) or "none"
            remedy = "give it that, see docs/github.md"
            raise Refused(f"the token in {self._variable} lacks the scope repo: it has {short(has)}; {remedy}")
        elif "workflow" not in given:
            notes.append(f"{_WORKFLOWS} the scope workflow")
        if until := answer.headers.get("github-authentication-token-expiration"):
            notes.append(f"it ends {short(until)}")
        return "; ".join(notes)

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

    def examined(self, ask: Callable[[str], Answer], send: Send) -> str:
        found = send("GET", f"/app/installations/{self._settings.installation}", self._signed())
        where = (found.get("account") or {}).get("login", "somebody")
        if found.get("suspended_at"):
            raise Refused(f"{self.name} is suspended: its owner {short(where)} can let it in again")
        given = {str(name): str(level) for name, level in (found.get("permissions") or {}).items()}
        missing = [f"{name}: {level}" for name, level in _NEEDED.items() if _level(given, name) < _LEVELS.index(level)]
        if missing:
            remedy = "give it that in the App's settings, and have it accepted where it is installed"
            raise Refused(f"{self.name} lacks {', '.join(missing)}; {remedy}")
        lacks = "" if _level(given, "workflows") >= _LEVELS.index("write") else f"; {_WORKFLOWS} workflows: write"
        return f"installed at {short(where)}{lacks}"

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


def _level(given: Mapping[str, str], name: str) -> int:
    level = given.get(name, "none")
    return _LEVELS.index(level) if level in _LEVELS else 0


def _granted(answer: Mapping[str, Any]) -> tuple[str, datetime]:
    try:
        return str(answer["token"]), datetime.fromisoformat(answer["expires_at"])
    except (KeyError, TypeError, ValueError):
        raise Unavailable("GitHub answers something else than a token for the App; is a proxy in between?") from None
