"""Forecasts: in order, repeatable, never hurt by a wider wave, and true about as often as they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairlift.core.ahead import Group, Leg, Stand, WhatIf, World
from chairlift.core.durations import Promise, Record, pace
from chairlift.core.forecast import CHANCES, DRAWS, forecast, quantile, within
from chairlift.core.passing import HORIZON
from tests.core.campaigns import KEYS, LEGS, LEVELS, STEPS, day_of, ended, lived, seen

SERVICES = 24
#: One step each, of the project team and of the squad.
TEAM, SQUAD = 0, 1
ONE = (Leg(),)


def world(groups, sizes=(5,), legs=ONE, days=(1.0, 10.0), calendars=(((), ()),), **more):
    """All steps of level 0 are the project team's, of level 1 the squad's; each takes about `days`."""
    paces = [pace(Promise(each), Record((each,) * 20), 40, str(each)) for each in (*days, 5.0)]
    return World(
        legs=legs, levels=((TEAM,) * 6, (SQUAD,) * 6), paces=tuple(paces), ours=(True, False, False), choosing=2,
        groups=tuple(groups), sizes=sizes, mix=(1, 1), calendars=calendars, **more,
    )  # fmt: skip


@st.composite
def worlds(draw):
    groups = []
    legs = tuple(Leg(after) for after in draw(st.lists(st.sampled_from([3, 4, 5]), min_size=1, max_size=3)))
    for place in range(draw(st.integers(1, 12))):
        level = draw(st.sampled_from([-1, 0, 1]))
        admitted = level >= 0 and draw(st.booleans())
        stands = ()
        if admitted and draw(st.booleans()):
            stand = Stand(draw(st.integers(0, len(legs) - 1)), draw(st.integers(0, 5)), draw(st.floats(0, 40)), level)
            stands = (stand,)
        first = (0,) if place and not admitted and draw(st.integers(0, 5)) == 0 else ()
        groups.append(
            Group(draw(st.sampled_from([1, 1, 7])), level, stands, draw(st.floats(0, 30)), admitted, place, first)
        )
    sizes = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=3)))
    return world(groups, sizes, legs)


@given(worlds())
@settings(max_examples=60)
def test_dates_are_in_order_and_the_same_each_time(found):
    first = forecast(found, "seed")
    assert first == forecast(found, "seed")
    assert list(first.end) == sorted(first.end)
    assert all(0 <= days <= HORIZON for days in first.end)
    assert first.by(0.5) <= first.by(0.8) <= first.by(0.95)
    for outlook in first.groups:
        assert list(outlook.through) == sorted(outlook.through)
        assert all(start <= end for _, start, end in outlook.changes)
    # The last service of all is through when the last of each change is.
    for chance in CHANCES:
        assert first.by(chance) >= max(quantile(days, chance) for days in first.changes) - 1e-9


@given(worlds(), st.integers(1, 8))
@settings(max_examples=60)
def test_a_wave_twice_as_large_is_never_later(found, size):
    """With one change for each service; with more, what is let in earlier may come back at a worse moment."""
    narrow = replace(found, legs=(Leg(),), sizes=(size,))
    stands = [
        replace(g, stands=tuple(replace(s, change=0) for s in g.stands[:1]), count=1, first=()) for g in found.groups
    ]
    narrow = replace(narrow, groups=tuple(stands))
    wide = replace(narrow, sizes=(2 * size,))
    for chance in CHANCES:
        assert forecast(wide, "seed").by(chance) <= forecast(narrow, "seed").by(chance) + 1e-6


def test_what_is_done_is_done():
    found = forecast(world([], done=7), "seed")
    assert (found.end, found.groups) == ((0.0,), ())
    assert within(found.end, 0) == 1


def test_waves_queue_services():
    def by(size, count=20):
        return forecast(world([Group(level=0, place=n) for n in range(count)], (size,)), "seed").by(0.5)

    assert by(1) > 3 * by(10) > 3 * 5


def test_a_small_first_wave_holds_up_the_next():
    groups = [Group(level=0, place=n) for n in range(6)]
    assert forecast(world(groups, (1, 5)), "s").by(0.5) > 1.4 * forecast(world(groups, (5,)), "s").by(0.5)


def test_libraries_go_before_those_who_use_them():
    groups = [Group(level=1, place=0), Group(level=0, place=1, first=(0,)), Group(level=0, place=2)]
    library, user, other = forecast(world(groups), "seed").groups
    assert user.changes[0][1] == pytest.approx(library.through[0], rel=0.2)
    assert other.through[0] < library.through[0] / 2


def test_what_waits_for_nobody_who_comes_has_no_date():
    stuck = world([Group(level=0)], (2,), busy=2)
    assert forecast(stuck, "seed").by(0.5) == HORIZON


def test_a_freeze_delays_merges_of_the_project_team_and_nobody_elses():
    frozen = ((0.0, 60.0), (0.5, 1000.0))
    groups = [Group(level=0, admitted=True), Group(level=1, admitted=True)]
    ours, squads = forecast(world(groups, calendars=(frozen,)), "seed").groups
    free = forecast(world(groups), "seed").groups
    assert ours.through[0] > 60 > free[0].through[0]
    assert squads == free[1]


def test_a_step_that_has_taken_long_is_not_expected_to_end_as_if_it_had_just_begun():
    fresh = forecast(world([Group(level=1, stands=(Stand(0, 5, 0.0, SQUAD),), admitted=True)]), "seed")
    old = forecast(world([Group(level=1, stands=(Stand(0, 5, 9.5, SQUAD),), admitted=True)]), "seed")
    overdue = forecast(world([Group(level=1, stands=(Stand(0, 5, 200.0, SQUAD),), admitted=True)]), "seed")
    assert 0 < old.by(0.5) < fresh.by(0.5) / 2
    # Whoever is that late is not done tomorrow.
    assert overdue.by(0.5) > 1


def test_nothing_comes_before_its_date():
    assert forecast(world([Group(level=0, admitted=True, not_before=50.0)]), "seed").by(0.5) > 50


def test_a_change_that_had_nothing_to_change_elsewhere_takes_no_time_here():
    groups = [Group(level=1, place=n) for n in range(4)]
    alone = forecast(world(groups), "s").by(0.5)
    assert forecast(world(groups, legs=(Leg(), Leg(idle=1.0))), "s").by(0.5) == pytest.approx(alone, rel=0.1)
    assert forecast(world(groups, legs=(Leg(), Leg())), "s").by(0.5) > 1.5 * alone


def test_the_last_of_a_large_group_is_later_than_the_usual_one_and_as_late_as_the_last_of_so_many():
    (alone,) = forecast(world([Group(400, level=1, admitted=True)]), "seed").groups
    together = forecast(world([Group(400, level=1, admitted=True)]), "seed")
    apart = forecast(world([Group(level=1, admitted=True) for _ in range(400)]), "seed")
    assert together.by(0.5) > alone.through[0] * 1.1
    assert together.by(0.5) == pytest.approx(apart.by(0.5), rel=0.15)


def test_a_group_larger_than_its_wave_goes_through_it_in_rounds():
    together = forecast(world([Group(60, level=0, place=n) for n in range(2)], (10,)), "seed")
    apart = forecast(world([Group(level=0, place=n) for n in range(120)], (10,)), "seed")
    assert together.by(0.5) == pytest.approx(apart.by(0.5), rel=0.25)


class TestPools:
    """No more are let in than a pool of CI takes; the others wait until one is green."""

    @staticmethod
    def by(groups, building=1, green=2.0, pools=(0, 0), sizes=(40,), chance=0.5, **more):
        found = world(groups, sizes, days=(0.5, 0.5), building=building, green=green, pools=pools, **more)
        return forecast(found, "seed").by(chance)

    @staticmethod
    def queue(count, pool=0, start=0, **more):
        return [Group(level=0, place=start + n, pool=pool, **more) for n in range(count)]

    def test_a_pool_queues_services(self):
        free, narrow, wide = (self.by(self.queue(20), building) for building in (20, 1, 4))
        # Of each the plan, the pull request, and its review and merge, half a day each: all end before CI would.
        assert 20 * 1.9 < narrow < 20 * 3
        assert free < wide < narrow / 3
        assert self.by(self.queue(20, pool=-1), 0) == free

    def test_two_pools_do_not_wait_for_each_other(self):
        one, two = self.by(self.queue(20)), self.by(self.queue(10) + self.queue(10, 1, 10))
        assert two < 0.65 * one

    def test_it_is_left_when_green_however_long_people_take(self):
        slow = [replace(group, level=1) for group in self.queue(10)]
        paces = {"days": (0.5, 10.0)}
        found = world(slow, (40,), **paces, building=1, green=0.5, pools=(0,))
        free = forecast(replace(found, building=10), "seed").by(0.5)
        # Their plan and pull request are in it, and not their review, which alone takes as long as both.
        assert forecast(found, "seed").by(0.5) < 10 * 20 + free

    def test_what_is_red_keeps_its_place_and_what_is_green_does_not(self):
        def begins(building):
            """When the first of those behind one that stands in the squad's review is let in."""
            there = Group(level=1, stands=(Stand(0, 2, 1.0, SQUAD),), admitted=True, pool=0, building=building)
            found = world([there, *self.queue(3)], (40,), building=1, green=6.0, pools=(0,))
            return forecast(found, "seed").groups[1].changes[0][1]

        assert (begins(False), begins(True)) == (0.0, 6.0)

    def test_a_place_that_is_taken_for_good_is_never_free(self):
        assert self.by(self.queue(2), pools=(1,)) == HORIZON
        assert self.by(self.queue(2), pools=(1,), building=2) < HORIZON

    def test_a_group_larger_than_its_pool_goes_through_it_in_rounds(self):
        alone = self.by(self.queue(1), 5)
        many = self.by([Group(100, 0, pool=0)], 5)
        assert many > alone + 19 * 2.0
        apart = self.by(self.queue(100), 5, sizes=(100,))
        assert 0.6 * apart < many < 1.6 * apart

    @given(worlds(), st.integers(1, 4), st.floats(0, 9))
    @settings(max_examples=60)
    def test_a_pool_twice_as_wide_is_never_later(self, found, building, green):
        stands = [
            replace(g, stands=tuple(replace(s, change=0) for s in g.stands[:1]), count=1, first=(), pool=place % 2)
            for place, g in enumerate(found.groups)
        ]
        narrow = replace(
            found, legs=ONE, sizes=(50,), groups=tuple(stands), building=building, green=green, pools=(0, 0)
        )
        wide = replace(narrow, building=2 * building)
        for chance in CHANCES:
            assert forecast(wide, "seed").by(chance) <= forecast(narrow, "seed").by(chance) + 1e-6


