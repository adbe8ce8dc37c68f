"""A stand-in for GitHub, adapters on it, and a loud word where it could not be had."""

from __future__ import annotations

import contextlib

import pytest

from tests.forges.github.world import Kit
from tests.forges.npm import SKIPPED


def pytest_terminal_summary(terminalreporter):
    """Once, loudly: a line in a list of skips is overlooked."""
    reasons = {
        report.longrepr[2] for report in terminalreporter.stats.get("skipped", ()) if SKIPPED in report.longrepr[2]
    }
    for reason in sorted(reasons):
        terminalreporter.write_line(reason.removeprefix("Skipped: "), red=True, bold=True)


@pytest.fixture
def kit(tmp_path):
    """At its end, whatever was asked or answered must have been as GitHub describes it."""
    with contextlib.ExitStack() as stack:
        kit = Kit(tmp_path, stack)
        yield kit
        assert kit.stand_in.wrong == []


@pytest.fixture
def world(kit):
    return kit.world
