"""What goes wrong between us and Gitea: answers lost, late, cut or other than expected, and people who are faster."""

from __future__ import annotations

import pytest

from chairlift.ports import Refused, Unavailable, Watched
from chairlift.testing.contracts.people import found, opened


@pytest.mark.parametrize("kind", ["500", "502", "503", "truncated", "html", "drop"])
def test_an_answer_that_is_none_is_unavailable(forge, world, server, kind):
    opened(forge, world)
    server.fault("repoListPullReviews", kind)
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1"):
        forge.pull_for(world.repo, "work")
    assert found(forge, world).state == "open"


def test_a_pause_that_is_asked_for_is_kept_and_told(forge, world, server, purse):
    server.fault("repoListPullRequests", 429, headers=[("Retry-After", "7")])
    with pytest.raises(Unavailable, match="pause") as error:
        forge.pull_for(world.repo, "work")
    assert error.value.after == 7
    (heard,) = purse.told
    assert (heard.retry_after, heard.secondary) == (7, True)
    server.fault("repoListPullRequests", 429)
    with pytest.raises(Unavailable) as error:
        forge.pull_for(world.repo, "work")
    assert error.value.after == 60


def test_a_merge_whose_answer_was_lost_is_one_merge(forge, world, server):
    pull = opened(forge, world)
    server.fault("repoMergePullRequest", "lost")
    with pytest.raises(Unavailable):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    tip = world.tip("main")
    assert forge.merge(world.repo, pull.number, pull.head, "squash") == tip == world.tip("main")
    assert server.calls["repoMergePullRequest"] == 1


def test_an_opening_whose_answer_was_lost_is_one_pull_request(forge, world, server):
    world.push("work", {"a.txt": "new\n"})
    server.fault("repoCreatePullRequest", "lost")
    with pytest.raises(Unavailable):
        forge.ensure_pull(world.repo, "work", "main", "t", "b")
    assert forge.ensure_pull(world.repo, "work", "main", "t", "b").number == 1
    assert server.calls["repoCreatePullRequest"] == 1


def test_who_is_faster_has_opened_it_for_both(forge, world, server):
    world.push("work", {"a.txt": "new\n"})
    ann = world.people[0]
    made = {"head": "work", "base": "main", "title": "hers"}
    server.fault("repoCreatePullRequest", "", before=lambda: world.ask(ann, "POST", "pulls", made))
    assert forge.ensure_pull(world.repo, "work", "main", "t", "b").opened_by == ann


