"""Surges of new types of errors: large, improbable, and never where too little is known of what was before."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.core.verdict import ALPHA, Counts, surge, tail


def counts(requests: int, errors: int, **groups: int) -> Counts:
    return Counts(requests, errors, minutes=60, expected=60, groups=groups)


def test_a_surge_of_a_new_type_is_told_with_its_number() -> None:
    before, after = counts(10_000, 400, Timeout=400), counts(10_000, 410, Timeout=350, TypeError=60)
    assert surge(before, replace(after, groups={})) == ""
    assert surge(before, after) == "new errors: 'TypeError' 60 times"


def test_the_most_frequent_come_first_and_only_a_few_are_named() -> None:
    many = {f"Error{number}": 100 + number for number in range(5)} | {"x" * 500: 1000}
    words = surge(counts(10_000, 400, Timeout=400), counts(10_000, 2000, **many))
    assert words == f"new errors: '{'x' * 80}' 1000 times, 'Error4' 104 times, 'Error3' 103 times and 3 more"


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
        (counts(49, 0), counts(10_000, 400, TypeError=400)),
        (replace(counts(10_000, 0), minutes=29), counts(10_000, 400, TypeError=400)),
        (Counts(), counts(10_000, 400, TypeError=400)),
    ],
    ids=[
        "fewer than ten",
        "below half a percent",
        "not new",
        "may be among those without a name",
        "nothing was named before",
        "so many in equal windows may be chance",
        "gone",
        "hardly any request before",
        "hardly measured before",
        "nothing known before",
    ],
)
def test_what_is_no_surge(before: Counts, after: Counts) -> None:
    assert surge(before, after) == ""


def test_enough_of_a_new_type_overcomes_the_doubt_about_errors_without_a_name() -> None:
    before = counts(10_000, 400, Timeout=380)
    assert not surge(before, counts(10_000, 400, Timeout=350, TypeError=50))
    assert surge(before, counts(10_000, 400, Timeout=300, TypeError=100))


def test_the_words_are_bounded_and_quoted_whatever_the_types_are_called() -> None:
    names = ["x" * 10_000, "a\nb\x1b[31m\u202e'", "<script>", "dolor", "sit"]
    words = surge(counts(1000, 400, other=400), counts(1000, 500, **{name: 100 - i for i, name in enumerate(names)}))
    assert words.startswith("new errors: '" + "x" * 80 + "' 100 times, ")
    assert "<script>" in words
    assert "dolor" not in words
    assert words.endswith(" and 2 more")
    assert len(words) < 400
    assert words.isprintable()


@given(st.dictionaries(st.text(max_size=5), st.sampled_from([5, 50, 60]), max_size=6))
def test_the_order_of_the_types_does_not_matter(groups: dict[str, int]) -> None:
    after = replace(counts(1000, sum(groups.values())), groups=groups)
    turned = replace(after, groups=dict(reversed(groups.items())))
    assert surge(counts(100_000, 0), after) == surge(counts(100_000, 0), turned)


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
