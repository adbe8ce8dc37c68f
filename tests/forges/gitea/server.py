"""The stand-in on a socket: tokens, scopes, pages and git, held against Gitea's description; and what goes wrong."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.forges import smarthttp
from tests.forges.gitea import describing
from tests.forges.gitea.api import Api
from tests.forges.gitea.asking import Asked, Page, Wrong
from tests.forges.gitea.places import Places
from tests.standin import StandIn

#: Operations that change something, by what scope they need; all else of a repository needs to read it.
SCOPES = {
    "issue": "issue",
    "repo": "repository",
    "user": "user",
    "admin": "admin",
    "createCurrentUserRepo": "repository",
}
MOST_ITEMS = 50


@dataclass
class Fault:
    """What goes wrong with the next calls of an operation: `kind` is a code, truncated, lost, html, drop or grow."""

    operation: str
    kind: str
    times: int = 1
    headers: tuple[tuple[str, str], ...] = ()
    before: object = None


class Server(StandIn):
    """A context; `calls` counts operations, `methods` methods; `wrong` is what does not fit the description."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.api = Api(self.places)
        self.calls: Counter[str] = Counter()
        self.methods: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.faults: list[Fault] = []
        self.seen: list[str] = []
        self.admin = self.places.add_user("root", "root's own", admin=True)

    def fault(self, operation, kind, times=1, headers=(), before=None):
        self.faults.append(Fault(operation, str(kind), times, tuple(headers), before))

    def forget(self):
        """What was counted and planned; what is stored stays."""
        for kept in (self.calls, self.methods, self.wrong, self.faults, self.seen):
            kept.clear()
        self.places.late, self.api.silent = 0, False

    # ---- one request ----

    def answer(self, handler):
        where = urlsplit(handler.path)
        path, query = unquote(where.path), parse_qs(where.query, keep_blank_values=True)
        if smarthttp.is_git(path):
            self._git(handler, path, where.query)
            return
        raw = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.seen.append(f"{handler.command} {handler.path}")
        call = describing.find(handler.command, path.removeprefix("/api/v1"))
        if call is None or not path.startswith("/api/v1/") or not hasattr(self.api, call.id):
            self.wrong.append(f"nothing answers {handler.command} {path}")
            self._say(handler, 404, {"message": "not found"})
            return
        body = json.loads(raw) if raw else None
        if faults := describing.request_faults(call, query, body):
            self.wrong += faults
            self._say(handler, 422, {"message": "; ".join(faults)})
            return
        self._call(handler, call, query, body)

    def _call(self, handler, call, query, body):
        self.calls[call.id] += 1
        self.methods[handler.command] += 1
        fault = next((each for each in self.faults if each.operation == call.id and each.times), None)
        if fault:
            fault.times -= 1
            if fault.before:
                fault.before()
        if fault and fault.kind.isdigit():
            self._say(handler, int(fault.kind), {"message": f"as asked: {fault.kind}"}, fault.headers)
            return
        if fault and fault.kind == "drop":
            handler.close_connection = True
            return
        headers = {}
        try:
            code, data = self._done(handler, call, query, body, headers)
        except Wrong as error:
            code, data = error.code, {"message": error.message, "url": f"{self.url}/api/swagger"}
        self.wrong += describing.answer_faults(call, code, data)
        if fault and fault.kind == "lost":
            handler.close_connection = True
            return
        self._say(handler, code, data, headers.items(), fault.kind if fault else "")

    def _done(self, handler, call, query, body, headers):
        with self.places.lock:
            user, scopes = self._user(handler, call)
            of = None
            if "owner" in call.path:
                of = self._repository(call, user, handler, headers)
                if of is None:
                    return 307, None
                self.places.look(of)
            self._scope(handler, call, scopes)
            if of and of.archived and handler.command != "GET" and call.id != "repoEdit":
                raise Wrong(423, f"[ID: {of.id}] is archived")
            asked = Asked(user, of, call.path, query, body or {}, self.url)
            code, data = getattr(self.api, call.id)(asked)
            if of:
                self.places.look(of)
        return code, self._paged(data, query, headers) if isinstance(data, Page) else data

    def _paged(self, page, query, headers):
        limit = min(int(query.get("limit", ["30"])[0]), MOST_ITEMS)
        start = (int(query.get("page", ["1"])[0]) - 1) * limit
        shown = page.items if page.whole else page.items[start : start + limit]
        headers["X-Total-Count"] = str(len(shown) if page.total == -1 else len(page.items))
        if not page.whole and start + limit < len(page.items):
            headers["Link"] = f'<{self.url}/?page={start // limit + 2}>; rel="next"'
        return shown

    def _user(self, handler, call):
        kind, _, secret = handler.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic" and call.id == "userCreateToken":
            login, _, password = base64.b64decode(secret).decode().partition(":")
            found = self.places.users.get(login.lower())
            if found and found.password == password:
                return found, frozenset({"all"})
        token = self.places.tokens.get(secret) if kind.lower() in ("token", "bearer") else None
        if token is None or token.user.login.lower() not in self.places.users:
            raise Wrong(401, f"user does not exist [uid: 0, name: , token: {secret}]")
        return token.user, token.scopes

    def _scope(self, handler, call, scopes):
        area = next((scope for start, scope in SCOPES.items() if call.id.startswith(start)), "repository")
        level = "read" if handler.command == "GET" else "write"
        if not scopes & {"all", f"write:{area}", f"{level}:{area}"}:
            raise Wrong(403, f"token does not have at least one of required scope(s): [{level}:{area}]")

    def _repository(self, call, user, handler, headers):
        name = f"{call.path['owner']}/{call.path['repo']}"
        found = self.places.repositories.get(name.lower())
        if found and found.access(user):
            return found
        if name.lower() in self.places.moved:
            headers["Location"] = handler.path.replace(name, self.places.moved[name.lower()], 1)
            return None
        raise Wrong(404, "The target couldn't be found.")

    def _git(self, handler, path, query):
        secret = handler.headers.get("Authorization", "").partition(" ")[2]
        login, _, token = base64.b64decode(secret).decode().partition(":")
        known = self.places.tokens.get(token) or self.places.tokens.get(login)
        found = self.places.repositories.get(path.partition(".git/")[0].strip("/").lower())
        if not known or not found or not found.access(known.user):
            code = 404 if known else 401
            handler.send_response(code)
            handler.send_header("WWW-Authenticate", 'Basic realm="Gitea"')
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        may = found.may_write(known.user) or not smarthttp.writes(path, query)
        smarthttp.respond(handler, self.places.root, path, query, known.user.login if may else "")

    def _say(self, handler, code, data, headers=(), kind=""):
        body = b"" if data is None else json.dumps(data).encode()
        if kind == "html":
            body = b"<html><title>Sign in</title></html>"
        if kind == "truncated":
            body = body[: len(body) // 2]
        handler.send_response(code)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json;charset=utf-8")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
