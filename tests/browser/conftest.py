"""One Chromium, and the cast's campaign on a socket: each test that writes finds it as it was at first."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import JAVA, MISSING, NO_JAVA, PROGRAM, launched
from tests.browser.place import opened
from tests.browser.watching import watched

#: Of a machine that is busy with other tests; what is there is seen at once.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items):
    """All on one worker: a browser for each would be more than a small machine has room for."""
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("browser"))


def pytest_terminal_summary(terminalreporter):
    """Once, loudly: a line in a list of skips is overlooked."""
    for program, missing in ((PROGRAM, MISSING), (JAVA, NO_JAVA)):
        if program is None:
            terminalreporter.write_line(missing, red=True, bold=True)


@pytest.fixture(scope="package")
def browser():
    """Gone before other tests come: Playwright leaves a running event loop in its thread, which Django takes amiss."""
    if PROGRAM is None:
        pytest.skip(MISSING)
    with launched() as found:
        yield found


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """One server for all: starting one takes longer than most of what is done with it."""
    with opened(tmp_path_factory.mktemp("served") / "home") as place:
        yield place


@pytest.fixture(scope="module")
def gallery(served):
    """The place for a module that changes nothing."""
    served.begin_again()
    return served


@pytest.fixture
def place(served):
    """The place for a test that writes."""
    served.begin_again()
    return served


@pytest.fixture
def windows(browser, place):
    with watched(browser, place) as found:
        yield found
