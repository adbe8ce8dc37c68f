"""Somebody's window, and an eye on all that their browser asks for and complains about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import WIDTHS
from tests.browser.place import Place


@dataclass
class Eye:
    """What no page may do: ask another machine, complain, or ask for what is not there."""

    own: str
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.wrong.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)

    def taken(self) -> list[str]:
        """What was seen so far, for a test that has provoked it."""
        found, self.wrong = self.wrong, []
        return found

    def _request(self, request: Any) -> None:
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        if parts.netloc != self.own and parts.scheme != "data":
            self.wrong.append(f"asked elsewhere: {request.url}")

    def _failed(self, request: Any) -> None:
        # A second click takes the place of the first, whose request is then given up.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {request.url}: {request.failure}")

    def _response(self, response: Any) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.wrong.append(f"{response.status}: {response.url}")

    def _said(self, message: Any) -> None:
        # That of a page itself is what the tests ask for; those of its parts are seen above.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            where = message.page.url if message.page else ""
            self.wrong.append(f"{message.type} at {where}: {message.text}")


class Windows:
    """The windows of one place: one browser, a context of its own for each, signed in as whom they are for."""

    def __init__(self, browser: Browser, place: Place) -> None:
        self.browser, self.place = browser, place
        self.eye = Eye(urlsplit(place.url).netloc)
        self._keys: dict[str, Any] = {}
        self._open: list[BrowserContext] = []

    def of(self, person: str = "", width: str = "desk", scheme: str = "light", **more: Any) -> Page:
        """A window of this person; of a stranger without a name."""
        wide, high = WIDTHS[width]
        if person and person not in self._keys:
            self._keys[person] = self._sign_in(person)
        context = self._context(
            viewport={"width": wide, "height": high}, color_scheme=scheme, storage_state=self._keys.get(person), **more
        )
        return context.new_page()

    def _context(self, **more: Any) -> BrowserContext:
        context = self.browser.new_context(base_url=self.place.url, **more)
        context.set_default_timeout(60_000)
        self.eye.watch(context)
        self._open.append(context)
        return context

    def _sign_in(self, person: str) -> Any:
        page = self._context().new_page()
        sign_in(page, self.place.link(person))
        return page.context.storage_state()

    def close(self) -> None:
        for context in self._open:
            context.close()


def sign_in(page: Page, link: str, goes: str = "**/") -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(goes)


@contextmanager
def watched(browser: Browser, place: Place) -> Iterator[Windows]:
    """Fails at the end where a page did what no page may do."""
    windows = Windows(browser, place)
    try:
        yield windows
    finally:
        windows.close()
    assert not windows.eye.wrong, "\n".join(windows.eye.wrong)
