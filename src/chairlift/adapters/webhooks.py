"""Posts signed messages to a webhook, as https://www.standardwebhooks.com says; one try, bounded in time and size."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import http.client
import os
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from chairlift.ports import Refused, Unavailable
from chairlift.programs import plain

#: As much of an answer as is read, in bytes; people are shown its first line.
MOST = 2000


@dataclass(frozen=True)
class Answer:
    """What the endpoint said; `after` is how many seconds it asks us to stay away."""

    code: int
    words: str = ""
    after: float = 0.0


def key(secret: str) -> bytes:
    """The key in `whsec_…`. Raises Refused, without the secret, for anything else."""
    try:
        found = base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not 24 <= len(found) <= 64:
        raise Refused("holds no secret: write whsec_ and the base64 of 24 to 64 random bytes")
    return found


def key_in(variable: str) -> bytes:
    """The key in a variable of the environment. Raises Refused, which names the variable."""
    try:
        return key(os.environ.get(variable, ""))
    except Refused as error:
        raise Refused(f"the variable {variable} {error}") from error


def headers(name: str, body: bytes, secret: bytes, now: datetime) -> dict[str, str]:
    """Identity, time and signature of a message; the identity is the same at each try."""
    stamp = str(int(now.timestamp()))
    signed = hmac.new(secret, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Chairlift",
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def post(url: str, head: dict[str, str], body: bytes, seconds: float) -> Answer:
    """What the endpoint answers; a redirection is an answer, and not followed.

    Raises Unavailable where there is none in time, or the other side cannot prove who it is.
    """
    parts = urlsplit(url)
    assert parts.hostname
    connection = _connection(parts.scheme, parts.hostname, parts.port, seconds)
    end = threading.Timer(seconds, _cut, (connection,))
    end.daemon = True
    try:
        connection.connect()
        # Each read has its own time limit; who sends a letter at a time would else keep us for ever.
        end.start()
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, head)
        response = connection.getresponse()
        words = response.read(MOST).decode("utf-8", "replace")
        return Answer(response.status, _line(words), _after(response.getheader("Retry-After", "")))
    except ssl.SSLCertVerificationError as error:
        raise Unavailable(f"it has no valid certificate: {error.verify_message}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        # A connection that is cut while it is read fails in ways of its own.
        raise Unavailable(f"it does not answer within {seconds:g} seconds: {_line(str(error))}") from error
    finally:
        end.cancel()
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _cut(connection: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _after(text: str) -> float:
    return min(float(text), 86_400.0) if text.isascii() and text.isdigit() else 0.0


def _line(text: str) -> str:
    return " ".join(plain(text).split())[:200]
