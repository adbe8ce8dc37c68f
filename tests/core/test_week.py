"""Weeks: their names, and where they begin in zones whose clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.core.week import Week

BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")


def test_a_week_is_that_of_its_zone() -> None:
    at = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    assert str(Week.of(at, UTC)) == "2026-W48"
    assert str(Week.of(at, BERLIN)) == "2026-W49"


def test_the_year_of_a_week_is_not_always_that_of_its_days() -> None:
    assert str(Week.of(datetime(2027, 1, 1, tzinfo=UTC), UTC)) == "2026-W53"
    assert Week.parse("2026-W53", UTC).monday == date(2026, 12, 28)


def test_the_week_in_which_the_clocks_change_is_an_hour_longer() -> None:
    week = Week.parse("2026-W43", BERLIN)
    assert week.end - week.start == timedelta(days=7, hours=1)
    assert week.at(time(8), BERLIN) == datetime(2026, 10, 19, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "2026-W00", "2026-W54", "2025-W53", "W48", "2026-48", "9999-W01", "٢٠٢٦-W01", "x" * 9]
)
def test_what_is_no_week_is_said_with_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 2026-W48"):
        Week.parse(text, UTC)


@given(st.integers(0, 6_300_000_000), st.sampled_from([UTC, BERLIN, APIA]))
def test_every_instant_lies_in_one_week_which_its_name_gives_back(seconds: int, zone: ZoneInfo) -> None:
    at = datetime(1991, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    week = Week.of(at, zone)
    assert week.start <= at < week.end
    assert Week.parse(str(week), zone) == week
    assert week.later(1).start == week.end
    assert week.later(1).later(-1) == week
