"""Where a package cannot be had, its tests are skipped, and say what is missing."""

from __future__ import annotations

import pytest

from tests.forges import emulate
from tests.forges.npm import LOUD, SKIPPED, npm_file


def test_without_npm_a_test_is_skipped_and_says_why(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.skip.Exception, match=r"apt-get install npm") as skipped:
        npm_file("@octokit/openapi", "0.0.0", "no-such-file")
    assert str(skipped.value).startswith(SKIPPED)


def test_without_npm_or_a_new_node_there_is_no_second_opinion_and_it_says_why(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.skip.Exception, match=r"emulate@0.12.2; .*apt-get install npm") as skipped:
        emulate.program(tmp_path)
    assert str(skipped.value).startswith(LOUD)
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(pytest.skip.Exception, match=r"it needs Node 24, and PyPI does not bring") as skipped:
        emulate.node(tmp_path)
    assert str(skipped.value).startswith(LOUD)
