"""The contract of monitors: the test of an adapter inherits from it and gives it three fixtures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from chairlift.core.verdict import Counts
from chairlift.ports import Monitor, Unavailable
from chairlift.testing.contracts.deployer import ODD_NAMES

NOON = datetime(2021, 7, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

#: Makes traffic: service, environment, start, minutes, and requests, errors and errors by type of each minute.
Traffic = Callable[[str, str, datetime, int, int, int, Mapping[str, int]], None]


class MonitorContract:
    """What every monitor does."""

    @pytest.fixture
    def monitor(self) -> Monitor:
        """A monitor of a world without traffic."""
        raise NotImplementedError

    @pytest.fixture
    def traffic(self, monitor: Monitor) -> Traffic:
        """Makes traffic in the world of that monitor, minute by minute."""
        raise NotImplementedError

    @pytest.fixture
    def away(self) -> Monitor:
        """A monitor that cannot reach its world."""
        raise NotImplementedError

    def test_it_is_a_monitor(self, monitor: Monitor) -> None:
        assert isinstance(monitor, Monitor)

    def test_nothing_measured_is_no_quiet_hour(self, monitor: Monitor) -> None:
        assert monitor.counts("shop", "production", NOON, NOON + 60 * MINUTE) == Counts(0, 0, minutes=0, expected=60)

    def test_a_quiet_hour_is_measured(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 60, 0, 0, {})
        assert monitor.counts("shop", "production", NOON, NOON + 60 * MINUTE) == Counts(0, 0, minutes=60, expected=60)

    def test_the_window_is_summed(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 10, 100, 3, {"TypeError": 2, "KeyError": 1})
        counted = monitor.counts("shop", "production", NOON, NOON + 10 * MINUTE)
        assert counted == Counts(1000, 30, 10, 10, {"TypeError": 20, "KeyError": 10})

    def test_only_the_window_counts_with_its_start_and_without_its_end(
        self, monitor: Monitor, traffic: Traffic
    ) -> None:
        traffic("shop", "production", NOON, 10, 100, 1, {})
        counted = monitor.counts("shop", "production", NOON + 2 * MINUTE, NOON + 5 * MINUTE)
        assert counted == Counts(300, 3, minutes=3, expected=3)

    def test_minutes_without_measurement_are_missing(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 10, 100, 1, {})
        traffic("shop", "production", NOON + 50 * MINUTE, 5, 100, 1, {})
        counted = monitor.counts("shop", "production", NOON, NOON + 60 * MINUTE)
        assert counted == Counts(1500, 15, minutes=15, expected=60)

    def test_windows_side_by_side_add_up(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 10, 100, 1, {"TypeError": 1})
        early = monitor.counts("shop", "production", NOON, NOON + 4 * MINUTE)
        late = monitor.counts("shop", "production", NOON + 4 * MINUTE, NOON + 10 * MINUTE)
        assert (early.requests, late.requests) == (400, 600)
        assert (early.groups, late.groups) == ({"TypeError": 4}, {"TypeError": 6})

    def test_services_and_environments_are_apart(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 10, 100, 1, {})
        assert monitor.counts("shop", "stage", NOON, NOON + 10 * MINUTE).minutes == 0
        assert monitor.counts("till", "production", NOON, NOON + 10 * MINUTE).minutes == 0

    def test_an_empty_window_holds_nothing(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 10, 100, 1, {})
        assert monitor.counts("shop", "production", NOON, NOON) == Counts()

    def test_each_minute_is_told_apart(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 2, 100, 3, {"TypeError": 3})
        traffic("shop", "production", NOON + 2 * MINUTE, 1, 50, 0, {})
        found = monitor.minutes("shop", "production", NOON, NOON + 3 * MINUTE, MINUTE)
        assert (found.start, found.step) == (NOON, MINUTE)
        assert found.requests.tolist() == pytest.approx([100, 100, 50])
        assert found.errors.tolist() == pytest.approx([3, 3, 0])

    def test_a_minute_that_was_not_measured_is_missing(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 1, 100, 1, {})
        traffic("shop", "production", NOON + 2 * MINUTE, 2, 0, 0, {})
        found = monitor.minutes("shop", "production", NOON - MINUTE, NOON + 4 * MINUTE, MINUTE)
        assert found.measured.tolist() == [False, True, False, True, True]
        assert found.requests[found.measured].tolist() == pytest.approx([100, 0, 0])

    def test_only_minutes_of_the_window_are_told(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 10, 100, 1, {})
        found = monitor.minutes("shop", "production", NOON + 2 * MINUTE, NOON + 5 * MINUTE, MINUTE)
        assert (found.start, found.end) == (NOON + 2 * MINUTE, NOON + 5 * MINUTE)
        assert found.errors.tolist() == pytest.approx([1, 1, 1])
        assert len(monitor.minutes("shop", "production", NOON, NOON, MINUTE)) == 0

    def test_minutes_of_services_and_environments_are_apart(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 10, 100, 1, {})
        for service, environment in (("shop", "stage"), ("till", "production")):
            assert not monitor.minutes(service, environment, NOON, NOON + 10 * MINUTE, MINUTE).measured.any()

    def test_four_weeks_are_told_at_once(self, monitor: Monitor, traffic: Traffic) -> None:
        traffic("shop", "production", NOON, 1, 100, 1, {})
        found = monitor.minutes("shop", "production", NOON - timedelta(days=28), NOON + MINUTE, MINUTE)
        assert len(found) == 28 * 1440 + 1
        assert found.measured.sum() == 1

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_a_name_may_hold_anything(self, monitor: Monitor, traffic: Traffic, name: str) -> None:
        traffic(name, name, NOON, 1, 100, 1, {name: 1})
        assert monitor.counts(name, name, NOON, NOON + MINUTE) == Counts(100, 1, 1, 1, {name: 1})

    def test_away_is_never_zero(self, away: Monitor) -> None:
        with pytest.raises(Unavailable, match=r"\w"):
            away.counts("shop", "production", NOON, NOON + 10 * MINUTE)
        with pytest.raises(Unavailable, match=r"\w"):
            away.minutes("shop", "production", NOON, NOON + 10 * MINUTE, MINUTE)
