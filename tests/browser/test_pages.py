"""Every page as a browser shows it: accessible, within the window, and with nothing from elsewhere."""

from __future__ import annotations

from importlib.resources import files

import axe_playwright_python
import pytest
from django.urls import get_resolver

from chairlift.server.web.access import TABLE, Need
from tests.browser.chromium import WIDTHS
from tests.browser.pages import NOT_PAGES, PAGES
from tests.browser.watching import watched

SCHEMES = ("light", "dark")
AXE = (files(axe_playwright_python) / "axe.min.js").read_text(encoding="utf-8")
VIOLATIONS = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(
  each => each.nodes.map(node => `${each.id}: ${node.html}`))"""
#: Wider than the window: what makes a reader scroll sideways to read.
OVER = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


def test_every_page_that_a_person_can_open_is_listed():
    """A new address needs one line in `pages.py`, or else nobody looks at it here."""
    names = {pattern.name for pattern in get_resolver().url_patterns}
    can_open = {name for name, rule in TABLE.items() if name in names and rule.read is not Need.NOBODY}
    assert can_open - NOT_PAGES == {page.url for page in PAGES}


@pytest.fixture(scope="module")
def seen(browser, gallery):
    """A page in a window of its person: one for each person, opened once."""
    kept = {}
    with watched(browser, gallery) as windows:

        def open_page(page, **more):
            key = (page.who, *more.items())
            if key not in kept:
                kept[key] = windows.of(page.who, **more)
            answer = kept[key].goto(page.address)
            assert answer.status == page.status
            return kept[key]

        yield open_page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
class TestEach:
    def test_it_is_accessible(self, seen, page):
        """axe-core finds nothing in either theme, at a desk and on a phone."""
        # The policy of our pages lets no script in that is not theirs; only here it is passed by.
        window = seen(page, bypass_csp=True)
        window.evaluate(AXE)
        found = []
        for width, (wide, high) in WIDTHS.items():
            window.set_viewport_size({"width": wide, "height": high})
            for scheme in SCHEMES:
                window.emulate_media(color_scheme=scheme)
                found += [f"{width}, {scheme}: {each}" for each in window.evaluate(VIOLATIONS)]
        assert found == []

    def test_it_fits_a_phone(self, seen, page):
        window = seen(page, width="phone")
        assert window.evaluate(OVER) <= 0
        assert window.locator("h1").count() == 1


def test_axe_finds_what_is_planted(seen):
    window = seen(PAGES[0], bypass_csp=True)
    window.emulate_media(color_scheme="light")
    window.evaluate(AXE)
    window.evaluate("() => { document.documentElement.lang = ''; document.querySelector('h1').style.color = '#aaa' }")
    found = {each.partition(":")[0] for each in window.evaluate(VIOLATIONS)}
    assert found == {"html-has-lang", "color-contrast"}
