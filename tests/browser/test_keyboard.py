"""All of it by keyboard alone: Tab finds everything in a sensible order, and where it is can be seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.pages import SLUG

#: The words and state of what has the focus, and whether a person sees where that is.
FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  const name = it.labels?.length ? it.labels[0].innerText : it.ariaLabel || it.innerText || it.value;
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const there = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return {name: name.trim(), tag: it.tagName, seen: it.tagName === 'BODY' || (outlined && there)};
}"""


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, page):
        self.page = page

    def press(self, key):
        self.page.keyboard.press(key)
        return self.focus()

    def focus(self):
        found = self.page.evaluate(FOCUS)
        assert found["seen"], f"nobody sees that {found['name']!r} has the focus"
        return found

    def tab_to(self, name, tag=None, most=60):
        passed = []
        for _ in range(most):
            found = self.press("Tab")
            if found["name"].startswith(name) and tag in (None, found["tag"]):
                return
            passed.append(found["name"])
        raise AssertionError(f"Tab does not lead to {name!r}; it leads to {passed}")

    def go(self):
        """Press what has the focus, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, name, words):
        self.tab_to(name)
        self.page.keyboard.type(words)

    def follow(self, name, tag=None):
        self.tab_to(name, tag)
        self.go()


@pytest.fixture
def keys(windows):
    """She has come in by her link."""
    page = windows.of()
    page.goto(windows.place.link("Ana"))
    found = Keyboard(page)
    found.follow("Sign in", "BUTTON")
    return found


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


def test_what_scrolls_sideways_scrolls_by_keyboard(windows):
    page = windows.of("Ana", width="phone")
    page.goto(f"/campaigns/{SLUG}/sheet")
    Keyboard(page).tab_to("The sheet")
    region = page.get_by_role("region", name="The sheet")
    page.keyboard.press("End")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("region => region.scrollLeft > 0", arg=region.element_handle())
