"""One service from its first plan to done, as its squad lives it: a real server with its loop, git, and a browser."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from chairlift.localforge.forge import Forge
from chairlift.server.database import VARIABLE
from tests.browser.watching import watched
from tests.server.world import FILES, PEOPLE, campaign_text, service_text

TIMES = '\nnotice = "2 seconds"\nwatch = "1 second"\nsoak = "1 second"\nbaseline = "1 second"\npoll = "1 second"\n'
SERVICE = "/campaigns/tiny/services/shop"
#: Of a slow machine, for one step.
PATIENCE = 60


class Up:
    """`chairlift up` on a home with one service."""

    def __init__(self, folder):
        self._folder = folder
        gone = (VARIABLE, "DJANGO_SETTINGS_MODULE")
        self._environment = {name: value for name, value in os.environ.items() if name not in gone}
        self._environment["CHAIRLIFT_HOME"] = str(folder / "home")
        source = folder / "source"
        source.mkdir()
        for name, text in FILES.items():
            (source / name).write_text(text)
        self.forge = Forge(folder / "home" / "forge", lambda: datetime.now(UTC))
        self.forge.repositories.create("shop", str(source))
        (folder / "services.toml").write_text(PEOPLE + service_text("shop"))
        # On the real clock; far enough away for as long as this is run.
        text = campaign_text(times=TIMES).replace("2026-02-01", "2096-02-01").replace("2026-06-01", "2096-06-01")
        (folder / "campaign.toml").write_text(text)
        self._ran("load", "services.toml", "campaign.toml")
        argv = [sys.executable, "-m", "chairlift", "up", "--listen", "127.0.0.1:0"]
        self._process = subprocess.Popen(
            argv, env=self._environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.url = re.search(r"http://\S+:\d+", self._process.stdout.readline())[0]

    def _ran(self, *words):
        argv = [sys.executable, "-m", "chairlift", *words]
        done = subprocess.run(argv, env=self._environment, cwd=self._folder, capture_output=True, text=True, check=True)
        return done.stdout

    def link(self, person):
        return f"{self.url}/sign-in{self._ran('sign-in', person).strip().partition('/sign-in')[2]}"

    def end(self):
        self._process.send_signal(signal.SIGTERM)
        said, _ = self._process.communicate(timeout=30)
        assert self._process.returncode == 0, said


@pytest.fixture
def up(tmp_path):
    found = Up(tmp_path)
    yield found
    found.end()


def wait_for(page, words):
    """Look again until the page says so."""
    end = time.monotonic() + PATIENCE
    while words not in page.get_by_role("main").inner_text():
        assert time.monotonic() < end, page.get_by_role("main").inner_text()
        page.wait_for_timeout(300)
        page.goto(SERVICE)


def test_from_plan_to_done(browser, up):
    with watched(browser, up) as windows:
        page = windows.of("Ana")
        page.goto(SERVICE)
        wait_for(page, "Heron has not chosen a service level yet")
        expect(page.get_by_role("link", name="1 file, 1 line in, 1 out")).to_be_visible()
        page.get_by_role("link", name="Choose a service level").click()
        page.get_by_role("checkbox", name="shop").check()
        page.get_by_role("radio", name="Trust but verify").check()
        page.get_by_role("button", name="Record this choice").click()
        page.goto(SERVICE)
        for place in ("stage", "production"):
            wait_for(page, f"Merged: Heron deploys it to {place}")
            page.get_by_role("combobox", name="Environment").select_option(place)
            page.get_by_role("button", name="Say that it runs there").click()
        for place in ("stage", "production"):
            wait_for(page, f"{place.capitalize()} runs it: Heron tests it")
            page.get_by_label("In your words").fill(f"looked at {place}")
            page.get_by_role("combobox", name="Environment").select_option(place)
            page.get_by_role("button", name="Sign off").click()
        wait_for(page, "Nobody has anything to do here")
        page.get_by_role("link", name="Chairlift").click()
        expect(page.get_by_role("link", name="1 of 1 done")).to_be_visible()
    (pull,) = up.forge.pulls.all("shop")
    assert pull.state == "merged"
