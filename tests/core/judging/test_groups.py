"""Which groups of errors are worse, which are for a person to look at, and which are nothing."""

from __future__ import annotations

import dataclasses
import json
import math
import random
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairlift.core.judging import groups
from chairlift.core.judging.fingerprints import Raised, fingerprint
from chairlift.core.judging.groups import Call, NewErrors, Novelty, judge_groups
from chairlift.core.judging.known import ErrorGroup, Past
from chairlift.core.judging.relating import Touched
from tests.core.judging.samples import (
    CART,
    CHECKOUT,
    DEPLOYED,
    GET,
    IN_CHECKOUT,
    MISSING,
    PLAIN,
    PRICE,
    REMOVED,
    UNTIL,
    UPGRADE,
    elsewhere,
    error,
    group,
    judged,
    only,
    told,
)

#: Removed things, changed code: all three of new, volume and related.
WORSE = (REMOVED, IN_CHECKOUT, error("ImportError", "cannot import name 'x' from 'django.db.models'"))
#: New and in volume, and nothing relates them to the upgrade, or too little.
NOT_WORSE = (
    PLAIN,
    MISSING,
    error("ValueError", "x", PRICE, GET),
    error("NoReverseMatch", "Reverse for 'order' with arguments '('',)' not found", PRICE, GET),
    error("IntegrityError", "UNIQUE constraint failed", PRICE, GET),
    error("KeyError", "'x'", CART),
    error("OperationalError", "server closed the connection", PRICE, GET),
    error("PermissionDenied", "", CHECKOUT, GET),
)


@pytest.mark.parametrize("raised", WORSE, ids=lambda raised: raised.type)
def test_new_in_volume_and_related_is_worse(raised: Raised) -> None:
    found = only(group(raised))
    assert (found.call, found.novelty) == (Call.WORSE, Novelty.NEW)
    assert found.weight == sum(reason.weight for reason in found.reasons) >= 3
    assert told(found).endswith("seen 20 times in 10 minutes or more on 3 hosts")
    assert judged([group(raised)]).worse == (found,)


@pytest.mark.parametrize("raised", NOT_WORSE, ids=lambda raised: raised.type)
def test_new_in_volume_and_not_related_is_not(raised: Raised) -> None:
    assert only(group(raised)).call is not Call.WORSE
    assert judged([group(raised, 10**6)]).worse == ()


@pytest.mark.parametrize("raised", [PLAIN, MISSING, error("KeyError", "'x'", PRICE)], ids=lambda raised: raised.type)
def test_what_nothing_relates_to_the_upgrade_is_listed_only(raised: Raised) -> None:
    assert only(group(raised)).call is Call.LISTED


def test_very_many_of_what_was_never_there_are_for_a_person_whatever_their_frames_say() -> None:
    assert only(group(PLAIN, groups.MANY)).call is Call.LOOK
    assert only(group(PLAIN, groups.MANY - 1)).call is Call.LISTED
    assert only(group(MISSING, 10**6)).call is Call.LISTED
    assert "nothing relates it to the upgrade" in told(only(group(PLAIN, groups.MANY)))


# New


@pytest.mark.parametrize("raised", [*WORSE, *NOT_WORSE], ids=lambda raised: raised.type)
@pytest.mark.parametrize("before", [1, 2800, math.nan, -3, 0])
def test_what_was_there_before_is_never_new_however_often(raised: Raised, before: float) -> None:
    found = only(group(raised, 10**6), [group(raised, before)])
    assert (found.call, found.novelty) == (Call.LISTED, Novelty.OLD)
    assert "it was there before the deploy" in told(found)


