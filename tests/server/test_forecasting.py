"""The forecast of a campaign from its rows and its log: who has no date, what is learned, and that it is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.ahead import WhatIf
from chairlift.core.decision import StepName
from chairlift.core.forecast import GROUPS, forecast
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server import actions, forecasting, histories, outlooks
from chairlift.server.models import Campaign, Entry, Outlook, Upgrade
from tests.core.campaigns import day_of, ended
from tests.core.campaigns import lived as live
from tests.server import lived
from tests.server.world import MONDAY, TIMES, campaign_text

DAY = timedelta(days=1)


def living(world, count=24, progress=0.5, slower=1.0):
    """A campaign that was lived so far: its services, and what is told of them now."""
    services = live(5, count, slower=slower)
    for number in range(count):
        world.service(f"s{number:03}", files=None)
    world.load(lived.text())
    world.tick(day_of(services, progress) * DAY)
    lived.write(world.campaign, services, MONDAY, world.now)
    return services


def told(world):
    forecasting.renew_due(world.now)
    Outlook.objects.update(next_at=None)
    return outlooks.of(world.campaign)


class TestWorkedOut:
    def test_it_holds_every_service_that_is_not_done(self, world):
        services = living(world)
        found = told(world)
        done = sum(service.end <= (world.now - MONDAY) / DAY for service in services)
        assert (found.total, found.done, found.left) == (24, done, 24 - done)
        assert found.done > 0

    def test_its_dates_are_near_to_what_then_comes(self, world):
        services = living(world, progress=0.7)
        dates = told(world).dates(told(world).found["end"], world.campaign.value.deadline)
        truth = MONDAY + ended(services) * DAY
        assert dates.half < dates.likely < dates.sure
        assert world.now < truth < dates.sure
        assert dates.half - world.now < 3 * (truth - world.now)

    def test_people_who_are_slow_are_seen_to_be(self, world):
        living(world, progress=0.5, slower=4.0)
        found = told(world)
        assert found.dates(found.found["end"], world.campaign.value.deadline).half > MONDAY + 300 * DAY

    def test_a_campaign_that_is_done(self, world):
        services = living(world)
        world.tick(ended(services) * DAY)
        Upgrade.objects.update(done_at=world.now, decision="done", step="")
        found = told(world)
        assert (found.done, found.left, found.found["end"]) == (24, 0, [0.0])

    def test_nothing_is_asked_for_each_service(self, world):
        living(world)

        def count():
            with CaptureQueriesContext(connection) as asked:
                forecasting.work_out(world.campaign, world.roster, world.now)
            return len(asked)

        before = count()
        for number in range(10):
            world.service(f"t{number}", files=None)
        world.load(lived.text())
        assert count() == before < 12

    def test_thousands_are_put_together(self, world):
        living(world, count=GROUPS + 40)
        found = told(world)
        assert len(found.found["members"]) <= GROUPS
        pks = set(Upgrade.objects.filter(done_at=None).values_list("pk", flat=True))
        assert {pk for pk in pks if found.of(pk)} == pks

    def test_a_page_that_asks_again_gets_the_world_that_was_kept(self, world):
        living(world)
        found = told(world)
        kept = found.found["world"]
        assert json.loads(json.dumps(forecasting.plain_world(forecasting.world_of(kept)))) == kept
        assert found.what_if(WhatIf()) == pytest.approx(found.found["end"], abs=0.01)


class TestPools:
    """What the campaign lets into one CI at once is what its forecast does, too."""

    @pytest.fixture
    def many(self, world):
        for number in range(6):
            world.service(f"s{number}", files=None, more='pool = "small"' if number < 4 else "")
        world.load(
            campaign_text(
                times=TIMES.replace('tests = "10 seconds"', 'tests = "12 hours"'),
                tables="[waves]\nsizes = [6]\nbuilding = 1",
            )
        )
        for number in range(6):
            world.choose(f"s{number}", "Review everything")
        return world

    def world_of(self, world):
        return forecasting.world_of(told(world).found["world"])

    def test_services_of_one_ci_are_told_apart_from_others(self, many):
        found = self.world_of(many)
        assert (found.building, found.green, found.pools) == (1, 0.5, (0, 0))
        assert [group.pool for group in found.groups] == [0, 0, 0, 0, 1, 1]
        wide = replace(found, building=6)
        assert forecast(wide, "tiny").by(0.5) < forecast(found, "tiny").by(0.5)

    def test_where_nothing_is_bounded_nothing_waits(self, world):
        world.service("shop", files=None)
        world.load()
        found = self.world_of(world)
        assert (found.building, found.green, found.pools, found.groups[0].pool) == (0, 0.0, (), -1)

    def test_whoever_is_red_keeps_a_place_and_whoever_is_asked_to_review_does_not(self, many):
        rows = Upgrade.objects.filter(service__name__in=("s0", "s4"))
        rows.update(
            admitted_at=many.now, change="upgrade", step="review", decision="ask", question="upgrade/review/red 12"
        )
        Upgrade.objects.filter(service__name="s4").update(question="upgrade/review/approve 12")
        assert [group.building for group in self.world_of(many).groups] == [True, False, False, False, False, False]
        actions.hold(many.row("s0"), "not now", "Ana", many.roster, many.now)
        assert self.world_of(many).pools == (1, 0)

    def test_how_long_it_takes_to_be_green_is_learned(self, many):
        def note(name, kind, hours, about=""):
            row, at = many.row(name), many.now - timedelta(days=3) + timedelta(hours=hours)
            Entry.write(row, Line(at, "chairlift", kind, "upgrade", "review", about))

        for name in ("s0", "s1"):
            note(name, Kind.BEGAN, 0)
            note(name, Kind.ASKED, 6, "upgrade/review/red 12")
            note(name, Kind.ASKED, 36, "upgrade/review/approve 12")
        # Two of half a day, as the file says, and two of a day and a half.
        assert self.world_of(many).green == 1.0

    def test_pools_cost_no_query_for_each_service(self, many):
        def count():
            with CaptureQueriesContext(connection) as asked:
                forecasting.work_out(many.campaign, many.roster, many.now)
            return len(asked)

        before = count()
        for number in range(6, 16):
            many.service(f"s{number}", files=None, more='pool = "small"')
        many.load(many.campaign.text)
        assert count() == before < 13

    def test_what_an_older_version_has_kept_is_read(self, many):
        plain = told(many).found["world"]
        old = {key: value for key, value in plain.items() if key not in ("building", "green", "pools")}
        old["groups"] = [{k: v for k, v in each.items() if k not in ("pool", "building")} for each in old["groups"]]
        assert forecast(forecasting.world_of(old), "tiny").by(0.5) < forecast(self.world_of(many), "tiny").by(0.5)


class TestWithoutADate:
    def reasons(self, world):
        names = dict(Upgrade.objects.values_list("pk", "service__name"))
        return {why: sorted(names[pk] for pk in pks) for why, pks in told(world).undated.items()}

    def test_held_until_it_is_resumed(self, shop):
        shop.choose("shop", "DIY")
        actions.hold(shop.row("shop"), "not now", "Ana", shop.roster, shop.now)
        assert self.reasons(shop) == {"are held or blocked": ["shop"]}
        actions.say(shop.row("shop"), Kind.RESUMED, "Ana", shop.roster, shop.now)
        assert self.reasons(shop) == {}

    def test_blocked_without_a_date_or_past_it(self, shop):
        row = shop.row("shop")
        actions.block(row, "waits for a vendor", "Ana", shop.roster, shop.now, due=shop.now + 40 * DAY)
        assert self.reasons(shop) == {}
        ahead = told(shop).of(row.pk)
        assert ahead.through[0] > shop.now + 40 * DAY
        shop.tick(41 * DAY)
        assert self.reasons(shop) == {"are held or blocked": ["shop"]}

    @pytest.mark.parametrize(
        ("fields", "why"),
        [
            ({"decision": "stop"}, "are stopped until the project team has looked"),
            ({"decision": "refused"}, "are stopped until the project team has looked"),
            ({"question": "upgrade/test/reverted abc"}, "are stopped until the project team has looked"),
            ({"question": "upgrade/merge/need deploy documentation"}, "lack what their level needs"),
            ({"decision": "wait", "step": ""}, "are exempted"),
        ],
    )
    def test_what_nobody_has_named_a_date_for(self, shop, fields, why):
        Upgrade.objects.filter(service__name="cart").update(**{"decision": "ask", "step": "merge", **fields})
        assert self.reasons(shop) == {why: ["cart"]}

    def test_nor_has_who_waits_for_one_of_these(self, world):
        world.service("lib", files=None, more="library = true")
        world.service("app", files=None, more='after = ["lib"]')
        world.service("other", files=None)
        world.load()
        Upgrade.objects.filter(service__name="lib").update(decision="stop")
        found = self.reasons(world)
        assert found["wait for one of these"] == ["app"]
        assert told(world).left == 1

    def test_nor_who_left_the_services_file(self, shop):
        shop.load(services=shop.services.replace('"cart"', '"wagon"'))
        assert self.reasons(shop)["are no longer in the services file"] == ["cart"]


def test_what_has_passed_a_step_is_the_same_for_the_database_and_the_burn_up(world):
    living(world, progress=0.6)
    lines = told(world).found["burn_up"]
    for change in ("prepare", "upgrade"):
        for step in StepName:
            rows = Upgrade.objects.filter(histories.past(world.campaign.value, change, step))
            assert rows.count() == lines[change][step.value][-1], (change, step)
    assert 0 < lines["upgrade"]["test"][-1] < lines["prepare"]["plan"][-1]
    assert lines["prepare"]["plan"] == sorted(lines["prepare"]["plan"])


class TestKept:
    def made_at(self):
        return Outlook.objects.get().made_at

    def test_it_is_renewed_when_the_log_has_grown_and_not_before(self, shop):
        shop.worker.forecast_once()
        first = self.made_at()
        assert first == shop.now
        shop.tick(timedelta(minutes=5))
        shop.worker.forecast_once()
        assert self.made_at() == first
        shop.choose("shop", "DIY")
        shop.tick(forecasting.EVERY)
        shop.worker.forecast_once()
        assert self.made_at() == shop.now

    def test_time_alone_renews_it_every_hour(self, shop):
        shop.worker.forecast_once()
        shop.tick(timedelta(hours=1, minutes=1))
        shop.worker.forecast_once()
        assert self.made_at() == shop.now

    def test_a_clock_that_jumps_back_does_not_stop_it(self, shop):
        shop.tick(timedelta(days=30))
        shop.worker.forecast_once()
        shop.tick(-timedelta(days=29))
        shop.worker.forecast_once()
        assert self.made_at() == shop.now

    def test_of_two_workers_one_does_it(self, shop):
        Outlook.objects.create(campaign=shop.campaign, next_at=shop.now + timedelta(minutes=1))
        shop.worker.forecast_once()
        assert self.made_at() is None

    def test_a_file_that_cannot_be_read_stops_no_other(self, shop):
        actions.load_campaign(campaign_text().replace('"tiny"', '"aaa"'), "a.toml", "operator", shop.now)
        Campaign.objects.filter(slug="aaa").update(text="nonsense")
        shop.worker.forecast_once()
        assert [row.campaign.slug for row in Outlook.objects.filter(made_at__isnull=False)] == ["tiny"]