class TestWhatIf:
    groups = (Group(level=0, admitted=True, stands=(Stand(0, 2, 1.0, TEAM),)), Group(level=0, place=1), Group(place=2))

    def test_a_level_moved_leaves_steps_that_have_begun_with_whoever_began_them(self):
        asked = WhatIf(moved=0, to=1).asked(world(self.groups))
        assert [group.level for group in asked.groups] == [1, 1, -1]
        assert asked.groups[0].stands == self.groups[0].stands
        assert asked.mix == (0, 2)

    def test_and_takes_as_long_as_they_do(self):
        last_step = world([Group(level=1, stands=(Stand(0, 5, 1.0, SQUAD),), admitted=True)])
        assert forecast(WhatIf(moved=1, to=0).asked(last_step), "seed") == forecast(last_step, "seed")
        not_begun = world([Group(level=1, stands=(Stand(0, 5),), admitted=True)])
        assert (
            forecast(WhatIf(moved=1, to=0).asked(not_begun), "seed").by(0.5) < forecast(not_begun, "seed").by(0.5) / 3
        )

    def test_to_itself_is_no_move(self):
        assert WhatIf(moved=0, to=0).asked(world(self.groups)) == world(self.groups)

    def test_only_what_has_not_begun_starts_later(self):
        asked = WhatIf(later=14.0).asked(world(self.groups))
        assert [group.not_before for group in asked.groups] == [0.0, 14.0, 14.0]

    def test_another_wave(self):
        assert WhatIf(size=9).asked(world(self.groups)).sizes == (9,)

    def test_each_group_keeps_its_luck(self):
        """Or two worlds could not be compared: what does not touch a group leaves its dates as they were."""
        alone = forecast(world(self.groups), "seed").groups[0]
        assert forecast(WhatIf(size=9, later=30.0).asked(world(self.groups)), "seed").groups[0] == alone


