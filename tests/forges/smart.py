"""Git over HTTP for stand-ins: `git http-backend` on a folder of bare repositories."""

from __future__ import annotations

import os
import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    """What was sent, whole or in chunks, as git does when it sends much."""
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    read = bytearray()
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        read += handler.rfile.read(size)
        handler.rfile.readline()
    while handler.rfile.readline().strip():
        pass
    return bytes(read)


def serve_git(handler: BaseHTTPRequestHandler, root: Path, user: str) -> None:
    """Answer one request of git; `user` is who asks, whom hooks see as REMOTE_USER."""
    parts = urlsplit(handler.path)
    body = body_of(handler)
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "REQUEST_METHOD": handler.command,
        "CONTENT_TYPE": handler.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": handler.headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": handler.headers.get("Git-Protocol", ""),
        "REMOTE_USER": user,
        "REMOTE_ADDR": "127.0.0.1",
    }
    ran = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
    head, _, answer = ran.stdout.partition(b"\r\n\r\n")
    lines = [line.partition(": ")[::2] for line in head.decode().split("\r\n") if line]
    status = next((value for name, value in lines if name == "Status"), "200 OK")
    handler.send_response(int(status.split()[0]))
    for name, value in lines:
        if name != "Status":
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(answer)))
    handler.end_headers()
    handler.wfile.write(answer)
