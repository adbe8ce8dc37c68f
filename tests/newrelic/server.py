"""New Relic's stand-in on a socket: NerdGraph over a little world, held to its schema; and trouble of all kinds."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from graphql import GraphQLError, execute, parse

from tests.newrelic import schema
from tests.newrelic.nrql import NotNrql, parsed
from tests.newrelic.world import Refusal, World
from tests.standin import StandIn

ACCOUNT = 1234567
MOST_AT_ONCE = 25
#: New Relic asks that no more queries run at once for long.
MOST_ABREAST = 5


@dataclass(frozen=True)
class Fault:
    """What is answered instead of one request."""

    code: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    #: Seconds before the answer.
    late: float = 0.0
    drop: bool = False


class Server(StandIn):
    """A context. `wrong` is what New Relic would not understand; `faults` go first, `refusals` by the query's place."""

    def __init__(self, world: World, key: str) -> None:
        self.world, self.key = world, key
        self.wrong: list[str] = []
        self.faults: list[Fault] = []
        self.refusals: dict[int, Refusal] = {}
        self.messages: list[str] = []
        self.user = "Ana Alder"
        self.bodies: list[dict[str, Any]] = []
        #: Changes what one query is answered, before it is sent.
        self.bent: Any = None
        self._lock = threading.Lock()
        self._queries = self._within = 0

    @property
    def url(self) -> str:
        return f"{super().url}/graphql"

    # ---- one request ----

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self._within += 1
        try:
            self._answer(handler)
        finally:
            with self._lock:
                self._within -= 1

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.bodies.append(body)
        if self.faults:
            self._fail(handler, self.faults.pop(0))
            return
        if self._within > MOST_AT_ONCE:
            self._say(handler, 429, {"error": {"message": "too many requests at once"}})
            return
        if (handler.command, handler.path) != ("POST", "/graphql") or handler.headers[
            "Content-Type"
        ] != "application/json":
            self.wrong.append(f"{handler.path} of {handler.headers['Content-Type']}")
        if handler.headers.get("API-Key") != self.key:
            said = {"message": "Invalid API key", "extensions": {"error_code": "BAD_API_KEY"}}
            self._say(handler, 401, {"errors": [said]})
            return
        self._say(handler, 200, self._executed(body))

    def _executed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        document = parse(body["query"])
        if wrong := schema.faults(document):
            self.wrong += wrong
            return {"errors": [{"message": each} for each in wrong]}
        with self._lock:
            self._queries = 0
            root = {"actor": {"user": {"name": self.user}, "account": self._account}}
            done = execute(schema.part(), document, root, variable_values=body.get("variables"))
        if self._queries > MOST_ABREAST:
            self.wrong.append(f"{self._queries} queries at once")
        return dict(done.formatted)

    def _account(self, info: Any, id: int) -> dict[str, Any]:
        if id != ACCOUNT:
            raise GraphQLError(f"You are not authorized to query account {id}")
        return {"id": id, "name": "Boats & Co", "nrql": self._nrql}

    def _nrql(self, info: Any, query: str, timeout: float = 5) -> dict[str, Any]:
        place, self._queries = self._queries, self._queries + 1
        if not 5 <= timeout <= 120:
            self.wrong.append(f"a timeout of {timeout}, which New Relic silently changes")
        try:
            if place in self.refusals:
                raise self.refusals[place]
            found = self.world.answer(parsed(query))
        except NotNrql as error:
            self.wrong.append(f"{query!r}: {error}")
            raise GraphQLError(f"NRQL Syntax Error: {error}") from None
        except Refusal as error:
            raise GraphQLError(str(error), extensions={"errorClass": error.kind} if error.kind else None) from None
        return {"results": self.bent(found) if self.bent else found, "metadata": {"messages": self.messages}}

    # ---- out ----

    def _fail(self, handler: BaseHTTPRequestHandler, fault: Fault) -> None:
        time.sleep(fault.late)
        if fault.drop:
            handler.close_connection = True
            return
        self._send(handler, fault.code, fault.body, fault.headers)

    def _say(self, handler: BaseHTTPRequestHandler, code: int, data: object) -> None:
        self._send(handler, code, json.dumps(data).encode(), (("Content-Type", "application/json"),))

    def _send(
        self, handler: BaseHTTPRequestHandler, code: int, body: bytes, headers: tuple[tuple[str, str], ...]
    ) -> None:
        handler.send_response(code)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
