"""The log of deliveries: what came of each, for the project team, and sending one again."""

from __future__ import annotations

import re

import pytest

from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server.models import Delivery, Entry
from chairlift.server.web import rows

ADDRESS = "/campaigns/tiny/deliveries"


def made(world, count=1, **fields):
    for place in range(count):
        Entry.write(world.row("shop"), Line(world.now, "Ana", Kind.SAID, about=f"word {place}", text="<b>"))
        row = {"endpoint": "chat", "state": "lost", "code": 500, "tries": 3, "why": "<script>"}
        Delivery.objects.create(entry=Entry.objects.latest("pk"), **{**row, **fields})
    return Delivery.objects.latest("pk")


def test_what_came_of_each(at_desk, visit):
    made(at_desk)
    made(at_desk, state="sent", code=200, why="")
    page = visit("Lena").page(ADDRESS)
    assert "1 delivery given up" in page
    assert re.findall(r'\?state=\w+">(\d+ \w+)<', page) == ["0 waiting", "1 sent", "1 lost"]
    assert page.count("Send again") == 2
    assert "<script>" not in page
    assert visit("Lena").page(f"{ADDRESS}?state=sent").count('<th scope="row">') == 1


def test_one_is_sent_again(at_desk, visit):
    row = made(at_desk)
    client = visit("Mats")
    page = client.post(ADDRESS, {"delivery": row.pk}, follow=True).content.decode()
    assert "It is sent again" in page
    row.refresh_from_db()
    assert (row.state, row.tries, row.next_at) == ("waiting", 0, at_desk.now)
    assert client.post(ADDRESS, {"delivery": row.pk}).status_code == 409


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "²"])
def test_rubbish_changes_nothing(at_desk, visit, number):
    made(at_desk)
    lena = visit("Lena")
    before = Entry.objects.count()
    assert lena.post(ADDRESS, {"delivery": number}).status_code == 409
    assert Entry.objects.count() == before


def test_it_comes_in_pages_and_ten_more_rows_add_no_query(at_desk, visit):
    client = visit("Lena")

    made(at_desk, 2)
    before = client.cost(ADDRESS)
    made(at_desk, rows.A_PAGE)
    assert client.cost(ADDRESS) == before <= 25
    assert client.page(ADDRESS).count('<th scope="row">') == rows.A_PAGE
    assert client.page(f"{ADDRESS}?page=2").count('<th scope="row">') == 2


def test_without_any_it_says_how_to_get_them(visit):
    page = visit("Lena").page(ADDRESS)
    assert "chairlift.toml" in page
    assert "None is lost" in visit("Lena").page(f"{ADDRESS}?state=lost")
