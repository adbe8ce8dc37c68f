"""Every page as a browser shows it: accessible, within the window, light, and with nothing from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import axe_playwright_python
import playwright.sync_api
import pytest
from django.urls import get_resolver

from chairlift.server.web.access import TABLE, Need
from chairlift.server.web.policy import POLICY
from tests.browser.chromium import WIDTHS
from tests.browser.pages import NOT_PAGES, PAGES, Page
from tests.browser.watching import Windows, watched

AXE = (files(axe_playwright_python) / "axe.min.js").read_text(encoding="utf-8")
VIOLATIONS = """async only => (await axe.run(document, {resultTypes: ['violations'], ...only})).violations.flatMap(
  each => each.nodes.map(node => `${each.id}: ${node.html}`))"""
#: Dark is other colours and nothing else: what depends on none was looked at in light.
SCHEMES = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
#: Wider than the window: what makes a reader scroll sideways to read.
OVER = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
#: Of the page and of all that it asks for, in bytes.
WEIGHT = """() => ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind)).reduce(
  (sum, each) => sum + each.decodedBodySize, 0)"""
HEAVIEST = 300_000


def test_every_page_that_a_person_can_open_is_listed():
    """A new address needs one line in `pages.py`, or else nobody looks at it here."""
    names = {pattern.name for pattern in get_resolver().url_patterns}
    can_open = {name for name, rule in TABLE.items() if name in names and rule.read is not Need.NOBODY}
    assert can_open - NOT_PAGES == {page.url for page in PAGES}


@pytest.fixture(scope="module")
def looking(browser, gallery):
    with watched(browser, gallery) as windows:
        yield windows


@dataclass(frozen=True)
class Shown:
    """A page in the window of its person."""

    page: Page
    window: playwright.sync_api.Page
    answer: playwright.sync_api.Response


@pytest.fixture(scope="module")
def opened(looking):
    """Shows a page, in one window for each person."""
    kept = {}

    def open_page(page):
        if page.who not in kept:
            kept[page.who] = looking.of(page.who)
        return Shown(page, kept[page.who], kept[page.who].goto(page.address))

    return open_page


@pytest.fixture(scope="module", params=PAGES, ids=lambda page: page.name)
def shown(request, opened):
    """Opened once for all that is tested about it."""
    return opened(request.param)


class TestEach:
    def test_it_is_accessible(self, shown):
        """axe-core finds nothing in either theme, at a desk and on a phone."""
        shown.window.evaluate(AXE)
        found = []
        for width, (wide, high) in WIDTHS.items():
            shown.window.set_viewport_size({"width": wide, "height": high})
            for scheme, only in SCHEMES.items():
                shown.window.emulate_media(color_scheme=scheme)
                found += [f"{width}, {scheme}: {each}" for each in shown.window.evaluate(VIOLATIONS, only)]
        assert found == []

    def test_it_fits_a_phone(self, shown):
        wide, high = WIDTHS["phone"]
        shown.window.set_viewport_size({"width": wide, "height": high})
        assert shown.window.evaluate(OVER) <= 0
        assert shown.window.locator("h1").count() == 1

    def test_it_is_light_and_strict_and_nothing_leaves_the_machine(self, shown, looking):
        assert shown.answer.status == shown.page.status
        assert shown.answer.headers["content-security-policy"] == POLICY
        assert 1000 < shown.window.evaluate(WEIGHT) < HEAVIEST
        assert looking.eye.wrong == []


def test_the_policy_allows_nothing_inline():
    assert "unsafe" not in POLICY
    assert POLICY.startswith("default-src 'none'; ")


def test_axe_finds_what_is_planted(opened):
    shown = opened(PAGES[0])
    shown.window.emulate_media(color_scheme="light")
    shown.window.evaluate(AXE)
    plant = "() => { document.documentElement.lang = ''; document.querySelector('h1').style.color = '#aaa' }"
    shown.window.evaluate(plant)
    found = {each.partition(":")[0] for each in shown.window.evaluate(VIOLATIONS, {})}
    assert found == {"html-has-lang", "color-contrast"}
    assert [each.partition(":")[0] for each in shown.window.evaluate(VIOLATIONS, SCHEMES["dark"])] == ["color-contrast"]


@pytest.mark.parametrize(
    ("planted", "word"),
    [
        ("<img src='https://elsewhere.example/dot.gif'>", "asked elsewhere|Content Security Policy"),
        ("<p style='color: red'>", "Content Security Policy"),
        ("<img src='/nothing-here.png'>", "404"),
        ("<img src='data:,' onerror='1'>", "Content Security Policy"),
    ],
)
def test_the_eye_sees_what_is_planted(browser, gallery, planted, word):
    windows = Windows(browser, gallery)
    window = windows.of()
    window.goto(PAGES[0].address)
    assert windows.eye.wrong == []
    window.evaluate("text => document.querySelector('main').insertAdjacentHTML('beforeend', text)", planted)
    window.wait_for_timeout(300)
    window.wait_for_load_state("networkidle")
    windows.close()
    assert any(each in wrong for wrong in windows.eye.wrong for each in word.split("|")), windows.eye.wrong
