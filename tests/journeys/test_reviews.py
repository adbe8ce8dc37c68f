"""Tests that do not pass, what is missed in the end, and who reviews."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chairlift.core.decision import Ask, Party, StepName, Wait
from chairlift.core.menu import Change
from chairlift.core.upgrade import PullRequest
from chairlift.reconcile import Reached
from tests.journeys.passage import CHANGES, URL, Passage, campaign, diligent

UPGRADE = CHANGES[1]


def passage(level: str = "Hands-off", changes: tuple[Change, ...] = (UPGRADE,), **changed: object) -> Passage:
    found = Passage(campaign(changes=changes), answers=diligent, **changed)  # type: ignore[arg-type]
    found.choose(level)
    return found


def announced(found: Passage) -> PullRequest:
    """Go on until the merge of the upgrade is announced."""
    reached = found.go_on(lambda reached: isinstance(reached.decision, Wait) and reached.step == "merge")
    assert "notice" in reached.decision.why
    pull = found.pull("upgrade")
    assert pull
    return pull


def merged_into_main(found: Passage) -> int:
    return sum(pull.state == "merged" for pull in found.pulls())


# Tests that do not pass


def test_an_exit_code_without_proof_is_not_believed() -> None:
    change = replace(UPGRADE, recipe={"edits": {"setup.cfg": "django >= 3.2"}})
    found = passage(changes=(change,))
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.PROJECT_TEAM
    assert "another version" in reached.decision.why
    assert f"push a branch {found.campaign.branch('upgrade')}" in reached.decision.why
    assert not list(found.pulls())


def test_a_head_that_turns_red_is_not_merged() -> None:
    found = passage()
    pull = announced(found)
    found.git.push(URL, pull.branch, {"broken": "yes"}, by="ada")
    reached = found.go_on(days=20)
    assert "do not pass" in reached.decision.why
    assert merged_into_main(found) == 0
    found.git.push(URL, pull.branch, {"broken": None}, by="ada")
    assert found.go_on().done


def test_a_default_branch_that_is_red_is_for_the_squad_to_mend() -> None:
    found = passage()
    found.git.push(URL, "main", {"broken": "yes"}, by="ada")
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.SQUAD
    assert "main fail without" in reached.decision.why
    assert "'chairlift retry'" in reached.decision.why
    assert not list(found.pulls())


def test_a_squad_has_its_whole_time_for_each_change_that_it_makes() -> None:
    found = passage("DIY", CHANGES)
    found.now += timedelta(days=20)

    def made_late(passage: Passage, reached: Reached, ask: Ask) -> None:
        if reached.step == "create" and reached.change == "prepare":
            passage.now += timedelta(days=10)
        diligent(passage, reached, ask)

    found.answers = made_late
    for change in ("prepare", "upgrade"):
        reached = found.go_on(lambda reached, change=change: reached.change == change and reached.step == "create")
        assert isinstance(reached.decision, Ask)
        assert reached.decision.due == found.up.due(StepName.CREATE, found.now)
        assert reached.decision.due > found.now + timedelta(days=13)


def test_a_branch_that_somebody_pushed_with_what_the_change_needs_gets_its_pull_request() -> None:
    change = replace(UPGRADE, recipe={"edits": {"requirements.txt": "Django==3.2\n", "broken": "yes"}})
    found = passage(changes=(change,))
    reached = found.go_on(days=20)
    assert reached.seen.plan
    branch = found.campaign.branch("upgrade")
    found.git.push(URL, branch, reached.seen.plan.commit, by="ada")
    found.git.push(URL, branch, {"broken": None}, by="ada")
    found.go_on(lambda reached: reached.step == "review")
    pull = found.pull("upgrade")
    assert pull
    assert pull.head == found.git.repositories[URL].branches[branch]


def adding_for_a_while(removed: bool) -> tuple[Change, Change]:
    upgrade = {"requirements.txt": "Django==3.2\n", "hashing.py": "sha1\n"}
    clean_up = {"compat.py": None, **({"hashing.py": None} if removed else {})}
    return (
        replace(UPGRADE, transitional=True, recipe={"edits": upgrade}),
        replace(CHANGES[2], transitional=False, recipe={"edits": clean_up}),
    )


@pytest.mark.parametrize("level", ["Hands-off", "DIY"])
def test_what_was_only_for_a_while_is_not_missed_in_the_end(level: str) -> None:
    found = passage(level, adding_for_a_while(removed=True))
    reached = found.go_on()
    assert reached.done, reached.decision
    assert "hashing.py" not in found.git.commit(URL, found.git.repositories[URL].branches["main"]).tree
    assert merged_into_main(found) == 2


def test_what_is_not_there_for_good_is_missed_in_the_end() -> None:
    found = passage(changes=adding_for_a_while(removed=False))
    found.go_on(lambda reached: reached.change == "clean-up" and reached.step == "test")
    found.git.push(URL, "main", {"hashing.py": None}, by="ada")
    reached = found.go_on()
    assert isinstance(reached.decision, Ask)
    assert "disagrees about upgrade" in reached.decision.why


# Reviews by the project team


def reviewed_by_people(**changed: object) -> Passage:
    found = Passage(campaign(changes=(UPGRADE,), chairlift_approves=False, **changed))
    found.choose("Hands-off")
    return found


def test_the_named_reviewers_are_asked_and_the_lead_only_when_it_is_late() -> None:
    found = reviewed_by_people(reviewers=("rev", "eve"))
    assert found.settle().step == "review"
    assert [message.to for message in found.notifier.messages] == [("rev", "eve")]
    found.go_on(days=60)
    told = [message.to for message in found.notifier.messages]
    assert told[2] == ("rev", "eve")
    assert told[3] == ("rev", "eve", "lead", "manager")


def test_without_named_reviewers_the_lead_is_asked() -> None:
    found = reviewed_by_people()
    found.settle()
    assert [message.to for message in found.notifier.messages] == [("lead",)]


def test_a_head_that_is_pushed_late_is_not_late_to_be_reviewed() -> None:
    found = passage("Review everything")
    found.answers = lambda passage, reached, ask: None
    found.go_on(lambda reached: reached.step == "review")
    found.now += timedelta(days=13)
    found.git.push(URL, found.campaign.branch("upgrade"), {"notes.txt": "ours\n"}, by="ada")
    reached = found.settle()
    assert isinstance(reached.decision, Ask)
    assert reached.decision.due == found.up.due(StepName.REVIEW, found.now)
