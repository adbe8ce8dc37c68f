"""What the project team keeps in hand: known problems, exemptions, and who is in which wave."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chairlift.core.log import Kind
from chairlift.server import actions, problems
from chairlift.server.models import Entry, Upgrade

ADMIN = "/campaigns/tiny/admin"


def table(page, label):
    """The rows below one heading, as their first cells."""
    part = page.partition(f'aria-label="{label}"')[2].partition("</table>")[0]
    return [re.sub("<[^>]*>", "", row).strip() for row in re.findall(r'<th scope="row">(.*?)</th>', part, re.DOTALL)]


def said(world, name):
    return world.row(name).snapshot(world.roster).said


class TestProblems:
    FORM = {"what": "problem", "name": "slow <scan>", "text": "add an index", "services": "shop\r\n=cmd\r\n"}

    def test_recorded_for_the_named_shown_and_closed_everywhere(self, at_desk, visit):
        lena = visit("Lena")
        for _ in range(2):
            assert lena.post(ADMIN, self.FORM).status_code == 302
        assert Entry.objects.filter(kind=Kind.BLOCKED).count() == 2, "sent twice, recorded once"
        assert [each.id for each in said(at_desk, "=cmd").problems] == ["problem:slow <scan>"]
        page = lena.page(ADMIN)
        assert table(page, "Known problems") == ["slow &lt;scan&gt;"]
        held = lena.page(ADMIN + re.search(r'href="([^"]*problem=[^"]*)#held"', page)[1])
        assert re.findall(r'services/([^"]*)"', held.partition('id="held"')[2].partition("</ul>")[0]) == [
            "=cmd",
            "shop",
        ]
        actions.unblock(at_desk.row("shop"), "problem:slow <scan>", "Ana", "has one", at_desk.roster, at_desk.now)
        assert "1 service</a>" in lena.page(ADMIN)
        for count in ("1 service no more", "0 services no more"):
            closed = lena.post(ADMIN, {"what": "close", "name": "slow <scan>", "why": "mended"}, follow=True)
            assert count in closed.content.decode()
        assert (said(at_desk, "shop").problems, said(at_desk, "=cmd").problems) == ((), ())
        assert "closed" in lena.page(ADMIN)
        rows = Entry.objects.filter(kind=Kind.UNBLOCKED).order_by("pk").values_list("by", "text")
        assert list(rows) == [("Ana", "has one"), ("Lena", "mended")]

    def test_everywhere(self, at_desk, visit):
        visit("Mats").post(ADMIN, {"what": "problem", "name": "x", "text": "y", "all": "1"})
        assert Entry.objects.filter(kind=Kind.BLOCKED, by="Mats").count() == 5

    @pytest.mark.parametrize(
        ("form", "why"),
        [
            ({"services": "shop\nnowhere"}, "is no service of campaign tiny"),
            ({"services": " "}, "Say in which services it is, or that it is in all of them"),
            ({"name": " "}, "The name of the problem is empty"),
            ({"text": " "}, "Say what the problem is"),
            ({"what": "close"}, "Say why it is closed"),
            ({"what": "drop"}, "The form does not say what to do"),
        ],
    )
    def test_half_a_form_changes_nothing_and_is_kept(self, at_desk, visit, form, why):
        answer = visit("Lena").post(ADMIN, {**self.FORM, "why": "", **form})
        assert why in answer.content.decode()
        assert (answer.status_code, Entry.objects.filter(kind=Kind.BLOCKED).count()) == (409, 0)
        assert 'value="add an index"' in answer.content.decode() or form == {"text": " "}

    def test_what_it_costs_does_not_grow(self, at_desk, visit):
        def record(name, services):
            with CaptureQueriesContext(connection) as asked:
                problems.record(at_desk.campaign, name, "x", services, "Lena", at_desk.roster, at_desk.now)
            return len(asked)

        assert record("one", ["shop"]) == record("two", ["cart", "desk", "bare"])
        assert problems.known(at_desk.campaign)[1].services == 3

    def test_a_blocker_of_one_service_is_no_known_problem(self, at_desk):
        actions.block(at_desk.row("shop"), "x", "Ana", at_desk.roster, at_desk.now)
        assert problems.known(at_desk.campaign) == []


class TestExemptions:
    FORM = {"what": "exempt", "service": "shop", "until": "2026-03-01", "why": "replaced in May"}

    def test_given_once_and_listed_with_its_end(self, at_desk, visit):
        lena = visit("Lena")
        for _ in range(2):
            lena.post(ADMIN, self.FORM)
        assert Entry.objects.filter(kind=Kind.EXEMPTED).count() == 1
        assert said(at_desk, "shop").exempt_until.date().isoformat() == "2026-03-01"
        page = lena.page(ADMIN)
        assert table(page, "Exemptions") == ["shop"]
        assert "replaced in May" in page
        assert " over</td>" not in page
        at_desk.tick(timedelta(days=90))
        assert " over</td>" in lena.enter(at_desk, "Lena").page(ADMIN)

    @pytest.mark.parametrize(
        ("form", "why"),
        [
            ({"until": "2026-01-01"}, "is over already"),
            ({"until": "soon"}, "is no day"),
            ({"why": " "}, "needs a reason"),
            ({"service": "shopp"}, "did you mean"),
        ],
    )
    def test_not_any(self, at_desk, visit, form, why):
        answer = visit("Lena").post(ADMIN, {**self.FORM, **form})
        assert why in answer.content.decode()
        assert answer.status_code in (404, 409)
        assert not Entry.objects.filter(kind=Kind.EXEMPTED).exists()


def test_waves_say_who_is_let_in_and_what_the_others_wait_for(at_desk, visit):
    for name in ("shop", "cart", "=cmd"):
        at_desk.choose(name, "DIY")
    Upgrade.objects.filter(service__name="shop").update(admitted_at=at_desk.now)
    Upgrade.objects.filter(service__name="cart").update(waits_for="waits for <a place> in its wave")
    page = visit("Lena").page(ADMIN)
    assert table(page, "Waves") == ["shop", "=cmd", "cart"]
    assert "waits for &lt;a place&gt; in its wave" in page
    assert "Under way: 1. Waiting to be let in: 2." in page


def test_ten_more_rows_add_no_query(at_desk, visit):
    lena = visit("Lena")

    def fill(names):
        for name in names:
            at_desk.choose(name, "DIY")
            actions.exempt(at_desk.row(name), at_desk.now + timedelta(days=9), "x", "Lena", at_desk.roster, at_desk.now)
            problems.record(at_desk.campaign, f"in {name}", "x", [name], "Lena", at_desk.roster, at_desk.now)

    fill(["shop"])
    before = lena.cost(ADMIN)
    more = [f"more{place}" for place in range(10)]
    for name in more:
        at_desk.service(name, files=None)
    at_desk.load()
    fill(more)
    assert lena.cost(ADMIN) == before <= 25
