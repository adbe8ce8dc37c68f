"""What a level costs a squad, and until when it may wait: more work is never less, and nobody is told too late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chairlift.campaigns import shipped
from chairlift.core import effort
from chairlift.core.decision import StepName
from chairlift.core.files import parse_campaign
from chairlift.core.schedule import ALWAYS, Duration


@pytest.fixture(scope="module")
def campaign():
    return parse_campaign(shipped()["django-3.2"], "django-3.2.toml")


def hours(campaign, level, sizes=None, environments=3):
    return effort.hours(campaign, campaign.level(level), sizes or {}, environments)


def test_each_level_that_keeps_more_steps_costs_more(campaign):
    found = [hours(campaign, level.name) for level in campaign.levels]
    assert found == sorted(found)
    assert found[0] == 3 * effort.ADVICE
    assert found[0] < found[1] < found[2] < found[3]


def test_a_review_grows_with_the_lines_and_deploying_with_the_environments(campaign):
    large = {"upgrade": effort.Size(lines=3000)}
    extra = (3000 - 60) / effort.LINES_AN_HOUR - (effort.LEAST - 60 / effort.LINES_AN_HOUR)
    assert hours(campaign, "Review everything", large) == pytest.approx(hours(campaign, "Review everything") + extra)
    assert hours(campaign, "Trust but verify", large) == hours(campaign, "Trust but verify")
    one = hours(campaign, "Trust but verify", environments=1)
    assert hours(campaign, "Trust but verify", environments=2) - one == 3 * (effort.DEPLOY + effort.TEST)


def test_findings_are_for_who_makes_the_change(campaign):
    found = {"prepare": effort.Size(findings=4)}
    assert hours(campaign, "DIY", found) - hours(campaign, "DIY") == 4 * effort.FINDING
    assert hours(campaign, "Hands-off", found) == hours(campaign, "Hands-off")


def test_a_change_that_nobody_deploys_costs_no_deployment(campaign):
    quiet = replace(campaign, changes=tuple(replace(each, deploys=False) for each in campaign.changes))
    assert hours(quiet, "Trust but verify") == 3 * effort.ADVICE


class TestLatestChoice:
    def days(self, campaign, level, environments=1):
        found = effort.latest_choice(campaign, campaign.level(level), ALWAYS, environments)
        return (campaign.deadline - found).total_seconds() / 86_400

    def test_it_leaves_all_the_time_that_is_promised_before_the_deadline(self, campaign):
        # "prepare" must be deployed before "upgrade" begins, and that one tested; what cleans up has no deadline.
        assert self.days(campaign, "Review everything") == pytest.approx(3 * 14 + 4 * 14)
        assert self.days(campaign, "DIY") == pytest.approx(4 * 14 + 5 * 14)

    def test_notices_and_watches_of_the_project_team_take_time_too(self, campaign):
        watched = self.days(campaign, "Hands-off")
        assert watched >= 1 + 2 * 3
        assert self.days(campaign, "Hands-off", environments=3) == pytest.approx(watched + 2, abs=0.1)
        # The squad deploys where it likes, at once.
        assert self.days(campaign, "DIY", environments=3) == self.days(campaign, "DIY")

    def test_a_campaign_of_one_change_is_about_that_one(self, campaign):
        one = replace(campaign, changes=campaign.changes[2:])
        assert self.days(one, "DIY") == pytest.approx(5 * 14)


def test_the_way_says_who_does_what_in_order(campaign):
    trust = effort.way(campaign.level("Trust but verify"), campaign.times)
    assert trust == (
        "Chairlift opens the pull request, has it reviewed by the project team "
        "and merges after a notice of 3 working days; you deploy within 14 days and test within 14 days"
    )
    assert effort.way(campaign.level("DIY"), campaign.times).startswith("you create within 14 days, review within")
    assert "watches errors for 8 days" in effort.way(campaign.level("Hands-off"), campaign.times)
    silent = replace(campaign.level("Hands-off"), notice=False, squad=frozenset({StepName.TEST}))
    soon = replace(campaign.times, test=Duration(seconds=3600))
    assert "merges and deploys; you test within 1 hour" in effort.way(silent, soon)
