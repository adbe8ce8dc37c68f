"""What people do to a passage on its way, and what Chairlift makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chairlift.core.decision import ROUNDS, Ask, Party, Stop, Verb, Wait
from chairlift.core.log import Kind
from chairlift.core.menu import Change
from chairlift.core.upgrade import PullRequest
from tests.journeys.passage import CHANGES, SHOP, URL, Passage, campaign, diligent

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


# Pull requests


def test_what_was_merged_by_hand_is_not_merged_again() -> None:
    found = passage()
    pull = announced(found)
    found.forge.merge_as("shop", pull.number, "ada", pull.head)
    assert found.go_on().done
    assert not found.did(Verb.MERGE)
    assert len(list(found.pulls())) == 1


def test_a_closed_pull_request_is_asked_about_once_and_then_left() -> None:
    found = passage()
    pull = announced(found)
    found.forge.close("shop", pull.number, "ada")
    assert "closed by ada: why?" in found.settle().decision.why
    found.now += timedelta(days=1)
    for _ in range(30):
        assert isinstance(found.settle().decision, Stop)
        found.now += timedelta(days=1)
    assert len([m for m in found.notifier.messages if "closed" in m.key]) == 1
    assert found.pull("upgrade") == found.pull("upgrade", attempt=1)


def test_a_retry_opens_a_new_pull_request_with_a_notice_of_its_own() -> None:
    found = passage()
    first = announced(found)
    found.forge.close("shop", first.number, "ada")
    found.settle()
    found.say(Kind.RETRIED, "lead", change="upgrade", again=True)
    reached = found.go_on(lambda reached: isinstance(reached.decision, Wait) and reached.step == "merge")
    second = found.pull("upgrade", attempt=2)
    assert second
    assert (second.head, second.state) == (first.head, "open")
    assert "notice" in reached.decision.why
    notices = [m for m in found.notifier.messages if m.key.startswith("notice")]
    assert len(notices) == 2
    assert "`chairlift hold 'shop' --as NAME --why REASON`" in notices[1].text
    assert found.go_on().done
    assert [pull.state for pull in found.pulls()] == ["closed", "merged"]


def landed_otherwise(found: Passage) -> None:
    """The squad makes the change its own way on the default branch."""
    found.git.push(URL, "main", {"requirements.txt": "Django==3.2\n"}, by="ada")


def test_what_landed_otherwise_leaves_no_pull_request_of_ours_open() -> None:
    found = passage()
    pull = announced(found)
    landed_otherwise(found)
    assert found.go_on().done
    assert [each.state for each in found.pulls()] == ["closed"]
    (withdrawn,) = found.did(Verb.WITHDRAW)
    assert withdrawn.about == f"{pull.number} {pull.head}"
    told = [comment.text for key, comment in found.forge.places["shop"].comments if key == "moot"]
    assert ["landed in another way" in text for text in told] == [True]
    assert not found.did(Verb.MERGE)


def test_commits_of_others_keep_a_pull_request_open_that_is_left_without_a_change() -> None:
    found = passage()
    pull = announced(found)
    found.git.push(URL, pull.branch, {"urls.py": "re_path"}, by="ada")
    landed_otherwise(found)
    assert found.go_on().done
    assert [each.state for each in found.pulls()] == ["open"]


def test_what_landed_otherwise_and_was_undone_is_opened_again() -> None:
    found = passage()
    first = announced(found)
    landed_otherwise(found)
    found.go_on(lambda reached: found.did(Verb.WITHDRAW))
    found.git.push(URL, "main", {"requirements.txt": "Django==2.2\n"}, by="ada")
    assert found.go_on().done
    pulls = list(found.pulls())
    assert [pull.state for pull in pulls] == ["closed", "merged"]
    assert pulls[1].branch == first.branch
    assert len([message for message in found.notifier.messages if "closed" in message.key]) == 0


def test_a_new_head_needs_a_new_review_and_a_new_notice() -> None:
    found = passage()
    first = announced(found)
    found.now += timedelta(days=1, hours=23)
    found.git.push(URL, first.branch, {"urls.py": "re_path"}, by="ada")
    second = announced(found)
    assert second.head != first.head
    assert [review.by for review in second.reviews if review.head == second.head] == ["rev"]
    assert found.go_on().done
    merged = found.pull("upgrade")
    assert merged
    assert merged.merged_at
    told = found.up.said.announced["upgrade", second.head]
    assert merged.merged_at >= told + timedelta(days=2)
    assert found.git.commit(URL, merged.merged_commit).tree["urls.py"] == "re_path"


def test_our_own_commit_is_made_again_after_a_conflict() -> None:
    found = passage()
    pull = announced(found)
    found.git.push(URL, "main", {"requirements.txt": "Django==2.2\ncelery\n"}, by="bob")
    found.recipe.version = "2"
    assert found.go_on().done
    assert found.did(Verb.UPDATE)
    again = found.pull("upgrade")
    assert again
    assert (again.number, again.state) == (pull.number, "merged")
    assert again.head != pull.head


def test_commits_of_others_are_never_overwritten() -> None:
    found = passage()
    pull = announced(found)
    theirs = found.git.push(URL, pull.branch, {"code.py": "in one way\n"}, by="ada")
    found.git.push(URL, "main", {"code.py": "in another\n"}, by="bob")
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert "never overwrites" in reached.decision.why
    assert not found.did(Verb.UPDATE)
    assert not found.did(Verb.REBASE)
    assert found.git.repositories[URL].branches[pull.branch] == theirs


def test_ours_is_made_again_below_the_commits_of_others() -> None:
    found = passage()
    pull = announced(found)
    theirs = found.git.push(URL, pull.branch, {"urls.py": "re_path"}, by="ada")
    found.git.push(URL, "main", {"requirements.txt": "Django==2.2\ncelery\n"}, by="bob")
    found.recipe.version = "2"
    second = announced(found)
    assert second.head not in (pull.head, theirs)
    assert second.head not in found.up.said.ours
    assert len(found.did(Verb.REBASE)) == 1
    assert found.git.commit(URL, second.head).by == "ada"
    tree = found.git.commit(URL, second.head).tree
    assert tree["urls.py"] == "re_path"
    assert tree["requirements.txt"] == "Django==3.2\n"
    # And once more, as it is known what of it is ours.
    found.git.push(URL, "main", {"requirements.txt": "Django==2.2\nredis\n"}, by="bob")
    found.recipe.version = "3"
    third = announced(found)
    assert len(found.did(Verb.REBASE)) == 2
    assert third.head not in found.up.said.ours
    assert found.git.commit(URL, third.head).tree["urls.py"] == "re_path"
    assert found.go_on().done


def test_what_is_in_its_forges_queue_is_left_to_it_and_only_polled_where_marks_are_not_watched() -> None:
    found = passage()
    pull = announced(found)
    found.forge.places["shop"].pulls[pull.number].shown = replace(pull, queued=True)
    reached = found.go_on(lambda reached: "queue" in reached.decision.why)
    assert isinstance(reached.decision, Wait)
    assert reached.look_again - found.now <= timedelta(minutes=1)
    assert reached.surveyed - found.now >= timedelta(days=1)
    assert not found.did(Verb.MERGE)
    found.forge.places["shop"].pulls[pull.number].shown = pull
    assert found.go_on().done


def test_what_another_program_takes_back_is_done_three_times_and_no_more() -> None:
    found = passage("DIY")
    for _ in range(5):
        found.settle()
        kept = found.forge.places["shop"].issues
        kept["django-3.2"] = replace(kept["django-3.2"], state="closed")
    reached = found.settle()
    assert isinstance(reached.decision, Ask)
    assert (reached.decision.whom, "taken back" in reached.decision.why) == (Party.PROJECT_TEAM, True)
    assert len(found.did(Verb.FILE)) == ROUNDS
    found.say(Kind.RETRIED, by="lead", change="upgrade")
    found.settle()
    assert kept["django-3.2"].state == "open"


def test_a_branch_that_others_pushed_first_is_taken_as_it_is() -> None:
    found = passage()
    branch = found.campaign.branch("upgrade")
    theirs = found.git.push(URL, branch, {"requirements.txt": "Django==3.2\n", "urls.py": "re_path"}, by="ada")
    assert found.go_on().done
    pull = found.pull("upgrade")
    assert pull
    assert pull.head == theirs


def test_a_merge_into_another_branch_is_no_merge() -> None:
    found = passage()
    found.git.push(URL, "develop", found.git.repositories[URL].branches["main"])
    branch = found.campaign.branch("upgrade")
    head = found.git.push(URL, branch, {"requirements.txt": "Django==3.2\n"}, by="ada")
    pull = found.theirs.ensure_pull("shop", branch, "develop", "Ours", "by hand")
    found.forge.merge_as("shop", pull.number, "ada", head)
    reached = found.go_on(days=20)
    assert "merged into 'develop'" in reached.decision.why
    assert not reached.done


def test_a_stopped_change_does_not_put_the_watch_over_another_to_sleep() -> None:
    found = passage("Hands-off", CHANGES[:2])
    found.go_on(lambda reached: found.pull("upgrade"))
    second = found.pull("upgrade")
    assert second
    found.forge.close("shop", second.number, "ada")
    reached = found.go_on(lambda reached: isinstance(reached.decision, Stop))
    assert dict(reached.walked)["prepare"].environments
    assert reached.look_again <= found.now + timedelta(hours=6)


# Objections


def test_an_objection_during_the_notice_holds_the_merge() -> None:
    found = passage()
    pull = announced(found)
    found.say(Kind.HELD, text="not before the fair")
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert "not before the fair" in reached.decision.why
    assert merged_into_main(found) == 0
    found.say(Kind.RESUMED)
    assert found.go_on().done
    after = found.pull("upgrade")
    assert after
    assert after.number == pull.number


def test_merging_waits_for_the_promised_documentation() -> None:
    found = passage(service=replace(SHOP, deploy_docs=""))
    reached = found.go_on(days=20)
    assert "deploy documentation" in reached.decision.why
    assert merged_into_main(found) == 0
    found.service = SHOP
    assert found.go_on().done


def test_a_blocker_and_a_known_problem_hold_the_merge() -> None:
    found = passage()
    announced(found)
    found.say(Kind.BLOCKED, about="b1", text="the driver is too old", owner=Party.SQUAD)
    found.say(Kind.BLOCKED, "lead", about="p1", text="user model", owner=Party.PROJECT_TEAM, problem="p1")
    assert "the driver" in found.go_on(days=10).decision.why
    found.say(Kind.UNBLOCKED, about="b1")
    assert "user model" in found.go_on(days=10).decision.why
    found.say(Kind.UNBLOCKED, "lead", about="p1")
    assert found.go_on().done


def test_a_pause_in_the_middle_changes_nothing_and_chases_no_squad() -> None:
    found = passage()
    announced(found)
    found.settle()
    before, told = str(found.forge.places), len(found.notifier.messages)
    found.paused = "the fair (lead)"
    found.go_on(days=20)
    assert str(found.forge.places) == before
    told_since = [message.to for message in found.notifier.messages[told:]]
    assert ("lead",) in told_since
    assert not any("ada" in to for to in told_since)
    found.paused = ""
    assert found.go_on().done


def test_an_exempted_upgrade_rests_until_then() -> None:
    found = passage()
    until = found.now + timedelta(days=10)
    found.say(Kind.EXEMPTED, "lead", about=until.isoformat(), text="it is switched off in autumn")
    reached = found.go_on(days=9)
    assert "switched off" in reached.decision.why
    assert not list(found.pulls())
    assert found.go_on().done


# Levels


def test_a_new_level_moves_only_what_has_not_begun() -> None:
    found = passage()
    announced(found)
    found.choose("Review everything")
    reached = found.go_on(lambda reached: reached.step == "deploy")
    assert found.did(Verb.MERGE)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.SQUAD
    assert found.go_on().done
    assert not found.did(Verb.DEPLOY)


def test_nothing_but_plans_before_the_squad_has_chosen() -> None:
    found = Passage(answers=diligent)
    reached = found.go_on(days=20)
    assert isinstance(reached.decision, Ask)
    assert reached.decision.whom is Party.SQUAD
    assert reached.decision.about == "choose"
    assert [slug for slug, _, _ in reached.seen.ahead] == ["upgrade", "clean-up"]
    assert not list(found.pulls())
    assert list(found.git.repositories[URL].branches) == ["main"]


def test_what_a_squad_did_before_it_chose_is_still_deployed_and_tested() -> None:
    found = Passage(campaign(changes=(UPGRADE,)), answers=diligent)
    found.settle()
    found.git.push(URL, "main", {"requirements.txt": "Django==3.2\n"}, by="ada")
    assert "has not chosen" in found.go_on(days=5).decision.why
    found.choose("DIY")
    assert found.go_on().done
    assert found.up.said.tested["upgrade"]


def test_a_squad_that_does_it_its_own_way_is_seen_by_the_re_scan() -> None:
    found = passage("DIY", CHANGES)
    found.answers = lambda passage, reached, ask: None
    reached = found.go_on(days=3)
    assert "creates the pull request itself" in reached.decision.why
    issue = found.forge.issue("shop", "django-3.2")
    assert issue
    assert issue.state == "open"
    files = {"code.py": "new style\n", "requirements.txt": "Django==3.2\n", "compat.py": None}
    found.git.push(URL, "main", files, by="ada")
    found.answers = diligent
    assert found.go_on().done
    assert not list(found.pulls())
    closed = found.forge.issue("shop", "django-3.2")
    assert closed
    assert closed.state == "closed"
    # What runs was scanned, since no merge of ours says what holds it.
    assert all(found.runs(environment) != "" for environment in found.up.environments)
    assert {key[0] for key in found.up.said.running} == {"prepare"}


def test_a_change_that_is_not_needed_is_left_out() -> None:
    found = passage("Hands-off", CHANGES)
    found.git.push(URL, "main", {"code.py": "new style\n"}, by="ada")
    assert found.go_on().done
    assert [pull.branch for pull in found.pulls()] == [found.campaign.branch(slug) for slug in ("upgrade", "clean-up")]
