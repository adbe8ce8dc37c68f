"""What a real Prometheus has of counters, and what is made of it: nothing is invented, lost, or counted twice."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from chairlift.core.judging.minutes import Minutes
from chairlift.ports import Refused
from chairlift.testing.contracts.monitor import MINUTE, NOON
from tests.adapters.prometheus.real import ERRORS, SCRAPE, World, monitor, running, seen

#: As many requests are counted between two scrapes.
EACH = 25
HOUR = 60 * MINUTE


def place(service, instance="a:8000", **more):
    return {"job": service, "env": "production", "instance": instance, **more}


def rising(scrapes, each=EACH, base=0.0):
    return [base + each * scrape for scrape in range(scrapes)]


def put(world, service, values, errors=(), start=NOON, **more):
    """Requests that went well, and ones that did not, where there were any."""
    world.put("http_requests_total", place(service, status="200", **more), seen(values, start))
    if errors:
        world.put("http_requests_total", place(service, status="500", **more), seen(errors, start))


@pytest.fixture(scope="module")
def history(programs, tmp_path_factory):
    """One server for all: each service has a history of its own."""
    with running(tmp_path_factory.mktemp("history")) as world:
        _of_processes(world)
        _of_errors(world)
        put(world, 'odd"} or {job!="', rising(41))
        world.put("http_requests_total", {"job": "nowhere", "env": "production", "status": "200"}, seen(rising(41)))
        slow = {NOON + place * 5 * MINUTE: 500.0 * place for place in range(13)}
        world.put("http_requests_total", place("slow", status="200"), slow)
        yield world


def _of_processes(world: World) -> None:
    put(world, "steady", rising(241))
    # It is scraped anew at 12:05:15, having counted little by then.
    put(world, "restarted", rising(21, base=7000.0) + rising(20))
    # Between 12:03 and 12:06 nobody asked it; it went on meanwhile.
    put(world, "gap", [value if place <= 12 or place > 24 else None for place, value in enumerate(rising(41))])
    put(world, "two", rising(41), instance="a:8000")
    back = [value if place <= 8 or place >= 20 else None for place, value in enumerate(rising(41, base=1e6))]
    put(world, "two", back, instance="b:8000")
    world.put("http_exceptions_total", place("two", "b:8000", type="Old"), seen(back))
    # One of two series of the same process is forgotten at 12:05.
    put(world, "forgetful", rising(41), view="cart")
    put(world, "forgetful", rising(20, base=5000.0), view="gone")


def _of_errors(world: World) -> None:
    # Nothing fails until 12:05, then 12 at once and no more: its series begins with twelve.
    burst = [None] * 21 + [12.0] * 20
    put(world, "burst", rising(41), burst)
    world.put("http_exceptions_total", place("burst", type="TypeError"), seen(burst))
    put(world, "quiet", rising(41))
    # Counters of errors by themselves, of one service that has had some.
    put(world, "apart", rising(41))
    world.put("failures_total", place("other", kind="500"), seen(rising(41, 1)))
    # All of it fails.
    put(world, "down", [0.0] * 41, rising(41))


def minutes(world, service, first=0, last=10, **settings) -> Minutes:
    asked = (service, "production", NOON + first * MINUTE, NOON + last * MINUTE, MINUTE)
    return monitor(world.url(), **settings).minutes(*asked)


def counts(world, service, first=0, last=10, **settings):
    start, end = NOON + first * MINUTE, NOON + last * MINUTE
    return monitor(world.url(), **settings).counts(service, "production", start, end)


def missing(found: Minutes) -> list[int]:
    return np.flatnonzero(~found.measured).tolist()


# ---- processes ----


def test_what_was_not_scraped_is_missing_and_comes_in_no_other_minute(history):
    found = minutes(history, "gap")
    assert missing(found) == [3, 4, 5, 6]
    assert set(found.requests[found.measured]) == {100}


def test_a_process_that_began_anew_is_missing_for_that_minute_and_never_below_zero(history):
    found = minutes(history, "restarted")
    assert missing(found) == [5]
    assert set(found.requests[found.measured]) == {100}
    assert not found.odd


def test_a_process_that_is_scraped_again_is_not_counted_from_its_beginning(history):
    assert minutes(history, "two").requests.tolist() == [200, 200, 100, 100, 100, 200, 200, 200, 200, 200]


def test_a_series_that_a_process_forgets_is_no_process_that_began_anew(history):
    found = minutes(history, "forgetful")
    assert missing(found) == [5]
    assert found.requests[found.measured].tolist() == [200] * 4 + [175] + [100] * 4


def test_series_without_the_label_of_their_process_are_not_counted(history):
    assert not minutes(history, "nowhere").measured.any()
    assert minutes(history, "nowhere", process=("job",)).requests.tolist() == [100] * 10


# ---- errors ----


def test_nothing_has_failed_yet_where_requests_are_measured(history):
    found = minutes(history, "quiet", -2, 12)
    assert missing(found) == [0, 1, 12, 13], "and where they are not nothing is known of errors either"
    assert set(found.errors[found.measured]) == {0}


def test_the_first_errors_count_though_their_series_begins_with_them(history):
    found = counts(history, "burst")
    assert (found.requests, found.errors, found.groups) == (1012, 12, {"TypeError": 12})
    assert minutes(history, "burst").errors.tolist() == [0, 0, 0, 0, 0, 12, 0, 0, 0, 0]


def test_types_of_a_process_that_is_scraped_again_are_not_new(history):
    assert counts(history, "two").groups == {"Old": 700}


def test_all_may_fail(history):
    assert minutes(history, "down").errors.tolist() == [100] * 10


@pytest.mark.parametrize("wrong", ['code=~"5.."', 'code="500"', 'stauts=~"5.."'])
def test_a_misspelt_label_of_errors_makes_no_service_healthy(history, wrong):
    found = minutes(history, "quiet", errors=ERRORS.replace('status=~"5.."', wrong))
    assert not found.measured.any()


def test_a_counter_that_nobody_ever_heard_of_is_refused(history):
    wrong = "failure_total{job={service},env={environment}}"
    with pytest.raises(Refused, match=r'knows no counter failure_total\{job!="",env!=""\}, so .* no good news: check'):
        minutes(history, "apart", errors=wrong)
    with pytest.raises(Refused, match="knows no counter failures_total"):
        counts(history, "apart", errors='failures_total{job={service},kynd="500"}')


def test_a_counter_that_others_have_is_zero_where_nothing_has_failed(history):
    found = minutes(history, "apart", errors="failures_total{job={service},env={environment}}")
    assert found.errors.tolist() == [0] * 10
    assert not minutes(history, "absent", errors="failure_total{job={service}}").measured.any(), "nothing is claimed"


# ---- windows ----


def test_only_whole_minutes_of_a_window_count(history):
    found = counts(history, "steady", 0.5, 10.75)
    assert (found.requests, found.minutes, found.expected) == (900, 9, 10.25)
    assert counts(history, "steady", 0.25, 0.75).minutes == 0


def test_windows_of_several_questions_are_those_of_one(programs, tmp_path):
    """28 days of a service at once: five questions of 10,000 minutes, and each minute is in one of them."""
    days = 28
    start = NOON - timedelta(days=days)
    with running(tmp_path) as world:
        every = range(days * 1440 + 1)
        world.put(
            "http_requests_total", place("long", status="200"), seen([each * 1.0 for each in every], start, MINUTE)
        )
        failed = [float(each // 1000) for each in every]
        world.put("http_requests_total", place("long", status="500"), seen(failed, start, MINUTE))
        world.put("http_exceptions_total", place("long", type="KeyError"), seen(failed, start, MINUTE))
        asked = monitor(world.url())
        found = asked.minutes("long", "production", start, NOON, MINUTE)
        summed = asked.counts("long", "production", start, NOON)
    assert len(found) == days * 1440
    assert found.measured.all()
    assert set((found.requests - found.errors).tolist()) == {1}
    assert np.flatnonzero(found.errors).tolist() == list(range(999, days * 1440, 1000))
    assert (summed.requests, summed.errors, summed.groups) == (days * 1440 + 40, 40, {"KeyError": 40})


def test_scrapes_that_are_further_apart_than_minutes_are_spread_over_them(history):
    assert not minutes(history, "slow", 0, 30).measured.any()
    found = minutes(history, "slow", -3, 33, scraped=300)
    assert missing(found) == [0, 1, 2, 33, 34, 35]
    assert set(found.requests[found.measured].tolist()) == {100}
    assert len(found) == 36


def test_shorter_minutes_than_a_minute_are_asked_for_as_such(history):
    asked = monitor(history.url(), scraped=1)
    found = asked.minutes("steady", "production", NOON, NOON + MINUTE, SCRAPE)
    assert (found.step, found.requests.tolist()) == (SCRAPE, [EACH] * 4)
    with pytest.raises(Refused, match="does not count by minutes of 0:00:07"):
        asked.minutes("steady", "production", NOON, NOON + MINUTE, timedelta(seconds=7))


def test_more_minutes_than_are_looked_at_are_nobodys(history):
    with pytest.raises(ValueError, match="ask for a shorter window"):
        minutes(history, "steady", 0, 100_001)


# ---- names ----


def test_a_name_does_not_leave_its_quotes(history):
    assert minutes(history, 'odd"} or {job!="').requests.tolist() == [100] * 10
    for name in ('x"} or http_requests_total{job!="', 'x",job=~".*', "x\\", "steady\n", ".*", "stead."):
        assert not minutes(history, name).measured.any(), name


@pytest.mark.parametrize("name", ["", "\ud800", "x" * 5000])
def test_what_no_label_can_hold_is_refused(history, name):
    with pytest.raises(Refused, match="can be no value of a label"):
        minutes(history, name)


def test_an_environment_may_have_another_name_there_and_another_server(history):
    asked = monitor(
        "http://127.0.0.1:9", environments={"live": "production"}, urls={"live": history.url(), "else": history.url()}
    )
    window = (NOON, NOON + 10 * MINUTE)
    assert asked.counts("steady", "live", *window).requests == 1000
    assert asked.counts("steady", "else", *window).minutes == 0


# ---- whole queries ----

BY_HAND = {
    "requests": "sum(increase(http_requests_total{job={service}, env={environment}}[{step}]))",
    "errors": 'sum(increase(http_requests_total{job={service}, status=~"5.."}[{step}]))'
    " or 0 * sum(increase(http_requests_total{job={service}}[{step}]))",
    "types": "sum by (type) (increase(http_exceptions_total{job={service}}[{step}]))",
}


def test_a_whole_query_is_taken_as_it_is(history):
    found = minutes(history, "steady", **BY_HAND)
    assert found.requests.tolist() == pytest.approx([100] * 10)
    assert found.errors.tolist() == [0] * 10
    assert minutes(history, "down", **BY_HAND).errors.tolist() == pytest.approx([100] * 10)
    assert counts(history, "burst", **BY_HAND).groups == {}, "as increase() does not see the first errors of a series"


def test_errors_that_a_whole_query_says_nothing_of_are_unknown(history):
    errors = BY_HAND["errors"].partition(" or ")[0]
    assert not minutes(history, "steady", **{**BY_HAND, "errors": errors}).measured.any()


def test_a_query_of_many_series_is_refused(history):
    with pytest.raises(Refused, match=r"gives 2 series where one is wanted: put sum\(…\) around it"):
        minutes(history, "two", **{**BY_HAND, "requests": "increase(http_requests_total{job={service}}[{step}])"})


def test_a_query_that_is_none_is_refused_with_where(history):
    with pytest.raises(Refused, match=r"refuses the query \(bad_data: .*parse error.*\): mend it"):
        minutes(history, "steady", **{**BY_HAND, "requests": "sum(increase(http_requests_total[{step}])"})


# ---- doctor ----


def test_what_doctor_is_told(history):
    (found,) = monitor(history.url()).examine()
    assert found.wrong.startswith("its clock is ")
    assert " ahead of ours: set both by the same time server" in found.wrong
    (wrong,) = monitor(history.url(), types="sum(increase(x[{step}])").examine()
    assert "refuses the query (bad_data" in wrong.wrong


def test_the_hour_of_all_is_that_of_its_minutes(history):
    found = counts(history, "steady", 0, 60)
    assert (found.requests, found.minutes, found.expected) == (6000, 60, HOUR / MINUTE)
