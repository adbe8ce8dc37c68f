"""What New Relic counts, and what of it was measured: the contract of monitors, and what is New Relic's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chairlift.adapters.newrelic.monitor import NewRelic
from chairlift.core.judging.minutes import Minutes
from chairlift.core.verdict import Counts
from chairlift.ports import Monitor
from chairlift.testing.contracts.monitor import MINUTE, NOON, MonitorContract, Traffic
from tests.adapters.newrelic.conftest import APP
from tests.newrelic.world import World, guid_of

HOUR = 60 * MINUTE
DAY = timedelta(days=1)
MISSING = None


class TestNewRelic(MonitorContract):
    @pytest.fixture
    def monitor(self, made) -> Monitor:
        return made()

    @pytest.fixture
    def traffic(self, world) -> Traffic:
        def make(
            service: str,
            environment: str,
            start: datetime,
            minutes: int,
            requests: int,
            errors: int,
            groups: Mapping[str, int],
        ) -> None:
            sent = {"requests": requests, "errors": errors, "groups": groups}
            world.traffic(f"{service} ({environment})", start, minutes, **sent)

        return make

    @pytest.fixture
    def away(self, made) -> Monitor:
        return made(url="http://127.0.0.1:1/graphql")


def told(monitor: NewRelic, start: datetime, end: datetime, step: timedelta = MINUTE) -> Minutes:
    return monitor.minutes("shop", "production", start, end, step)


def requests(found: Minutes) -> list[float | None]:
    return [MISSING if np.isnan(each) else round(float(each), 6) for each in found.requests]


class TestWhatIsMissing:
    def test_a_zero_where_no_agent_reported_is_missing_and_where_one_did_it_was_quiet(self, monitor, world):
        world.traffic(APP, NOON, 1, requests=10)
        world.traffic(APP, NOON + 2 * MINUTE, 1, requests=0, reporting=2)
        world.traffic(APP, NOON + 3 * MINUTE, 1, requests=0, reporting=0)
        found = told(monitor, NOON, NOON + 4 * MINUTE)
        assert requests(found) == [10, MISSING, 0, MISSING]
        assert np.isnan(found.errors[[1, 3]]).all()
        assert monitor.counts("shop", "production", NOON, NOON + 4 * MINUTE) == Counts(10, 0, 2, 4)

    def test_requests_are_measured_though_no_agent_counts_its_instances(self, monitor, world):
        world.traffic(APP, NOON, 1, requests=10, reporting=0)
        assert requests(told(monitor, NOON, NOON + MINUTE)) == [10]

    def test_a_sum_of_errors_over_nothing_is_none(self, monitor, world):
        world.empty = None
        world.traffic(APP, NOON, 1, requests=10)
        world.traffic(APP, NOON + MINUTE, 1, requests=0)
        assert told(monitor, NOON, NOON + 2 * MINUTE).errors.tolist() == [0, 0]

    def test_a_null_where_requests_stand_is_missing(self, monitor, world, server):
        world.traffic(APP, NOON, 3, requests=10)
        server.bent = lambda rows: [{**row, "requests": None} if n == 1 else row for n, row in enumerate(rows)]
        assert requests(told(monitor, NOON, NOON + 3 * MINUTE)) == [10, MISSING, 10]

    def test_what_has_not_arrived_whole_is_missing(self, monitor, made, world):
        """It is 12:05:30, and what ended after 12:02:30 may still come."""
        world.traffic(APP, NOON, 10, requests=10, errors=1, groups={"KeyError": 1})
        world.now = NOON + 5.5 * MINUTE
        assert requests(told(monitor, NOON, NOON + 5 * MINUTE)) == [10, 10, MISSING, MISSING, MISSING]
        counted = monitor.counts("shop", "production", NOON, NOON + 5 * MINUTE)
        assert counted == Counts(20, 2, 2, 5, {"KeyError": 2})
        assert requests(told(made(settle=0), NOON, NOON + 5 * MINUTE)) == [10] * 5

    def test_nothing_is_asked_of_a_time_that_has_not_arrived(self, monitor, world, server):
        world.now = NOON
        assert not told(monitor, NOON, NOON + HOUR).measured.any()
        assert monitor.counts("shop", "production", NOON, NOON + HOUR) == Counts(expected=60)
        assert server.bodies == []

    def test_an_application_that_new_relic_does_not_know_is_missing_and_that_is_told(self, monitor):
        found = told(monitor, NOON, NOON + HOUR)
        assert not found.measured.any()
        assert found.odd == ("New Relic knows no such application, at least not then: check app or entity",)

    def test_rows_that_are_not_there_are_missing(self, monitor, world, server):
        world.traffic(APP, NOON, 3, requests=10)
        server.bent = lambda rows: rows[1:]
        assert requests(told(monitor, NOON, NOON + 3 * MINUTE)) == [MISSING, 10, 10]

    @pytest.mark.parametrize(
        ("wrong", "word"),
        [
            ({"errors": 11}, "1 minute with more errors than requests"),
            ({"requests": -1}, "1 minute with counts below zero"),
            ({"requests": float("nan")}, "1 minute with counts that are no numbers"),
        ],
    )
    def test_counts_that_cannot_be_are_missing(self, monitor, world, server, wrong, word):
        world.traffic(APP, NOON, 3, requests=10)
        server.bent = lambda rows: [row | (wrong if n == 1 else {}) for n, row in enumerate(rows)]
        found = told(monitor, NOON, NOON + 3 * MINUTE)
        assert requests(found) == [10, MISSING, 10]
        assert found.odd == (word,)

    def test_a_minute_that_is_told_twice_and_differently_is_missing(self, monitor, world, server):
        world.traffic(APP, NOON, 2, requests=10)
        server.bent = lambda rows: [*rows, rows[1] | {"requests": 11}]
        assert requests(told(monitor, NOON, NOON + 2 * MINUTE)) == [10, MISSING]

    def test_what_new_relic_remarks_is_passed_on(self, monitor, world, server):
        world.traffic(APP, NOON, 1, requests=10)
        server.messages = ["Results may be incomplete\n" * 100]
        (remark,) = told(monitor, NOON, NOON + MINUTE).odd
        assert remark.startswith("Results may be incomplete Results")
        assert len(remark) <= 300


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=30),
    st.integers(-5, 35),
    st.integers(0, 40),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_measured_is_told_and_nothing_else(monitor, server, sent, start, length):
    """Whatever came of each minute: requests, errors and reports of agents."""
    server.world = world = World(server.world.now)
    world.traffic(APP, NOON - HOUR, 1, requests=1)
    for place, (count, errors, reporting) in enumerate(sent):
        world.traffic(APP, NOON + place * MINUTE, 1, requests=count, errors=min(count, errors), reporting=reporting)
    begin = NOON + start * MINUTE
    found = told(monitor, begin, begin + length * MINUTE)
    within = [sent[place] if 0 <= place < len(sent) else (0, 0, 0) for place in range(start, start + length)]
    assert requests(found) == [count if count or reporting else MISSING for count, _, reporting in within]
    errors = [min(count, errors) for count, errors, reporting in within if count or reporting]
    assert found.errors[found.measured].tolist() == errors


class TestWhatIsOld:
    """New Relic keeps minutes for eight days, and then hours."""

    def test_minutes_of_before_are_hours_spread_evenly(self, monitor, world):
        noon = NOON - 10 * DAY
        world.traffic(APP, noon, 30, requests=100, errors=2)
        world.traffic(APP, noon + 30 * MINUTE, 30, requests=0)
        found = told(monitor, noon - HOUR, noon + 2 * HOUR)
        assert requests(found) == [MISSING] * 60 + [50] * 60 + [MISSING] * 60
        assert found.errors[60:120].tolist() == pytest.approx([1] * 60)

    def test_an_hour_without_requests_was_quiet_only_where_agents_reported_all_through_it(self, monitor, world):
        noon = NOON - 10 * DAY
        world.traffic(APP, noon, 5, requests=0, reporting=4)
        world.traffic(APP, noon + HOUR, 55, requests=0)
        found = told(monitor, noon, noon + 2 * HOUR)
        assert requests(found) == [MISSING] * 60 + [0] * 60

    def test_an_hour_that_reaches_over_the_edge_is_missing(self, monitor, world):
        noon = NOON - 10 * DAY
        world.traffic(APP, noon - HOUR, 240, requests=100)
        found = told(monitor, noon - 10 * MINUTE, noon + 70 * MINUTE)
        assert requests(found) == [MISSING] * 10 + [100] * 60 + [MISSING] * 10

    def test_where_hours_end_minutes_begin(self, monitor, world):
        """It is 15:00, so that the first minute which is kept is that of 15:00, eight days ago."""
        edge = world.now - 8 * DAY
        world.traffic(APP, edge - 30 * MINUTE, 30, requests=100)
        world.traffic(APP, edge, 30, requests=100)
        found = told(monitor, edge - HOUR, edge + HOUR)
        assert requests(found) == [50] * 60 + [100] * 30 + [MISSING] * 30

    def test_who_keeps_them_longer_says_so(self, made, world):
        noon = NOON - 8 * DAY + HOUR
        world.traffic(APP, noon, 1, requests=100)
        world.now = noon + 8 * DAY
        assert requests(told(made(minute_days=9), noon, noon + 2 * MINUTE)) == [100, MISSING]

    @pytest.mark.parametrize("wrong", [{"errors": 1000}, {"requests": -1}, {"requests": float("inf")}])
    def test_an_hour_with_counts_that_cannot_be_is_missing(self, monitor, world, server, wrong):
        noon = NOON - 10 * DAY
        world.traffic(APP, noon, 120, requests=1)
        server.bent = lambda rows: [rows[0] | wrong, rows[1]]
        found = told(monitor, noon, noon + 2 * HOUR)
        assert requests(found) == [MISSING] * 60 + [1] * 60
        assert found.odd == ("25 June 12:00 to 13:00 has counts that cannot be",)

    def test_an_hour_that_is_told_twice_and_differently_is_missing(self, monitor, world, server):
        noon = NOON - 10 * DAY
        world.traffic(APP, noon, 60, requests=1)
        server.bent = lambda rows: [rows[0], rows[0] | {"requests": 61}, rows[0]]
        assert not told(monitor, noon, noon + HOUR).measured.any()


def test_longer_times_than_were_asked_for_are_spread_evenly(monitor, world, server):
    """So New Relic answers where it finds a window too long for minutes."""
    world.traffic(APP, NOON, 10, requests=10, errors=1)

    def by_five(rows):
        halves = (rows[:5], rows[5:])
        sums = [
            {name: sum(row[name] for row in half) for name in ("requests", "errors", "reporting")} for half in halves
        ]
        return [
            each | {"beginTimeSeconds": half[0]["beginTimeSeconds"], "endTimeSeconds": half[-1]["endTimeSeconds"]}
            for each, half in zip(sums, halves, strict=True)
        ]

    server.bent = by_five
    found = told(monitor, NOON, NOON + 10 * MINUTE)
    assert requests(found) == [10] * 10
    assert found.errors.tolist() == pytest.approx([1] * 10)


def test_shorter_minutes_have_their_part_of_a_minute(monitor, world):
    world.traffic(APP, NOON, 2, requests=60, errors=6)
    found = told(monitor, NOON, NOON + 2 * MINUTE, timedelta(seconds=10))
    assert requests(found) == [10] * 12
    assert found.errors.tolist() == pytest.approx([1] * 12)


class TestCounts:
    @pytest.mark.parametrize("beyond", [10, 30, 59])
    def test_only_whole_minutes_of_the_window_count(self, monitor, world, beyond):
        world.traffic(APP, NOON - MINUTE, 12, requests=10, errors=1, groups={"KeyError": 1})
        part = timedelta(seconds=beyond)
        counted = monitor.counts("shop", "production", NOON - part, NOON + 10 * MINUTE + part)
        assert counted == Counts(100, 10, 10, pytest.approx(10 + beyond / 30), {"KeyError": 10})

    def test_less_than_a_minute_was_not_measured(self, monitor, world):
        world.traffic(APP, NOON - MINUTE, 3, requests=10)
        counted = monitor.counts("shop", "production", NOON + MINUTE / 4, NOON + MINUTE / 2)
        assert counted == Counts(expected=0.25)

    @pytest.mark.parametrize("hours", [6, 7, 24, 24 * 7])
    @pytest.mark.parametrize(("early", "late"), [(0, 0), (20, 0), (0, 40), (20.5, 40.5)])
    def test_a_long_window_costs_one_request_and_counts_the_same(self, monitor, world, server, hours, early, late):
        """Minutes at both ends, and whole hours between."""
        last = NOON - 3 * HOUR + late * MINUTE
        first = NOON - 3 * HOUR - hours * HOUR - early * MINUTE
        for place in range(0, hours * 60 + 60, 7):
            sent = {"requests": 10 + place % 9, "errors": place % 5, "groups": {"KeyError": place % 5}}
            world.traffic(APP, NOON - 3 * HOUR - hours * HOUR + (place - 30) * MINUTE, 1, **sent)
        counted = monitor.counts("shop", "production", first, last)
        within = [sent for at, sent in world.apps[APP].items() if first <= at and at + MINUTE <= last]
        assert counted.requests == sum(sent.requests for sent in within)
        assert counted.errors == counted.groups["KeyError"] == sum(sent.errors for sent in within)
        assert counted.minutes <= counted.expected == pytest.approx(hours * 60 + early + late)
        assert len(server.bodies) == 1

    def test_errors_are_those_of_metrics_and_types_the_least_that_there_were(self, monitor, world):
        """An agent keeps 100 events a minute."""
        world.traffic(APP, NOON, 10, requests=1000, errors=500, groups={"KeyError": 400, "TypeError": 100})
        counted = monitor.counts("shop", "production", NOON, NOON + 10 * MINUTE)
        assert counted == Counts(10_000, 5000, 10, 10, {"KeyError": 1000})

    def test_types_are_kept_by_frequency_and_bounded(self, monitor, world):
        groups = {f"{'x' * 300}{number}": 1 for number in range(40)} | {"KeyError": 2}
        world.traffic(APP, NOON, 1, requests=1000, errors=500, groups=groups)
        for number in range(300):
            world.traffic(APP, NOON + (1 + number) * MINUTE / 2, 1, requests=2, errors=1, groups={f"type {number}": 1})
        counted = monitor.counts("shop", "production", NOON, NOON + 2.5 * HOUR)
        assert counted.groups["KeyError"] == 2
        assert counted.groups["x" * 200] == 40
        assert len(counted.groups) <= 200

    def test_an_error_without_a_class_is_of_no_type(self, monitor, world, server):
        world.traffic(APP, NOON, 1, requests=10, errors=3, groups={"KeyError": 1, "none": 2})
        server.bent = lambda rows: [row | {"facet": None} if row.get("facet") == "none" else row for row in rows]
        assert monitor.counts("shop", "production", NOON, NOON + MINUTE).groups == {"KeyError": 1}


class TestByGuid:
    def test_an_application_can_be_found_by_its_guid(self, made, world):
        world.traffic("Shop on the sea", NOON, 1, requests=10, errors=1, groups={"KeyError": 1})
        world.traffic("another", NOON, 1, requests=1000)
        guid = guid_of("Shop on the sea")
        monitor = made(app="", entity="{environment}", names=(f"production={guid}",))
        assert monitor.counts("shop", "production", NOON, NOON + MINUTE) == Counts(10, 1, 1, 1, {"KeyError": 1})


def test_environments_that_new_relic_calls_otherwise_have_their_names_there(made, world):
    world.traffic("prod-shop", NOON, 1, requests=10)
    world.traffic("stage-shop", NOON, 1, requests=1)
    monitor = made(app="{environment}-{service}", names=("production = prod",))
    assert monitor.counts("shop", "production", NOON, NOON + MINUTE).requests == 10
    assert monitor.counts("shop", "stage", NOON, NOON + MINUTE).requests == 1
