"""Through a provider of another site and back, in a real browser: its cookies, our policy, and both themes."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.cast import NOW
from tests.browser.chromium import WIDTHS
from tests.browser.place import opened
from tests.browser.test_pages import OVER
from tests.browser.watching import Windows
from tests.provider import CLIENT, SECRET, provider

FILE = """
[sign_in.company]
kind = "openid"
title = "Example login"
issuer = "{url}"
client_id = "{client}"
secret_env = "COMPANY_SECRET"
"""


@pytest.fixture(scope="module")
def provides():
    with provider(lambda: NOW) as found:
        # To a browser another site than 127.0.0.1.
        found.url = f"http://localhost:{found.server.server_port}"
        yield found


@pytest.fixture(scope="module")
def known(provides, tmp_path_factory):
    """A place that knows the provider."""
    home = tmp_path_factory.mktemp("known") / "home"
    home.mkdir()
    (home / "chairlift.toml").write_text(FILE.format(url=provides.url, client=CLIENT))
    with opened(home, COMPANY_SECRET=SECRET) as place:
        yield place


@pytest.fixture
def there(provides):
    user = provides.user
    yield provides
    provides.user = user


@pytest.fixture
def window(browser, known, there):
    """Of somebody who is not signed in; what it asks of the provider is no fault here."""
    windows = Windows(browser, known)
    yield windows.of()
    windows.close()
    assert [each for each in windows.eye.wrong if there.url not in each] == []


def test_somebody_comes_in_by_two_clicks_and_is_where_they_wanted_to_be(window, there):
    window.goto("/you")
    window.get_by_role("button", name="Sign in with Example login").click()
    window.wait_for_url("**/you")
    assert window.locator("h1").inner_text() == "Your sessions and settings"
    assert "Example login" in window.locator("tbody").inner_text()
    assert urlsplit(window.url).query == ""
    # A theme is chosen without a script, and shown at once.
    before = window.evaluate("getComputedStyle(document.body).backgroundColor")
    window.get_by_label("Colours").select_option("dark")
    window.get_by_role("button", name="Keep these settings").click()
    window.get_by_text("Your settings are kept.").wait_for()
    assert window.evaluate("getComputedStyle(document.body).backgroundColor") != before
    window.get_by_role("button", name="Sign out everywhere").click()
    window.wait_for_url("**/sign-in")


def test_a_stranger_is_told_and_comes_in_another_way(window, there):
    there.user = {"sub": "9", "nickname": "zoe", "email": "zoe@example.org", "email_verified": True}
    window.goto("/")
    window.get_by_role("button", name="Sign in with Example login").click()
    window.get_by_role("heading", name="You are not known here yet").wait_for()
    assert "zoe@example.org" in window.locator("pre").inner_text()
    window.get_by_role("link", name="Sign in another way").click()
    window.wait_for_url("**/sign-in**")


def test_what_strangers_see_is_accessible(window, there):
    there.user = {"sub": "9", "nickname": "zoe" * 40, "email": "zoe@example.org", "email_verified": False}
    wide, high = WIDTHS["phone"]
    window.set_viewport_size({"width": wide, "height": high})
    window.goto("/sign-in")
    found = _violations(window)
    window.get_by_role("button", name="Sign in with Example login").click()
    window.get_by_role("heading", name="You are not known here yet").wait_for()
    assert found + _violations(window) == []
    assert window.evaluate(OVER) <= 0


def _violations(window):
    found = []
    for scheme in ("light", "dark"):
        window.emulate_media(color_scheme=scheme)
        found += [each["id"] for each in Axe().run(window).response["violations"]]
    return found
