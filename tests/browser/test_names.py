"""Names as people give them: emoji, from right to left, and what looks like markup, on every page they come to."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages import LEAD, MEMBER, OPERATOR, SLUG
from tests.browser.test_journeys import press
from tests.browser.test_pages import OVER

SCRIPT = "<script>document.title = 'hit'</script>"
SQUAD = f"صقر 🦅 {SCRIPT}"
SERVICE = f"שירות 🚡 <img src=x onerror=alert(1)> {SCRIPT}"
TITLE = f"Django 🚡 שדרוג {SCRIPT}"
#: One more line in the services file for each.
MORE = f"""
[[squad]]
name = "{SQUAD}"
people = ["{MEMBER}"]
contact = "{MEMBER}"
[[service]]
name = "{SERVICE}"
squad = "{SQUAD}"
repo = "edu/odd"
"""


def change_file(window, address, change):
    """Through the page of the file, as people change it."""
    window.goto(address)
    text = window.locator("#text")
    text.fill(change(text.input_value()))
    press(window, "Check")
    press(window, "Load this file")
    expect(window.get_by_role("heading", level=1)).to_have_text("This file was loaded")


@pytest.fixture
def odd(windows):
    """The cast's campaign with such names in it."""
    change_file(windows.of(OPERATOR), "/operator/services", lambda text: text + MORE)
    change_file(
        windows.of(LEAD), f"/campaigns/{SLUG}/file",
        lambda text: text.replace('title = "Django 2.2 to 3.2"', f'title = "{TITLE}"'),
    )  # fmt: skip
    return windows


def test_every_page_shows_them_as_they_are_and_runs_none(odd):
    page = odd.of(MEMBER, width="phone")
    page.goto("/")
    page.get_by_role("link", name=TITLE).first.click()
    for link, words in (("Menu", TITLE), ("Choose", SERVICE), ("Sheet", SERVICE), ("Board", SERVICE),
                        ("Timeline", SERVICE), ("Report", TITLE), (SQUAD, SQUAD)):  # fmt: skip
        page.get_by_role("navigation", name="Chairlift").get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("main")).to_contain_text(words)
        assert page.title() != "hit"
        assert page.evaluate(OVER) <= 0, link
    page.get_by_role("link", name="1 service of").click()
    page.get_by_role("link", name=SERVICE).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SERVICE)
    page.get_by_label("In your words").fill(SCRIPT + " 🛑 עצור")
    press(page, "Post an update")
    expect(page.get_by_role("region", name="Log")).to_contain_text(SCRIPT + " 🛑 עצור")
    assert page.evaluate(OVER) <= 0


def test_a_squad_of_such_a_name_chooses(odd):
    page = odd.of(MEMBER)
    page.goto(f"/campaigns/{SLUG}/choose")
    page.get_by_role("checkbox", name=SERVICE).check()
    page.get_by_role("radio", name="DIY").check()
    press(page, "Record this choice")
    expect(page.get_by_role("status")).to_contain_text(f"DIY for {SERVICE}")