def test_frames_that_a_monitor_kept_of_one_side_only_do_not_make_it_new() -> None:
    bare = replace(REMOVED, frames=())
    for one, other in ((bare, REMOVED), (REMOVED, bare)):
        assert only(group(one), [group(other)]).novelty is Novelty.OLD
    # With frames on both sides, they decide.
    assert only(group(REMOVED), [group(elsewhere(REMOVED, 1))]).novelty is Novelty.NEW
    assert only(group(bare), [group(replace(bare, message="'Order' object has no attribute 'is_ajax'"))]).call is (
        Call.WORSE
    )


def test_a_removed_name_in_a_place_that_failed_otherwise_before_is_for_a_person() -> None:
    before = replace(REMOVED, message="'NoneType' object has no attribute 'name'")
    found = only(group(REMOVED), [group(before)])
    assert (found.call, found.novelty) == (Call.LOOK, Novelty.OLD)
    assert "but with another message; the message names 'is_ajax'" in told(found)
    assert only(group(REMOVED), [group(before), group(REMOVED, 1)]).call is Call.LISTED
    assert only(group(replace(before, message="'NoneType' object has no attribute 'x'")), [group(before)]).call is (
        Call.LISTED
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (DEPLOYED - timedelta(days=3), None),
        (DEPLOYED - timedelta(minutes=6), UNTIL),
        (None, DEPLOYED - timedelta(hours=1)),
    ],
)
def test_what_the_monitor_itself_knew_before_is_not_new(first: datetime | None, last: datetime | None) -> None:
    found = only(group(REMOVED, first_seen=first, last_seen=last))
    assert (found.call, found.novelty) == (Call.LISTED, Novelty.OLD)


@pytest.mark.parametrize(
    "first",
    [
        DEPLOYED,
        DEPLOYED - timedelta(minutes=4),
        DEPLOYED - timedelta(days=200),
        UNTIL + timedelta(days=1),
        (DEPLOYED - timedelta(days=3)).replace(tzinfo=None),
    ],
)
def test_clocks_that_are_off_and_errors_of_long_ago_do_not_make_it_old(first: datetime) -> None:
    assert only(group(REMOVED, first_seen=first)).call is Call.WORSE


def test_what_an_earlier_try_of_the_same_upgrade_broke_is_still_new() -> None:
    first = DEPLOYED - timedelta(days=5)
    tried = Past((), left_out=((first - timedelta(hours=1), first + timedelta(hours=1)),))
    assert only(group(REMOVED, first_seen=first), tried).call is Call.WORSE
    assert only(group(REMOVED, first_seen=first + timedelta(hours=1)), tried).call is Call.LISTED
    then = group(REMOVED, versions=frozenset(["3.2"]))
    assert only(group(REMOVED), [then]).call is Call.WORSE
    assert only(group(REMOVED), [replace(then, versions=frozenset(["2.2", "3.2"]))]).call is Call.LISTED


def test_an_error_of_the_old_version_beside_the_new_one_is_not_of_the_upgrade() -> None:
    beside = replace(UPGRADE, beside=frozenset(["2.2"]))
    assert only(group(REMOVED, versions=frozenset(["3.2"])), touched=beside).call is Call.WORSE
    found = only(group(REMOVED, versions=frozenset(["2.2", "3.2"])), touched=beside)
    assert found.call is Call.LISTED
    assert "it was seen on '2.2', too" in told(found)


# Volume


@pytest.mark.parametrize(
    ("count", "minutes", "hosts"),
    [(5, 2, 2), (5, 5, 1), (5, 2, None), (10**9, 1440, 40), (5, 3, math.nan), (5.0, 2.0, 2.0)],
)
def test_enough_events_over_minutes_and_hosts_are_volume(count: float, minutes: float, hosts: float | None) -> None:
    assert only(group(REMOVED, count, minutes=minutes, hosts=hosts)).call is Call.WORSE


