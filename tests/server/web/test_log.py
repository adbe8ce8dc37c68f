"""The log: filtered, newest first, and as cheap far down as at its top."""

from __future__ import annotations

import re

from chairlift.core import log
from chairlift.server import actions, choices
from chairlift.server.models import Entry

LOG = "/campaigns/tiny/log"


def words(page):
    return re.findall(r'<td class="words">([^<]*)</td>', page)


def write(world, count, service="shop"):
    row = world.row(service)
    for number in range(count):
        Entry.write(row, log.Entry(world.now, "Ana", log.Kind.SAID, text=f"number {number}"))


def test_it_is_filtered_by_who_what_where_and_words(at_desk, visit):
    write(at_desk, 2)
    write(at_desk, 1, "cart")
    actions.hold(at_desk.row("shop"), "not <b>now</b>", "Bo", at_desk.roster, at_desk.now)
    client = visit("Cy")
    assert words(client.page(f"{LOG}?by=bo")) == ["not &lt;b&gt;now&lt;/b&gt;"]
    assert words(client.page(f"{LOG}?service=cart")) == ["number 0"]
    assert words(client.page(f"{LOG}?kind=said&service=shop")) == ["number 1", "number 0"]
    assert words(client.page(f"{LOG}?q=NUMBER 1")) == ["number 1"]
    assert "says nothing like that" in client.page(f"{LOG}?q=unheard")
    # Words that mean nothing are as if they were not there.
    assert len(words(client.page(f"{LOG}?kind=rubbish&before=%00x"))) > 3


def test_older_pages_go_on_where_the_newer_ended(at_desk, visit):
    write(at_desk, 205)
    client, address, seen = visit("Cy"), f"{LOG}?service=shop&kind=said", []
    while address:
        page = client.page(address)
        seen += words(page)
        older = re.search(r'<a href="([^"]*)">Older</a>', page)
        address = LOG + older[1].replace("&amp;", "&") if older else ""
    assert seen == [f"number {number}" for number in reversed(range(205))]


def test_ten_more_rows_add_no_query(at_desk, visit):
    client = visit("Cy")
    write(at_desk, 1)
    for address in (LOG, f"{LOG}?q=number", f"{LOG}?service=shop&by=ana"):
        before = client.cost(address)
        # Of other services too: each line names its own.
        for name in ("shop", "cart", "bare", "desk"):
            write(at_desk, 10, name)
        assert client.cost(address) == before <= 25


def test_words_about_the_campaign_are_no_services(at_desk, visit):
    actions.pause(at_desk.campaign, "holidays", "Lena", at_desk.roster, at_desk.now)
    assert ">the campaign</td>" in visit("Cy").page(f"{LOG}?q=holidays")


def test_a_choice_says_what_was_chosen(at_desk, visit):
    choices.choose(at_desk.row("shop"), "DIY", "Ana", "we like it", at_desk.roster, at_desk.now)
    assert ">DIY: we like it</td>" in visit("Cy").page(LOG)
