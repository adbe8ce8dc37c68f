"""Pages that look again by themselves: nothing new costs nothing, anything new is sent, signed out is said."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chairlift.server.models import Upgrade

LIVE = [
    "/",
    "/campaigns/tiny/sheet",
    "/campaigns/tiny/board",
    "/campaigns/tiny/services/shop",
    "/campaigns/tiny/squads/Heron",
    "/campaigns/tiny/timeline",
    "/campaigns/tiny/report",
]


def digest(page):
    found = re.search(r'"If-None-Match": "\\"([0-9a-f]{32})\\""', page)
    assert found, page
    return f'"{found[1]}"'


@pytest.mark.parametrize("address", LIVE)
def test_nothing_new_is_told_in_nothing(at_desk, visit, address):
    client = visit("Ana")
    seen = digest(client.page(address))
    # Time goes on, and "in 3 days" becomes "in 2 days": that is not news.
    at_desk.tick(timedelta(seconds=40))
    again = client.get(address, headers={"If-None-Match": seen})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("address", LIVE)
def test_what_changed_is_sent(at_desk, visit, address):
    client = visit("Ana")
    Upgrade.objects.filter(service__name="shop").update(level="DIY", decision="ask", whom="squad", step="deploy")
    seen = digest(client.page(address))
    Upgrade.objects.filter(service__name="shop").update(why="it changed", step="test", change="upgrade")
    again = client.get(address, headers={"If-None-Match": seen})
    assert again.status_code == 200
    assert digest(again.content.decode()) != seen


@pytest.mark.parametrize("address", LIVE)
def test_every_part_that_moves_is_on_the_page(visit, address):
    page = visit("Ana").page(address)
    parts = re.search(r'data-hx-select-oob="([^"]*)"', page)[1].split(",")
    assert all(page.count(f'id="{part[1:]}"') == 1 for part in ["#live", *parts])


def test_whoever_is_signed_out_meanwhile_is_told_and_not_led_away(visit):
    answer = visit().get("/campaigns/tiny/board", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "signed out" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        # All that moves on it stands in a form that somebody may be filling in.
        "/campaigns/tiny/choose",
        # What would be is worked out when it is asked, and a week that is over stays as it was.
        "/campaigns/tiny/timeline?wave=20",
        "/campaigns/tiny/timeline?wave=x",
        "/campaigns/tiny/report?week=2026-W02",
    ],
)
def test_other_pages_do_not_ask(at_desk, visit, address):
    at_desk.tick(timedelta(days=14))
    assert "data-hx-get" not in visit("Ana").page(address)


def test_what_was_done_is_said_though_the_page_left_behind_asks_meanwhile(visit):
    client, address = visit("Ana"), "/campaigns/tiny/services/shop"
    client.post("/campaigns/tiny/say/shop", {"what": "said", "why": "all well"})
    behind = client.get(address, headers={"HX-Request": "true"})
    assert 'class="done"' not in behind.content.decode()
    assert 'class="done"' in client.page(address)
    assert 'class="done"' not in client.page(address)
