"""Verdicts: unknown where the numbers say nothing, worse only for a rise or a surge that is large and improbable."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chairlift.core.verdict import ALPHA, Counts, Health, judge, tail

DAY = Counts(requests=100_000, errors=100, minutes=1440, expected=1440)

DAY_WITHOUT_ERRORS = replace(DAY, errors=0)


def counts(requests: int, errors: int, **groups: int) -> Counts:
    return Counts(requests, errors, minutes=60, expected=60, groups=groups)


# Unknown


@pytest.mark.parametrize(("before", "after"), [(None, DAY), (DAY, None), (None, None)])
def test_a_monitor_that_is_away_makes_no_verdict(before: Counts | None, after: Counts | None) -> None:
    assert judge(before, after).health is Health.UNKNOWN
    assert judge(before, after).why == "the monitor is away"


@pytest.mark.parametrize("requests", [0, 1, 49])
def test_too_little_traffic_is_unknown_even_if_all_of_it_fails(requests: int) -> None:
    few = counts(requests, requests)
    assert judge(DAY, few).health is Health.UNKNOWN
    assert judge(DAY, few).why == f"too little traffic after the deploy: {requests} requests"
    assert judge(few, DAY).why == f"too little traffic before the deploy: {requests} requests"


def test_missing_minutes_are_unknown_and_are_no_zeros() -> None:
    torn = replace(DAY, minutes=719)
    assert judge(DAY, torn).health is Health.UNKNOWN
    assert judge(DAY, torn).why == "only 719 of 1440 minutes after the deploy were measured"
    assert judge(torn, DAY).why == "only 719 of 1440 minutes before the deploy were measured"
    short = replace(DAY, minutes=1 / 60, expected=0.0054735 * 60)
    assert judge(short, DAY).why == "only 1 of 20 seconds before the deploy were measured"
    assert judge(replace(DAY, minutes=3.14159, expected=10.5), DAY).why.startswith("only 3.1 of 10.5 minutes before")
    assert judge(DAY, replace(DAY, minutes=720)).health is Health.HEALTHY
    assert judge(DAY, replace(DAY, minutes=0, errors=100_000)).health is Health.UNKNOWN


def test_nothing_measured_is_unknown() -> None:
    assert judge(Counts(), Counts()).health is Health.UNKNOWN
    assert judge(DAY, Counts(expected=60)).health is Health.UNKNOWN


def test_a_verdict_keeps_its_numbers_and_is_not_final() -> None:
    for after in (DAY, counts(100_000, 5000), counts(10, 10)):
        verdict = judge(DAY, after)
        assert (verdict.before, verdict.after, verdict.final) == (DAY, after, False)


# The error rate


@pytest.mark.parametrize(
    ("before", "after", "health"),
    [
        (counts(10_000, 10), counts(10_000, 10), Health.HEALTHY),
        (counts(10_000, 10), counts(10_000, 0), Health.HEALTHY),
        (counts(10_000, 0), counts(10_000, 0), Health.HEALTHY),
        (counts(10_000, 10), counts(10_000, 100), Health.WORSE),
        (counts(10_000, 0), counts(10_000, 100), Health.WORSE),
        (counts(100_000, 100), counts(1000, 10), Health.WORSE),
        (counts(100_000, 1000), counts(1000, 10), Health.HEALTHY),
        (counts(10**7, 10**5), counts(10**7, 149_000), Health.HEALTHY),
        (counts(10**7, 10**5), counts(10**7, 151_000), Health.WORSE),
        (counts(1000, 2), counts(1000, 6), Health.HEALTHY),
        (counts(10**6, 0), counts(100, 4), Health.HEALTHY),
        (counts(10**6, 0), counts(100, 5), Health.WORSE),
        (counts(10_000, 9999), counts(10_000, 10_000), Health.HEALTHY),
    ],
    ids=[
        "the same",
        "fewer",
        "none",
        "tenfold",
        "from none",
        "tenfold in a short window",
        "the same rate in a short window",
        "certain, but below half as much again",
        "certain, and half as much again",
        "threefold by chance",
        "four are too few",
        "five where there were none in a million",
        "it was broken before",
    ],
)
def test_verdicts_by_example(before: Counts, after: Counts, health: Health) -> None:
    assert judge(before, after).health is health


def test_the_reason_gives_both_rates() -> None:
    assert judge(counts(1000, 1), counts(1000, 100)).why == "error rate 0.100% before, 10.000% after"
    assert judge(counts(1000, 1), counts(1000, 1)).why == "error rate 0.100% before, 0.100% after"


@st.composite
def windows(draw: st.DrawFn) -> Counts:
    requests = draw(st.integers(50, 10**6))
    return counts(requests, min(draw(st.integers(0, requests) | st.integers(0, 30)), requests))


@given(windows(), windows(), st.integers(1, 10**5))
def test_more_errors_after_never_look_better(before: Counts, after: Counts, more: int) -> None:
    assume(judge(before, after).health is Health.WORSE)
    worse = replace(after, errors=min(after.errors + more, after.requests))
    assert judge(before, worse).health is Health.WORSE


@given(windows(), windows(), st.integers(1, 10**5))
def test_more_errors_before_never_look_worse(before: Counts, after: Counts, more: int) -> None:
    assume(judge(before, after).health is Health.HEALTHY)
    bad = replace(before, errors=min(before.errors + more, before.requests))
    assert judge(bad, after).health is Health.HEALTHY


@given(windows(), windows(), st.integers(2, 50))
def test_more_of_the_same_makes_it_more_certain(before: Counts, after: Counts, times: int) -> None:
    def scaled(window: Counts) -> Counts:
        return replace(window, requests=window.requests * times, errors=window.errors * times)

    if judge(before, after).health is Health.WORSE:
        assert judge(scaled(before), scaled(after)).health is Health.WORSE
    if after.errors * before.requests <= before.errors * after.requests:
        assert judge(scaled(before), scaled(after)).health is Health.HEALTHY


@given(windows())
def test_no_rise_is_healthy(window: Counts) -> None:
    assert judge(window, window).health is Health.HEALTHY


# New types of errors


def test_a_surge_of_a_new_type_is_worse_though_the_rate_is_not() -> None:
    before, after = counts(10_000, 400, Timeout=400), counts(10_000, 410, Timeout=350, TypeError=60)
    assert judge(before, replace(after, groups={})).health is Health.HEALTHY
    verdict = judge(before, after)
    assert verdict.health is Health.WORSE
    assert verdict.why == "new errors: 'TypeError' 60 times; error rate 4.000% before, 4.100% after"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (counts(100_000, 400, Timeout=400), counts(1000, 9, TypeError=9)),
        (counts(10_000, 400, Timeout=400), counts(10_000, 400, Timeout=351, TypeError=49)),
        (counts(10_000, 400, Timeout=399, TypeError=1), counts(10_000, 400, Timeout=300, TypeError=100)),
        (counts(10_000, 400, Timeout=300), counts(10_000, 400, Timeout=300, TypeError=100)),
        (counts(10_000, 400), counts(10_000, 400, Timeout=400)),
        (counts(1000, 400, Timeout=400), counts(1000, 400, Timeout=386, TypeError=14)),
        (counts(1000, 400, Timeout=400), counts(1000, 389, Timeout=389)),
    ],
    ids=[
        "fewer than ten",
        "below half a percent",
        "not new",
        "may be among those without a name",
        "nothing was named before",
        "so many in equal windows may be chance",
        "gone",
    ],
)
def test_what_is_no_surge(before: Counts, after: Counts) -> None:
    assert judge(before, after).health is Health.HEALTHY


def test_enough_of_a_new_type_overcomes_the_doubt_about_errors_without_a_name() -> None:
    before = counts(10_000, 400, Timeout=380)
    assert judge(before, counts(10_000, 400, Timeout=350, TypeError=50)).health is Health.HEALTHY
    assert judge(before, counts(10_000, 400, Timeout=300, TypeError=100)).health is Health.WORSE


def test_the_reason_is_bounded_and_quoted_whatever_the_types_are_called() -> None:
    names = ["x" * 10_000, "a\nb\x1b[31m\u202e'", "<script>", "dolor", "sit"]
    after = counts(1000, 500, **{name: 100 - i for i, name in enumerate(names)})
    why = judge(counts(1000, 400, other=400), after).why
    assert why.startswith("new errors: '" + "x" * 80 + "' 100 times, ")
    assert "<script>" in why
    assert "dolor" not in why
    assert " and 2 more; error rate " in why
    assert len(why) < 400
    assert why.isprintable()


@given(st.dictionaries(st.text(max_size=5), st.sampled_from([5, 50, 60]), max_size=6))
def test_the_order_of_the_types_does_not_matter(groups: dict[str, int]) -> None:
    after = replace(counts(1000, sum(groups.values())), groups=groups)
    turned = replace(after, groups=dict(reversed(groups.items())))
    assert judge(DAY_WITHOUT_ERRORS, after).why == judge(DAY_WITHOUT_ERRORS, turned).why


# The test behind it


@given(st.integers(0, 60), st.integers(0, 60), st.fractions(0, 1, max_denominator=1000))
def test_tail_is_the_exact_sum(successes: int, trials: int, chance: Fraction) -> None:
    exact = sum(
        (math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(successes, trials + 1)),
        Fraction(),
    )
    assert tail(successes, trials, float(chance)) == pytest.approx(float(exact), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("successes", "trials", "chance"), [(20, 20, 0.5), (60, 100, 0.3), (30, 1000, 0.01), (900, 1000, 0.8)]
)
def test_small_tails_are_exact_too(successes: int, trials: int, chance: float) -> None:
    p = Fraction(chance).limit_denominator(100)
    exact = sum(math.comb(trials, k) * p**k * (1 - p) ** (trials - k) for k in range(successes, trials + 1))
    assert exact < ALPHA
    assert tail(successes, trials, chance) == pytest.approx(float(exact), rel=1e-9)


@given(st.integers(-5, 300), st.integers(0, 300), st.floats(0, 1))
def test_tail_is_a_probability_and_falls_with_what_is_asked(successes: int, trials: int, chance: float) -> None:
    here, further = tail(successes, trials, chance), tail(successes + 1, trials, chance)
    assert 0 <= further <= here + 1e-12 <= 1 + 1e-12


def test_tail_at_the_edges() -> None:
    assert tail(0, 10, 0.0) == tail(-1, 10, 0.5) == tail(10, 10, 1.0) == 1
    assert tail(1, 10, 0.0) == tail(11, 10, 0.5) == tail(11, 10, 1.0) == tail(1, 0, 0.5) == 0


def test_tail_is_quick_for_a_year_of_errors() -> None:
    assert tail(1, 10_000, 0.5) == 1
    begun = time.process_time()
    assert tail(500_100_000, 10**9, 0.5) == pytest.approx(math.erfc(200_000 / math.sqrt(2 * 10**9)) / 2, rel=1e-3)
    assert tail(499_900_000, 10**9, 0.5) == pytest.approx(1, abs=1e-6)
    assert time.process_time() - begun < 1
