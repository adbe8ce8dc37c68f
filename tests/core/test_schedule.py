"""Durations, calendars across the world's odd clocks, due dates and the ladder of reminders."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chairlift.core.schedule import (
    ALWAYS,
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

BERLIN, NEW_YORK, KOLKATA, APIA = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")
)
OFFICE = Calendar(BERLIN, OFFICE_HOURS)
WEEK = Duration(seconds=7 * 86_400)


def at(zone: ZoneInfo, *fields: int) -> datetime:
    return datetime(*fields, tzinfo=zone)


def days(amount: int) -> Duration:
    return Duration(working_days=amount)


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


# Opening


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(BERLIN, 2021, 7, 5, 9), at(BERLIN, 2021, 7, 5, 9)),
        (at(BERLIN, 2021, 7, 5, 16, 59), at(BERLIN, 2021, 7, 5, 16, 59)),
        (at(BERLIN, 2021, 7, 5, 3), at(BERLIN, 2021, 7, 5, 9)),
        (at(BERLIN, 2021, 7, 5, 17), at(BERLIN, 2021, 7, 6, 9)),
        (at(BERLIN, 2021, 7, 9, 18), at(BERLIN, 2021, 7, 12, 9)),
    ],
    ids=["at opening", "before closing", "early", "at closing", "over the weekend"],
)
def test_next_opening(now: datetime, opens: datetime) -> None:
    assert OFFICE.next_open(now) == opens
    assert OFFICE.is_open(now) is (now == opens)


@pytest.mark.parametrize(
    ("zone", "friday", "hours_later"),
    [
        (BERLIN, (2021, 3, 26, 17), 63),
        (BERLIN, (2021, 10, 29, 17), 65),
        (NEW_YORK, (2021, 3, 12, 17), 63),
        (NEW_YORK, (2021, 11, 5, 17), 65),
        (KOLKATA, (2021, 3, 26, 17), 64),
        (APIA, (2011, 12, 29, 17), 64),
    ],
    ids=["spring", "autumn", "spring US", "autumn US", "no change", "the skipped Friday"],
)
def test_weekends_are_as_long_as_the_clock_makes_them(
    zone: ZoneInfo, friday: tuple[int, ...], hours_later: int
) -> None:
    # Samoa went from Thursday the 29th to Saturday the 31st of December 2011: its weekend began a day early.
    closed = at(zone, *friday)
    opens = Calendar(zone, OFFICE_HOURS).next_open(closed)
    assert opens.astimezone(zone).time() == time(9)
    assert opens.astimezone(zone).weekday() == 0
    assert opens - closed.astimezone(UTC) == timedelta(hours=hours_later)


def test_the_skipped_day_is_not_worked() -> None:
    samoa = Calendar(APIA, OFFICE_HOURS)
    saturday = at(APIA, 2011, 12, 31, 10)
    assert not samoa.is_open(saturday)
    assert samoa.add(at(APIA, 2011, 12, 29, 10), days(1)) == at(APIA, 2012, 1, 2, 10)
    assert samoa.back(at(APIA, 2012, 1, 2, 10), days(1)) == at(APIA, 2011, 12, 29, 10)
    assert Calendar(APIA, always=True).is_open(saturday)


def test_hours_that_the_spring_swallows_are_no_opening() -> None:
    night = Calendar(BERLIN, {6: (time(2, 30), time(3))})
    assert night.next_open(at(BERLIN, 2021, 3, 27, 12)) == at(BERLIN, 2021, 4, 4, 2, 30)


def test_holidays_and_freezes_are_closed() -> None:
    calendar = Calendar(BERLIN, OFFICE_HOURS, frozenset({date(2021, 12, 24)}))
    frozen = calendar.with_freezes([Freeze(date(2021, 12, 27), date(2021, 12, 31), "year end")])
    christmas = at(BERLIN, 2021, 12, 24, 10)
    assert calendar.next_open(christmas) == at(BERLIN, 2021, 12, 27, 9)
    assert frozen.next_open(christmas) == at(BERLIN, 2022, 1, 3, 9)
    assert frozen.freeze(christmas) is None
    assert frozen.freeze(at(BERLIN, 2021, 12, 31, 23, 59)).why == "year end"  # type: ignore[union-attr]
    assert frozen.freeze(at(BERLIN, 2022, 1, 1, 0)) is None
    assert frozen.with_freezes([]).freezes == frozen.freezes


def test_a_freeze_is_over_when_the_day_is_over_in_the_zone_of_the_calendar() -> None:
    frozen = Calendar(KOLKATA, always=True).with_freezes([Freeze(date(2021, 10, 1), date(2021, 10, 1), "audit")])
    assert frozen.is_open(datetime(2021, 9, 30, 18, 29, tzinfo=UTC))
    assert not frozen.is_open(datetime(2021, 9, 30, 18, 30, tzinfo=UTC))
    assert frozen.next_open(datetime(2021, 9, 30, 18, 30, tzinfo=UTC)) == datetime(2021, 10, 1, 18, 30, tzinfo=UTC)


def test_always_means_nights_and_weekends_but_not_holidays() -> None:
    saturday_night = datetime(2021, 7, 10, 23, 59, 59, tzinfo=UTC)
    assert ALWAYS.next_open(saturday_night) == saturday_night
    off = Calendar(always=True, holidays=frozenset({date(2021, 7, 10)}))
    assert off.next_open(saturday_night) == datetime(2021, 7, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "calendar",
    [
        Calendar(),
        Calendar(hours=OFFICE_HOURS).with_freezes([Freeze(date(2000, 1, 1), date(2100, 1, 1), "for ever")]),
        Calendar(
            hours={0: (time(9), time(17))}, holidays=frozenset(date(2021, 1, 4) + timedelta(7 * i) for i in range(200))
        ),
    ],
    ids=["no hours", "frozen for ever", "every Monday is a holiday"],
)
def test_a_calendar_that_never_opens_says_so(calendar: Calendar) -> None:
    now = datetime(2021, 7, 5, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="never opens: check its hours, holidays and freezes"):
        calendar.next_open(now)
    assert not calendar.is_open(now)
    assert [rung.at for rung in rungs(now, None, WEEK, Calendar())] == [now + timedelta(weeks=i) for i in range(4)]


def test_working_days_need_a_day_that_is_worked() -> None:
    now = datetime(2021, 7, 5, 10, tzinfo=UTC)
    with pytest.raises(ValueError, match="no working day: check its hours and holidays"):
        Calendar().add(now, days(1))
    assert Calendar().add(now, WEEK) == now + timedelta(days=7)


zones = st.sampled_from(
    [BERLIN, NEW_YORK, KOLKATA, APIA, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Sao_Paulo"), UTC]
)


def moments(first: date, last: date) -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime.combine(first, time()), datetime.combine(last, time()), timezones=st.just(UTC))


instants = moments(date(2009, 1, 1), date(2030, 1, 1))
near_2011 = st.dates(date(2011, 12, 20), date(2012, 1, 10))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    clocks = st.tuples(st.times(), st.times()).map(sorted).filter(lambda pair: pair[0] < pair[1]).map(tuple)
    whole = st.just((time.min, time.min))
    first = draw(near_2011)
    return Calendar(
        zone=draw(zones),
        hours=draw(st.dictionaries(st.integers(0, 6), clocks | whole, min_size=1)),
        holidays=draw(st.frozensets(near_2011, max_size=5)),
        freezes=(Freeze(first, first + timedelta(days=draw(st.integers(-1, 20))), "audit"),),
        always=draw(st.booleans()),
    )


@given(calendars(), instants | moments(date(2011, 12, 25), date(2012, 1, 5)))
def test_the_next_opening_is_open_and_not_past_and_the_first(calendar: Calendar, now: datetime) -> None:
    opens = calendar.next_open(now)
    assert opens >= now
    assert calendar.is_open(opens)
    assert calendar.freeze(opens) is None
    assert calendar.next_open(opens) == opens
    assert opens.astimezone(calendar.zone).date() not in calendar.holidays
    if opens > now:
        assert not calendar.is_open(now)
        assert not calendar.is_open(now + (opens - now) / 2)


# Working days

#: Clocks are changed at night: at these hours, each wall-clock time exists once on every day.
daylight = st.times(time(4), time(22))


@st.composite
def worked(draw: st.DrawFn, calendar: Calendar) -> datetime:
    day = draw(st.dates(date(2010, 1, 1), date(2029, 1, 1)) | near_2011)
    instant = datetime.combine(day, draw(daylight), calendar.zone)
    local = instant.astimezone(UTC).astimezone(calendar.zone)
    assume(
        local.date() == day and (calendar.always or day.weekday() in calendar.hours) and day not in calendar.holidays
    )
    return instant


@given(st.data(), calendars(), st.integers(0, 30))
def test_adding_and_going_back_are_inverse_on_working_days(
    data: st.DataObject, calendar: Calendar, amount: int
) -> None:
    start = data.draw(worked(calendar))
    assert calendar.back(calendar.add(start, days(amount)), days(amount)) == start
    assert calendar.add(calendar.back(start, days(amount)), days(amount)) == start


@given(calendars(), instants, st.integers(0, 30), st.integers(0, 10**6))
def test_what_is_started_in_time_is_over_in_time(calendar: Calendar, end: datetime, amount: int, seconds: int) -> None:
    assume(time(4) <= end.astimezone(calendar.zone).time() <= time(22))
    for length in (days(amount), Duration(seconds=seconds)):
        assert calendar.add(calendar.back(end, length), length) <= end


@given(calendars(), instants, st.integers(0, 30))
@example(OFFICE, at(BERLIN, 2021, 7, 10, 3), 1)
def test_so_many_whole_working_days_lie_in_between(calendar: Calendar, start: datetime, amount: int) -> None:
    assume(time(4) <= start.astimezone(calendar.zone).time() <= time(22))
    end = calendar.add(start, days(amount))
    local, day, count = end.astimezone(calendar.zone), start.astimezone(calendar.zone).date(), 0
    while day < local.date():
        exists = datetime.combine(day, time(12), calendar.zone).astimezone(UTC).astimezone(calendar.zone).date() == day
        count += exists and (calendar.always or day.weekday() in calendar.hours) and day not in calendar.holidays
        day += timedelta(days=1)
    assert count == amount
    assert local.time() == start.astimezone(calendar.zone).time()


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        (at(BERLIN, 2021, 7, 5, 10), 3, at(BERLIN, 2021, 7, 8, 10)),
        (at(BERLIN, 2021, 7, 8, 10), 3, at(BERLIN, 2021, 7, 13, 10)),
        (at(BERLIN, 2021, 7, 9, 20), 1, at(BERLIN, 2021, 7, 12, 20)),
        (at(BERLIN, 2021, 7, 10, 3), 1, at(BERLIN, 2021, 7, 13, 3)),
        (at(BERLIN, 2021, 3, 26, 10), 1, at(BERLIN, 2021, 3, 29, 10)),
        (at(BERLIN, 2021, 7, 5, 10), 0, at(BERLIN, 2021, 7, 5, 10)),
    ],
    ids=["in a week", "over a weekend", "Friday evening", "Saturday night", "clock change", "none"],
)
def test_working_days_by_example(start: datetime, amount: int, end: datetime) -> None:
    assert OFFICE.add(start, days(amount)) == end


def test_clock_time_is_clock_time_even_when_clocks_are_changed() -> None:
    eve = at(BERLIN, 2021, 3, 27, 12)
    assert OFFICE.add(eve, Duration(seconds=86_400)) == at(BERLIN, 2021, 3, 28, 13)
    assert OFFICE.back(at(BERLIN, 2021, 3, 28, 13), Duration(seconds=86_400)) == eve


def test_long_durations_are_counted_to_their_end() -> None:
    one_day_a_week = Calendar(hours={0: (time(9), time(17))})
    monday = datetime(2021, 7, 5, 10, tzinfo=UTC)
    assert one_day_a_week.add(monday, days(260)) == monday + timedelta(weeks=260)


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
