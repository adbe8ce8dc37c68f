"""An old error under another name is not new; a new one is not explained by an old one that happens to be quiet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chairlift.core.judging.groups import Call, Finding, Novelty
from chairlift.core.judging.known import ErrorGroup, Past
from tests.core.judging.samples import (
    CART,
    CHECKOUT,
    DEPLOYED,
    GET,
    PRICE,
    REMOVED,
    error,
    group,
    judged,
    only,
    own,
    told,
)

#: As often as 20 times a day, for 28 days.
OFTEN = 20 * 28

OLD = group(error("pytz.UnknownTimeZoneError", "'Mars'", CHECKOUT), OFTEN, "old-1")
#: In the same place and as often; related, so that it would be *worse* if it were new.
NEW = group(error("zoneinfo.ZoneInfoNotFoundError", "no zone Mars", CHECKOUT), 20, "new-1")


def beside(new: ErrorGroup, *old: ErrorGroup) -> Finding:
    """What is said of `new`."""
    (found,) = [each for each in judged([new], old).findings if each.key == new.key]
    return found


# The old one


def test_one_that_takes_the_place_of_an_old_one_is_the_old_one() -> None:
    assert only(NEW).call is Call.WORSE
    found = beside(NEW, OLD)
    assert (found.call, found.novelty, found.was) == (Call.LISTED, Novelty.RENAMED, "old-1")
    assert told(found) == "it takes the place of 'old-1', which is gone since: it failed in the same place, as often"


@pytest.mark.parametrize(
    "moved",
    [
        error("RuntimeError", "no such thing as 4711", own("shop.new_place", "checkout")),
        error("shop.RuntimeError", "no such thing as 1", own("shop.new_place", "other"), GET),
        error("RuntimeError", "not at all alike", own("shop.new", "checkout"), own("shop.place", "price")),
    ],
)
def test_one_of_the_same_type_that_moved_is_the_old_one(moved: object) -> None:
    old = error("RuntimeError", "no such thing as 17", CHECKOUT, PRICE)
    found = beside(replace(NEW, raised=moved), replace(OLD, raised=old))
    assert found.novelty is Novelty.RENAMED


def test_without_frames_the_type_is_enough() -> None:
    found = beside(
        group(replace(REMOVED, type="E", message="other words", frames=()), 20, "n"),
        group(replace(REMOVED, type="E", frames=()), OFTEN, "o"),
    )
    assert (found.novelty, found.was) == (Novelty.RENAMED, "o")


# A new one


def test_an_old_one_that_goes_on_explains_nothing() -> None:
    found = judged([NEW, replace(OLD, count=1)], [OLD])
    assert [each.call for each in found.findings] == [Call.WORSE, Call.LISTED]


@pytest.mark.parametrize("old", [28 * 4, 28, 1, 0, float("nan"), -1])
def test_one_that_is_much_more_frequent_than_the_old_one_was_is_new(old: float) -> None:
    """20 in a day where there were 4, and less, before."""
    assert beside(NEW, replace(OLD, count=old)).call is Call.WORSE
    assert beside(NEW, replace(OLD, count=28 * 5)).novelty is Novelty.RENAMED


def test_an_old_one_that_would_hardly_have_been_seen_by_now_is_not_gone() -> None:
    few = replace(NEW, count=5)
    moved = replace(few, raised=replace(NEW.raised, type=OLD.raised.type, message=OLD.raised.message + "x",
                                        frames=(CART, CHECKOUT)))  # fmt: skip
    before = replace(OLD, raised=replace(OLD.raised, message=moved.raised.message, frames=(PRICE, CHECKOUT)))
    # In the same place one expected event is enough, elsewhere it takes three.
    assert beside(few, replace(OLD, count=28 * 2)).novelty is Novelty.RENAMED
    assert beside(moved, replace(before, count=28 * 2)).novelty is Novelty.NEW
    said = replace(before, raised=replace(before.raised, message="no time zone of that name"))
    assert beside(replace(moved, raised=replace(moved.raised, message="no time zone of that name")),
                  replace(said, count=28 * 4)).novelty is Novelty.RENAMED  # fmt: skip
    assert beside(replace(moved, raised=replace(moved.raised, message="no time zone of that name")),
                  replace(said, count=28 * 2)).novelty is Novelty.NEW  # fmt: skip


def test_one_that_had_ended_by_itself_before_explains_nothing() -> None:
    long_ago = replace(OLD, last_seen=DEPLOYED.replace(month=8, day=20))
    assert beside(NEW, long_ago).call is Call.WORSE
    assert beside(NEW, replace(OLD, last_seen=DEPLOYED)).novelty is Novelty.RENAMED


@pytest.mark.parametrize(
    "other",
    [
        error("KeyError", "'Mars'", PRICE),
        error("zoneinfo.ZoneInfoNotFoundError", "another text", PRICE),
        error("zoneinfo.ZoneInfoNotFoundError", "'Mars'", own("shop.other", "checkout")),
        error("zoneinfo.ZoneInfoNotFoundError", "no zone Mars", CHECKOUT, GET, PRICE),
    ],
)
def test_the_type_alone_or_nothing_in_common_explains_nothing(other: object) -> None:
    changed = replace(NEW, raised=replace(NEW.raised, message="'Pluto'"))
    assert beside(changed, replace(OLD, raised=other)).call is Call.WORSE


def test_a_value_alone_is_no_message_in_common() -> None:
    new = group(error("KeyError", "'x'", CHECKOUT), 20, "new")
    assert beside(new, group(error("KeyError", "'y'", PRICE), OFTEN, "old")).call is Call.WORSE


def test_each_old_one_explains_one_new_one() -> None:
    second = replace(NEW, raised=replace(NEW.raised, type="E"), key="new-2", count=19)
    found = judged([NEW, second], [OLD])
    assert [(each.key, each.novelty) for each in found.findings] == [("new-2", Novelty.NEW), ("new-1", Novelty.RENAMED)]


def test_what_names_a_removed_thing_is_never_explained_away() -> None:
    removed = group(replace(REMOVED, frames=(CHECKOUT,)), 20, "new")
    assert beside(removed, OLD).call is Call.WORSE
    moved = group(REMOVED, 20, "new")
    same_words = replace(REMOVED, frames=(CART,))
    assert beside(moved, group(same_words, OFTEN, "old")).call is Call.WORSE


def test_nothing_is_renamed_where_little_of_the_past_is_known() -> None:
    found = judged([NEW], Past([OLD], days=3))
    assert found.worse == ()
    assert found.doubt
    assert judged([NEW], Past([OLD], days=float("nan"))).findings[0].novelty is Novelty.UNKNOWN


def test_renaming_costs_no_more_than_the_groups() -> None:
    """All of one type and of one place, which is the worst for finding pairs."""
    old = [replace(OLD, raised=replace(OLD.raised, type=f"E{n}"), key=str(n)) for n in range(3000)]
    new = [replace(NEW, raised=replace(NEW.raised, type=f"F{n}"), key=f"n{n}") for n in range(3000)]
    found = judged(new, old)
    # One place keeps its 50 most frequent old errors to compare with.
    assert found.groups[Call.WORSE] == 3000 - 50