@pytest.mark.parametrize(
    ("count", "minutes", "hosts", "words"),
    [
        (4, 4, 4, "seen 4 times, and fewer than 5 say little"),
        (1, 1, 1, "seen 1 time, and fewer than 5 say little"),
        (1000, 1, 5, "all 1000 in one minute, which may be one visitor or one restart"),
        (1000, 4, 1, "all 1000 on one host and within 4 minutes, which may be that host"),
        (1000, None, 5, "seen 1000 times, and the monitor does not say in how many minutes"),
        (1000, math.nan, 5, "seen 1000 times, and the monitor does not say in how many minutes"),
        (1000, 0, 0, "seen 1000 times, and the monitor does not say in how many minutes"),
        (4, 1000, 1000, "seen 4 times, and fewer than 5 say little"),
    ],
)
def test_less_is_for_a_person_if_it_is_related_and_else_nothing(
    count: int, minutes: float | None, hosts: float | None, words: str
) -> None:
    found = only(group(REMOVED, count, minutes=minutes, hosts=hosts))
    assert found.call is Call.LOOK
    assert words in told(found)
    hint = error("ValueError", "x", PRICE, GET)
    assert only(group(hint, count, minutes=minutes, hosts=hosts)).call is Call.LISTED
    assert only(group(hint)).call is Call.LOOK


def test_minutes_are_counted_from_the_times_where_the_monitor_counts_none() -> None:
    later = DEPLOYED + timedelta(minutes=30)
    seen = group(REMOVED, minutes=None, first_seen=DEPLOYED, last_seen=later)
    assert only(seen).call is Call.WORSE
    for other in (
        replace(seen, last_seen=DEPLOYED + timedelta(seconds=59)),
        replace(seen, last_seen=None),
        replace(seen, first_seen=later, last_seen=DEPLOYED),
    ):
        assert only(other).call is Call.LOOK


def test_what_a_monitor_tells_apart_by_values_is_one_group() -> None:
    many = [
        replace(group(error("ValueError", f"no order {n}", CHECKOUT), 1, f"k{n}", minutes=1, hosts=1),
                first_seen=DEPLOYED + timedelta(minutes=n), last_seen=DEPLOYED + timedelta(minutes=n))
        for n in range(6)
    ]  # fmt: skip
    (found,) = judged(many).findings
    assert (found.call, found.events) == (Call.WORSE, 6)


def test_a_surge_may_be_a_few_errors_each_in_many_places() -> None:
    few = [group(elsewhere(REMOVED, n), 2, f"k{n}", minutes=2, hosts=2) for n in range(3)]
    found = judged(few)
    assert {each.call for each in found.findings} == {Call.WORSE}
    assert "together with 2 other new groups that says the same" in told(found.findings[0])
    assert {each.call for each in judged(few[:2]).findings} == {Call.LOOK}
    others = [replace(each, raised=replace(each.raised, message=f"module 'django.m{n}x' has no attribute 'y{n}x'"))
              for n, each in enumerate(few)]  # fmt: skip
    assert {each.call for each in judged(others).findings} == {Call.LOOK}
    plain = [group(elsewhere(PLAIN, n), 2, f"k{n}", minutes=2, hosts=2) for n in range(30)]
    assert {each.call for each in judged(plain).findings} == {Call.LISTED}


def test_what_says_the_same_without_being_related_has_no_part_in_a_surge() -> None:
    hint = group(error("builtins.RuntimeError", IN_CHECKOUT.message, PRICE, GET), 2)
    by_cart = group(replace(IN_CHECKOUT, frames=(CART, CHECKOUT)))
    calls = [each.call for each in judged([hint, group(IN_CHECKOUT), by_cart]).findings]
    assert calls == [Call.WORSE, Call.WORSE, Call.LISTED]
    assert only(hint).call is Call.LISTED


# Rubbish and doubt


@pytest.mark.parametrize("count", [math.nan, math.inf, -math.inf, -1, 0, 1e300])
def test_a_number_that_cannot_be_is_no_evidence(count: float) -> None:
    found = only(group(REMOVED, count))
    assert (found.call, found.novelty) == (Call.LISTED, Novelty.UNKNOWN)
    assert "cannot be" in told(found) or "not once" in told(found)
    # Nor does it take from what can be.
    both = judged([group(REMOVED, count, "a"), group(REMOVED, 20, "b")])
    assert [each.call for each in both.findings] == [Call.WORSE, Call.LISTED]


