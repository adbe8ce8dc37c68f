"""Access logs under the contract of monitors, and what each does besides: rotated, packed, torn, silent, or none."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

import pytest

from chairlift.adapters.access_log.monitor import AccessLog, Settings
from chairlift.ports import Monitor, Refused, Unavailable
from chairlift.testing.contracts.monitor import MINUTE, NOON, MonitorContract, Traffic

SECOND = timedelta(seconds=1)
JSON = {"format": "json", "type_key": "error.type", "ignore": "^GET /healthz", "late": 0}


def told(at: datetime, status: int = 200, request: str = "GET / HTTP/1.1", kind: str = "") -> str:
    return json.dumps({"time": at.isoformat(), "status": status, "request": request, "error": {"type": kind}}) + "\n"


class TestAccessLog(MonitorContract):
    """Health checks, each 15 seconds, show that a log is alive where nobody else asks for anything."""

    @pytest.fixture
    def monitor(self, tmp_path: Path) -> Monitor:
        return AccessLog(Settings((f"{tmp_path}/{{service}}@{{environment}}.log*",), quiet=45, **JSON))

    @pytest.fixture
    def traffic(self, tmp_path: Path) -> Traffic:
        def make(
            service: str,
            environment: str,
            start: datetime,
            minutes: int,
            requests: int,
            errors: int,
            groups: Mapping[str, int],
        ) -> None:
            kinds = [name for name, times in groups.items() for _ in range(times)]
            lines = [(start + place * 15 * SECOND, 200, "GET /healthz", "") for place in range(4 * minutes + 1)]
            for minute in range(minutes):
                for each in range(requests):
                    at = start + minute * MINUTE + each * MINUTE / requests
                    kind = kinds[each] if each < len(kinds) else ""
                    lines.append((at, 500 if each < errors else 200, "GET /", kind if each < errors else ""))
            name = f"{quote(service, safe='')}@{quote(environment, safe='')}.log"
            with (tmp_path / name).open("a") as file:
                file.writelines(told(*line) for line in sorted(lines))

        return make

    @pytest.fixture
    def away(self, tmp_path: Path) -> Monitor:
        return AccessLog(Settings((f"{tmp_path}/nowhere/{{service}}.log",)))


# ---- what counts ----

PARIS = timezone(timedelta(hours=2))


def combined(at: datetime, status: int = 200, request: str = "GET /cart HTTP/1.1", agent: str = "curl") -> str:
    when = at.astimezone(PARIS).strftime("%d/%b/%Y:%H:%M:%S %z")
    return f'203.0.113.7 - ana [{when}] "{request}" {status} 512 "-" "{agent}"\n'


def each_second(minutes: float, start: datetime = NOON, fails: int = 0) -> list[str]:
    """One request a second, of which the first of each minute fail."""
    moments = [start + second * SECOND for second in range(round(minutes * 60))]
    return [combined(at, 502 if at.second < fails else 200) for at in moments]


def log(tmp_path: Path, name: str, lines: list[str], pack: bool = False, changed: datetime | None = None) -> Path:
    path = tmp_path / name
    content = "".join(lines).encode()
    path.write_bytes(gzip.compress(content) if pack else content)
    if changed:
        os.utime(path, (changed.timestamp(), changed.timestamp()))
    return path


def asked(tmp_path: Path, first: float = 0, last: float = 10, **settings: object):
    found = AccessLog(Settings((f"{tmp_path}/{{service}}.log*",), **{"late": 0, **settings}))
    return found.counts("shop", "production", NOON + first * MINUTE, NOON + last * MINUTE)


def minutes(tmp_path: Path, first: float = 0, last: float = 10, **settings: object):
    found = AccessLog(Settings((f"{tmp_path}/{{service}}.log*",), **{"late": 0, **settings}))
    return found.minutes("shop", "production", NOON + first * MINUTE, NOON + last * MINUTE, MINUTE)


def test_a_status_of_500_or_more_is_an_error_and_no_other(tmp_path):
    lines = [
        combined(NOON + place * SECOND, status) for place, status in enumerate((200, 304, 404, 499, 500, 503, 599))
    ]
    log(tmp_path, "shop.log", [*lines, combined(NOON + MINUTE)])
    found = asked(tmp_path, 0, 1)
    assert (found.requests, found.errors, found.minutes) == (7, 3, 1)


def test_times_are_of_their_zone(tmp_path):
    log(tmp_path, "shop.log", each_second(11, fails=2))
    assert minutes(tmp_path).requests.tolist() == [60] * 10
    assert minutes(tmp_path).errors.tolist() == [2] * 10


@pytest.mark.parametrize(
    "line",
    [
        'shop:443 203.0.113.7 - - [05/Jul/2021:12:00:30 +0000] "GET / HTTP/1.1" 500 0 "-" "x"\n',
        '203.0.113.7 - - [05/Jul/2021:12:00:30 +0000] "GET /a\\"b [01/Jan/2000:00:00:00 +0000] HTTP/1.1" 500 0\n',
        '::1 - - [05/Jul/2021:12:00:30 +0000] "\\x16\\x03" 500 0 "-" "-"\n',
        '203.0.113.7 - - [05/Jul/2021:12:00:30 +0000] "-" 500 0\n',
        '203.0.113.7 - - [05/Jul/2021:12:00:30 +0000] "GET /\xff\xfe HTTP/1.1" 500 0\n',
        '203.0.113.7 - - [05/Jul/2021:14:00:30 +0200] "GET / HTTP/1.1" 500\n',
        '203.0.113.7 - - [05/Jul/2021:06:30:30 -0530] "GET / HTTP/1.1" 500 -\n',
    ],
)
def test_lines_of_servers_are_read(tmp_path, line):
    log(tmp_path, "shop.log", [combined(NOON), line, combined(NOON + MINUTE)])
    found = asked(tmp_path, 0, 1)
    assert (found.requests, found.errors) == (2, 1)


@pytest.mark.parametrize(
    ("at", "status", "settings"),
    [
        ("2021-07-05T12:00:30Z", 500, {}),
        ("2021-07-05T14:00:30.123+02:00", "500", {}),
        (NOON.timestamp() + 30.25, 500, {}),
        (f"{NOON.timestamp() + 30:.3f}", 500, {}),
        (int(NOON.timestamp() + 30) * 1000, 500, {}),
    ],
)
def test_times_of_json_are_read(tmp_path, at, status, settings):
    line = json.dumps({"msg": {"at": at}, "http.status": status}) + "\n"
    ends = [json.dumps({"msg": {"at": when.isoformat()}, "http.status": 200}) + "\n" for when in (NOON, NOON + MINUTE)]
    log(tmp_path, "shop.log", [ends[0], line, ends[1]])
    found = asked(tmp_path, 0, 1, format="json", time_key="msg.at", status_key="http.status", **settings)
    assert (found.requests, found.errors) == (2, 1)


# ---- when it is measured ----


def test_silence_is_quiet_for_a_while_and_then_missing(tmp_path):
    lines = [*each_second(2), *each_second(2, NOON + 6 * MINUTE)]
    log(tmp_path, "shop.log", lines)
    assert minutes(tmp_path, quiet=300).requests.tolist()[:7] == [60, 60, 0, 0, 0, 0, 60]
    assert minutes(tmp_path, quiet=60).measured.tolist()[:8] == [True, False, False, False, False, False, True, False]


def test_what_lies_before_the_first_line_and_after_the_last_is_missing(tmp_path):
    log(tmp_path, "shop.log", each_second(3, NOON + 2.5 * MINUTE))
    assert [place for place, known in enumerate(minutes(tmp_path).measured) if known] == [3, 4]


def test_the_last_seconds_may_not_be_written_yet(tmp_path):
    log(tmp_path, "shop.log", [*each_second(5), combined(NOON + 5 * MINUTE + 9 * SECOND)])
    assert minutes(tmp_path, late=10).measured.sum() == 4
    assert minutes(tmp_path, late=9).measured.sum() == 5


def test_only_whole_minutes_of_a_window_count(tmp_path):
    log(tmp_path, "shop.log", each_second(11))
    found = asked(tmp_path, 0.5, 9.5)
    assert (found.requests, found.minutes, found.expected) == (480, 8, 9)
    assert asked(tmp_path, 0.25, 0.75).minutes == 0


# ---- files ----


def test_rotated_and_packed_logs_are_one(tmp_path):
    lines = each_second(12)
    log(tmp_path, "shop.log.2.gz", lines[:200], pack=True)
    log(tmp_path, "shop.log.1", lines[200:400])
    log(tmp_path, "shop.log", lines[400:])
    assert minutes(tmp_path).requests.tolist() == [60] * 10


def test_a_log_that_is_being_packed_or_copied_is_read_once(tmp_path):
    lines = each_second(12)
    log(tmp_path, "shop.log.1", lines[:400])
    log(tmp_path, "shop.log.1.gz", lines[:400], pack=True)
    log(tmp_path, "shop.log", lines[400:])
    log(tmp_path, "shop.log.copy", lines[400:700])
    assert minutes(tmp_path).requests.tolist() == [60] * 10


def short() -> list[str]:
    """So short that its beginning does not tell it from others."""
    return [combined(NOON + place * 3 * SECOND) for place in range(21)]


def test_a_log_of_two_names_is_read_once(tmp_path):
    log(tmp_path, "shop.log", short())
    os.link(tmp_path / "shop.log", tmp_path / "shop.log.link")
    (tmp_path / "shop.log.symbolic").symlink_to(tmp_path / "shop.log")
    assert minutes(tmp_path, 0, 1).requests.tolist() == [20]


def test_a_short_log_that_is_being_packed_is_read_once(tmp_path):
    log(tmp_path, "shop.log.1", short())
    log(tmp_path, "shop.log.1.gz", short(), pack=True)
    assert minutes(tmp_path, 0, 1).requests.tolist() == [20]


def test_short_logs_of_hosts_that_are_asked_the_same_are_two(tmp_path):
    log(tmp_path, "shop.log-a", short())
    log(tmp_path, "shop.log-b", short())
    assert minutes(tmp_path, 0, 1).requests.tolist() == [40]


def test_logs_of_several_hosts_add_up(tmp_path):
    log(tmp_path, "shop.log-a", [line.replace("203.0.113.7", "a") for line in each_second(12)])
    log(tmp_path, "shop.log-b", [line.replace("203.0.113.7", "b") for line in each_second(12, fails=1)])
    assert minutes(tmp_path).requests.tolist() == [120] * 10
    assert minutes(tmp_path).errors.tolist() == [1] * 10


def test_a_line_that_is_still_being_written_is_none_yet(tmp_path):
    torn = combined(NOON + 59 * SECOND, 500)[:-1]
    log(tmp_path, "shop.log", [*each_second(1), combined(NOON + MINUTE), torn])
    found = asked(tmp_path, 0, 2)
    assert (found.requests, found.errors, found.minutes) == (60, 0, 1)


def test_lines_out_of_order_are_where_they_belong(tmp_path):
    lines = each_second(12, fails=3)
    chance = random.Random(7)
    lines.sort(key=lambda line: lines_at(line) + chance.random() * 100)
    log(tmp_path, "shop.log", [combined(NOON - 120 * SECOND), *lines, combined(NOON + 15 * MINUTE)])
    assert minutes(tmp_path).requests.tolist() == [60] * 10
    assert minutes(tmp_path).errors.tolist() == [3] * 10


def lines_at(line: str) -> float:
    return datetime.strptime(line.partition("[")[2].partition("]")[0], "%d/%b/%Y:%H:%M:%S %z").timestamp()


def test_of_a_large_log_only_the_window_is_read(tmp_path):
    """Two days of a line a second are 14 MB, of which ten minutes and what tells of their edges are read."""
    log(tmp_path, "shop.log", each_second(2 * 1440, NOON - 1440 * MINUTE, fails=1))
    found = minutes(tmp_path, megabytes=2)
    assert (found.requests.tolist(), found.errors.tolist()) == ([60] * 10, [1] * 10)
    with pytest.raises(Refused, match="hold more than 2 megabytes of this window: raise 'megabytes'"):
        minutes(tmp_path, -1440, 10, megabytes=2)


def test_what_was_not_changed_since_is_not_even_read(tmp_path):
    log(tmp_path, "shop.log.1", ["rubbish\n"] * 1000, changed=NOON - 60 * MINUTE)
    log(tmp_path, "shop.log", each_second(12))
    assert minutes(tmp_path).measured.all()


def test_endless_lines_are_bounded(tmp_path):
    log(tmp_path, "shop.log", ["x" * 3_000_000])
    with pytest.raises(Refused, match="more than 1 megabytes"):
        minutes(tmp_path, megabytes=1)
    log(tmp_path, "shop.log", [*each_second(11), "x" * 200_000 + combined(NOON, 500)])
    assert asked(tmp_path).errors == 0


def test_a_bomb_is_bounded(tmp_path):
    log(tmp_path, "shop.log.gz", ["\n" * 5_000_000], pack=True)
    with pytest.raises(Refused, match="more than 1 megabytes"):
        minutes(tmp_path, megabytes=1)


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "shop.log.pipe")
    (tmp_path / "shop.log.d").mkdir()
    log(tmp_path, "shop.log", each_second(11))
    assert minutes(tmp_path).measured.sum() == 10


def test_a_torn_archive_is_unavailable_and_never_fewer_requests(tmp_path):
    path = log(tmp_path, "shop.log.1.gz", each_second(600), pack=True)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Unavailable, match="cannot be unpacked"):
        minutes(tmp_path, 590, 600)


def test_another_format_is_refused_with_the_remedy(tmp_path):
    log(tmp_path, "shop.log", each_second(1))
    with pytest.raises(Refused, match=r"shop\.log: 60 of 60 lines are not of the format json; set 'format'"):
        minutes(tmp_path, format="json")
    log(tmp_path, "shop.log", ["[" * 5000 + "\n", "{}\n", "7\n", '{"time": true, "status": 500}\n', "\n"] * 10)
    with pytest.raises(Refused, match="50 of 50 lines"):
        minutes(tmp_path, format="json")


@pytest.mark.parametrize("line", ['{"time": "2021-07-05T12:00:30", "status": 500}', '{"time": 1e999, "status": 500}'])
def test_a_time_without_a_zone_is_none(tmp_path, line):
    log(tmp_path, "shop.log", [told(NOON), line + "\n", told(NOON + MINUTE)])
    assert asked(tmp_path, 0, 1, format="json").errors == 0


def test_a_name_means_only_itself(tmp_path):
    log(tmp_path, "shop.log", each_second(11))
    found = AccessLog(Settings((f"{tmp_path}/{{service}}.log",), late=0))
    for name in ("*", "s?op", "[s]hop", "../shop", "x/../shop", "shop\0"):
        assert found.counts(name, "production", NOON, NOON + 10 * MINUTE).minutes == 0, name
    found = AccessLog(Settings((f"{tmp_path}/x/{{service}}/shop.log",), late=0))
    (tmp_path / "x").mkdir()
    with pytest.raises(Unavailable, match="there is no folder"):
        found.counts("..", "production", NOON, NOON + 10 * MINUTE)


def test_a_log_that_cannot_be_opened_is_refused(tmp_path):
    (tmp_path / "shop.log").symlink_to("shop.log")
    with pytest.raises(Refused, match=r"shop\.log cannot be opened: .*; let Chairlift read it"):
        minutes(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"files": ()}, "files are patterns from the root on"),
        ({"files": ("logs/*.log",)}, "files are patterns from the root on"),
        ({"files": ("/var/log/{servcie}.log",)}, "unknown {servcie}; there are {service}, {environment}"),
        ({"format": "clf"}, "there is no format 'clf'; there are combined, json"),
        ({"ignore": "("}, "ignore = '(' is no pattern"),
        ({"quiet": 0}, "are whole numbers from 1 on"),
        ({"late": -1}, "late from 0 on"),
    ],
)
def test_settings_that_cannot_work_are_refused(wrong, cause):
    with pytest.raises(Refused) as refused:
        Settings(**{"files": ("/var/log/{service}.log",), **wrong})
    assert cause in str(refused.value)
