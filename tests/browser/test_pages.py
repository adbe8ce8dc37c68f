"""Every page as a browser shows it: accessible, within the window, and with nothing from elsewhere."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import get_resolver

from chairlift.server.web.access import TABLE, Need
from tests.browser.chromium import WIDTHS
from tests.browser.pages import NOT_PAGES, PAGES
from tests.browser.watching import watched

SCHEMES = ("light", "dark")
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
        found = []
        for width, (wide, high) in WIDTHS.items():
            window.set_viewport_size({"width": wide, "height": high})
            for scheme in SCHEMES:
                window.emulate_media(color_scheme=scheme)
                for each in Axe().run(window).response["violations"]:
                    found += [f"{width}, {scheme}: {each['id']}: {node['html']}" for node in each["nodes"]]
        assert found == []

    def test_it_fits_a_phone(self, seen, page):
        window = seen(page, width="phone")
        assert window.evaluate(OVER) <= 0
        assert window.locator("h1").count() == 1
