"""What a squad knows before it chooses."""

from __future__ import annotations

import re
from datetime import timedelta

from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server.models import Entry, Service, Upgrade


class TestWhatASquadKnowsBeforeItChooses:
    PLAN = {"commit": "c0ffee", "state": "planned", "files": 9, "insertions": 300, "deletions": 300, "why": "fixed"}

    def planned(self, world, **more):
        seen = {"plan": {**self.PLAN, "findings": ["a.py:1: <b>look</b>"]}, "before": {"state": "passed", "why": ""}}
        ahead = [{"change": "later", "plan": "planned", "files": 2, "lines": 9, "tests": "failed", "why": ""}]
        evidence = {"base": "b", "changes": {"upgrade": {**seen, **more, "ahead": ahead}}}
        Upgrade.objects.filter(service__name="shop").update(evidence=evidence)

    def row(self, page, name):
        return page.partition(f'value="{name}"')[2].partition("</tr>")[0]

    def test_what_the_plan_found(self, at_desk, visit):
        self.planned(at_desk, after={"state": "failed", "why": "no"})
        row = self.row(visit("Ana").page("/campaigns/tiny/choose"), "shop")
        assert "upgrade: 9 files, 300 in, 300 out; tests before passed; tests after failed; 1 thing left" in row
        assert "later: 2 files; tests failed" in row

    def test_hours_of_each_level_and_what_is_not_open(self, at_desk, visit):
        self.planned(at_desk)
        client = visit("Ana")
        hours = re.findall(
            r'<td class="number" data-head="[^"]*">([\d.]+)</td>',
            self.row(client.page("/campaigns/tiny/choose"), "shop"),
        )
        # Two environments; a review of 600 lines; a pull request of their own with one finding.
        assert hours == ["0.3", "2.3", "4.1", "5.4"]
        bare = self.row(client.page("/campaigns/tiny/choose"), "bare")
        assert "needs a day for the deploy documentation" in bare

    def test_a_promise_that_is_past_opens_nothing(self, at_desk, visit):
        Service.objects.filter(name="bare").update(docs_promised=at_desk.now.date())
        client = visit("Ana")
        shut = "needs a day for the deploy documentation"
        assert shut not in self.row(client.page("/campaigns/tiny/choose"), "bare")
        assert "bare: has no deploy documentation" not in client.page("/campaigns/tiny/")
        at_desk.tick(timedelta(days=1))
        assert shut in self.row(client.page("/campaigns/tiny/choose"), "bare")
        assert "bare: has no deploy documentation" in client.page("/campaigns/tiny/")

    def test_what_happens_next_and_until_when_it_may_wait(self, at_desk, visit):
        page = visit("Ana").page("/campaigns/tiny/choose")
        assert "merges after a notice of 1 hour" in page
        assert page.count("Sure of the deadline if chosen by") == 4
        at_desk.tick(timedelta(days=200))
        assert visit("Ana").page("/campaigns/tiny/choose").count("Too late to be sure of the deadline") == 4

    def test_what_has_begun_stays_as_it_was(self, at_desk, visit):
        at_desk.choose("shop", "DIY")
        began = Line(at_desk.now, "chairlift", Kind.BEGAN, "upgrade", "create", "DIY")
        Entry.write(at_desk.row("shop"), began)
        page = visit("Ana").page("/campaigns/tiny/choose")
        assert "leaves these as they are: create of upgrade as DIY says" in self.row(page, "shop")
        assert "leaves these" not in self.row(page, "cart")

    def test_what_was_recorded_says_what_comes_next(self, at_desk, visit):
        client = visit("Ana")
        client.post("/campaigns/tiny/choose", {"service": ["shop"], "level": "DIY"})
        assert "What comes next: you create within 14 days" in client.page("/campaigns/tiny/choose")
