"""Requests to a server's API and their whole answers, bounded; what goes wrong on the way is Unavailable."""

from __future__ import annotations

import json
import math
import os
import re
import ssl
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import httpx

from chairlift.ports import Refused, Unavailable

#: The longest answer that is read, in bytes.
MOST = 64 << 20
#: As many bytes as are kept of all answers for asking whether they still hold.
_KEPT = 32 << 20
#: As much of a server's own words as is shown to people.
_SOME = 300
#: As often is a list read that shifts meanwhile.
_TRIES = 4
_UNSHOWN = re.compile(r"[\x00-\x20\x7f\u2028-\u202e]+")
Page = TypeVar("Page")
#: Hosts that are this machine.
HERE = ("localhost", "127.0.0.1", "::1")


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


class TooLarge(Unavailable):
    """The answer is longer than is read."""


class Server:
    """One server; `seconds` is how long each part of an answer may take, `headers` go with every request.

    `most` bytes of an answer are read, for `whole` seconds at most where that is given.
    """

    def __init__(
        self, url: str, seconds: float, headers: Mapping[str, str], most: int = MOST, whole: float = math.inf
    ) -> None:
        self._at, self._seconds, self._headers = urlsplit(url), seconds, headers
        self._most, self._whole = most, whole
        self.host = self._at.netloc

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: object = None) -> Answer:
        """One request, never followed elsewhere. Its errors quote neither headers nor addresses."""
        # As ASCII, since a text may hold halves of characters that UTF-8 does not know.
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        until = time.monotonic() + self._whole
        try:
            with self._client.stream(method, url, headers=headers, content=content) as answer:
                return Answer(self.host, answer.status_code, answer.headers, self._read(answer, until))
        except httpx.DecodingError:
            raise Unavailable(f"{self.host} answers garbage; is a proxy in between?") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            what = "does not answer in time" if isinstance(error, httpx.TimeoutException) else "breaks off"
            if isinstance(error, httpx.ConnectError):
                what = "cannot be reached"
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                remedy = "if your company signs its own, name its authority in SSL_CERT_FILE"
                raise Unavailable(f"{self.host} has no certificate that is trusted here; {remedy}") from None
            kind = type(error).__name__
            raise Unavailable(f"{self.host} {what} ({kind}): does it run, and is it let through?") from None

    def _read(self, answer: httpx.Response, until: float) -> bytes:
        read = bytearray()
        for part in answer.iter_bytes():
            read += part
            if len(read) > self._most:
                raise TooLarge(f"an answer of {self.host} is larger than {self._most >> 20} MB")
            if time.monotonic() > until:
                raise Unavailable(f"an answer of {self.host} takes longer than {self._whole:g} seconds")
        return bytes(read)

    @cached_property
    def _client(self) -> httpx.Client:
        """Made with the first request."""
        # What is on this machine is asked directly, whatever proxy leads out of it.
        outside = self._at.hostname not in HERE
        head = {"Content-Type": "application/json", **self._headers}
        trusted = _trusted(outside, *map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR")))
        return httpx.Client(
            headers=head, timeout=self._seconds, verify=trusted, trust_env=outside, follow_redirects=False
        )


@lru_cache(maxsize=8)
def _trusted(outside: bool, *_: str | None) -> ssl.SSLContext:
    """What everybody trusts, and what this machine does besides: there companies put their own. Slow, so made once."""
    context = httpx.create_ssl_context(trust_env=outside)
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context


class Kept(Generic[Page]):
    """The last answers by address, so that a server can say that they still hold; the oldest go first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, tuple[str, Page, int]] = OrderedDict()
        self._bytes = 0

    def get(self, url: str) -> tuple[str, Page] | None:
        """The ETag, and what was kept under it."""
        with self._lock:
            if url not in self._pages:
                return None
            self._pages.move_to_end(url)
            return self._pages[url][:2]

    def put(self, url: str, etag: str, page: Page, size: int) -> None:
        """Nothing without an ETag; `size` is in bytes."""
        with self._lock:
            if url in self._pages:
                self._bytes -= self._pages.pop(url)[2]
            if etag and size <= _KEPT:
                self._pages[url] = (etag, page, size)
                self._bytes += size
            while self._bytes > _KEPT:
                self._bytes -= self._pages.popitem(last=False)[1][2]


def steady(pages: Callable[[], Iterator[Sequence[Any]]], key: Callable[[Any], str], what: str) -> list[Any]:
    """The items of a list that is read by pages, each once, also where it shifts while it is read.

    Whatever was removed meanwhile moves what is behind it onto a page that was read before: so all pages are looked at
    again. What has come to lie on a later page meanwhile is there twice, and given once.
    """
    for _ in range(_TRIES):
        read = [*pages()]
        if len(read) < 2 or _keys(read, key) == _keys([*islice(pages(), len(read))], key):
            return list({key(item): item for page in read for item in page}.values())
    raise Unavailable(f"{what} changes faster than it can be read")


def _keys(pages: Sequence[Sequence[Any]], key: Callable[[Any], str]) -> list[list[str]]:
    return [[key(item) for item in page] for page in pages]


def check_address(url: str, what: str, example: str, plain_http: bool) -> None:
    """Raises Refused for what is no address of a server's pages, and where a token would go in the clear."""
    try:
        where = urlsplit(url)
        wrong = where.scheme not in ("http", "https") or not where.hostname or "@" in where.netloc or where.query
    except ValueError:
        wrong = True
    if wrong or where.fragment or "/api/v" in where.path:
        # A secret may stand before the host, or behind the path.
        shown = re.split("[?#]", url.rpartition("@")[2])[0]
        raise Refused(f"url {shown!r} is no address of a {what}: write it as {example}")
    if where.scheme == "http" and where.hostname not in HERE and not plain_http:
        raise Refused(f"{url!r} would send the token in the clear: write https://, or set plain_http = true")


def token_in(variable: str, host: str) -> str:
    """As it stands in the variable now. Raises Refused."""
    token = os.environ.get(variable, "").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise Refused(f"the variable {variable} holds no token for {host}: set it, restart")
    return token


def plainly(words: str, token: str) -> str:
    """A server's own words, bounded and on one line; never the token, whoever repeats it."""
    return _UNSHOWN.sub(" ", words.replace(token, "…")).strip()[:_SOME]


def seconds_in(text: str, most: float) -> float | None:
    """What a header such as Retry-After says; None where it is no number of seconds."""
    return min(float(text), most) if text.isascii() and text.isdigit() else None


def moment_in(text: str) -> datetime | None:
    """What a header such as Date says; None where that is no time of a known zone."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
