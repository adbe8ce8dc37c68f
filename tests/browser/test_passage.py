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
from tests.browser.keyboard import arrive
from tests.browser.watching import watched
from tests.server.world import DEPLOY, FILES, PEOPLE, campaign_text, service_text

TIMES = '\nnotice = "2 seconds"\nwatch = "1 second"\nsoak = "1 second"\nbaseline = "1 second"\npoll = "1 second"\n'
SERVICE = "/campaigns/tiny/services/shop"
#: Of a slow machine, for one step.
PATIENCE = 60


class Up:
    """`chairlift up` on a home with three services: of one the monitor is away, of another the repository."""

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
        self.forge.repositories.create("blind", str(source))
        for name, text in (("deploy.sh", DEPLOY), ("monitor.sh", "echo the monitor is being moved >&2; exit 1")):
            (folder / name).write_text(text)
        (folder / "clock").write_text("2026-01-12T09:00:00+00:00")
        blind, gone = service_text("blind", deploys=folder), service_text("gone")
        (folder / "services.toml").write_text("\n".join((PEOPLE, service_text("shop"), blind, gone)))
        # On the real clock; far enough away for as long as this is run.
        text = campaign_text(times=TIMES).replace("2026-02-01", "2096-02-01").replace("2026-06-01", "2096-06-01")
        (folder / "campaign.toml").write_text(text)
        self._ran("load", "services.toml", "campaign.toml")
        self._ran("choose", "blind", "Hands-off", "--as", "Ana")
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


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    found = Up(tmp_path_factory.mktemp("up"))
    yield found
    found.end()


def wait_for(page, words, address=SERVICE):
    """Look again until the page says so."""
    end = time.monotonic() + PATIENCE
    page.goto(address)
    while words not in page.get_by_role("main").inner_text():
        assert time.monotonic() < end, page.get_by_role("main").inner_text()
        page.wait_for_timeout(300)
        page.goto(address)


def marks(page):
    """What the ladder says of each step besides who does it: done, or here with what is so."""
    steps = page.get_by_role("list", name="Steps").get_by_role("listitem").all_inner_texts()
    return [each.split("\n")[2:] for each in steps]


def test_from_plan_to_done_by_keyboard_alone(browser, up):
    with watched(browser, up) as windows:
        keys = arrive(windows, "Ana")
        page = keys.page
        wait_for(page, "Heron has not chosen a service level yet")
        expect(page.get_by_role("link", name="1 file, 1 line in, 1 out")).to_be_visible()
        assert [bool(each) for each in marks(page)] == [True, True, False, False, False, False]
        keys.follow("Choose a service level")
        keys.tab_to("shop", "INPUT")
        page.keyboard.press("Space")
        keys.tab_to("Hands-off", "INPUT")
        page.keyboard.press("ArrowDown")
        keys.follow("Record this choice")
        for place in ("stage", "production"):
            wait_for(page, f"Merged: Heron deploys it to {place}")
            expect(page.get_by_role("main")).to_contain_text("Heron chose Trust but verify: Ana")
            assert [bool(each) for each in marks(page)] == [True] * 5 + [False]
            keys.type("Environment", place[0])
            keys.follow("Say that it runs there")
        for place in ("stage", "production"):
            wait_for(page, f"{place.capitalize()} runs it: Heron tests it")
            assert [bool(each) for each in marks(page)] == [True] * 6
            keys.type("In your words", f"looked at {place}")
            keys.type("Environment", place[0])
            keys.follow("Sign off")
        wait_for(page, "Nobody has anything to do here")
        keys.follow("All of them")
        check_told(page)
        keys.follow("Chairlift")
        expect(page.get_by_role("link", name="1 of 3 done")).to_be_visible()
    (pull,) = up.forge.pulls.all("shop")
    assert pull.state == "merged"


def check_told(page):
    """Who reads the log of this service, where it is shown whole, can follow its way."""
    rows = page.get_by_role("region", name="Log").get_by_role("row").all()[1:]
    told = [row.get_by_role("cell").nth(3).inner_text() for row in reversed(rows)]
    way = ["chose", "did open", "did approve", "did announce", "did merge", "deployed", "tested"]
    assert sorted(way, key=told.index) == way
    words = page.get_by_role("region", name="Log").inner_text()
    for each in ("looked at stage", "looked at production"):
        assert each in words


def test_a_forge_and_a_monitor_that_are_away_are_said_and_the_rest_works(browser, up):
    with watched(browser, up) as windows:
        page = windows.of("Ana")
        wait_for(page, "no repository called 'gone'", "/campaigns/tiny/services/gone")
        wait_for(page, "The monitor is away", "/campaigns/tiny/services/blind")
