"""The metrics: read back with the library, closed without the token, at a fixed number of queries and lines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from chairlift.core.budget import Call, Lane
from chairlift.core.decision import Party
from chairlift.server.budgets import DatabaseBudget
from chairlift.server.models import Entry, ForgeState, SheetState, Unit, Upgrade
from chairlift.testing.contracts.budget import GITHUB, WHO

TOKEN = "a-long-and-random-token"


@pytest.fixture
def scrape(at_desk, visit, settings):
    settings.METRICS_TOKEN = TOKEN
    program = visit()
    return lambda token=f"Bearer {TOKEN}": program.get("/metrics", headers={"Authorization": token} if token else {})


def numbers(answer):
    assert answer.status_code == 200, answer.content
    families = text_string_to_metric_families(answer.content.decode())
    # In the order of their names, which is that of the text.
    return {
        (each.name, *(each.labels[name] for name in sorted(each.labels))): each.value
        for family in families
        for each in family.samples
    }


def stands(service, **fields):
    Upgrade.objects.filter(service__name=service).update(**fields)


def unit(world, name, **fields):
    row = {"kind": "verify", "service": "shop", "inputs": {}, "asked_at": world.now, "ready_at": world.now}
    Unit.objects.create(name=name, campaign=world.campaign, **{**row, **fields})


@pytest.fixture
def busy(at_desk):
    now = at_desk.now
    stands("shop", decision="ask", whom=Party.SQUAD, step="deploy", until=now - timedelta(days=1))
    stands("cart", decision="ask", whom=Party.PROJECT_TEAM, step="review")
    stands("bare", decision="refused", whom=Party.SQUAD, step="merge")
    stands("desk", decision="done", step="")
    Upgrade.objects.update(look_again_at=now + timedelta(hours=1))
    stands("shop", look_again_at=now - timedelta(minutes=3))
    unit(at_desk, "a")
    unit(at_desk, "b", leased_by="x", leased_until=now + timedelta(minutes=1))
    unit(at_desk, "c", state="failed")
    SheetState.objects.create(campaign=at_desk.campaign, troubles=4)
    type(at_desk.campaign).objects.update(tended_at=now, paused_why="fire")
    return at_desk


def test_what_they_say(busy, scrape):
    found = numbers(scrape())
    services = {key[1:]: value for key, value in found.items() if key[0] == "chairlift_services"}
    assert services == {
        ("tiny", "ask", "deploy", "squad"): 1,
        ("tiny", "ask", "review", "team"): 1,
        ("tiny", "refused", "merge", "team"): 1,
        ("tiny", "done", "done", "nobody"): 1,
        ("tiny", "new", "none", "chairlift"): 1,
    }
    expected = {
        ("chairlift_overdue", "tiny"): 1,
        ("chairlift_looks_due",): 1,
        ("chairlift_oldest_look_due_seconds",): 180,
        ("chairlift_troubled", "refused"): 1,
        ("chairlift_troubled", "bug"): 0,
        ("chairlift_units", "verify", "running"): 1,
        ("chairlift_units", "verify", "waiting"): 1,
        ("chairlift_units", "verify", "failed"): 1,
        ("chairlift_sheet_troubles", "tiny"): 4,
        ("chairlift_tended_timestamp_seconds", "tiny"): busy.now.timestamp(),
        ("chairlift_stopped", "pause", "tiny"): 1,
        ("chairlift_stopped", "brake", "tiny"): 0,
    }
    assert {key: found[key] for key in expected} == expected
    assert found[("chairlift_log_entries",)] == Entry.objects.latest("pk").pk
    assert found[("process_cpu_seconds_total",)] > 0


def test_an_empty_installation_has_them_too(world, visit, scrape):
    Upgrade.objects.all().delete()
    found = numbers(scrape())
    assert found[("chairlift_oldest_look_due_seconds",)] == 0
    assert found[("chairlift_overdue", "tiny")] == 0


def test_no_label_names_a_service_and_ten_more_rows_add_neither_query_nor_line(busy, scrape):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            lines = [line for line in scrape().content.decode().splitlines() if line.startswith("chairlift_")]
        return len(captured), len(lines)

    before = asked()
    for place in range(10):
        busy.service(f"more{place}", files=None)
    busy.load()
    Upgrade.objects.filter(service__name__startswith="more").update(decision="ask", whom=Party.SQUAD, step="deploy")
    assert asked() == before
    assert before[0] <= 10
    text = scrape().content.decode()
    assert not any(name in text for name in ("shop", "more1", "Heron"))


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer ", "Bearer x", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_only_with_the_token(scrape, token):
    answer = scrape(token)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"chairlift_" not in answer.content


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer ", "Bearer None"])
def test_without_a_token_of_the_operator_nobody_reads_them(visit, settings, token):
    settings.METRICS_TOKEN = ""
    for person in ("", "Lena"):
        assert visit(person).get("/metrics", headers={"Authorization": token}).status_code == 401


def test_small_letters_are_as_good(scrape):
    assert scrape(f"bearer {TOKEN}").status_code == 200


def test_each_forge_has_its_calls_its_surveys_and_its_webhooks(at_desk, scrape):
    budget = DatabaseBudget("hub", at_desk.clock)
    budget.spend(WHO, GITHUB, Lane.OPEN, Call.CREATE)
    ForgeState.objects.filter(forge="hub").update(surveyed_at=at_desk.now, hooked_at=at_desk.now, hooks=3)
    found = numbers(scrape())
    assert found[("chairlift_calls", "hub", "creates")] == 1
    assert found[("chairlift_calls_allowed", "hub", "creates")] == 500
    assert found[("chairlift_surveyed_timestamp_seconds", "hub")] == at_desk.now.timestamp()
    assert found[("chairlift_hooks_taken", "hub")] == 3
    assert found[("chairlift_hooks_answered", "refused")] >= 0
