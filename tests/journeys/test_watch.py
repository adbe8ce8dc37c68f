"""After the merge: deployments that go wrong, errors that rise, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from chairlift.core.decision import Ask, Party, StepName, Verb, Wait
from chairlift.core.log import Kind
from chairlift.core.menu import DEPLOY_DOCS, Brake, ServiceLevel
from chairlift.core.schedule import Duration
from chairlift.core.verdict import Health
from chairlift.reconcile import Reached
from chairlift.testing.fakes.monitor import Rate
from tests.core.menus import level
from tests.journeys.passage import CHANGES, FILES, SHOP, SQUAD, URL, Fuse, Killed, Passage, campaign, diligent

UPGRADE, CLEAN_UP = CHANGES[1:]
GOOD, BAD = Rate(1000, 1), Rate(1000, 30)


def passage(name: str = "Hands-off", fuse: Fuse | None = None, **changed: object) -> Passage:
    changed = {"changes": (UPGRADE,), **changed}
    found = Passage(campaign(**changed), answers=diligent, fuse=fuse or Fuse())
    found.choose(name)
    return found


def deployed(*environments: str) -> Callable[[Reached], object]:
    """Until the upgrade is seen to run there."""

    def holds(reached: Reached) -> bool:
        seen = dict(reached.walked).get("upgrade", reached.seen)
        return {run.environment for run in seen.environments if run.since} >= set(environments)

    return holds


def turns_bad(found: Passage, environment: str) -> None:
    """From now on requests fail there, and a day passes."""
    found.monitor.set("shop", environment, found.now, BAD)
    found.now += timedelta(hours=6)


def turns_good(found: Passage) -> None:
    for environment in found.up.environments:
        found.monitor.set("shop", environment, found.now, GOOD)


def worse_in_production(found: Passage) -> Reached:
    found.go_on(deployed("stage", "production"))
    turns_bad(found, "production")
    return found.go_on(days=0.1)


def main_of(found: Passage) -> str:
    return found.git.repositories[URL].branches["main"]


# Worse


def test_worse_is_reverted_rolled_back_and_then_asked_about() -> None:
    found = passage()
    reached = worse_in_production(found)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.PROJECT_TEAM
    assert "reverted, worse in production (" in reached.decision.why
    assert found.git.commit(URL, main_of(found)).tree == FILES
    assert found.runs("stage") == found.runs("production") == main_of(found)
    assert [pull.state for pull in found.pulls()] == ["merged", "merged"]


def test_a_retry_after_a_revert_arrives() -> None:
    found = passage()
    worse_in_production(found)
    turns_good(found)
    found.say(Kind.RETRIED, "lead", change="upgrade", again=True)
    assert found.go_on().done
    second = found.pull("upgrade", attempt=2)
    assert second
    facts = found.up.said
    for environment in found.up.environments:
        assert facts.verdicts["upgrade", environment, second.merged_commit].health is Health.HEALTHY
    assert found.git.commit(URL, main_of(found)).tree["requirements.txt"] == "Django==3.2\n"


@pytest.mark.parametrize("before", [False, True], ids=["after", "before"])
def test_the_way_back_is_found_however_it_is_killed(before: bool) -> None:
    for effect in count():
        fuse = Fuse()
        found = passage(fuse=fuse)
        found.go_on(deployed("stage", "production"))
        turns_bad(found, "production")
        fuse.left, fuse.before = effect, before
        found.go_on(days=0.1)
        assert [pull.state for pull in found.pulls()] == ["merged", "merged"]
        assert found.runs("stage") == found.runs("production") == main_of(found)
        assert found.git.commit(URL, main_of(found)).tree == FILES
        told = [message for message in found.notifier.messages if message.key.startswith("revert")]
        assert [message.to for message in told] == [("ada", "bob")]
        assert "worse in production" in told[0].text
        if not fuse.blown:
            break
    assert effect > 4


def test_worse_in_one_environment_does_not_wait_for_the_watch_over_another() -> None:
    found = passage()
    reached = found.go_on(deployed("stage", "production"))
    assert isinstance(reached.decision, Wait)
    assert "watching stage" in reached.decision.why
    turns_bad(found, "production")
    found.go_on(days=0.1)
    assert found.did(Verb.REVERT)


def test_a_paused_campaign_still_undoes() -> None:
    found = passage()
    found.go_on(deployed("stage", "production"))
    found.paused = "the fair (lead)"
    turns_bad(found, "production")
    found.go_on(days=0.1)
    assert found.runs("production") == main_of(found)
    assert found.git.commit(URL, main_of(found)).tree == FILES


def test_what_is_worse_goes_no_further() -> None:
    found = passage(times=replace(campaign().times, soak=campaign().times.watch))
    found.go_on(deployed("stage"))
    turns_bad(found, "stage")
    found.go_on(days=10)
    assert [entry.data["where"] for entry in found.did(Verb.DEPLOY)] == ["stage"]


def test_a_person_who_looked_may_vouch_for_what_is_worse() -> None:
    found = passage()
    found.go_on(deployed("stage", "production"))
    turns_bad(found, "production")
    found.say(Kind.TESTED, "ada", text="a crawler", change="upgrade")
    assert found.go_on().done
    assert not found.did(Verb.REVERT)


def test_where_the_squad_deploys_it_is_asked_to_undo() -> None:
    odd = level("odd", "deploy", notice=True)
    found = passage("odd", levels=(odd,))
    reached = worse_in_production(found)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.SQUAD
    assert "worse in production" in reached.decision.why
    assert not found.did(Verb.REVERT)


def test_a_revert_that_a_person_closed_is_an_answer() -> None:
    found = passage()
    found.go_on(deployed("stage", "production"))
    turns_bad(found, "production")
    found.fuse.left, found.fuse.before = 2, True
    with pytest.raises(Killed):
        found.look()
    revert = found.pull("upgrade", revert=True)
    assert revert
    found.forge.close("shop", revert.number, "ada")
    reached = found.go_on(days=1)
    assert isinstance(reached.decision, Ask)
    assert "was closed" in reached.decision.why
    assert len([pull for pull in found.pulls() if "revert" in pull.branch]) == 1


def test_nothing_is_built_on_a_change_that_was_reverted() -> None:
    found = passage(changes=(replace(CHANGES[0], slug="prepare"), UPGRADE), brake=Brake(9, 9))
    found.go_on(lambda reached: len(found.did(Verb.DEPLOY)) == 2)
    found.settle()
    turns_bad(found, "production")
    reached = found.go_on(days=20)
    assert reached.change == "prepare"
    assert "reverted" in reached.decision.why
    assert not found.did(Verb.MERGE)[1:]


# The two stages of an alarm


def rises(found: Passage, environment: str = "production") -> Reached:
    """Errors seem to rise there, and the loop has looked; it is too early to say worse."""
    found.go_on(deployed("stage", "production"))
    found.monitor.set("shop", environment, found.now, BAD)
    found.now += timedelta(minutes=100)
    return found.settle()


def test_people_hear_of_an_alarm_once_and_nothing_is_taken_back_yet() -> None:
    found = passage()
    reached = rises(found)
    assert isinstance(reached.decision, Wait)
    assert "held in production: errors seem to rise" in reached.decision.why
    found.now += timedelta(minutes=10)
    found.settle()
    told = [message for message in found.notifier.messages if message.key.startswith("alarm")]
    assert [message.to for message in told] == [("ada", "bob", "lead", "manager")]
    assert "errors seem to rise in production" in told[0].subject
    assert not found.did(Verb.REVERT)
    found.now += timedelta(hours=3)
    found.settle()
    assert found.did(Verb.REVERT)


def test_an_alarm_that_goes_away_takes_nothing_back_but_somebody_must_say_what_it_was() -> None:
    found = passage()
    rises(found)
    found.monitor.set("shop", "production", found.now, GOOD)
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert "not sure yet that errors did not rise" in reached.decision.why
    assert not found.did(Verb.REVERT)
    found.say(Kind.TESTED, "ada", text="the network", change="upgrade")
    assert found.go_on().done


def alarmed_in_stage() -> Passage:
    """Errors seem to rise in stage; half an hour later production would have its turn."""
    found = passage()
    found.go_on(deployed("stage"))
    found.monitor.set("shop", "stage", found.now, BAD)
    found.now += timedelta(minutes=40)
    found.settle()
    found.now += timedelta(minutes=30)
    return found


def test_an_alarm_in_stage_keeps_the_change_out_of_production() -> None:
    found = alarmed_in_stage()
    reached = found.settle()
    assert "held in stage" in reached.decision.why
    assert [entry.data["where"] for entry in found.did(Verb.DEPLOY)] == ["stage"]


def test_an_alarm_that_somebody_vouched_for_holds_nothing() -> None:
    found = alarmed_in_stage()
    found.say(Kind.TESTED, "ada", text="a load test", about="stage", change="upgrade")
    found.settle()
    assert [entry.data["where"] for entry in found.did(Verb.DEPLOY)] == ["stage", "production"]
    assert found.go_on().done


def test_what_rose_too_late_is_for_a_person_who_may_vouch_for_it() -> None:
    found = passage(times=replace(campaign().times, watch=Duration(9 * 86_400), healthy=Duration(8 * 86_400)))
    found.go_on(deployed("stage", "production"))
    found.now += timedelta(days=2)
    found.settle()
    found.monitor.set("shop", "production", found.now, BAD)
    found.now += timedelta(hours=8)
    reached = found.settle()
    assert isinstance(reached.decision, Ask)
    assert "a person must look" in reached.decision.why
    assert not found.did(Verb.REVERT)
    found.say(Kind.TESTED, "ada", text="a crawler", change="upgrade")
    assert found.go_on().done


def test_what_was_healthy_is_watched_on_and_can_turn_until_its_watch_is_over() -> None:
    found = passage(times=replace(campaign().times, watch=Duration(8 * 86_400), poll=Duration(3600)))
    reached = found.go_on()
    assert reached.done
    judged = [entry.data["health"] for entry in found.log if entry.kind is Kind.JUDGED]
    assert judged == [Health.HEALTHY] * 2
    # Rather than once a day, as what is done and over.
    assert timedelta(hours=1) < reached.look_again - found.now <= timedelta(hours=12)
    found.monitor.set("shop", "production", found.now, BAD)
    found.now += timedelta(hours=6)
    turned = found.settle()
    assert isinstance(turned.decision, Ask)
    assert "production: errors rose" in turned.decision.why
    assert [message for message in found.notifier.messages if message.key.startswith("alarm")]
    found.say(Kind.TESTED, "ada", text="a crawler", change="upgrade")
    assert found.settle().done


def test_a_watch_that_is_over_is_not_looked_at_again() -> None:
    found = passage()
    assert found.go_on().done
    found.now += timedelta(days=9)
    turns_bad(found, "production")
    assert found.settle().done


def test_an_alarm_elsewhere_holds_merges_and_deployments_until_it_ends() -> None:
    found = passage()
    found.alarmed = "errors of till seem to rise in production"
    reached = found.go_on(days=20)
    assert reached.decision.why == "held: errors of till seem to rise in production"
    assert not found.did(Verb.MERGE)
    found.alarmed = ""
    assert found.go_on().done


# The monitor


def test_a_monitor_that_is_away_says_nothing() -> None:
    found = passage()
    found.go_on(deployed("stage", "production"))
    found.monitor.away = "no route"
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert "the monitor is away" in reached.decision.why
    assert not found.up.said.verdicts
    found.monitor.away = ""
    assert found.go_on().done


def test_a_monitor_that_refuses_stops_nothing_else() -> None:
    found = passage()
    found.go_on(deployed("stage", "production"))
    found.settle()
    found.monitor.refuses = "401: make a new key"
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert "the monitor refuses: 401: make a new key" in reached.decision.why
    assert not found.up.said.verdicts
    found.monitor.refuses = ""
    assert found.go_on().done


def test_a_process_that_forgets_its_watches_comes_to_the_same() -> None:
    whole, torn = passage(), passage()
    torn.forgetful = True
    for found in (whole, torn):
        worse_in_production(found)
    assert [(each.at, each.kind, each.text) for each in torn.log] == [
        (each.at, each.kind, each.text) for each in whole.log
    ]


def test_a_service_that_is_too_young_is_for_a_person_to_judge() -> None:
    found = passage()
    for environment in found.up.environments:
        found.monitor.set("shop", environment, found.now - timedelta(days=90), None)
        found.monitor.set("shop", environment, found.now - timedelta(days=20), GOOD)
    reached = found.go_on(days=30)
    assert isinstance(reached.decision, Ask)
    assert "too little history" in reached.decision.why
    assert not found.up.said.verdicts


def test_too_little_traffic_is_for_a_person_to_judge() -> None:
    found = passage()
    for environment in found.up.environments:
        found.monitor.set("shop", environment, found.now - timedelta(days=90), Rate(0.001))
    reached = found.go_on(days=30)
    assert isinstance(reached.decision, Ask)
    assert "too few errors to tell by" in reached.decision.why
    found.say(Kind.TESTED, "rev", text="clicked through", change="upgrade")
    assert found.go_on().done


# Deployments


def test_a_deployer_that_says_done_is_not_believed() -> None:
    found = passage()
    found.go_on(lambda reached: reached.step == "deploy")
    found.deployer.instead[main_of(found)] = found.runs("production")
    reached = found.go_on(days=5)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.PROJECT_TEAM
    assert "production runs" in reached.decision.why
    assert {key[1] for key in found.up.said.running} == {"stage"}
    found.deployer.instead.clear()
    found.say(Kind.RETRIED, "lead", change="upgrade", again=False)
    assert found.go_on().done


def test_what_a_person_rolled_back_is_not_deployed_again() -> None:
    found = passage()
    before = found.runs("production")
    found.go_on(deployed("stage", "production"))
    found.deployer.deploy("shop", "production", before)
    reached = found.go_on(days=10)
    assert isinstance(reached.decision, Ask)
    assert "something else runs in production" in reached.decision.why
    assert found.runs("production") == before


def test_a_failed_deployment_is_retried_when_somebody_says_so() -> None:
    found = passage()
    found.deployer.failing = "exit code 3"
    reached = found.go_on(days=20)
    assert "exit code 3" in reached.decision.why
    found.deployer.failing = ""
    assert not found.go_on(days=5).done
    found.say(Kind.RETRIED, "lead", change="upgrade", again=False)
    assert found.go_on().done


def test_without_a_deployer_named_people_say_what_runs() -> None:
    found = Passage(campaign(changes=(UPGRADE,)), replace(SHOP, deployer={}), diligent)
    found.choose("Hands-off")
    found.say(Kind.DEPLOYED, "ada", about="stage", change="upgrade")
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.about.startswith("deploy stage"), "a word from before the merge is about something else"
    for environment in ("stage", "production"):
        found.say(Kind.DEPLOYED, "rev", about=environment, change="upgrade")
    assert found.go_on().done
    assert not found.did(Verb.DEPLOY)


def test_squads_that_deploy_are_asked_environment_by_environment() -> None:
    found = passage("Trust but verify")
    found.answers = lambda passage, reached, ask: None
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.SQUAD
    assert "stage" in reached.decision.about
    assert reached.decision.due
    pull = found.pull("upgrade")
    assert pull
    assert pull.merged_at
    assert reached.decision.due <= pull.merged_at + timedelta(days=14)
    assert not found.did(Verb.DEPLOY)


def test_a_menu_of_another_shape_arrives() -> None:
    rows = (ServiceLevel("all yours", frozenset(), needs=(DEPLOY_DOCS,)), level("we test", "test", notice=True))
    found = passage("we test", levels=rows)
    assert found.go_on().done
    assert found.up.said.tested["upgrade"][0].by == SQUAD.contact


# Several changes, and new types of errors


def test_what_a_later_change_breaks_is_not_held_against_the_one_before() -> None:
    prepare = replace(CHANGES[0], slug="prepare")
    found = passage(changes=(prepare, replace(UPGRADE, after=StepName.TEST)), brake=Brake(9, 9))
    found.campaign = replace(found.campaign, times=replace(campaign().times, watch=Duration(20 * 86_400)))
    everywhere = deployed("stage", "production")
    found.go_on(lambda reached: "upgrade" in dict(reached.walked) and bool(everywhere(reached)))
    assert ("prepare", "production") in {key[:2] for key in found.up.said.verdicts}
    turns_bad(found, "production")
    found.go_on(days=0.3)
    reverted = found.did(Verb.REVERT)
    assert [entry.change for entry in reverted] == ["upgrade"]
    assert [entry.change for entry in found.did(Verb.ALARM)] in ([], ["upgrade"])


def side_by_side() -> Passage:
    """As in the campaigns that ship: the second change begins when the first is deployed, long before it is healthy."""
    prepare = replace(CHANGES[0], slug="prepare")
    return passage(changes=(prepare, replace(UPGRADE, after=StepName.DEPLOY)), brake=Brake(9, 9))


def both_deployed(found: Passage) -> None:
    everywhere = deployed("stage", "production")
    found.go_on(lambda reached: "upgrade" in dict(reached.walked) and bool(everywhere(reached)))


def test_a_change_that_was_not_watched_to_the_end_is_healthy_with_the_one_that_came_on_top() -> None:
    found = side_by_side()
    found.campaign = replace(found.campaign, times=replace(found.campaign.times, healthy=Duration(5 * 86_400)))
    found.campaign = replace(found.campaign, times=replace(found.campaign.times, watch=Duration(8 * 86_400)))
    both_deployed(found)
    assert not found.up.said.verdicts
    assert found.go_on().done
    judged = [(entry.change, entry.data["health"]) for entry in found.log if entry.kind is Kind.JUDGED]
    assert sorted(judged) == [("prepare", Health.HEALTHY)] * 2 + [("upgrade", Health.HEALTHY)] * 2
    assert all(
        "with upgrade" in entry.text for entry in found.log if (entry.kind, entry.change) == (Kind.JUDGED, "prepare")
    )
    # Nobody had to say so.
    assert not [entry for entry in found.log if entry.kind is Kind.TESTED]


def test_what_rose_just_before_a_later_change_came_is_for_a_person() -> None:
    found = side_by_side()
    found.campaign = replace(found.campaign, times=replace(found.campaign.times, watch=Duration(20 * 86_400)))
    both_deployed(found)
    came = next(at for key, at in found.up.said.running.items() if key[:2] == ("upgrade", "production"))
    # Told late: nobody had seen it when the later change went out.
    found.forgetful = True
    found.monitor.set("shop", "production", came - timedelta(minutes=100), BAD)
    found.monitor.set("shop", "production", came, GOOD)
    found.log = [entry for entry in found.log if entry.kind is not Kind.JUDGED]
    found.now += timedelta(hours=1)
    reached = found.settle()
    assert (reached.change, reached.step) == ("prepare", StepName.TEST)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.PROJECT_TEAM
    assert reached.decision.about.startswith("look production")
    assert not found.did(Verb.REVERT)


def test_a_surge_of_a_new_type_of_errors_is_held_and_worse_when_it_lasts() -> None:
    found = passage()
    for environment in found.up.environments:
        found.monitor.set("shop", environment, found.now - timedelta(days=90), Rate(1000, 10, {"Timeout": 10}))
    found.go_on(deployed("stage", "production"))
    found.settle()
    found.monitor.set("shop", "production", found.now, Rate(1000, 11, {"Timeout": 5, "TypeError": 6}))
    found.now += timedelta(minutes=100)
    reached = found.settle()
    assert isinstance(reached.decision, Wait)
    assert "held in production: new errors: 'TypeError'" in reached.decision.why
    found.now += timedelta(minutes=120)
    found.settle()
    assert found.did(Verb.REVERT)
