"""The demo campaign, killed ten times on the way, comes to the end that its story tells."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from demo.stage import ROOT, NoPython, cast
from tests.chaos import play

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def test_ten_kills_change_nothing_of_the_end(tmp_path: Path) -> None:
    try:
        cast()
    except NoPython as error:
        pytest.skip(f"THE DEMO CAMPAIGN WAS NOT TESTED: {error}")
    if not (ROOT / ".tools" / "bin" / "uv").exists() and not shutil.which("uv"):
        pytest.skip("THE DEMO CAMPAIGN WAS NOT TESTED: there is no uv; 'make test' brings one")
    story, tally = play(tmp_path / "stage", kills=10, seed=20261123)
    assert tally.kills == 10
    assert tally.faults(story) == []
    assert tally.announced > 0
    assert sum(tally.merges.values()) > len(story.services)
