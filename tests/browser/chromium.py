"""Debian's Chromium, driven by Playwright; nothing of it is downloaded."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAM = shutil.which("chromium")
MISSING = "SKIPPED: no Chromium here, so no page was seen in a browser; 'apt-get install chromium' brings one"
#: For the checker of HTML.
JAVA = shutil.which("java")
NO_JAVA = "SKIPPED: no Java here, so no page's HTML was checked; 'apt-get install default-jre-headless' brings one"
#: Tests run in containers, as root; and a browser on its own asks its maker this and that.
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage")
#: A desk, and a phone: what pages are looked at in.
WIDTHS = {"desk": (1400, 900), "phone": (390, 844)}


@contextmanager
def launched() -> Iterator[Browser]:
    assert PROGRAM, MISSING
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