@pytest.mark.parametrize("type", ["", " ", "..."])
def test_what_has_no_type_is_told_and_is_no_evidence(type: str) -> None:
    found = only(group(replace(REMOVED, type=type), 10**6))
    assert (found.call, told(found)) == (Call.LISTED, "the monitor names no type for it")


def test_a_group_that_is_named_twice_counts_once() -> None:
    assert judged([group(REMOVED, 3, "a", minutes=3)] * 5).worse == ()
    assert judged([group(REMOVED, 3, "a", minutes=3), group(REMOVED, 3, "b", minutes=3)]).worse != ()


DOUBTS = {
    "is away: it does not say which errors there were before": (None, [group(REMOVED)], UPGRADE),
    "is away: it does not say which errors there were after": (Past(()), None, UPGRADE),
    "knows 6.9 days": (Past((), days=6.9), [group(REMOVED)], UPGRADE),
    "knows nan days": (Past((), days=math.nan), [group(REMOVED)], UPGRADE),
    "knows -28 days": (Past((), days=-28), [group(REMOVED)], UPGRADE),
    "knows inf days": (Past((), days=math.inf), [group(REMOVED)], UPGRADE),
    "named only some": (Past((), whole=False), [group(REMOVED)], UPGRADE),
    "have no type": (Past([group(Raised("", "x"))]), [group(REMOVED)], UPGRADE),
    "not known what the upgrade changed": (Past(()), [group(error("RemovedInX1Warning"))], Touched()),
    "names 10001 groups": (Past(()), [group(REMOVED), *[group(PLAIN, 1)] * groups.GROUPS], UPGRADE),
    "names 20001 groups": (Past([group(PLAIN, 1)] * 20_001), [group(REMOVED)], UPGRADE),
}


@pytest.mark.parametrize("words", DOUBTS)
def test_what_a_monitor_does_not_know_makes_nothing_worse(words: str) -> None:
    past, after, touched = DOUBTS[words]
    found = judged(after, past, touched)
    assert words in found.doubt
    assert found.worse == ()
    if past and after:
        assert (found.findings[0].call, found.findings[0].novelty) == (Call.LOOK, Novelty.UNKNOWN)
        assert words in told(found.findings[0])


def test_before_anything_was_watched_nothing_is_worse() -> None:
    for until in (DEPLOYED, DEPLOYED - timedelta(days=1)):
        found = judge_groups(Past(()), [group(REMOVED)], UPGRADE, DEPLOYED, until)
        assert found.doubt == "nothing was watched yet"
        assert found.worse == ()


def test_no_errors_at_all_are_no_doubt() -> None:
    assert judged([]) == NewErrors(groups=dict.fromkeys(Call, 0))
    assert judged([group(PLAIN)], [group(PLAIN)]).doubt == ""


@pytest.mark.slow
def test_a_million_groups_cost_a_bounded_time_each_and_prove_nothing() -> None:
    plain = [group(elsewhere(PLAIN, n), 1) for n in range(5000)]
    million = [group(REMOVED), *plain * 200]
    begun = time.process_time()
    found = judged(million, million)
    bounded = time.process_time() - begun
    # What is read of each is bounded, too: to read all would be a hundred times the work of so many.
    begun = time.process_time()
    judged(million[: groups.GROUPS], million[: groups.GROUPS_BEFORE])
    assert bounded < 10 * (time.process_time() - begun) + 5
    assert found.worse == ()
    assert "names 1000001 groups" in found.doubt
    assert len(found.findings) == groups.SHOWN


