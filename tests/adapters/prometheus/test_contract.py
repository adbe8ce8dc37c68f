"""The contract of monitors, fulfilled on a real Prometheus."""

from __future__ import annotations

import pytest

from chairlift.ports import Examined, Monitor
from chairlift.testing.contracts.monitor import MonitorContract, Traffic
from tests.adapters.prometheus.real import Late, World, monitor


class TestPrometheus(MonitorContract):
    @pytest.fixture
    def monitor(self, world: World) -> Monitor:
        return Late(world)

    @pytest.fixture
    def traffic(self, world: World) -> Traffic:
        return world.traffic

    @pytest.fixture
    def away(self) -> Monitor:
        return monitor("http://127.0.0.1:9")


def test_the_adapter_is_the_monitor_that_is_asked() -> None:
    found = monitor("http://127.0.0.1:9")
    assert isinstance(found, Monitor)
    assert isinstance(found, Examined)