@pytest.mark.parametrize("slower", [1.0, 2.5])
def test_dates_are_true_about_as_often_as_they_say(slower):
    """Of campaigns whose people are as fast as believed, or far slower; half-way through. The seeds are fixed."""
    hits = dict.fromkeys(CHANCES, 0)
    count = 20
    for number in range(count):
        services = lived(number, SERVICES, slower=slower)
        now = day_of(services, 0.6)
        found = forecast(seen(services, now, seed=str(number)), str(number))
        for chance in CHANCES:
            hits[chance] += ended(services) - now <= found.by(chance)
    assert 0.3 * count <= hits[0.5] <= 0.85 * count
    assert hits[0.8] >= 0.6 * count
    assert hits[0.95] >= 0.8 * count


def test_the_promise_is_left_behind_once_the_record_says_otherwise():
    """People take four times as long as promised: at a quarter of the way no 80% date stays at the promised ones."""
    short = 0
    for number in range(6):
        services = lived(number, SERVICES, slower=4.0)
        now = day_of(services, 0.3)
        short += forecast(seen(services, now, seed=str(number)), "s").by(0.8) < (ended(services) - now) * 0.5
    assert short == 0


def test_ten_thousand_cost_as_much_as_sixty_four():
    many = forecast(world([Group(156, level=n % 2, place=n) for n in range(64)], (500,)), "seed")
    assert len(many.groups) == 64
    assert len(many.end) == min(DRAWS, 40)


def test_the_kit_is_whole():
    assert len(KEYS) == 12
    assert (len(LEVELS), len(LEGS), len(STEPS)) == (3, 2, 6)
