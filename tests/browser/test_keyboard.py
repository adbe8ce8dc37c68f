"""All of it by keyboard alone; `test_passage.py` follows one service in this way, too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import test_importing as importing
from tests.browser.keyboard import Keyboard, arrive
from tests.browser.pages import SLUG


@pytest.fixture
def keys(windows):
    return arrive(windows, "Ana")


def test_choosing(keys):
    page = keys.page
    # The first Tab offers to pass by what every page begins with.
    assert keys.press("Tab")["name"] == "Skip to the content"
    page.keyboard.press("Enter")
    keys.follow("Choose one")
    for name in ("enrolment", "grades"):
        keys.tab_to(name, "INPUT")
        page.keyboard.press("Space")
    keys.tab_to("Hands-off", "INPUT")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Trust but verify")).to_be_checked()
    keys.type("Why", "by hand and foot")
    keys.follow("Record this choice")
    expect(page.get_by_role("status")).to_contain_text("Trust but verify for 2 of 2")


def test_objecting_signing_off_and_leaving(keys):
    page = keys.page
    keys.follow("Django 2.2 to 3.2")
    keys.follow("Sheet")
    keys.type("Search", "catalogue")
    keys.go()
    keys.follow("catalogue", "A")
    keys.type("In your words", "not on a Friday")
    keys.follow("Object")
    expect(page.get_by_role("status")).to_contain_text("Held")
    keys.follow("Chairlift")
    keys.follow("checkout")
    keys.type("In your words", "all well")
    keys.type("Environment", "p")
    keys.follow("Sign off")
    expect(page.get_by_role("status")).to_contain_text("you have tested what runs now")
    keys.follow("Sign out")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_importing_a_sheet_with_bad_rows(keys):
    page = keys.page
    keys.follow("Django 2.2 to 3.2")
    keys.follow("Sheet")
    keys.follow("bring choices back")
    keys.give("The file", importing.file("choices.xlsx", importing.BAD))
    keys.follow("Show what it would do")
    importing.check_bad(page)
    keys.follow("Take another file")
    keys.give("The file", importing.file("choices.csv", importing.MENDED.encode("cp1252")))
    keys.follow("Show what it would do")
    keys.follow("Record 2 choices")
    importing.check_recorded(page)


def test_what_scrolls_sideways_scrolls_by_keyboard(windows):
    page = windows.of("Ana", width="phone")
    page.goto(f"/campaigns/{SLUG}/sheet")
    Keyboard(page).tab_to("The sheet")
    region = page.get_by_role("region", name="The sheet")
    page.keyboard.press("End")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("region => region.scrollLeft > 0", arg=region.element_handle())
