"""The workspace over git's smart HTTP: with a password, a hook that refuses, a connection that breaks, and 30 MB."""

from __future__ import annotations

import base64
import random
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from chairlift.adapters.git import GitWorkspace, Settings
from chairlift.ports import Refused, Unavailable
from tests.forges import smarthttp
from tests.localforge.clone import git

LOGIN = base64.b64encode(b"bot:s3cret").decode()
NOBODY: frozenset[str] = frozenset()


class Host:
    """Bare repositories behind a password; `breaks` is how many bytes of a push come through."""

    def __init__(self, root):
        self.root, self.breaks = root, 0
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                host.answer(self)

            do_POST = do_GET

            def log_message(self, *words):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.where = f"127.0.0.1:{self._http.server_address[1]}"

    def answer(self, handler):
        parts = urlsplit(handler.path)
        if handler.headers.get("Authorization") != f"Basic {LOGIN}":
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", "Basic")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        # Before much is sent in pieces, git asks with a few bytes whether it may.
        much = int(handler.headers.get("Content-Length") or self.breaks) >= self.breaks
        if self.breaks and much and handler.command == "POST" and parts.path.endswith("git-receive-pack"):
            handler.rfile.read(self.breaks)
            # Closed alone it would live on in the files that were made of it.
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
            return
        smarthttp.respond(handler, self.root, parts.path, parts.query, "bot")

    def close(self):
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def host(tmp_path):
    root = tmp_path / "host"
    root.mkdir()
    git("init", "--quiet", "--bare", "--initial-branch=main", "shop.git", cwd=root)
    git("clone", "--quiet", str(root / "shop.git"), "start", cwd=tmp_path)
    (tmp_path / "start/app.py").write_text("x = 1\n")
    git("add", "--all", cwd=tmp_path / "start")
    git("commit", "--quiet", "-m", "start", cwd=tmp_path / "start")
    git("push", "--quiet", "origin", "HEAD:main", cwd=tmp_path / "start")
    host = Host(root)
    yield host
    host.close()


@pytest.fixture
def url(host):
    return f"http://bot:s3cret@{host.where}/shop.git"


@pytest.fixture
def workspace(tmp_path):
    return GitWorkspace(Settings(tmp_path / "mirrors"))


def written(workspace, url, size):
    """A commit with so many bytes that nothing makes smaller."""
    base = workspace.heads(url)["main"]
    workspace.fetch(url, base)
    with workspace.checkout(url, base) as path:
        (path / "blob.bin").write_bytes(random.Random(7).randbytes(size))
        return workspace.commit(url, path, base, "large").commit


def tip(host, branch):
    return git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}", cwd=host.root / "shop.git").strip()


@pytest.mark.slow
def test_thirty_megabytes_are_pushed_and_fetched(host, url, workspace, tmp_path):
    commit = written(workspace, url, 30 << 20)
    workspace.push(url, commit, "chairlift/large", NOBODY)
    assert tip(host, "chairlift/large") == commit
    GitWorkspace(Settings(tmp_path / "others")).fetch(url, commit)


def test_a_push_that_breaks_in_the_middle_moves_nothing_and_is_tried_again(host, url, workspace):
    commit = written(workspace, url, 3 << 20)
    host.breaks = 1 << 20
    with pytest.raises(Unavailable) as error:
        workspace.push(url, commit, "work", NOBODY)
    assert "s3cret" not in str(error.value)
    assert tip(host, "work") == ""
    host.breaks = 0
    workspace.push(url, commit, "work", NOBODY)
    assert tip(host, "work") == commit


def test_a_hook_that_refuses_is_heard(host, url, workspace):
    hook = host.root / "shop.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'commits must be signed' >&2\nexit 1\n")
    hook.chmod(0o755)
    commit = written(workspace, url, 10)
    with pytest.raises(Refused, match="pre-receive hook declined"):
        workspace.push(url, commit, "work", NOBODY)
    assert tip(host, "work") == ""


def test_a_wrong_password_is_refused_without_a_word_of_it(host, workspace):
    with pytest.raises(Refused) as error:
        workspace.heads(f"http://bot:wr0ng@{host.where}/shop.git")
    assert "wr0ng" not in str(error.value)
