"""Opening hours and working days across the world's odd clocks, holidays and freezes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
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
    rungs,
)
from tests.core.calendars import (
    APIA,
    BERLIN,
    KOLKATA,
    NEW_YORK,
    OFFICE,
    WEEK,
    at,
    calendars,
    days,
    instants,
    moments,
    near_2011,
)

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


def test_openings_are_the_hours_worked_outside_freezes_and_one_where_they_adjoin():
    freeze = Freeze(date(2026, 1, 13), date(2026, 1, 13), "stocktaking")
    monday = datetime(2026, 1, 12, tzinfo=UTC)
    office = Calendar(UTC, OFFICE_HOURS).with_freezes([freeze])
    found = list(office.openings(monday, 7))
    assert [(opens.day, opens.hour, closes.hour) for opens, closes in found] == [(d, 9, 17) for d in (12, 14, 15, 16)]
    assert list(ALWAYS.openings(monday, 3)) == [(monday, monday + timedelta(days=3))]
    assert [opens.day for opens, _ in ALWAYS.with_freezes([freeze]).openings(monday, 7)] == [12, 14]
