"""The shipped campaigns carry the facts that squads choose by."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from chairlift.campaigns import shipped
from chairlift.core.decision import Party, StepName
from chairlift.core.files import parse_campaign
from chairlift.core.menu import DEPLOY_DOCS, FINE_GRAINED_TESTING, Campaign
from chairlift.core.schedule import Duration
from chairlift.recipes.django.recipe import DjangoRecipe, Settings
from chairlift.recipes.django.releases import show
from chairlift.testing.recipes import write_files

US, THEM = Party.PROJECT_TEAM, Party.SQUAD
DAY = 86_400
VERSIONS = [("2.2", "3.2"), ("3.2", "4.2"), ("4.2", "5.2")]

#: Who does plan, create, review, merge, deploy and test; and whether the merge comes with notice.
MENU = {
    "Hands-off": ([US, US, US, US, US, US], True),
    "Trust but verify": ([US, US, US, US, THEM, THEM], True),
    "Review everything": ([US, US, THEM, THEM, THEM, THEM], False),
    "DIY": ([US, THEM, THEM, THEM, THEM, THEM], False),
}


@pytest.fixture(params=[new for _, new in VERSIONS])
def campaign(request: pytest.FixtureRequest) -> Campaign:
    return parse_campaign(shipped()[f"django-{request.param}"], request.param)


def words(text: str) -> str:
    return " ".join(text.split()).lower()


def test_three_campaigns_ship() -> None:
    assert list(shipped()) == [f"django-{new}" for _, new in VERSIONS]


def test_each_is_called_by_its_slug(campaign: Campaign) -> None:
    assert campaign.slug in shipped()


@pytest.mark.parametrize(("old", "new"), VERSIONS)
def test_each_goes_from_one_version_to_the_next(old: str, new: str) -> None:
    found = parse_campaign(shipped()[f"django-{new}"], new)
    assert found.settings == {"current": old, "target": new}
    assert (found.title, found.recipe) == (f"Django {old} to {new}", "django")


def test_the_menu_says_who_does_each_step(campaign: Campaign) -> None:
    found = {level.name: ([level.who(step) for step in StepName], level.notice) for level in campaign.levels}
    assert found == MENU
    assert list(found) == list(MENU), "levels are numbered by their order"


def test_hands_off_has_its_conditions_and_no_other_level_has(campaign: Campaign) -> None:
    conditions = {level.name: (level.needs, level.not_for) for level in campaign.levels}
    assert conditions.pop("Hands-off") == ((DEPLOY_DOCS,), (FINE_GRAINED_TESTING,))
    assert set(conditions.values()) == {((), ())}


def test_what_both_sides_promise_in_time(campaign: Campaign) -> None:
    times = campaign.times
    assert times.notice == Duration(working_days=3)
    assert times.advice == Duration(seconds=7 * DAY)
    assert {times.review, times.deploy, times.test, times.silence} == {Duration(seconds=14 * DAY)}
    assert times.watch == Duration(seconds=8 * DAY)


FACTS = {
    "Hands-off": [
        "advice within 1 week of a request",
        "documentation of how to deploy the service, or promise it by a date",
        "overall error rate does not rise significantly",
        "no surge of new error types that seem related to the upgrade",
        "finer testing must take another level",
    ],
    "Trust but verify": [
        "deploy and test merged pull requests within 2 weeks",
        "early enough for the final one to be tested before the campaign's deadline",
        "promptly, choose another level",
        "post updates along the way, and report likely blockers early",
    ],
    "Review everything": [
        "review, merge, deploy and test within 2 weeks",
        "early enough for the final pull request to be tested before the campaign's deadline",
        "post updates along the way, and report likely blockers early",
    ],
    "DIY": [
        "do all of it",
        "in every environment, production and edge included, by the campaign's deadline",
        "post updates along the way, and report likely blockers early",
        "plans, automates",
        "supervises the timeline",
    ],
}


@pytest.mark.parametrize(("level", "fact"), [(level, fact) for level, facts in FACTS.items() for fact in facts])
def test_the_words_of_the_menu_carry_every_promise(level: str, fact: str, campaign: Campaign) -> None:
    found = campaign.level(level)
    assert fact in words(f"{found.asks} {found.promises}")


def test_three_changes_in_order(campaign: Campaign) -> None:
    prepare, upgrade, clean_up = campaign.changes
    assert [change.slug for change in campaign.changes] == ["prepare", "upgrade", "clean-up"]
    assert all(change.deploys for change in campaign.changes), "each alters what runs"
    assert upgrade.after is StepName.DEPLOY, "the final pull request is alone in its pipeline"
    assert clean_up.after is StepName.TEST, "nothing is cleaned up before every environment was tested"
    assert not prepare.proof, "preparing is tested on the version that is there"


def test_each_change_is_a_stage_of_the_recipe_and_proven(campaign: Campaign) -> None:
    for change in campaign.changes:
        found = Settings.of(change.recipe, 60)
        assert (str(found.stage), show(found.wanted.target)) == (change.slug, campaign.settings["target"])
        assert found.wanted.proves, "what fails is repaired at plan time"


@pytest.mark.parametrize(
    ("output", "proves"),
    [
        ("3.2.25\n....\nOK", True),
        ("collected 4\nRunning on Django 3.2.25\n", True),
        ("django: version: 3.2.25, settings: shop.settings (from ini)", True),
        ("Django version 3.2.7, using settings", True),
        ("2.2.28\nOK", False),
        ("django: version: 2.2.28\n", False),
        ("Collecting Django==3.2.25", False),
        ("RemovedInDjango40Warning: since Django 3.2 this is deprecated", False),
        ("Ran 13.2.1 tests", False),
        ("3x2.25", False),
    ],
)
def test_the_proof_believes_only_the_version_that_ran(output: str, proves: bool) -> None:
    proof = parse_campaign(shipped()["django-3.2"], "f").change("upgrade").proof
    assert bool(re.search(proof, output)) == proves


def test_the_first_campaign_has_its_dates_and_places() -> None:
    first = parse_campaign(shipped()["django-3.2"], "f")
    assert (first.choose_by.date(), first.deadline.date()) == (date(2021, 7, 15), date(2021, 10, 15))
    assert first.environments == ("stage", "production", "edge")
    assert (first.lead, first.manager) == ("Project lead", "Project manager")


def test_chairlift_approves_nothing_by_itself_unless_a_company_says_so(campaign: Campaign) -> None:
    assert not campaign.chairlift_approves
    assert campaign.waves[0] == 1


def test_a_deadline_is_over_when_its_day_is() -> None:
    deadline = parse_campaign(shipped()["django-3.2"], "f").deadline
    assert deadline == datetime(2021, 10, 15, 23, 59, 59, tzinfo=UTC)


def test_the_upgrade_and_its_clean_up_leave_only_what_lasts(tmp_path: Path) -> None:
    """The three changes one after the other, as a campaign makes them; their proofs are other tests' business."""
    write_files(tmp_path, {"requirements.txt": "Django==2.2.28  # web\n", "shop/settings.py": "INSTALLED_APPS = []\n"})
    first = parse_campaign(shipped()["django-3.2"], "f")
    for slug, transitional in (("prepare", False), ("upgrade", True), ("clean-up", False)):
        for _ in range(2):
            settings = {**first.change(slug).recipe, "prove": False, "newest": "2021-10-15"}
            said = DjangoRecipe().apply(tmp_path, settings, 600)
        assert said.done, "twice is once"
        written = (tmp_path / "shop/settings.py").read_text()
        assert ("DEFAULT_HASHING_ALGORITHM" in written) == transitional
    assert (tmp_path / "requirements.txt").read_text() == "Django==3.2.8  # web\n"
    assert "DEFAULT_AUTO_FIELD = " in written
