"""A provider on a socket: OpenID Connect as GitLab speaks it, too, and GitHub's own API; it misbehaves where told to.

It believes nothing of its client that it need not: codes work once, PKCE, the address to go back to, and the secret are
checked as a real one does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "chairlift", "s3cret:with%odd signs"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})


class Provider:
    """`user` is who sits before the browser; `bend` changes the claims, `told` is what the user info says instead."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.user: dict[str, Any] = {
            "sub": "7",
            "email": "ana@example.org",
            "email_verified": True,
            "nickname": "ana-f",
        }
        self.bend: dict[str, Any] = {}
        self.told: dict[str, Any] | None = None
        self.discovery: dict[str, Any] = {}
        self.keys: list[dict[str, Any]] = [KEY.as_dict(private=False)]
        self.sign: Callable[[dict[str, Any]], str] = lambda claims: jwt.encode(
            {"alg": "RS256", "kid": "one"}, claims, KEY
        )
        #: GitHub's.
        self.emails: list[dict[str, Any]] = [{"email": "ana@example.org", "verified": True, "primary": True}]
        self.teams: list[dict[str, Any]] = []
        self.status: dict[str, int] = {}
        self.refuses = ""
        self.asked: list[tuple[str, str]] = []
        self.secrets_in = "basic"
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, method: str, path: str, query: dict[str, str], form: dict[str, str], head: Any) -> tuple[int, Any]:
        self.asked.append((method, path))
        if path in self.status:
            return self.status[path], {}
        if path in ("/authorize", "/login/oauth/authorize"):
            return 302, self._authorize(query)
        if path in ("/token", "/login/oauth/access_token"):
            return self._token(path, form, head)
        if path == "/.well-known/openid-configuration":
            return 200, self._metadata()
        if path == "/keys":
            return 200, {"keys": self.keys}
        if head.get("Authorization", "").removeprefix("Bearer ") not in self._tokens:
            return 401, {"message": "Bad credentials"}
        pages = {
            "/userinfo": self.user if self.told is None else self.told,
            "/api/v3/user": {"login": self.user.get("nickname"), "id": 7, "email": "not-asked@example.org"},
            "/api/v3/user/emails": self._page(self.emails, query),
            "/api/v3/user/teams": self._page(self.teams, query),
        }
        return (200, pages[path]) if path in pages else (404, {})

    @staticmethod
    def _page(rows: list[Any], query: dict[str, str]) -> list[Any]:
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        return rows[size * (page - 1) : size * page]

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": [f"client_secret_{self.secrets_in}"], **self.discovery,
        }  # fmt: skip

    def _authorize(self, query: dict[str, str]) -> str:
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        back = {"state": query["state"]}
        if self.refuses:
            return f"{query['redirect_uri']}?{urlencode({**back, 'error': self.refuses})}"
        code = secrets.token_urlsafe(8)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({**back, 'code': code})}"

    def _token(self, path: str, form: dict[str, str], head: Any) -> tuple[int, Any]:
        github = path.startswith("/login")
        # GitHub answers 200 to what it refuses.
        wrong = 200 if github else 400
        asked = self._codes.pop(form.get("code", ""), None)
        if asked is None:
            return wrong, {"error": "bad_verification_code" if github else "invalid_grant"}
        challenge = _b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (challenge, form["redirect_uri"]) != (asked["code_challenge"], asked["redirect_uri"]):
            return wrong, {"error": "invalid_grant"}
        if self._secret(github, form, head) != SECRET:
            return (wrong if github else 401), {"error": "invalid_client"}
        token = secrets.token_urlsafe(8)
        self._tokens.add(token)
        if github:
            return 200, {"access_token": token, "token_type": "bearer", "scope": asked["scope"]}
        at = int(self.now().timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "iat": at, "exp": at + 300, "nonce": asked["nonce"], **self.user}
        kept = {name: value for name, value in {**claims, **self.bend}.items() if value is not None}
        return 200, {"access_token": token, "token_type": "Bearer", "id_token": self.sign(kept)}

    def _secret(self, github: bool, form: dict[str, str], head: Any) -> str:
        if github or self.secrets_in == "post":
            return form.get("client_secret", "")
        name, _, secret = base64.b64decode(head["Authorization"].removeprefix("Basic ")).decode().partition(":")
        assert unquote_plus(name) == CLIENT
        return unquote_plus(secret)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())))

    def _answer(self, form: dict[str, str]) -> None:
        parts = urlsplit(self.path)
        status, body = self.provider.answer(self.command, parts.path, dict(parse_qsl(parts.query)), form, self.headers)
        text = b"" if status == 302 else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def provider(now: Callable[[], datetime]) -> Any:
    found = Provider(now)
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        found.server.server_close()
        thread.join()


def signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """What a client that lets the token say how it is signed takes for good."""
    signed = _parts({"alg": "HS256", "kid": "one"}, claims)
    mac = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{_b64(mac)}"


def unsigned(claims: dict[str, Any]) -> str:
    return _parts({"alg": "none", "kid": "one"}, claims) + "."


def _parts(*parts: dict[str, Any]) -> str:
    return ".".join(_b64(json.dumps(each).encode()) for each in parts)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
