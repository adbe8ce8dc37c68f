"""The command monitor and the monitor in memory under one contract, and what each does besides."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.adapters.command_monitor import CommandMonitor, Settings, read_counts
from chairlift.core.verdict import Counts
from chairlift.ports import Monitor, Refused, Unavailable
from chairlift.testing.contracts.monitor import MINUTE, NOON, MonitorContract, Traffic
from chairlift.testing.fakes.monitor import MemoryMonitor, Rate

#: Prints the lines of the file whose service and environment are asked for, whether in the window or not.
PRINT = """
import json, sys
path, service, environment, start, end = sys.argv[1:]
assert start.endswith("+00:00") and end.endswith("+00:00"), (start, end)
for line in open(path):
    if json.loads(line)["of"] == [service, environment]:
        print(line, end="")
"""


def line(start: datetime, minutes: float, requests: int, errors: int, **more: object) -> str:
    bucket = {"start": start.isoformat(), "end": (start + minutes * MINUTE).isoformat(), "requests": requests}
    return json.dumps(bucket | {"errors": errors} | more)


def saying(*lines: str) -> CommandMonitor:
    code = f"print({chr(10).join(lines)!r})"
    return CommandMonitor(Settings(shlex.join([sys.executable, "-S", "-c", code])))


def hour(monitor: Monitor) -> Counts:
    return monitor.counts("shop", "production", NOON, NOON + 60 * MINUTE)


class TestCommandMonitor(MonitorContract):
    @pytest.fixture
    def measured(self, tmp_path: Path) -> Path:
        path = tmp_path / "measured.jsonl"
        path.touch()
        return path

    @pytest.fixture
    def monitor(self, measured: Path) -> Monitor:
        command = shlex.join([sys.executable, "-S", "-c", PRINT, str(measured)])
        return CommandMonitor(Settings(command + " {service} {environment} {start} {end}"))

    @pytest.fixture
    def traffic(self, measured: Path) -> Traffic:
        def make(
            service: str,
            environment: str,
            start: datetime,
            minutes: int,
            requests: int,
            errors: int,
            groups: Mapping[str, int],
        ) -> None:
            with measured.open("a") as file:
                for minute in range(minutes):
                    more = {"of": [service, environment], "groups": groups}
                    file.write(line(start + minute * MINUTE, 1, requests, errors, **more) + "\n")

        return make

    @pytest.fixture
    def away(self) -> Monitor:
        return CommandMonitor(Settings(shlex.join([sys.executable, "-S", "-c", "import sys; sys.exit('503')"])))


class TestMemoryMonitor(MonitorContract):
    @pytest.fixture
    def monitor(self) -> Monitor:
        return MemoryMonitor()

    @pytest.fixture
    def traffic(self, monitor: MemoryMonitor) -> Traffic:
        def make(
            service: str,
            environment: str,
            start: datetime,
            minutes: int,
            requests: int,
            errors: int,
            groups: Mapping[str, int],
        ) -> None:
            monitor.set(service, environment, start, Rate(requests, errors, groups))
            monitor.set(service, environment, start + minutes * MINUTE, None)

        return make

    @pytest.fixture
    def away(self) -> Monitor:
        return MemoryMonitor(away="503")


def test_lines_of_several_hosts_add_up_and_their_minutes_count_once() -> None:
    monitor = saying(line(NOON, 10, 100, 1), line(NOON, 10, 50, 2), line(NOON + 5 * MINUTE, 10, 10, 0))
    assert hour(monitor) == Counts(160, 3, minutes=15, expected=60)


def test_a_bucket_within_another_adds_no_minutes_and_hides_no_gap() -> None:
    monitor = saying(line(NOON, 10, 1, 0), line(NOON + 2 * MINUTE, 1, 1, 0), line(NOON + 20 * MINUTE, 10, 1, 0))
    assert hour(monitor).minutes == 20


@pytest.mark.parametrize("start", [NOON - 30 * MINUTE / 60, NOON + 59.5 * MINUTE, NOON - MINUTE, NOON + 60 * MINUTE])
def test_a_bucket_over_the_edge_is_left_out(start: datetime) -> None:
    monitor = saying(line(start, 1, 1000, 1000), line(NOON + MINUTE, 1, 100, 1))
    assert hour(monitor) == Counts(100, 1, minutes=1, expected=60)


@given(st.lists(st.tuples(st.integers(-5, 65), st.integers(1, 10)), max_size=12))
def test_minutes_are_those_that_some_line_covers(spans: list[tuple[int, int]]) -> None:
    text = "\n".join(line(NOON + start * MINUTE, length, 1, 0) for start, length in spans)
    counted = read_counts(text, NOON, NOON + 60 * MINUTE)
    inside = [(start, length) for start, length in spans if start >= 0 and start + length <= 60]
    assert counted.minutes == len({start + i for start, length in inside for i in range(length)})
    assert (counted.requests, counted.expected) == (len(inside), 60)


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        ("rubbish", "Expecting value"),
        ("[]", "not a JSON object"),
        ("{}", "'start' is no instant: not a text"),
        (line(NOON, 0, 1, 0), "ends before it begins"),
        (line(NOON, -1, 1, 0), "ends before it begins"),
        (line(NOON.replace(tzinfo=None), 1, 1, 0), "'start' is no instant: it has no time zone"),
        (line(NOON, 1, -1, 0), "requests is -1; print a whole number from 0 on"),
        (line(NOON, 1, 1, -1), "errors is -1"),
        (line(NOON, 1, 1, 2), "2 errors in 1 requests; count errors of requests alone"),
        (line(NOON, 1, 10, 1).replace("10", "NaN"), "NaN is not a number"),
        (line(NOON, 1, 1, 0).replace('"errors": 0', '"errors": 1e999'), "errors is inf"),
        (line(NOON, 1, 10, 1).replace('"errors": 1', '"errors": 0.5'), "errors is 0.5"),
        (line(NOON, 1, 10, 1).replace('"errors": 1', '"errors": true'), "errors is True"),
        (line(NOON, 1, 10, 1).replace('"errors": 1', '"errors": "1"'), "errors is 1"),
        (line(NOON, 1, 10**16, 1), "requests is 10000000000000000"),
        (line(NOON, 1, 10, 1, groups=["TypeError"]), "'groups' is not an object"),
        (line(NOON, 1, 10, 1, groups={"a\n" * 100: None}), "is None; print a whole number"),
        (line(NOON, 1, 10, 1, groups={"TypeError": 2}), "more errors of one type than the 1 errors in all"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_rubbish_is_refused_with_its_line_and_the_remedy(bad: str, cause: str) -> None:
    with pytest.raises(Refused) as refused:
        hour(saying(line(NOON, 1, 1, 0), "", bad))
    assert "prints no counts: line 3: " in str(refused.value)
    assert cause in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 500


def test_whole_numbers_may_be_written_with_a_point() -> None:
    assert hour(saying(line(NOON, 60, 100, 1).replace('"errors": 1', '"errors": 1.0'))) == Counts(100, 1, 60, 60)


def test_a_program_that_fails_after_some_lines_has_measured_nothing() -> None:
    code = f"print({line(NOON, 60, 100, 0)!r}); 1 / 0"
    with pytest.raises(Unavailable, match=r"exit code 1: .*ZeroDivisionError"):
        hour(CommandMonitor(Settings(shlex.join([sys.executable, "-S", "-c", code]))))


def test_a_program_that_hangs_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="still running after"):
        hour(
            CommandMonitor(Settings(shlex.join([sys.executable, "-S", "-c", "import time; time.sleep(60)"]), seconds=1))
        )


def test_a_program_that_prints_without_end_is_refused() -> None:
    code = "import sys\nfor _ in range(66): sys.stdout.write('x' * 999_999 + chr(10))"
    with pytest.raises(Refused, match="prints more than 64,000,000 bytes; print longer buckets"):
        hour(CommandMonitor(Settings(shlex.join([sys.executable, "-S", "-c", code]))))


def test_a_placeholder_that_does_not_exist_is_refused_at_once() -> None:
    with pytest.raises(
        Refused, match=r"unknown \{commit\}; there are \{service\}, \{environment\}, \{start\}, \{end\}"
    ):
        CommandMonitor(Settings("monitor.py {commit}"))


def test_types_of_errors_are_kept_by_frequency_and_bounded() -> None:
    groups = {f"type {number}": 1 + number % 7 for number in range(1000)}
    lines = (line(NOON + i * MINUTE, 1, 100, 50, groups={"x" * 300 + str(i): 50} | groups) for i in range(2))
    counted = hour(saying(*lines))
    assert len(counted.groups) == 200
    assert counted.groups["x" * 200] == 100
    assert set(counted.groups.values()) <= {100, 14, 12}


def test_of_a_torn_hour_what_was_measured_is_told_and_the_rest_is_missing() -> None:
    torn = saying(line(NOON, 20, 2000, 10), line(NOON + 40 * MINUTE, 0.5, 50, 0))
    found = torn.minutes("shop", "production", NOON, NOON + 60 * MINUTE, MINUTE)
    assert found.measured.tolist() == [True] * 20 + [False] * 40
    assert found.errors[:20].tolist() == pytest.approx([0.5] * 20)


def test_minutes_of_rubbish_are_refused_as_counts_are() -> None:
    with pytest.raises(Refused, match="prints no counts: line 1"):
        saying("rubbish").minutes("shop", "production", NOON, NOON + MINUTE, MINUTE)


def test_a_rate_in_memory_holds_until_the_next() -> None:
    monitor = MemoryMonitor()
    monitor.set("shop", "production", NOON, Rate(100, 1, {"TypeError": 0.5}))
    monitor.set("shop", "production", NOON + 30 * MINUTE, Rate(100, 10))
    assert hour(monitor) == Counts(6000, 330, minutes=60, expected=60, groups={"TypeError": 15})
