"""Which repositories an organisation has, and what is told of each."""

from __future__ import annotations

import pytest

from chairlift.core.budget import Call
from chairlift.core.listing import Directory, Listed
from chairlift.ports import Refused
from tests.forges.github.world import REPO, GitHubWorld
from tests.forges.purse import Purse


def test_it_is_a_directory(kit):
    assert isinstance(kit.forge(), Directory)


def test_all_that_is_told_of_a_repository(kit, world):
    world.push("main", {"CODEOWNERS": "* @team/not-this\n", ".github/CODEOWNERS": "* @team/heron\n"})
    world.kept.language, world.kept.topics = "Python", ("django", "shop")
    old = kit.place.create("team/old")
    old.archived = old.fork = True
    kit.place.create("others/theirs")
    listed = kit.forge().repositories("team")
    assert list(listed) == [
        Listed("team/old", archived=True, fork=True),
        Listed(REPO, "main", language="Python", topics=("django", "shop"), owners="* @team/heron\n"),
    ]


def test_a_topic_or_a_search_narrows_it(kit, world):
    other = GitHubWorld(kit.stand_in, "team/till")
    other.kept.topics = ("django",)
    other.push("main", {"docs/CODEOWNERS": "* @ann\n"})
    forge = kit.forge()
    assert [(each.repo, each.owners) for each in forge.repositories("team", "django")] == [("team/till", "* @ann\n")]
    assert [each.repo for each in forge.repositories("team", words="sho")] == [REPO]
    assert list(forge.repositories("team", "django", "sho")) == []


def test_fifty_are_listed_by_one_query(kit, world):
    for count in range(119):
        kit.place.create(f"team/s{count}")
    purse = Purse()
    listed = kit.forge(purse).repositories("team")
    assert len({each.repo for each in listed}) == len(listed) == 120
    assert [call for _, _, call in purse.spent] == [Call.QUERY] * 3


def test_what_one_may_not_see_is_not_listed(kit, world):
    kit.place.create("team/secret").private = True
    forge = kit.forge(token_env=kit.account("chairlift", repos=frozenset({REPO})))
    assert [each.repo for each in forge.repositories("team")] == [REPO]


@pytest.mark.parametrize("owner", ["nobody", "", "a b", "team/shop", "-x", "é", "x\n", 'team" user:others'])
def test_an_owner_that_is_not_there_is_refused(kit, world, owner):
    with pytest.raises(Refused, match=r"no nobody|no organisation or user"):
        kit.forge().repositories(owner)


def test_a_topic_holds_nothing_else(kit):
    with pytest.raises(Refused, match="no topic"):
        kit.forge().repositories("team", "django user:others")


def test_a_search_that_finds_more_than_is_shown_is_refused(kit, world):
    there = kit.place.repositories
    for count in range(1001):
        there[f"team/many{count}"] = type(world.kept)(f"team/many{count}", world.kept.git)
    with pytest.raises(Refused, match=r"finds 1001 .*narrow it down"):
        kit.forge().repositories("team", words="/many")


def test_what_was_renamed_is_told_by_one_query_for_fifty(kit, world):
    kit.place.create("other/store")
    kit.place.moved["team/till"] = "other/store"
    purse = Purse()
    repos = [REPO, "team/till", *(f"team/gone{count}" for count in range(58)), "Team/Shop"]
    assert list(kit.forge(purse).present_names(repos)) == [REPO, "other/store", *[""] * 58, REPO]
    assert [call for _, _, call in purse.spent] == [Call.QUERY] * 2
