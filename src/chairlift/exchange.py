"""Requests to a server's API and their whole answers, bounded; what goes wrong on the way is Unavailable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx

from chairlift.ports import Unavailable

#: The longest answer that is read, in bytes.
MOST = 64 << 20
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Answer:
    """One answer of a host, whatever its code."""

    host: str
    code: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Raises Unavailable for what is cut off, or none at all."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unavailable(f"the answer of {self.host} is cut off or no JSON; is a proxy in between?") from None


class Server:
    """One server; `seconds` is how long each part of an answer may take, `headers` go with every request."""

    def __init__(self, url: str, seconds: float, headers: Mapping[str, str]) -> None:
        self._at, self._seconds, self._headers = urlsplit(url), seconds, headers
        self.host = self._at.netloc

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: object = None) -> Answer:
        """One request, never followed elsewhere. Its errors quote neither headers nor addresses."""
        # As ASCII, since a text may hold halves of characters that UTF-8 does not know.
        content = None if body is None else json.dumps(body).encode()
        try:
            with self._client.stream(method, url, headers=headers, content=content) as answer:
                read = bytearray()
                for part in answer.iter_bytes():
                    read += part
                    if len(read) > MOST:
                        raise Unavailable(f"an answer of {self.host} is larger than {MOST >> 20} MB")
                return Answer(self.host, answer.status_code, answer.headers, bytes(read))
        except httpx.DecodingError:
            raise Unavailable(f"{self.host} answers garbage; is a proxy in between?") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            what = "does not answer in time" if isinstance(error, httpx.TimeoutException) else "breaks off"
            if isinstance(error, httpx.ConnectError):
                what = "cannot be reached"
            kind = type(error).__name__
            raise Unavailable(f"{self.host} {what} ({kind}): does it run, and is it let through?") from None

    @cached_property
    def _client(self) -> httpx.Client:
        """Made with the first request: reading the certificates that the machine trusts is slow."""
        # What is on this machine is asked directly, whatever proxy leads out of it.
        outside = self._at.hostname not in _HERE
        head = {"Content-Type": "application/json", **self._headers}
        return httpx.Client(headers=head, timeout=self._seconds, trust_env=outside, follow_redirects=False)
