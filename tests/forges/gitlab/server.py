"""The stand-in on a socket: tokens, scopes, pages, ETags and git, held to what is known of GitLab; and trouble."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.forges import smarthttp
from tests.forges.describing import NotAsDescribed
from tests.forges.gitlab import describing, graph
from tests.forges.gitlab.api import Asked, name_of
from tests.forges.gitlab.places import DEVELOPER, GUEST, Places, Project, Token, Wrong
from tests.forges.gitlab.pulls import PullApi
from tests.standin import StandIn

MOST_ITEMS = 100


@dataclass
class Fault:
    """What goes wrong with the next calls whose operation ends so: `kind` is a code, truncated, lost, html or drop."""

    operation: str
    kind: str
    times: int = 1
    headers: tuple[tuple[str, str], ...] = ()
    before: Any = None
    body: bytes | None = None


class Server(StandIn):
    """A context; `calls` counts operations, `wrong` is what GitLab would not know, `queries` how complex they were."""

    def __init__(self, root: Path, now: Any) -> None:
        self.places = Places(root, now)
        self.api = PullApi(self.places)
        self.described = describing.description()
        self.calls: Counter[str] = Counter()
        self.queries: list[int] = []
        self.wrong: list[str] = []
        self.faults: list[Fault] = []
        self.seen: list[str] = []
        self.unchanged = 0
        self.headers: dict[str, str] = {}
        self.admin = self.places.add_user("root", admin=True)

    def fault(self, operation: str, kind: object, times: int = 1, headers=(), before=None, body=None) -> None:
        self.faults.append(Fault(operation, str(kind), times, tuple(headers), before, body))

    def forget(self) -> None:
        """What was counted and planned; what is stored stays."""
        for kept in (self.calls, self.queries, self.wrong, self.faults, self.seen, self.headers):
            kept.clear()
        self.places.late = self.unchanged = 0

    # ---- one request ----

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        where = urlsplit(handler.path)
        if smarthttp.is_git(unquote(where.path)):
            self._git(handler, unquote(where.path), where.query)
            return
        raw = smarthttp.body_of(handler)
        self.seen.append(f"{handler.command} {handler.path}")
        with self.places.lock:
            if where.path == "/api/graphql":
                self._graphql(handler, raw)
                return
            query = parse_qs(where.query, keep_blank_values=True)
            try:
                operation = self.described.operation(handler.command, where.path.removeprefix("/api/v4"))
            except NotAsDescribed as error:
                self.wrong.append(str(error))
                self._say(handler, 404, {"error": "404 Not Found"})
                return
            body = json.loads(raw) if raw else None
            if faults := describing.request_faults(operation, query, body):
                self.wrong += faults
                self._say(handler, 400, {"error": "; ".join(faults)})
                return
            self._rest(handler, operation, query, body)

    def _rest(self, handler: Any, operation: Any, query: dict[str, list[str]], body: Any) -> None:
        fault = self._begun(handler, operation.name)
        if fault and fault.kind == "done":
            return
        headers: dict[str, str] = {}
        try:
            code, data = self._done(handler, operation, query, body, headers)
        except Wrong as error:
            code, data = error.code, error.body
            headers |= error.headers
        # What is only accepted is no answer yet.
        if code < 300 and data is not None and code != 202:
            data = operation.filled(code, data)
            self.wrong += describing.answer_faults(operation, code, data)
        if code == 200 and handler.command == "GET":
            headers["ETag"] = f'W/"{hashlib.sha256(json.dumps(data).encode()).hexdigest()[:32]}"'
            if handler.headers.get("If-None-Match") == headers["ETag"]:
                self.unchanged += 1
                code, data = 304, None
        if fault and fault.kind == "lost":
            handler.close_connection = True
            return
        self._say(handler, code, data, [*headers.items()], fault.kind if fault else "")

    def _begun(self, handler: Any, name: str) -> Fault | None:
        """What goes wrong with this call; 'done' where it is answered already."""
        self.calls[name] += 1
        fault = next((each for each in self.faults if name.endswith(each.operation) and each.times), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.before:
            # It may ask the stand-in itself.
            self.places.lock.release()
            try:
                fault.before()
            finally:
                self.places.lock.acquire()
        if fault.kind.isdigit():
            data = {"message": f"{fault.kind} as asked"} if fault.body is None else json.loads(fault.body)
            self._say(handler, int(fault.kind), data, fault.headers)
            return Fault(name, "done")
        if fault.kind == "drop":
            handler.close_connection = True
            return Fault(name, "done")
        return fault

    def _done(
        self, handler: Any, operation: Any, query: dict[str, list[str]], body: Any, headers: dict[str, str]
    ) -> tuple[int, Any]:
        token = self.token(handler)
        reading = handler.command == "GET"
        by_itself = {"read_user"} if operation.name.endswith(("/user", "/self")) else set()
        if not token.scopes & (({"api", "read_api"} | by_itself) if reading else {"api"}):
            raise Scopes()
        of = None
        if operation.name.split(" ")[1].startswith("/projects/{id}"):
            of = self._project(handler, operation, token, headers)
            if of is None:
                return 301, None
            self.places.look(of)
            if of.archived and not reading:
                raise Wrong(403)
        asked = Asked(token.user, of, operation.values, query, body or {}, self.url, token)
        code, data = getattr(self.api, name_of(operation.name))(asked)
        if of:
            self.places.look(of)
        if isinstance(data, list) and reading:
            data = self._paged(data, query, headers)
        return code, data

    def token(self, handler: Any) -> Token:
        kind, _, secret = handler.headers.get("Authorization", "").partition(" ")
        found = self.places.tokens.get(secret) if kind == "Bearer" else None
        if found is None or found.user.name.casefold() not in self.places.users:
            raise Wrong(401)
        if found.ended:
            raise Ended(found.ended)
        return found

    def _project(self, handler: Any, operation: Any, token: Token, headers: dict[str, str]) -> Project | None:
        name = operation.values["id"]
        found = self.places.project(name)
        if found and found.access(token.user) >= GUEST:
            return found
        moved = self.places.projects.get(self.places.moved.get(name.casefold(), 0))
        if moved is None or moved.access(token.user) < GUEST:
            raise Wrong(404, "404 Project Not Found")
        if handler.command != "GET":
            raise Wrong(405, "Non GET methods are not allowed for moved projects")
        rest = handler.path.split("/projects/", 1)[1].partition("/")[2]
        headers["Location"] = f"{self.url}/api/v4/projects/{moved.id}" + (f"/{rest}" if rest else "")
        return None

    def _paged(self, items: list[Any], query: dict[str, list[str]], headers: dict[str, str]) -> list[Any]:
        size = min(int(query.get("per_page", ["20"])[0]), MOST_ITEMS)
        page = int(query.get("page", ["1"])[0])
        headers |= {"X-Page": str(page), "X-Per-Page": str(size), "X-Total": str(len(items))}
        headers["X-Next-Page"] = str(page + 1) if page * size < len(items) else ""
        return items[(page - 1) * size : page * size]

    def _graphql(self, handler: Any, raw: bytes) -> None:
        asked = json.loads(raw)
        name = asked["query"].split("(")[0].split("{")[0].strip()
        fault = self._begun(handler, f"GraphQL {name}")
        if fault and fault.kind == "done":
            return
        try:
            token = self.token(handler)
            data, complexity = graph.answer(self.places, token.user, asked["query"], asked.get("variables") or {})
            self.queries.append(complexity)
        except Wrong as error:
            self._say(handler, error.code, error.body)
            return
        except graph.NotInSchema as error:
            self.wrong.append(str(error))
            data = {"errors": [{"message": str(error)}]}
        self._say(handler, 200, data, (), fault.kind if fault else "")

    def _git(self, handler: Any, path: str, query: str) -> None:
        secret = handler.headers.get("Authorization", "").partition(" ")[2]
        token = base64.b64decode(secret).decode().partition(":")[2]
        known = self.places.tokens.get(token)
        found = self.places.project(path.partition(".git/")[0].strip("/"))
        if not known or known.ended or not found or not found.access(known.user):
            smarthttp.body_of(handler)
            handler.send_response(404 if known else 401)
            handler.send_header("WWW-Authenticate", 'Basic realm="GitLab"')
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        may = found.access(known.user) >= DEVELOPER or not smarthttp.writes(path, query)
        folder = f"/{found.folder.relative_to(self.places.root)}/{path.partition('.git/')[2]}"
        smarthttp.respond(handler, self.places.root, folder, query, known.user.name if may else "")

    def _say(self, handler: Any, code: int, data: Any, headers: Any = (), kind: str = "") -> None:
        body = b"" if data is None else json.dumps(data).encode()
        if kind == "html":
            body = b"<html><title>Sign in</title></html>"
        if kind == "truncated":
            body = body[: len(body) // 2]
        handler.send_response_only(code)
        said = {"Date": handler.date_time_string(), "Content-Type": "application/json", **self.headers, **dict(headers)}
        for name, value in said.items():
            handler.send_header(name, value)
        if code != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class Scopes(Wrong):
    """As GitLab refuses a token that may too little."""

    def __init__(self) -> None:
        super().__init__(403)
        words = "The request requires higher privileges than provided by the access token."
        self.body = {"error": "insufficient_scope", "error_description": words, "scope": "api"}


class Ended(Wrong):
    """As GitLab refuses a token that was one."""

    def __init__(self, why: str) -> None:
        super().__init__(401)
        self.body = {"error": "invalid_token", "error_description": f"Token {why}."}
