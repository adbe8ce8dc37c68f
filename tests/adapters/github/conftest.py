"""A stand-in for GitHub, and adapters on it."""

from __future__ import annotations

import contextlib

import pytest

from tests.forges.github.world import Kit


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
