"""Which repositories an owner has on Gitea, and what each call costs."""

from __future__ import annotations

import pytest

from chairlift.core.budget import Call
from chairlift.core.listing import Listed
from tests.forges.purse import Purse


@pytest.fixture
def team(server):
    """An owner with nothing yet; `team("name", archived=True)` makes a repository in which nothing lies."""
    user = server.places.add_user("team")
    made = []

    def another(name, **more):
        made.append(server.places.add_repository(user, name))
        for key, value in more.items():
            setattr(made[-1], key, value)
        return made[-1]

    yield another
    for each in made:
        del server.places.repositories[each.full_name.lower()]
    del server.places.users["team"]


def ours(forge, world):
    """The repository of the world, as it is listed among those of its owner."""
    (found,) = [each for each in forge.repositories(world.repo.partition("/")[0]) if each.repo == world.repo]
    return found


def test_all_that_is_told_of_a_repository(forge, world, server, team):
    world.push("main", {"CODEOWNERS": "* @team/heron\n"})
    server.places.repositories[world.repo.lower()].language = "Python"
    assert ours(forge, world) == Listed(world.repo, "main", language="Python", owners="* @team/heron\n")
    team("old", archived=True, fork=True)
    assert list(forge.repositories("team")) == [Listed("team/old", archived=True, fork=True)]


@pytest.mark.parametrize("place", ["docs/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"])
def test_owners_lie_in_a_folder(forge, world, place):
    world.push("main", {place: "* @ann\n", "CODEOWNERS.md": "not this\n"})
    assert ours(forge, world).owners == "* @ann\n"


def test_what_is_no_file_says_nothing(forge, world):
    world.push("main", {"CODEOWNERS/x": "a\n", "docs": "no folder\n", "catalog-info.yaml/y": "b\n"})
    assert ours(forge, world) == Listed(world.repo, "main")


def test_a_topic_and_words_narrow_it(forge, world, team):
    team("till", about=("django",))
    team("desk", about=("django",))
    team("tiller")
    assert [each.repo for each in forge.repositories("team", "django", "til")] == ["team/till"]
    assert [each.repo for each in forge.repositories("team", words="tiller")] == ["team/tiller"]


def test_what_one_may_not_see_is_not_listed(forge, world, team):
    team("secret", private=True)
    team("till")
    assert [each.repo for each in forge.repositories("team")] == ["team/till"]


def test_pages_are_read_to_their_end_and_what_is_empty_costs_no_call_of_its_own(world, team, clock):
    for count in range(120):
        team(f"s{count}")
    purse = Purse()
    listed = world.forge(clock, purse).repositories("team")
    assert len({each.repo for each in listed}) == len(listed) == 120
    # Whose it is, three pages, and the empty one after them.
    assert [call for _, _, call in purse.spent] == [Call.READ] * 5


def test_a_server_that_turns_no_pages_is_read_once(world, server, team, clock):
    team("till")
    purse, one = Purse(), server.api.repoSearch
    server.api.repoSearch = lambda asked: one(type(asked)(**{**vars(asked), "query": {"uid": asked.query["uid"]}}))
    try:
        assert [each.repo for each in world.forge(clock, purse).repositories("team")] == ["team/till"]
    finally:
        del server.api.repoSearch
    # Whose it is, the page, and the same one once more.
    assert [call for _, _, call in purse.spent] == [Call.READ] * 3


def test_what_was_renamed_is_told(forge, server, team):
    team("desk")
    server.places.moved["team/till"] = "team/desk"
    assert list(forge.present_names(["team/desk", "team/till", "team/gone"])) == ["team/desk", "team/desk", ""]
    del server.places.moved["team/till"]
