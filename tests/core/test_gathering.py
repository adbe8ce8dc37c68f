"""Alike services in one group: everybody is in one, few are alone, and none of a kind is forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chairlift.core.ahead import Group, Stand
from chairlift.core.gathering import Member, gathered


def member(number, level=0, rank=-1, after=(), admitted=True, taken=0.0):
    stands = (Stand(0, rank, taken, level),) if rank >= 0 else ()
    return Member(f"s{number}", Group(level=level, stands=stands, admitted=admitted, place=number), after)


@given(
    st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 5), st.booleans(), st.floats(0, 50)), max_size=300),
    st.integers(2, 64),
)
def test_everybody_is_in_one_group_and_there_are_no_more_than_asked_for(kinds, most):
    members = [member(n, level, rank, (), admitted, taken) for n, (level, rank, admitted, taken) in enumerate(kinds)]
    most = max(most, 16)
    groups, parts = gathered(members, most)
    assert sorted(place for part in parts for place in part) == list(range(len(members)))
    assert [group.count for group in groups] == list(map(len, parts))
    assert len(groups) <= max(most, 16)
    if len(members) <= most:
        assert [group.count for group in groups] == [1] * len(members)


def test_the_few_that_are_far_behind_are_a_group_of_their_own():
    """They are the last ones: among thousands of others their date would be lost."""
    members = [member(n, 0, 5) for n in range(3000)] + [member(n, 1, 1) for n in range(3000, 3003)]
    _, parts = gathered(members, 64)
    assert [3000, 3001, 3002] in parts


def test_who_waits_for_a_library_waits_for_its_group():
    members = [member(0, 0, -1, (), False), member(1, 0, -1, ("s0", "elsewhere"), False)]
    groups, _ = gathered(members, 8)
    assert [group.first for group in groups] == [(), (0,)]
