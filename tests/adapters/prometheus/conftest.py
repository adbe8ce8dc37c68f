"""A loud word where there is no Prometheus to count by; one server for each test that fills it."""

from __future__ import annotations

import pytest

from tests.adapters.prometheus.real import MISSING, PROGRAMS, running


@pytest.fixture(scope="session")
def programs():
    if not all(PROGRAMS):
        pytest.skip(MISSING)


@pytest.fixture
def world(programs, tmp_path):
    with running(tmp_path) as found:
        yield found
