"""Listens to the probe inside the tests, and folds what it tells into tests, versions and warnings."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chairlift.programs import plain
from chairlift.recipes.django.proving.evidence import Case, Failure, Ran, Result, Warned

#: A run may tell this many things; whatever comes after is left out, and said to be.
MOST = 300_000
_LARGEST = 64 * 1024
_ORDER = {result: place for place, result in enumerate(Result)}
# A failing part of a test counts more than its success as a whole, and a skip less than a run.
_WORSE = {**_ORDER, Result.SKIPPED: -1}


def _bind(to: socket.socket, path: Path) -> None:
    """A socket's name holds some hundred bytes only, and temporary folders may lie deep: its folder goes by number."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        short = Path("/proc/self/fd", str(folder))
        to.bind(str((short if short.exists() else path.parent) / path.name))
    finally:
        os.close(folder)


class Listener:
    """A socket in `place` that keeps what it hears, until it is left. Use as a context."""

    def __init__(self, place: Path) -> None:
        self.heard: list[dict[str, Any]] = []
        self.left_out = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._path = place / "socket"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Listener:
        _bind(self._socket, self._path)
        # The tests run as somebody else; the folder around it is ours.
        self._path.chmod(0o777)
        self._socket.settimeout(0.1)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                data = self._socket.recv(_LARGEST)
            except TimeoutError:
                # Only now: what was told before the end is still to be heard.
                if self._over.is_set():
                    return
                continue
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        if len(self.heard) >= MOST:
            self.left_out += 1
            return
        try:
            record = json.loads(data)
        except ValueError:
            return
        if isinstance(record, dict) and isinstance(record.get("kind"), str):
            self.heard.append(record)


def cases(heard: Iterable[Mapping[str, Any]]) -> tuple[Case, ...]:
    """Each test once, with the worst that happened to it, and the most that is known of why."""
    found: dict[str, Case] = {}
    open_: dict[str, None] = {}
    for record in heard:
        name = plain(str(record.get("id")))
        if record["kind"] == "begun":
            open_[name] = None
        elif record["kind"] in ("ended", "test"):
            open_.pop(name, None)
        if record["kind"] != "test":
            continue
        try:
            case = Case(name, Result(record["outcome"]), _failure(record.get("failure") or {}))
        except (KeyError, ValueError):
            continue
        before = found.get(case.id)
        found[case.id] = _worse(before, case) if before else case
    # Its process hung, was killed, or left: that it left with success says nothing of the test.
    for name in open_:
        found[name] = Case(name, Result.ERROR, Failure("DidNotEnd", "the test began, and never told how it ended"))
    return tuple(found.values())


def _worse(before: Case, case: Case) -> Case:
    worst = max(before, case, key=lambda each: _WORSE[each.result])
    failure = next((each.failure for each in (worst, before, case) if each.failure), None)
    return Case(case.id, worst.result, failure if worst.red else None)


def ran(heard: Iterable[Mapping[str, Any]]) -> Ran:
    """Every version that any process told of."""
    found: dict[str, set[str]] = {"django": set(), "python": set(), "database": set()}
    for record in heard:
        if record["kind"] in found:
            found[record["kind"]].add(plain(str(record.get("version") or record.get("found") or "")))
    return Ran(*(tuple(sorted(found[name] - {""})) for name in ("django", "python", "database")))


def warned(heard: Iterable[Mapping[str, Any]]) -> tuple[Warned, ...]:
    """Each warning once for each place, sorted."""
    found = set()
    for record in heard:
        if record["kind"] == "warning" and isinstance(record.get("line"), int):
            texts = [plain(str(record.get(name, ""))) for name in ("category", "text", "path", "distribution")]
            found.add(Warned(texts[0], normal(texts[1]), texts[2], record["line"], texts[3]))
    return tuple(sorted(found))


_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
_WHEN = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_FOLDER = re.compile(r"(/[\w.@+-]+)+/(?=(?:site-packages|checkout|tmp)/)")
_HASH = re.compile(r"\b[0-9a-f]{32,64}\b")


def normal(text: str) -> str:
    """A message without what differs from run to run: addresses, identifiers, times, folders."""
    text = _WHEN.sub("<time>", _HASH.sub("<hash>", _UUID.sub("<uuid>", _ADDRESS.sub("<address>", text))))
    return _FOLDER.sub("", text).strip()[:1000]


# What fails for want of the world outside is no proof against the code.
_NETWORK = re.compile(
    r"network is unreachable|name or service not known|temporary failure in name resolution|nodename nor servname"
    r"|failed to resolve|getaddrinfo failed|no address associated|max retries exceeded",
    re.I,
)
_DATABASE = re.compile(
    r"can't connect to (local )?(mysql|server)|could not connect to server|connection to server (at|on)|"
    r"connection refused.*(5432|3306|6379|27017|9200|5672|11211)|error \d+ connecting to|is the server running|"
    r"could not translate host name|server closed the connection|has gone away|lost connection to|"
    r"terminating connection|connection already closed|the connection is closed|database system is (starting|shutting)",
    re.I,
)
_SECRET = re.compile(r"\b(set|missing|required|not set|no)\b.*\benviron|environment variable", re.I)


_DRIVER = re.compile(r"error loading (psycopg\w*|mysqldb|pymysql|cx_oracle|oracledb) module", re.I)
#: Libraries of the system that Python loads as it runs, with the package that has each.
_LIBRARIES = {
    "gdal": "gdal-bin",
    "geos": "libgeos-dev",
    "spatialite": "libsqlite3-mod-spatialite",
    "magic": "libmagic1",
}
_LIBRARY = re.compile(
    r"could not find the (?P<a>gdal|geos) library|unable to load the (?P<b>spatialite) library"
    r"|failed to find lib(?P<c>magic)\b",
    re.I,
)
_NEWER = re.compile(r"\b(PostgreSQL|MySQL|MariaDB|Oracle)\S* [\d.]+ or later is required", re.I)


def needs(kind: str, message: str, cause: str = "") -> str:
    """Which part of the outside world it lacks: "a network", "a database", "a secret", or nothing."""
    said = f"{kind}: {message}\n{cause}"
    if lacking := library(said):
        return lacking
    if found := _NEWER.search(said):
        return f"a newer {found[1]}"
    if _DRIVER.search(said):
        return "a driver of its database"
    if _DATABASE.search(said) or (kind == "OperationalError" and "connect" in message.lower()):
        return "a database"
    if _NETWORK.search(said):
        return "a network"
    if kind == "ConnectionRefusedError" or "Connection refused" in said:
        return "a server that it can reach"
    if _SECRET.search(message) or (kind == "KeyError" and re.fullmatch(r"'[A-Z][A-Z0-9_]{3,}'", message)):
        return f"a setting of the environment ({message[:80]})"
    return ""


def library(said: str) -> str:
    """Which library of the system is missing, with the package to install; or nothing."""
    found = _LIBRARY.search(said)
    name = (found["a"] or found["b"] or found["c"]).lower() if found else ""
    return f"the library {name} (install the package {_LIBRARIES[name]})" if name else ""


def _failure(found: Mapping[str, Any]) -> Failure | None:
    if not found:
        return None
    kind, message, frame = (plain(str(found.get(name, ""))) for name in ("exception", "message", "frame"))
    if not kind:
        # All that is left is a printed traceback; its last line says most.
        kind, _, message = (message.strip().splitlines() or [""])[-1].removeprefix("E ").strip().partition(": ")
    return Failure(kind, normal(message), frame, needs(kind, message, plain(str(found.get("cause", "")))))