def test_who_pushes_during_a_merge_is_not_merged(forge, world, server):
    pull, base = opened(forge, world), world.tip("main")
    server.fault("repoMergePullRequest", "", before=lambda: world.push("work", {"sneaked.txt": "in\n"}))
    with pytest.raises(Refused, match="head out of date"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    assert world.tip("main") == base


def test_what_is_still_looked_at_for_conflicts_is_none_yet(world, server, clock):
    forge = world.forge(clock, patience=60)
    server.places.late = 2
    pull = opened(forge, world)
    assert not pull.conflicted
    with pytest.raises(Unavailable, match="still checks") as error:
        forge.merge(world.repo, pull.number, pull.head, "squash")
    assert error.value.after
    assert not found(forge, world).conflicted
    assert forge.merge(world.repo, pull.number, pull.head, "squash") == world.tip("main")


def test_a_conflict_that_stays_is_one(world, clock):
    forge = world.forge(clock, patience=60)
    pull = opened(forge, world, files={"same.txt": "ours\n"})
    world.push("main", {"same.txt": "theirs\n"})
    assert not found(forge, world).conflicted
    clock.leap(60)
    assert found(forge, world).conflicted
    with pytest.raises(Refused, match=r"conflicts with 'main'"):
        forge.merge(world.repo, pull.number, pull.head, "squash")


def test_an_old_server_that_says_nothing_of_no_checks(forge, world, server):
    opened(forge, world)
    server.api.silent = True
    assert found(forge, world).checks == ()
    assert server.wrong.pop().endswith('null is not of type "object"')
    server.wrong.clear()


# ---- repositories that are not as they were ----


def test_a_renamed_repository_is_still_found(forge, world, server):
    opened(forge, world)
    owner, name = world.repo.split("/")
    world.ask(world.owner.name, "PATCH", "", {"name": f"{name}-new"})
    assert found(forge, world).state == "open"
    assert forge.git_url(world.repo) == f"{server.url}/{world.repo}-new.git"
    forge.ensure_comment(world.repo, 1, "notice", "sent once more to the new name, with all its words")
    world.repo = f"{owner}/{name}-new"
    assert world.our_comments(1, ["notice"]) == ["sent once more to the new name, with all its words"]


def test_an_archived_repository_is_refused_with_its_remedy(forge, world):
    pull = opened(forge, world)
    world.ask(world.owner.name, "PATCH", "", {"archived": True})
    with pytest.raises(Refused, match="unarchive it"):
        forge.merge(world.repo, pull.number, pull.head, "squash")
    assert found(forge, world).state == "open"


def test_an_empty_repository_has_nothing_to_merge(forge, world, server):
    owner = server.places.users[world.owner.name.lower()]
    empty = server.places.add_repository(owner, "chairlift-live-empty").full_name
    assert forge.pull_for(empty, "work") is None
    with pytest.raises(Refused, match="no branch 'work'"):
        forge.ensure_pull(empty, "work", "main", "t", "b")
    assert all(forge.marks([Watched(empty, ("work",), "django")]))


def test_what_one_may_not_see_is_not_there(forge, world, server):
    server.places.add_repository(server.admin, "secret", private=True)
    with pytest.raises(Refused, match=r"root/secret .*404.*may see it"):
        forge.pull_for("root/secret", "work")
    assert list(forge.marks([Watched("root/secret", ("work",))])) == [""]
    del server.places.repositories["root/secret"]


def test_what_sends_us_elsewhere_gets_no_token(forge, world, server):
    server.fault("repoGet", 307, headers=[("Location", "http://localhost:1/api/v1/repos/a/b")])
    with pytest.raises(Refused, match=r"sends us to localhost:1: put that into url"):
        forge.git_url(world.repo)
    server.fault("repoGet", 307, times=9, headers=[("Location", f"{server.url}/api/v1/repos/{world.repo}")])
    with pytest.raises(Refused, match="from one place to the next"):
        forge.git_url(world.repo)


# ---- lists ----


def test_a_pull_request_behind_the_first_page_is_found_and_then_known(forge, world, server):
    pull = opened(forge, world)
    repository = server.places.repositories[world.repo.lower()]
    fill(server, repository, 120)
    fresh = world.forge(forge._pulls._now)
    assert found(fresh, world).number == pull.number
    assert server.calls["repoListPullRequests"] == 1 + 3
    assert found(fresh, world).number == pull.number
    assert server.calls["repoListPullRequests"] == 1 + 3


def test_pages_that_shift_while_they_are_read_lose_nothing(forge, world, server):
    pull = opened(forge, world)
    repository = server.places.repositories[world.repo.lower()]
    fill(server, repository, 99)
    server.fault("repoListPullRequests", "", before=None)
    server.fault("repoListPullRequests", "", before=lambda: fill(server, repository, 3))
    assert found(world.forge(forge._pulls._now), world).number == pull.number


def test_a_list_that_shrinks_while_it_is_read_is_read_again(forge, world, server):
    opened(forge, world)
    repository = server.places.repositories[world.repo.lower()]
    fill(server, repository, 99)
    server.fault("repoListPullRequests", "", before=None)
    server.fault("repoListPullRequests", "", before=lambda: repository.topics.popitem())
    fresh = world.forge(forge._pulls._now)
    with pytest.raises(Unavailable, match="became shorter"):
        fresh.pull_for(world.repo, "work")
    assert found(fresh, world).state == "open"


def fill(server, repository, count):
    """So many closed pull requests of other people."""
    from tests.forges.gitea.places import Pull, now

    for number in range(max(repository.topics) + 1, max(repository.topics) + 1 + count):
        made = Pull(number, f"old {number}", "", repository.owner, now(), now(), state="closed", closed=now())
        made.branch, made.base, made.head = f"old-{number}", "main", "0" * 40
        repository.topics[number] = made


# ---- words ----


def test_only_our_own_hand_makes_a_comment_ours(forge, world):
    pull, ann = opened(forge, world), world.people[0]
    forge.ensure_comment(world.repo, pull.number, "notice", "first")
    (ours,) = world.ask(ann, "GET", f"issues/{pull.number}/comments")
    forge.issue(world.repo, "django")
    other = opened(forge, world, "other")
    world.comment(other.number, ann, ours["body"])
    forge.ensure_comment(world.repo, other.number, "notice", "second")
    hers, ours = world.ask(ann, "GET", f"issues/{other.number}/comments")
    assert (hers["user"]["login"], "second" in hers["body"], "second" in ours["body"]) == (ann, False, True)


def test_an_issue_with_our_marker_by_somebody_else_is_not_ours(forge, world):
    made = forge.ensure_issue(world.repo, "django", "Title", "Body")
    body = world.ask(world.people[0], "GET", f"issues/{made.number}")["body"]
    world.ask(world.owner.name, "DELETE", f"issues/{made.number}")
    world.ask(world.people[0], "POST", "issues", {"title": "Title", "body": body})
    assert forge.issue(world.repo, "django") is None


def test_a_comment_that_is_edited_is_not_heard_again(forge, world, server):
    pull, ann = opened(forge, world), world.people[0]
    world.comment(pull.number, ann, "one")
    world.comment(pull.number, ann, "two")
    one, two = forge.comments(world.repo, 0)
    world.ask(ann, "PATCH", f"issues/comments/{one.id}", {"body": "one, edited"})
    assert list(forge.comments(world.repo, two.id)) == []
    assert "since=" in server.seen[-1]
    world.comment(pull.number, ann, "three")
    fresh = world.forge(forge._pulls._now)
    assert [each.text for each in fresh.comments(world.repo, two.id)] == ["three"]
    world.ask(ann, "DELETE", f"issues/comments/{two.id}")
    fresh = world.forge(forge._pulls._now)
    assert [each.text for each in fresh.comments(world.repo, two.id)] == ["three"]
