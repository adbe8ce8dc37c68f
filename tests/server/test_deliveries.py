"""Entries of the log on their way to webhooks: each queued once, retried, given up, and never in the loop's way."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from chairlift.core.files.installation import Webhook
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server import actions, deliveries
from chairlift.server.deliveries import PAUSES, Courier
from chairlift.server.models import Delivery, Endpoint, Entry
from tests.hooks import SECRET, HookServer, signed

VARIABLE = "CHAIRLIFT_TEST_HOOK"


@pytest.fixture
def server():
    with HookServer() as running:
        yield running


@pytest.fixture
def hook(server, monkeypatch):
    monkeypatch.setenv(VARIABLE, SECRET)
    return Webhook("chat", server.url("/ok"), VARIABLE, seconds=2)


def say(world, text="", service="shop", kind=Kind.SAID):
    Entry.write(world.row(service), Line(world.now, "Ana", kind, "upgrade", "merge", "about", text))


@pytest.fixture
def courier(shop, hook):
    """It knows the log as it was before."""
    found = Courier(hook)
    assert not found.once(shop.now)
    return found


def run(world, courier, seconds=70):
    """A while later, all there is to do at once."""
    world.tick(timedelta(seconds=seconds))
    count = 0
    while courier.once(world.now):
        count += 1
        assert count < 2000
    return count


def states():
    rows = Delivery.objects.order_by("pk")
    return list(rows.values_list("entry__text", "state", "code", "tries"))


class TestQueue:
    def test_each_new_entry_arrives_once_and_signed(self, shop, server, courier):
        for text in ("one", "two"):
            say(shop, text)
        for _ in range(3):
            run(shop, courier)
        assert [json.loads(got.body)["data"]["text"] for got in server.got] == ["one", "two"]
        assert all(map(signed, server.got))
        assert len({got.head["webhook-id"] for got in server.got}) == 2
        assert states() == [("one", "sent", 200, 1), ("two", "sent", 200, 1)]

    def test_what_was_there_before_is_not_delivered(self, shop, server, courier):
        run(shop, courier)
        assert server.got == []

    def test_only_kinds_and_campaigns_that_are_wanted(self, shop, server, hook):
        for wanted, count in (({"kinds": ("chose",)}, 0), ({"campaigns": ("other",)}, 0), ({"kinds": ("said",)}, 1)):
            one = Courier(Webhook(str(wanted), hook.url, VARIABLE, **wanted))
            one.once(shop.now)
            say(shop)
            run(shop, one)
            assert Delivery.objects.filter(endpoint=str(wanted)).count() == count

    def test_of_two_workers_one_queues_and_one_sends(self, shop, server, courier, hook):
        other = Courier(hook)
        for text in "abcdef":
            say(shop, text)
        shop.tick(timedelta(seconds=2))
        while courier.once(shop.now) | other.once(shop.now):
            pass
        assert sorted(json.loads(got.body)["data"]["text"] for got in server.got) == list("abcdef")

    def test_an_entry_that_becomes_visible_late_is_not_lost(self, shop, server, courier):
        """Of two transactions at once the later number may be seen first."""
        say(shop, "late")
        say(shop, "early")
        Endpoint.objects.update(queued=Entry.objects.latest("pk").pk)
        run(shop, courier)
        assert sorted(json.loads(got.body)["data"]["text"] for got in server.got) == ["early", "late"]

    def test_thousands_are_queued_in_few_queries(self, shop, courier, hook):
        rows = [Entry(campaign=shop.campaign, at=shop.now, by="x", kind="said") for _ in range(1200)]
        Entry.objects.bulk_create(rows)
        with CaptureQueriesContext(connection) as asked:
            assert [deliveries.queue(hook, shop.now) for _ in range(4)] == [500, 500, 200, 0]
        assert len(asked) <= 4 * 12


class TestBody:
    def data(self, world, server, courier):
        run(world, courier)
        return json.loads(server.got[-1].body)

    def test_says_what_the_log_says(self, shop, server, courier):
        say(shop, "well")
        found = self.data(shop, server, courier)
        assert found["type"] == "entry.said"
        assert found["timestamp"] == (shop.now - timedelta(seconds=70)).isoformat()
        wanted = {"by": "Ana", "kind": "said", "campaign": "tiny", "service": "shop", "squad": "Heron", "step": "merge"}
        assert wanted.items() <= found["data"].items()
        assert found["data"]["url"] == "http://127.0.0.1:8400/campaigns/tiny/services/shop"

    def test_kinds_of_several_words(self, shop, server, courier):
        say(shop, kind=Kind.MEANT)
        assert self.data(shop, server, courier)["type"] == "entry.meant_to"

    def test_of_no_service(self, shop, server, courier):
        actions.pause(shop.campaign, "fire", "Lena", shop.roster, shop.now)
        found = self.data(shop, server, courier)
        assert (found["type"], found["data"]["service"]) == ("entry.paused", "")

    def test_holds_no_secret(self, shop, server, courier):
        text = "cannot fetch https://user:hunter2@git.example.org/shop.git or ssh://hunter2@host"
        Entry.write(shop.row("shop"), Line(shop.now, "x", Kind.TROUBLE, about=text, text=text, data={"url": text}))
        run(shop, courier)
        assert b"git.example.org" in server.got[0].body
        assert b"hunter2" not in server.got[0].body
        assert SECRET.encode() not in server.got[0].body
        assert SECRET not in str(server.got[0].head)

    def test_any_words(self, shop, server, courier):
        say(shop, "\u202e<b>🎿\x00\ud800".replace("\x00", "").encode("utf-8", "replace").decode())
        assert "🎿" in self.data(shop, server, courier)["data"]["text"]


class TestTrouble:
    @pytest.fixture(autouse=True)
    def secret(self, monkeypatch):
        monkeypatch.setenv(VARIABLE, SECRET)

    def pathed(self, shop, server, path):
        courier = Courier(Webhook("chat", server.url(path), VARIABLE, seconds=1))
        courier.once(shop.now)
        say(shop, "one")
        return courier

    def test_a_failure_is_tried_again_with_the_same_identity_later_each_time(self, shop, server, courier):
        server.answers["/ok"] = 500
        say(shop, "one")
        run(shop, courier)
        (row,) = Delivery.objects.all()
        assert (row.state, row.code, row.tries, row.next_at - row.tried_at) == ("waiting", 500, 1, PAUSES[0])
        assert row.why == "code 500 <b>"
        run(shop, courier)
        row.refresh_from_db()
        assert (row.tries, row.next_at - row.tried_at) == (2, PAUSES[1])
        server.answers.clear()
        run(shop, courier, PAUSES[1].total_seconds() + 1)
        assert states() == [("one", "sent", 200, 3)]
        assert len({got.head["webhook-id"] for got in server.got}) == 1
        assert len({got.head["webhook-timestamp"] for got in server.got}) == 3
        assert len({got.body for got in server.got}) == 1

    def test_it_is_given_up_after_days(self, shop, server, courier):
        server.answers["/ok"] = 503
        say(shop, "one")
        for _ in range(24 * 6):
            run(shop, courier, 3600)
        assert states() == [("one", "lost", 503, len(PAUSES) + 1)]
        assert timedelta(days=2) < sum(PAUSES, timedelta()) < timedelta(days=5)

    def test_gone_is_gone(self, shop, server, courier):
        server.answers["/ok"] = 410
        say(shop, "one")
        run(shop, courier)
        assert states() == [("one", "lost", 410, 1)]
        assert "gone for good" in Delivery.objects.get().why

    def test_a_redirection_is_named(self, shop, server):
        courier = self.pathed(shop, server, "/redirect")
        run(shop, courier)
        assert states() == [("one", "waiting", 302, 1)]
        assert "put the final address in chairlift.toml" in Delivery.objects.get().why
        assert len(server.got) == 1

    def test_who_hangs_is_an_answer_that_did_not_come(self, shop, server):
        courier = self.pathed(shop, server, "/hang")
        run(shop, courier)
        assert states() == [("one", "waiting", None, 1)]
        assert "does not answer within 1 seconds" in Delivery.objects.get().why

    def test_the_wish_to_be_left_alone_is_heard(self, shop, server, courier):
        server.answers["/ok"], server.head = 429, {"Retry_After": "7200"}
        say(shop, "one")
        run(shop, courier)
        row = Delivery.objects.get()
        assert row.next_at - row.tried_at == timedelta(hours=2)

    def test_one_that_is_down_is_not_asked_about_each_of_many(self, shop, server, courier):
        server.answers["/ok"] = 500
        for place in range(50):
            say(shop, str(place))
        assert run(shop, courier) == 1
        assert len(server.got) == 1
        server.answers.clear()
        for _ in range(3):
            run(shop, courier)
        assert {state for _, state, _, _ in states()} == {"sent"}

    def test_a_missing_secret_uses_up_no_try(self, shop, server, courier, monkeypatch):
        monkeypatch.delenv(VARIABLE)
        say(shop, "one")
        run(shop, courier)
        assert states() == [("one", "waiting", None, 0)]
        assert VARIABLE in Delivery.objects.get().why
        assert server.got == []
        monkeypatch.setenv(VARIABLE, SECRET)
        run(shop, courier, 700)
        assert states() == [("one", "sent", 200, 1)]

    def test_killed_in_the_act_it_is_sent_again_when_the_lease_is_over(self, shop, server, courier):
        say(shop, "one")
        shop.tick(timedelta(seconds=2))
        deliveries.queue(courier.hook, shop.now)
        assert deliveries._claim(courier.hook, shop.now)
        assert deliveries._claim(courier.hook, shop.now) is None
        run(shop, courier, 200)
        assert states() == [("one", "sent", 200, 1)]


class TestAgain:
    @pytest.fixture
    def lost(self, shop, server, courier):
        server.answers["/ok"] = 410
        say(shop, "one")
        run(shop, courier)
        server.answers.clear()
        return Delivery.objects.get()

    def again(self, world, row, by="Lena"):
        actions.deliver_again(world.campaign, row.pk, by, world.roster, world.now)

    def test_it_is_sent_once_more_and_said_who_wanted_it(self, shop, server, courier, lost):
        self.again(shop, lost)
        newest = Entry.objects.latest("pk")
        assert (newest.by, newest.kind, newest.about) == ("Lena", Kind.RETRIED, "delivery to chat")
        run(shop, courier)
        assert states()[0] == ("one", "sent", 200, 1)

    def test_twice_is_once(self, shop, lost):
        self.again(shop, lost)
        with pytest.raises(actions.NotPossible, match="on its way already"):
            self.again(shop, lost)

    def test_it_is_the_project_teams(self, shop, lost):
        with pytest.raises(actions.NotPossible, match="not in the project team"):
            self.again(shop, lost, "Ana")
        assert Delivery.objects.get().state == "lost"

    def test_of_another_campaign(self, shop, lost):
        lost.pk += 1
        with pytest.raises(actions.NotPossible, match="no such delivery"):
            self.again(shop, lost)


def test_no_transaction_is_open_while_it_talks(shop, server, courier):
    """Beside the one that every test is in."""
    mine, open_blocks = connections["default"], []
    before = len(mine.savepoint_ids)
    server.notice = lambda: open_blocks.append(len(mine.savepoint_ids) - before)
    say(shop, "one")
    run(shop, courier)
    assert open_blocks == [0]