def test_findings_are_bounded_worst_first_and_can_be_kept_as_json() -> None:
    long = replace(REMOVED, type="x." * 10**5 + "AttributeError", message=REMOVED.message + "!" * 10**6)
    after = [group(elsewhere(PLAIN, n), 2) for n in range(200)] + [group(long, key="k" * 10**6), group(IN_CHECKOUT)]
    found = judged(after)
    assert len(found.findings) == groups.SHOWN
    assert [each.call for each in found.findings[:3]] == [Call.WORSE, Call.WORSE, Call.LISTED]
    assert found.groups == {Call.WORSE: 2, Call.LOOK: 0, Call.LISTED: 200}
    kept = json.dumps(dataclasses.asdict(found))
    assert len(kept) < 200_000
    assert json.loads(kept)["groups"]["listed only"] == 200


def test_how_many_new_ones_chance_brings_is_told() -> None:
    """Of 100 old events one was of a type seen once: of 50 more, half a one is new by chance."""
    old = [group(PLAIN, 99), group(MISSING, 1)]
    assert judged([group(PLAIN, 50)], old).by_chance == pytest.approx(0.5)
    assert judged([group(PLAIN, 50)]).by_chance == 0


# Laws

KINDS = st.sampled_from((*WORSE, *NOT_WORSE, *(elsewhere(REMOVED, n) for n in range(3)), Raised("", "")))
COUNTS = st.one_of(st.integers(0, 60), st.sampled_from((math.nan, -1.0, math.inf)))
GROUPS = st.builds(
    lambda raised, count, key, minutes, hosts, hours: ErrorGroup(
        key, raised, count, DEPLOYED + timedelta(hours=hours), UNTIL, minutes, hosts
    ),
    KINDS, COUNTS, st.sampled_from(("", "a", "b", "c", "d")), st.none() | st.integers(0, 9),
    st.none() | st.integers(0, 3), st.integers(-2, 3),
)  # fmt: skip
MANY_GROUPS = st.lists(GROUPS, max_size=12)


@given(MANY_GROUPS, MANY_GROUPS, st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(
    past: list[ErrorGroup], after: list[ErrorGroup], dice: random.Random
) -> None:
    found = judged(after, past)
    shuffled = (dice.sample(after, len(after)), dice.sample(past, len(past)))
    assert judged(*shuffled) == found


@given(MANY_GROUPS, GROUPS)
def test_a_group_with_a_fingerprint_of_before_is_never_new(after: list[ErrorGroup], known: ErrorGroup) -> None:
    again = replace(known, count=10**6, minutes=100, hosts=5, first_seen=None, key="mine")
    found = judged([*after, again], [known]).findings
    (mine,) = [each for each in found if each.fingerprint == fingerprint(known.raised) and each.events >= 10**6]
    assert mine.novelty is not Novelty.NEW
    assert mine.call is not Call.WORSE


@given(MANY_GROUPS, MANY_GROUPS, st.integers(1, 10**6), st.booleans())
def test_unrelated_old_groups_change_nothing(
    past: list[ErrorGroup], after: list[ErrorGroup], count: int, still: bool
) -> None:
    other = group(error("shop.Unrelated", "quite another thing", CART, elsewhere(PLAIN, 99).frames[-1]), count, "z")
    found = judged(after, [*past, other]).findings
    assert found == judged(after, past).findings or judged(after, past).doubt
    if still:
        more = judged([*after, other], [*past, other]).findings
        assert [each for each in more if each.key != "z"] == list(found)


@given(MANY_GROUPS, MANY_GROUPS)
def test_nothing_is_worse_but_what_is_new_in_volume_and_related(
    past: list[ErrorGroup], after: list[ErrorGroup]
) -> None:
    found = judged(after, past)
    assert sum(found.groups.values()) == len(found.findings)
    for each in found.worse:
        assert not found.doubt
        assert each.novelty is Novelty.NEW
        assert each.weight >= 3
        assert each.events >= groups.EVENTS or "together with" in told(each)
