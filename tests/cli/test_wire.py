"""The way to a server: what is away, what is somebody else's, and what would give a token away."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chairlift.cli import run as main
from chairlift.cli import wire
from tests.cli.said import FINE, TROUBLE, USAGE, Said
from tests.mail import CERTIFICATE

HTML, JSON = "text/html; charset=utf-8", "application/json"
MENU = {"slug": "tiny", "title": "Tiny", "deadline": "2026-06-01T00:00:00+00:00", "levels": []}


class Other:
    """Whatever answers: with one status, type and text, whatever it is asked."""

    def __init__(self, status=200, kind=JSON, text="{}", tls=False, slow=0.0, **headers):
        self.asked = asked = []
        self.rest = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler):
                asked.append((handler.path, handler.headers.get("Authorization")))
                self.rest.wait(slow)
                handler.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(text)), **headers}.items():
                    handler.send_header(name, value)
                handler.end_headers()
                with contextlib.suppress(OSError):
                    # Whoever asked may have gone.
                    handler.wfile.write(text.encode())

            do_POST = do_PUT = do_GET

            def log_message(handler, *words):
                pass

        self._server = ThreadingHTTPServer(("", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.rest.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def other():
    made = []

    def start(*words, **more):
        made.append(Other(*words, **more))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def ask(monkeypatch, capsys, tmp_path):
    def told(url, *words, **more):
        for name in ("CHAIRLIFT_AS", "CHAIRLIFT_CAMPAIGN", "SSL_CERT_FILE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"CHAIRLIFT_TOKEN": "chairlift_secret", "XDG_CONFIG_HOME": str(tmp_path), **more}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["chairlift", "--server", url, *(words or ("menu", "--campaign", "tiny"))])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        assert "secret" not in out + err
        assert err.replace("\n", "").isprintable()
        return Said(left.value.code, out.encode(), err)

    return told


def test_it_is_asked_with_the_token_below_its_address(other, ask):
    server = other(text=json.dumps(MENU))
    for url in (server.url, f"{server.url}/", f"{server.url}/lift/"):
        assert ask(url).code == FINE
    assert server.asked == [
        *[("/api/v1/campaigns/tiny", "Bearer chairlift_secret")] * 2,
        ("/lift/api/v1/campaigns/tiny", "Bearer chairlift_secret"),
    ]


@pytest.mark.parametrize(
    "url",
    ["example.org", "ftp://example.org", "https://", "https://a b", "https://[::1", "https://h:99999", "https://h?x=1",
     "https://ana:pw@example.org", "//example.org", "https://h#x"],
)  # fmt: skip
def test_what_is_no_address(ask, url):
    said = ask(url)
    assert (said.code, said.text) == (USAGE, "")
    assert "is no address of a server: write https://" in said.err


def test_a_token_is_not_sent_in_the_clear(ask):
    said = ask("http://chairlift.example.org")
    assert (said.code, "would show your token to everybody on the way" in said.err) == (USAGE, True)


def test_one_that_is_away(ask):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        said = ask(url)
    assert (said.code, said.err.count("\n")) == (TROUBLE, 1)
    assert f"cannot reach {url}" in said.err
    assert "is the address right, and does it run?" in said.err


def test_one_that_does_not_answer(other, ask, monkeypatch):
    monkeypatch.setattr(wire, "_PATIENCE", 0.3)
    server = other(slow=20)
    assert f"{server.url} does not answer in time; try again\n" in ask(server.url).err
    said = ask(server.url, "hold", "shop", "--why", "x", "--campaign", "tiny")
    assert (said.code, "what you said may be recorded: look with 'chairlift log' first" in said.err) == (TROUBLE, True)
    assert len(server.asked) == 2


def test_one_that_speaks_something_else(ask):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def greet():
            with server.accept()[0] as talk:
                talk.sendall(b"220 mail.example.org ESMTP\x1b[2J\r\n")

        threading.Thread(target=greet, daemon=True).start()
        said = ask(f"http://127.0.0.1:{server.getsockname()[1]}")
    assert (said.code, said.err.count("\n")) == (TROUBLE, 1)


@pytest.mark.parametrize(
    ("status", "kind", "text", "words"),
    [
        (200, HTML, "<html>sign in</html>", "is no API of Chairlift (HTTP 200, text/html)"),
        (404, HTML, "<html>no such page</html>", "is no API of Chairlift (HTTP 404, text/html)"),
        (401, HTML, "", "is no API of Chairlift (HTTP 401, text/html)"),
        (403, JSON, "{}", "is no API of Chairlift (HTTP 403, application/json)"),
        (200, JSON, "[]", "is no API of Chairlift (HTTP 200, application/json)"),
        (200, JSON, "{", "is no API of Chairlift"),
        (200, JSON, "[" * 100_000, "is no API of Chairlift"),
        (200, "", "x", "is no API of Chairlift (HTTP 200, of no type)"),
        (502, HTML, "", "is away (HTTP 502); try again"),
        (503, "text/plain", "", "is away (HTTP 503); try again"),
    ],
)
def test_somebody_elses_answer(other, ask, status, kind, text, words):
    said = ask(other(status, kind, text).url)
    assert (said.code, said.text) == (TROUBLE, "")
    assert words in said.err


def problem(status, name, detail="see \x1b[2J\u202e there"):
    body = {"type": f"urn:chairlift:problem:{name}", "title": "t", "status": status, "detail": detail, "instance": "/"}
    return status, "application/problem+json", json.dumps(body)


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (problem(404, "unknown-address"), TROUBLE, "does not know 'campaigns' yet: have its Chairlift updated"),
        (problem(404, "not-found", "no campaign"), USAGE, "Error: no campaign\n"),
        (problem(409, "of-tomorrow", "not on Sundays"), USAGE, "Error: not on Sundays\n"),
        (problem(401, "token", "It ended."), USAGE, "does not take the token: It ended."),
        (problem(500, "bug", "That is a bug"), TROUBLE, ": That is a bug"),
        (problem(409, "x"), USAGE, "Error: see  [2J  there"),
    ],
)
def test_a_problem_is_told_in_its_own_words(other, ask, answer, code, words):
    said = ask(other(*answer).url)
    assert (said.code, words in said.err) == (code, True), said.err


@pytest.mark.parametrize("lacks", sorted(MENU))
def test_one_of_another_age(other, ask, lacks):
    server = other(text=json.dumps({name: value for name, value in MENU.items() if name != lacks}))
    said = ask(server.url)
    assert (said.code, f"lacks '{lacks}': its Chairlift, or this one, is too old; update it" in said.err) == (3, True)


def test_a_token_does_not_follow_to_another_address(other, ask):
    target = other(text=json.dumps(MENU))
    server = other(302, HTML, "", Location=f"{target.url}/api/v1/campaigns/tiny")
    said = ask(server.url)
    assert (said.code, target.asked) == (TROUBLE, [])
    assert f"sends on to '{target.url}/api/v1/campaigns/tiny'" in said.err


class TestKept:
    """Tokens in the file of tokens: each for one server."""

    def keep(self, tmp_path, text, mode=0o600):
        file = tmp_path / "chairlift" / "tokens"
        file.parent.mkdir()
        file.write_text(text)
        file.chmod(mode)

    def test_for_this_very_server(self, other, ask, tmp_path):
        server = other(text=json.dumps(MENU))
        self.keep(tmp_path, f"\n# ours\nhttps://other.example.org chairlift_x\n{server.url}/ chairlift_y\n")
        assert ask(server.url, CHAIRLIFT_TOKEN="").code == FINE
        assert server.asked[0][1] == "Bearer chairlift_y"

    def test_the_environment_goes_first(self, other, ask, tmp_path):
        server = other(text=json.dumps(MENU))
        self.keep(tmp_path, f"{server.url} chairlift_y\n")
        assert ask(server.url, CHAIRLIFT_TOKEN="chairlift_z").code == FINE
        assert server.asked[0][1] == "Bearer chairlift_z"

    def test_none_is_sent_to_another_server(self, other, ask, tmp_path):
        server = other(text=json.dumps(MENU))
        self.keep(tmp_path, "https://other.example.org chairlift_secret\n")
        said = ask(server.url, CHAIRLIFT_TOKEN="")
        assert (said.code, server.asked, f"no token for {server.url}" in said.err) == (USAGE, [], True)

    def test_not_where_others_may_read_it(self, other, ask, tmp_path):
        server = other(text=json.dumps(MENU))
        self.keep(tmp_path, f"{server.url} chairlift_secret\n", 0o640)
        said = ask(server.url, CHAIRLIFT_TOKEN="")
        assert (said.code, server.asked, "chmod 600" in said.err) == (USAGE, [], True)

    def test_a_file_that_is_none(self, other, ask, tmp_path):
        (tmp_path / "chairlift" / "tokens").mkdir(parents=True)
        said = ask(other().url, CHAIRLIFT_TOKEN="")
        assert (said.code, "cannot read" in said.err) == (USAGE, True)


class TestCertificate:
    def test_one_that_nobody_vouches_for_is_refused(self, other, ask):
        server = other(text=json.dumps(MENU), tls=True)
        said = ask(server.url)
        assert (said.code, server.asked) == (TROUBLE, [])
        assert f"the certificate of {server.url} is not to be trusted" in said.err
        assert "SSL_CERT_FILE" in said.err

    def test_the_companys_own_is_named(self, other, ask):
        server = other(text=json.dumps(MENU), tls=True)
        assert ask(server.url, SSL_CERT_FILE=str(CERTIFICATE)).code == FINE

    def test_it_is_for_this_very_name(self, other, ask):
        server = other(text=json.dumps(MENU), tls=True)
        said = ask(server.url.replace("127.0.0.1", "127.0.0.2"), SSL_CERT_FILE=str(CERTIFICATE))
        assert (said.code, server.asked) == (TROUBLE, [])
