"""Calendars for tests: four odd zones, an office, and calendars at random."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from chairlift.core.schedule import (
    OFFICE_HOURS,
    Calendar,
    Duration,
    Freeze,
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
