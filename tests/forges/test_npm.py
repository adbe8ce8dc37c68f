"""Where a package cannot be had, its tests are skipped, and say what is missing."""

from __future__ import annotations

import pytest

from tests.forges.npm import SKIPPED, npm_file


def test_without_npm_a_test_is_skipped_and_says_why(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.skip.Exception, match=r"apt-get install npm") as skipped:
        npm_file("@octokit/openapi", "0.0.0", "no-such-file")
    assert str(skipped.value).startswith(SKIPPED)
