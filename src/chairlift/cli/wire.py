"""Speaks to a Chairlift over its API; whatever can go wrong on the way becomes one sentence with its remedy."""

from __future__ import annotations

import json
import os
import ssl
import stat
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import httpx

from chairlift.cli.frame import Trouble, printable

TOKEN = "CHAIRLIFT_TOKEN"
#: Seconds: longer than the slowest page of a large campaign takes, by far.
_PATIENCE = httpx.Timeout(60, connect=10)
_LOCAL = ("localhost", "127.0.0.1", "::1")
_AWAY = (429, 502, 503, 504)


def address(url: str) -> str:
    """The server's address as it is used. Raises click.UsageError for none, or one that shows the token to others."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        fine = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        fine = False
    if not fine or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise click.UsageError(f"--server {url!a} is no address of a server: write https://chairlift.example.org")
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise click.UsageError(f"{url} would show your token to everybody on the way: write https://")
    return url.rstrip("/")


def tokens_file() -> Path:
    """Where tokens are kept: one server in a line, its address, a blank, its token."""
    folder = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(folder) if os.path.isabs(folder) else Path.home() / ".config") / "chairlift" / "tokens"


def token_for(url: str) -> str:
    """The token of the environment, or else the file's for this very server: none is ever sent to another."""
    found = os.environ.get(TOKEN, "").strip() or _kept(url)
    if not found:
        raise click.UsageError(
            f"no token for {url}: set {TOKEN}, or write a line '{url} TOKEN' into {tokens_file()}; "
            "the operator makes one with 'chairlift token PERSON --scope read'"
        )
    if not (found.isascii() and found.isprintable() and " " not in found):
        raise click.UsageError(f"what {TOKEN} or {tokens_file()} holds is no token: copy it anew, as one word")
    return found


def _kept(url: str) -> str:
    file = tokens_file()
    try:
        with open(file, encoding="utf-8") as opened:
            if os.name == "posix" and stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
                raise click.UsageError(f"others may read {file}: chmod 600 it, and have tokens that were in it revoked")
            lines = [line.split() for line in opened]
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read {file}: {error}") from error
    return next((line[1] for line in lines if len(line) == 2 and line[0].rstrip("/") == url), "")


class Server:
    """One Chairlift, as the person of the token. What it refuses is a click.UsageError, what fails is Trouble."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {token}", "User-Agent": f"chairlift/{version('chairlift')}"},
            # What is on this machine is asked directly, whatever proxy leads out of it.
            timeout=_PATIENCE, verify=_trusted(), trust_env=urlsplit(url).hostname not in _LOCAL,
            # A token is for this server, and for none that it sends on to.
            follow_redirects=False,
        )  # fmt: skip

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        return self._ask("GET", path, params={name: value for name, value in query.items() if value != ""})

    def send(self, method: str, path: str, told: Mapping[str, object]) -> dict[str, Any]:
        return self._ask(method, path, json=told)

    def _ask(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        try:
            answer = self._client.request(method, f"{self.url}/api/v1/{path}", **given)
        except httpx.ConnectError as error:
            raise Trouble(self._unreachable(error)) from None
        except httpx.TransportError as error:
            what = "does not answer in time" if isinstance(error, httpx.TimeoutException) else f"broke off ({error})"
            doubt = "" if method == "GET" else "; what you said may be recorded: look with 'chairlift log' first"
            raise Trouble(f"{self.url} {what}; try again{doubt}") from None
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        found = _json(answer) if kind in ("application/json", "application/problem+json") else None
        if answer.status_code == 200 and kind == "application/json" and found is not None:
            return found
        if kind == "application/problem+json" and found is not None:
            raise self._problem(found, answer.status_code, path)
        raise Trouble(self._foreign(answer, kind))

    def _unreachable(self, error: Exception) -> str:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            remedy = "if your company signs its own, name its certificate in SSL_CERT_FILE"
            return f"the certificate of {self.url} is not to be trusted ({error}); {remedy}"
        return f"cannot reach {self.url} ({error}); is the address right, and does it run?"

    def _problem(self, found: Mapping[str, Any], status: int, path: str) -> Exception:
        detail = printable(str(found.get("detail") or found.get("title") or f"HTTP {status}"), keep_lines=True)
        if status == 401:
            return click.UsageError(f"{self.url} does not take the token: {detail}")
        if found.get("type") == "urn:chairlift:problem:unknown-address":
            return Trouble(f"{self.url} does not know {path.partition('/')[0]!r} yet: have its Chairlift updated")
        return Trouble(f"{self.url}: {detail}") if status >= 500 else click.UsageError(detail)

    def _foreign(self, answer: httpx.Response, kind: str) -> str:
        """No Chairlift has answered, or one from before there was an API."""
        status = f"HTTP {answer.status_code}"
        if answer.status_code in _AWAY:
            return f"{self.url} is away ({status}); try again"
        if answer.is_redirect:
            where = answer.headers.get("Location", "")
            return f"{self.url} sends on to {where!a}; if that is your Chairlift, write its address after --server"
        return (
            f"what answers at {self.url} is no API of Chairlift ({status}, {kind or 'of no type'}): is the address "
            "right, without the name of a page at its end, and is its Chairlift new enough?"
        )


class _Given(dict[str, Any]):
    """What was answered; what it lacks, a Chairlift of another age calls otherwise."""

    def __missing__(self, name: str) -> Any:
        raise Trouble(f"the server's answer lacks {name!r}: its Chairlift, or this one, is too old; update it")


def _json(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        found = json.loads(answer.content, object_hook=_Given)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _trusted() -> ssl.SSLContext:
    """What this machine trusts, where companies put their own, and what everybody does."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    return context
