"""A real web server for webhooks that says yes, no, nothing, or too much, by the path it is asked at."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.mail import CERTIFICATE

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    path: str
    head: dict[str, str]
    body: bytes


def signed(got: Got, key: bytes = KEY) -> bool:
    """As https://www.standardwebhooks.com has receivers check it."""
    content = f"{got.head['webhook-id']}.{got.head['webhook-timestamp']}.".encode() + got.body
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in got.head["webhook-signature"].split(" ")


@dataclass
class HookServer:
    """`answers` maps a path to a code; /hang, /drip, /endless, /close and /redirect do what they are called."""

    tls: bool = False
    answers: dict[str, int] = field(default_factory=dict)
    head: dict[str, str] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    notice: Callable[[], None] = lambda: None

    def __enter__(self) -> HookServer:
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                hooks.answer(self)

            def log_message(self, *words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._ended = threading.Event()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._server.server_address[1]}{path}"

    def answer(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
        self.got.append(Got(asked.path, {name.lower(): value for name, value in asked.headers.items()}, body))
        self.notice()
        match asked.path:
            case "/hang":
                self._ended.wait(30)
            case "/drip":
                asked.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while not self._ended.is_set():
                    asked.wfile.write(b"x")
                    time.sleep(0.05)
            case "/endless":
                asked.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
                while not self._ended.is_set():
                    asked.wfile.write(b"x" * 65_536)
            case "/close":
                asked.close_connection = True
            case "/redirect":
                self._say(asked, 302, Location="/ok")
            case path:
                self._say(asked, self.answers.get(path.partition("?")[0], 200), **self.head)

    def _say(self, asked: BaseHTTPRequestHandler, code: int, **head: str) -> None:
        words = f"\x1b[31mcode {code}\x1b[0m <b>\n".encode()
        asked.send_response(code)
        for name, value in {**head, "Content-Length": str(len(words))}.items():
            asked.send_header(name.replace("_", "-"), value)
        asked.end_headers()
        asked.wfile.write(words)
