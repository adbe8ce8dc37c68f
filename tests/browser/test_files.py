"""A services file edited in a real browser: mistakes are seen while they are typed, and it is loaded by keyboard."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.pages import OPERATOR


def test_edited_compared_and_loaded(windows):
    window = windows.of(OPERATOR)
    window.goto("/operator/services")
    there = window.locator("#text").input_value()
    window.locator("#text").fill(there + "x = [")
    problems = window.locator("#problems")
    expect(problems).to_contain_text("this is no TOML")
    assert window.url.endswith("/operator/services")
    more = '\n[[service]]\nname = "<b>new</b>"\nsquad = "Ibis"\nrepo = "edu/new"\n'
    window.locator("#text").fill(there + more)
    expect(problems).to_contain_text("No problem is found")
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    expect(window.locator("h1")).to_have_text("5 lines in, 0 out")
    window.get_by_role("button", name="Load this file").focus()
    window.keyboard.press("Enter")
    expect(window.locator("h1")).to_have_text("This file was loaded")
    window.goto("/operator/services")
    assert window.locator("#text").input_value() == there + more
