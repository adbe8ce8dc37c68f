"""The pages in the process of the loop: a real server, asked over its socket."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode

import pytest

from tests.hooks import SECRET, HookServer, signed
from tests.server.world import PEOPLE, campaign_text, service_text


@pytest.fixture
def home(tmp_path):
    (tmp_path / "services.toml").write_text(PEOPLE + service_text("shop"))
    (tmp_path / "campaign.toml").write_text(campaign_text())
    ran(tmp_path, "load", str(tmp_path / "services.toml"), str(tmp_path / "campaign.toml"))
    return tmp_path


def ran(home, *words, **more):
    environment = {**os.environ, "CHAIRLIFT_HOME": str(home / "home"), **more}
    argv = [sys.executable, "-m", "chairlift", *words]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False, timeout=60)


class Up:
    """`chairlift up` on a port that was free."""

    def __init__(self, home, *words, **more):
        environment = {**os.environ, "CHAIRLIFT_HOME": str(home / "home"), **more}
        argv = [sys.executable, "-m", "chairlift", "up", *words]
        out = subprocess.PIPE
        self.process = subprocess.Popen(argv, env=environment, stdout=out, stderr=out, text=True)
        found = re.search(r"http://\S+/", self.process.stdout.readline())
        assert found
        self.url = found[0]

    def end(self, error=""):
        self.process.send_signal(signal.SIGTERM)
        said, told = self.process.communicate(timeout=30)
        assert (self.process.returncode, told) == (0, error), said


def test_somebody_comes_in_and_objects_and_it_ends_well(home):
    up = Up(home, "--listen", "127.0.0.1:0")
    try:
        link = ran(home, "sign-in", "ana-f", CHAIRLIFT_URL=up.url).stdout.strip()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

        def get(address):
            return browser.open(address, timeout=20).read().decode()

        def post(address, page, **form):
            token = re.search(r'csrfmiddlewaretoken" value="([^"]*)"', page)[1]
            data = urlencode({"csrfmiddlewaretoken": token, **form}).encode()
            return browser.open(address, data, timeout=20).read().decode()

        key = link.partition("key=")[2]
        assert "Ana" in post(f"{up.url}sign-in", get(link), key=key)
        address = f"{up.url}campaigns/tiny/services/shop"
        said = post(f"{up.url}campaigns/tiny/say/shop", get(address), what="hold", why="not now")
        assert "Held: nothing is merged" in said
        style = browser.open(f"{up.url}static/chairlift/chairlift.css", timeout=20)
        assert style.headers["Content-Type"].startswith("text/css")
    finally:
        up.end("INFO Ana signed in by a link\n")
    assert "not now" in ran(home, "why", "shop").stdout


def test_webhooks_get_the_log_and_one_that_hangs_holds_up_nobody(home):
    with HookServer() as server:
        (home / "home" / "chairlift.toml").write_text(
            "".join(
                f'[[webhooks]]\nname = "{name}"\nurl = "{server.url(f"/{name}")}"\nsecret_env = "HOOK"\n'
                for name in ("hang", "ok")
            )
        )
        up = Up(home, "--listen", "127.0.0.1:0", HOOK=SECRET)
        try:
            waits(lambda: b"ready" in urllib.request.urlopen(f"{up.url}readyz", timeout=20).read())
            for number in range(20):
                said = ran(home, "pause", "--as", "Lena", "--why", f"number {number}")
                assert said.returncode == 0, said.stderr
                if [got for got in server.got if got.path == "/ok"]:
                    break
            waits(lambda: {got.path for got in server.got} >= {"/ok", "/hang"})
            assert all(map(signed, server.got))
            waits(lambda: "paused" in ran(home, "why", "shop").stdout + ran(home, "status").stdout.lower())
        finally:
            up.end()


def waits(seen, seconds=30):
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_place_that_is_taken_is_named_with_the_way_out(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = ran(home, "up", "--listen", f"127.0.0.1:{port}")
    assert said.returncode == 3
    assert f"cannot be served at 127.0.0.1:{port}" in said.stderr
    assert "--listen" in said.stderr


@pytest.mark.parametrize("place", ["8400", "here:", ":80", "a:99999", "a:b"])
def test_a_place_that_is_none_is_named(home, place):
    said = ran(home, "up", "--listen", place)
    assert (said.returncode, said.stdout) == (2, "")
    assert "HOST:PORT" in said.stderr


def test_another_name_for_this_machine_is_no_way_in(home):
    """A page of somebody else that points its own name here must get nothing (DNS rebinding)."""
    up = Up(home, "--listen", "127.0.0.1:0")
    try:
        asked = urllib.request.Request(f"{up.url}sign-in", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked, timeout=20)
        assert refused.value.code == 400
    finally:
        up.end()
