"""The stand-in on a socket: tokens, limits, pages, ETags, git over HTTP, and whatever goes wrong on the way."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from tests.forges.describing import Description, NotAsDescribed, Operation
from tests.forges.github import graph
from tests.forges.github.place import Grant, Place, Told
from tests.forges.github.rest import CALLS, Asked
from tests.forges.npm import npm_file
from tests.forges.smarthttp import body_of, respond

API = "/api/v3"


@lru_cache(maxsize=1)
def description() -> Description:
    return Description(json.loads(npm_file("@octokit/openapi", "23.0.2", "generated/api.github.com.json").read_bytes()))


@dataclass
class Mishap:
    """What goes wrong with the next calls of this method whose address holds this; `how` says what is seen of it.

    'answer' gives `code`, `body` and `headers` instead of doing anything; 'lost' does it and breaks the connection;
    'cut' does it and sends half of the answer, 'broken' half of what it announced.
    """

    method: str
    fragment: str
    how: str = "answer"
    code: int = 500
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1


#: What docs/github.md tells people to give an App.
PERMISSIONS = {"contents": "write", "issues": "write", "pull_requests": "write", "checks": "write"}
PERMISSIONS |= {"statuses": "read", "metadata": "read", "workflows": "write"}


@dataclass(frozen=True)
class App:
    id: int
    slug: str
    installation: int
    key: RSAKey
    permissions: Mapping[str, str] = field(default_factory=lambda: dict(PERMISSIONS))
    suspended: str | None = None


class StandIn:
    """A GitHub on a port of this machine. `wrong` is what was asked or answered and is not as GitHub describes it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.wrong: list[str] = []
        self.calls: list[str] = []
        self.unchanged = 0
        self.mishaps: list[Mishap] = []
        self.apps: dict[int, App] = {}
        self.left = {"core": 5000, "graphql": 5000}
        #: Done after each page of a list that was read.
        self.after_page: list[Any] = []
        self.lock = threading.RLock()
        self.described, _ = description(), graph.schema()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"stand_in": self}))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self.api = self.url + API

    @contextmanager
    def running(self) -> Iterator[StandIn]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()

    def grant(self, authorization: str) -> Grant:
        token = authorization.removeprefix("Bearer ")
        if authorization.startswith("Basic "):
            token = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")[2]
        found = self.place.grants.get(token)
        if found is None or (found.until and self.place.now() > found.until):
            raise Told(401, "Bad credentials")
        return found

    def as_app(self, authorization: str) -> App:
        for app in self.apps.values():
            try:
                claims = jwt.decode(authorization.removeprefix("Bearer "), app.key, algorithms=["RS256"]).claims
            except (JoseError, ValueError):
                continue
            now = self.place.now().timestamp()
            if claims["iss"] == str(app.id) and claims["iat"] <= now < claims["exp"] <= claims["iat"] + 660:
                return app
        raise Told(401, "A JSON web token could not be decoded")

    def rest(self, operation: Operation, authorization: str, query: Mapping[str, str], body: Any) -> tuple[int, Any]:
        if operation.name == "GET /app":
            return 200, {"slug": self.as_app(authorization).slug}
        if operation.name == "GET /app/installations/{installation_id}":
            return self._installed(self.as_app(authorization), int(operation.values["installation_id"]))
        if operation.name == "POST /app/installations/{installation_id}/access_tokens":
            return self._granted(self.as_app(authorization), int(operation.values["installation_id"]))
        grant = self.grant(authorization)
        if operation.name not in CALLS:
            raise NotAsDescribed(f"the stand-in cannot do {operation.name}")
        return CALLS[operation.name](Asked(self.place, grant, operation.values, query, body or {}, self.api))

    def _installed(self, app: App, installation: int) -> tuple[int, Any]:
        if installation != app.installation:
            raise Told(404, "Not Found")
        shown = {"id": installation, "app_id": app.id, "app_slug": app.slug, "account": {"login": "team"}}
        return 200, {**shown, "permissions": app.permissions, "suspended_at": app.suspended}

    def scopes(self, authorization: str) -> dict[str, str]:
        """What the answer to a classic token says of it."""
        grant = self.place.grants.get(authorization.removeprefix("Bearer "))
        found = {"X-OAuth-Scopes": grant.scopes} if grant and grant.scopes is not None else {}
        return found | ({"GitHub-Authentication-Token-Expiration": grant.ends} if grant and grant.ends else {})

    def _granted(self, app: App, installation: int) -> tuple[int, Any]:
        if installation != app.installation:
            raise Told(404, "Not Found")
        until = self.place.now() + timedelta(hours=1)
        token = f"ghs_{self.place.next_id()}"
        self.place.grants[token] = Grant(f"{app.slug}[bot]", app=app.id, until=until)
        return 201, {"token": token, "expires_at": until.strftime("%Y-%m-%dT%H:%M:%SZ")}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    stand_in: StandIn

    def log_message(self, *_: object) -> None:
        pass

    def answer_it(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith(API):
            self._api(self._rest)
        elif path == "/api/graphql":
            self._api(self._graphql)
        else:
            self._git()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer_it

    def _git(self) -> None:
        with self.stand_in.lock:
            try:
                user = self.stand_in.grant(self.headers.get("Authorization", "")).login
            except Told:
                body_of(self)
                self._send(401, b"", {"WWW-Authenticate": 'Basic realm="GitHub"'})
                return
        parts = urlsplit(self.path)
        respond(self, self.stand_in.place.root, parts.path, parts.query, user)

    def _api(self, do: Any) -> None:
        raw, here = body_of(self), self.stand_in
        with here.lock:
            mishap = self._mishap()
            if mishap and mishap.how == "answer":
                here.calls.append(f"{self.command} {mishap.code}")
                self._send(mishap.code, mishap.body, mishap.headers)
                return
            code, body, headers = self._done(do, raw)
        if mishap and mishap.how == "lost":
            self.close_connection = True
            return
        if mishap and mishap.how == "cut":
            body = body[: len(body) // 2]
        self._send(code, body, headers, broken=bool(mishap and mishap.how == "broken"))

    def _done(self, do: Any, raw: bytes) -> tuple[int, bytes, dict[str, str]]:
        resource = "graphql" if do == self._graphql else "core"
        here = self.stand_in
        headers: dict[str, str] = {}
        try:
            code, body, headers = do(raw)
        except Told as told:
            code, headers = told.code, dict(told.headers)
            body = told.body
            if code == 301:
                headers["Location"] = self._moved(told.kind)
        except (NotAsDescribed, graph.NotInSchema) as error:
            here.wrong.append(str(error))
            code, body = 422, {"message": str(error)}
        if code != 304:
            here.left[resource] -= 1
        reset = int(here.place.now().timestamp()) + 1800
        headers |= {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": str(here.left[resource]),
            "X-RateLimit-Reset": str(reset),
            "X-RateLimit-Resource": resource,
        }
        return code, b"" if code == 304 else json.dumps(body).encode(), headers

    def _moved(self, name: str) -> str:
        parts = urlsplit(self.path)
        rest = parts.path.removeprefix(f"{API}/repos/").split("/", 2)[2:]
        return f"{self.stand_in.api}/repos/{'/'.join([name, *rest])}" + (f"?{parts.query}" if parts.query else "")

    def _rest(self, raw: bytes) -> tuple[int, Any, dict[str, str]]:
        here, parts = self.stand_in, urlsplit(self.path)
        operation = here.described.operation(self.command, parts.path.removeprefix(API))
        here.calls.append(operation.name)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, errors="strict"))
        body = json.loads(raw) if raw else None
        operation.check_request(query, body)
        try:
            code, values = here.rest(operation, self.headers.get("Authorization", ""), query, body)
        except Told as told:
            operation.check_answer(told.code, told.body)
            raise
        headers = here.scopes(self.headers.get("Authorization", ""))
        if isinstance(values, list) and self.command == "GET":
            values, pages = self._page(values, query)
            headers |= pages
        answer = operation.filled(code, values)
        operation.check_answer(code, answer)
        if self.command == "GET":
            headers["ETag"] = f'W/"{hashlib.sha256(json.dumps(answer).encode()).hexdigest()}"'
            if self.headers.get("If-None-Match") == headers["ETag"]:
                here.unchanged += 1
                return 304, None, headers
        return code, answer, headers

    def _page(self, values: list[Any], query: dict[str, str]) -> tuple[list[Any], dict[str, str]]:
        size, page = min(int(query.get("per_page", 30)), 100), int(query.get("page", 1))
        shown = values[(page - 1) * size : page * size]
        for do in self.stand_in.after_page:
            do(page)
        if page * size >= len(values):
            return shown, {}
        path = urlsplit(self.path).path
        there = f"{self.stand_in.url}{path}?{urlencode({**query, 'page': page + 1})}"
        return shown, {"Link": f'<{there}>; rel="next", <{there}>; rel="last"'}

    def _graphql(self, raw: bytes) -> tuple[int, Any, dict[str, str]]:
        here, asked = self.stand_in, json.loads(raw)
        name = asked["query"].split("(")[0].split("{")[0].split()
        here.calls.append(f"GraphQL {' '.join(name)}")
        grant = here.grant(self.headers.get("Authorization", ""))
        return 200, graph.answer(here.place, grant, asked["query"], asked.get("variables") or {}), {}

    def _mishap(self) -> Mishap | None:
        for mishap in self.stand_in.mishaps:
            if mishap.times and mishap.method == self.command and mishap.fragment in self.path:
                mishap.times -= 1
                return mishap
        return None

    def _send(self, code: int, body: bytes, headers: Mapping[str, str], broken: bool = False) -> None:
        self.send_response_only(code)
        self.send_header("Date", self.stand_in.place.now().astimezone(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT"))
        for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        if code != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if broken else body)
        if broken:
            self.close_connection = True
