"""A server that answers as it is told: for what a healthy Prometheus does not do."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from chairlift.testing.contracts.monitor import MINUTE, NOON


@dataclass
class Reply:
    """One answer; `drip` seconds lie between its bytes."""

    body: bytes | str | object = ""
    code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0
    date: datetime | None = NOON + 1000 * MINUTE
    cut: int = 0

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


def told(*values: object, start: datetime = NOON, **more: object) -> dict:
    """A success of one series with one value by minute, from the end of the first minute on."""
    samples = [[(start + (1 + place) * MINUTE).timestamp(), value] for place, value in enumerate(values)]
    result = [{"metric": {}, "values": samples}] if samples else []
    return {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}


class StandIn:
    """Gives one reply after the other, and the last one for ever; remembers what it was asked."""

    def __init__(self, *replies: Reply, certificate: Path | None = None) -> None:
        self.replies, self.asked = list(replies), []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                parts = urlsplit(self.path)
                form = self.rfile.read(length).decode()
                stand_in.asked.append((self.command, parts.path, parse_qs(form or parts.query), dict(self.headers)))
                reply = stand_in.replies.pop(0) if len(stand_in.replies) > 1 else stand_in.replies[0]
                self._answer(reply)

            do_POST = do_GET

            def _answer(self, reply: Reply) -> None:
                self.send_response_only(reply.code)
                if reply.date:
                    self.send_header("Date", format_datetime(reply.date, usegmt=True))
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.content) + reply.cut))
                self.end_headers()
                try:
                    if not reply.drip:
                        self.wfile.write(reply.content)
                    for each in reply.content if reply.drip else b"":
                        self.wfile.write(bytes([each]))
                        self.wfile.flush()
                        time.sleep(reply.drip)
                except OSError:
                    pass

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def answering(*replies: Reply, certificate: Path | None = None) -> Iterator[StandIn]:
    found = StandIn(*replies, certificate=certificate)
    thread = threading.Thread(target=found._server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.close()
        thread.join()


def squeezed(content: bytes) -> Reply:
    return Reply(gzip.compress(content), headers={"Content-Encoding": "gzip"})
