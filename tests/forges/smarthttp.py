"""Git's smart HTTP for bare repositories, by `git http-backend` behind a handler of http.server."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

SERVICES = ("info/refs", "git-upload-pack", "git-receive-pack")


def is_git(path: str) -> bool:
    """Whether a path without its query is one that git asks."""
    return any(path.endswith(f".git/{service}") for service in SERVICES)


def writes(path: str, query: str) -> bool:
    """Whether git is about to push."""
    return "git-receive-pack" in path or "service=git-receive-pack" in query


def respond(handler: BaseHTTPRequestHandler, root: Path, path: str, query: str, user: str) -> None:
    """Answer for the repository under `root` that the path names; nobody (empty `user`) may push."""
    head = handler.headers
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROTOCOL": head.get("Git-Protocol", ""),
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_METHOD": handler.command,
        "CONTENT_TYPE": head.get("Content-Type", ""),
        "HTTP_CONTENT_ENCODING": head.get("Content-Encoding", ""),
        "REMOTE_ADDR": "127.0.0.1",
    }
    if user:
        environment |= {"REMOTE_USER": user, "GIT_COMMITTER_NAME": user, "GIT_COMMITTER_EMAIL": f"{user}@localhost"}
    if "Content-Length" in head:
        environment["CONTENT_LENGTH"] = head["Content-Length"]
    with subprocess.Popen(
        ["git", "http-backend"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        with suppress(BrokenPipeError):
            for chunk in _body(handler):
                program.stdin.write(chunk)
            program.stdin.close()
        _answer(handler, program.stdout)
        program.stderr.read()


def body_of(handler: BaseHTTPRequestHandler) -> bytes:
    """What was sent, whole or in chunks."""
    return b"".join(_body(handler))


def _body(handler):
    """What was sent, in pieces, whichever way its end is marked."""
    if handler.headers.get("Transfer-Encoding", "").lower() == "chunked":
        while size := int(handler.rfile.readline().split(b";")[0], 16):
            yield handler.rfile.read(size)
            handler.rfile.readline()
        handler.rfile.readline()
        return
    left = int(handler.headers.get("Content-Length", 0))
    while left and (chunk := handler.rfile.read(min(left, 1 << 16))):
        left -= len(chunk)
        yield chunk


def _answer(handler, said):
    status, headers = 200, []
    while line := said.readline().strip():
        name, _, value = line.decode().partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            headers.append((name, value.strip()))
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    while chunk := said.read(1 << 16):
        handler.wfile.write(chunk)
