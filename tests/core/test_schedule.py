"""Durations, working hours as people write them, due dates and the ladder of reminders."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chairlift.core.schedule import (
    OFFICE_HOURS,
    Calendar,
    Duration,
    Freeze,
    due,
    latest_start,
    parse_hours,
    parse_zone,
    rungs,
)
from tests.core.calendars import (
    BERLIN,
    OFFICE,
    WEEK,
    at,
    calendars,
    days,
    instants,
)

# Durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 working days", Duration(working_days=3)),
        ("1 working day", Duration(working_days=1)),
        (" 2  Working \t Days ", Duration(working_days=2)),
        ("7 days", Duration(seconds=604_800)),
        ("2 weeks", Duration(seconds=1_209_600)),
        ("90 seconds", Duration(seconds=90)),
        ("1 hour", Duration(seconds=3600)),
        ("0 days", Duration()),
    ],
)
def test_durations_are_read(text: str, expected: Duration) -> None:
    assert Duration.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "days", "3", "-3 days", "3.5 days", "3 months", "three days", "3 days 2 hours", "٣ days", "9999999 days"],
)
def test_what_is_no_duration_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration: write '3 working days'"):
        Duration.parse(text)


@pytest.mark.parametrize("text", ["999999 weeks", "3661 days", "2700 working days"])
def test_a_duration_beyond_any_campaign_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="longer than ten years"):
        Duration.parse(text)


@given(st.integers(0, 2000), st.sampled_from(["second", "minute", "hour", "day", "week", "working day"]))
def test_a_duration_reads_back_what_it_prints(amount: int, unit: str) -> None:
    try:
        length = Duration.parse(f"{amount} {unit}s")
    except ValueError:
        assume(False)
    assert Duration.parse(str(length)) == length


def test_durations_are_printed_as_people_say_them() -> None:
    texts = ["1 working day", "14 days", "1 day", "36 hours", "90 minutes", "61 seconds", "0 seconds"]
    assert [str(Duration.parse(text)) for text in texts] == texts


# Working hours


def test_hours_are_read() -> None:
    nine_to_five = (time(9), time(17))
    assert parse_hours("mon-fri 09:00-17:00") == OFFICE_HOURS
    assert parse_hours("Mon,Wed 09:00 - 17:00") == {0: nine_to_five, 2: nine_to_five}
    assert parse_hours("sat-mon 00:00-24:00") == dict.fromkeys((0, 5, 6), (time(0), time(0)))
    assert parse_hours(" ALWAYS ") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "mon-fri",
        "mon-fri 9-17",
        "mo-fr 09:00-17:00",
        "mon- 09:00-17:00",
        "-fri 09:00-17:00",
        "mon-fri 09:00-24:30",
    ],
)
def test_what_are_no_hours_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"are no working hours: write 'mon-fri 09:00-17:00'"):
        parse_hours(text)


@pytest.mark.parametrize("text", ["mon 17:00-09:00", "mon 09:00-09:00"])
def test_hours_that_end_before_they_begin_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        parse_hours(text)


@pytest.mark.parametrize("name", ["Mars/Base", "", "Europe", "../../etc/passwd", "/etc/passwd", "a\0b", "\ud800"])
def test_an_unknown_zone_is_refused_with_the_remedy(name: str) -> None:
    with pytest.raises(ValueError, match=r"no time zone called .*Europe/Berlin"):
        parse_zone(name)
    assert parse_zone("Europe/Berlin") is BERLIN


# Due dates


def test_due_as_promised_but_within_the_deadline() -> None:
    start, deadline = at(BERLIN, 2021, 7, 5, 10), at(BERLIN, 2021, 7, 9, 10)
    assert due(start, days(2), OFFICE, deadline) == at(BERLIN, 2021, 7, 7, 10)
    assert due(start, WEEK, OFFICE, deadline) == deadline


def test_the_latest_start_leaves_room_for_all_that_is_still_to_come() -> None:
    deadline = at(BERLIN, 2021, 10, 15, 17)
    assert latest_start(deadline, [], OFFICE) == deadline
    assert latest_start(deadline, [WEEK, days(3)], OFFICE) == at(BERLIN, 2021, 10, 5, 17)


@given(calendars(), instants, st.lists(st.integers(0, 20).map(days) | st.integers(0, 10**6).map(lambda s: Duration(s))))
def test_each_thing_still_to_come_makes_the_latest_start_earlier(
    calendar: Calendar, deadline: datetime, lengths: list[Duration]
) -> None:
    starts = [latest_start(deadline, lengths[:count], calendar) for count in range(len(lengths) + 1)]
    # An hour's grace: a time of day that the spring swallows is found an hour later.
    assert all(earlier <= later + timedelta(hours=1) for later, earlier in pairwise(starts))


# Reminders


def test_the_ladder_of_a_fortnight() -> None:
    monday = at(BERLIN, 2021, 7, 5, 10)
    ladder = rungs(monday, monday + timedelta(days=14), WEEK, OFFICE)
    assert [rung.number for rung in ladder] == list(range(6))
    assert [rung.at.astimezone(BERLIN).strftime("%a %d %H:%M") for rung in ladder] == [
        "Mon 05 10:00",
        "Mon 12 10:00",
        "Mon 19 10:00",
        "Thu 22 09:00",
        "Mon 26 09:00",
        "Mon 26 10:00",
    ]
    assert ladder[0].to == ("contact",)
    assert ladder[2].to == ("contact", "backup")
    assert "lead" in ladder[3].to
    assert "manager" in ladder[5].to


def test_a_reminder_is_not_silenced_by_a_freeze() -> None:
    monday = at(BERLIN, 2021, 7, 5, 10)
    frozen = OFFICE.with_freezes([Freeze(date(2021, 1, 1), date(2021, 12, 31), "audit")])
    assert rungs(monday, None, WEEK, frozen) == rungs(monday, None, WEEK, OFFICE)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=30)])
def test_what_is_overdue_when_first_asked_gets_time_to_answer(late: timedelta) -> None:
    monday = at(BERLIN, 2021, 7, 5, 10)
    ladder = rungs(monday, monday - late, WEEK, OFFICE)
    assert ladder[0].at == monday
    assert ladder[2].at == monday + timedelta(days=7)
    assert len({rung.at for rung in ladder}) > 3


@given(calendars(), instants, st.none() | instants, st.integers(0, 10**7))
def test_rungs_are_in_order_and_never_before_the_question(
    calendar: Calendar, since: datetime, end: datetime | None, silence: int
) -> None:
    ladder = rungs(since, end, Duration(seconds=silence), calendar)
    times = [rung.at for rung in ladder]
    assert times == sorted(times)
    assert times[0] >= since
    assert [rung.number for rung in ladder] == list(range(len(ladder)))
    assert all(rung.to for rung in ladder)
    if end and end > since:
        assert times[2] >= end
