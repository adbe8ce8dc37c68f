"""Which projects a group with its subgroups has, and what is told of each."""

from __future__ import annotations

import pytest

from chairlift.core.budget import Call
from chairlift.core.listing import Directory, Listed
from chairlift.ports import Refused
from tests.localforge.clone import Clone


@pytest.fixture
def group(server):
    """A group of its own with two projects, of which one is in a group of a group."""
    places = server.places
    name = f"group{next(places.ids)}"
    shop = places.add_project(f"{name}/shop", server.admin)
    till = places.add_project(f"{name}/sales/till", server.admin)
    shop.topics, shop.language, till.topics = ("django", "shop"), "Python", ("django",)
    yield name
    for each in [each for each in places.projects.values() if each.path.startswith(f"{name}/")]:
        del places.projects[each.id]


def commit(server, tmp_path, path, files):
    clone = Clone(str(server.places.project(path).folder), tmp_path / path.replace("/", "-"))
    for name, text in files.items():
        (clone.path / name).parent.mkdir(exist_ok=True)
        (clone.path / name).write_text(text)
    from tests.localforge.clone import git

    git("add", "--all", cwd=clone.path)
    git("commit", "--quiet", "--message", "start", cwd=clone.path)
    git("push", "--quiet", "origin", "HEAD:main", cwd=clone.path)


def test_it_is_a_directory(forge):
    assert isinstance(forge, Directory)


def test_all_that_is_told_of_a_project(forge, server, group, tmp_path):
    files = {".gitlab/CODEOWNERS": "* @team/not-this\n", "docs/CODEOWNERS": "* @team/heron\n"}
    commit(server, tmp_path, f"{group}/shop", files)
    old = server.places.add_project(f"{group}/Old", server.admin)
    old.archived = old.fork = True
    assert list(forge.repositories(group)) == [
        Listed(f"{group}/Old", archived=True, fork=True),
        Listed(f"{group}/sales/till", topics=("django",)),
        Listed(f"{group}/shop", "main", language="Python", topics=("django", "shop"), owners="* @team/heron\n"),
    ]


def test_a_topic_or_a_search_narrows_it(forge, group):
    assert [each.repo for each in forge.repositories(group, "shop")] == [f"{group}/shop"]
    assert [each.repo for each in forge.repositories(group, words="TIL")] == [f"{group}/sales/till"]
    assert list(forge.repositories(group, "shop", "til")) == []
    assert [each.repo for each in forge.repositories(f"{group}/sales")] == [f"{group}/sales/till"]


def test_of_a_user_its_projects_are_told(forge, world, server, kept):
    kept.topics = ("django",)
    mine = [each.repo for each in forge.repositories(world.owner.name)]
    assert world.repo in mine
    assert [each.repo for each in forge.repositories(world.owner.name, "django")] == [world.repo]


def test_a_hundred_are_listed_by_one_request_and_two_queries(forge, server, group, purse):
    for count in range(119):
        server.places.add_project(f"{group}/s{count}", server.admin)
    listed = forge.repositories(group)
    assert len({each.repo for each in listed}) == len(listed) == 121
    # Two pages, and both once more, as they might have shifted.
    assert [call for _, _, call in purse.spent] == [*[Call.READ] * 4, *[Call.QUERY] * 3]


def test_what_one_may_not_see_or_is_about_to_go_is_not_listed(forge, server, group):
    server.places.add_project(f"{group}/secret", server.admin, private=True)
    server.places.project(f"{group}/shop").settings["marked_for_deletion_on"] = "2026-01-01"
    assert [each.repo for each in forge.repositories(group)] == [f"{group}/sales/till"]


@pytest.mark.parametrize("owner", ["nobody", "", "a b", "../up", "-x", "é", "x\n", "a//b", "nobody/at/all"])
def test_an_owner_that_is_not_there_is_refused(forge, owner):
    with pytest.raises(Refused, match=r"no group or user|nothing at GET groups"):
        forge.repositories(owner)


def test_what_was_renamed_or_moved_is_told(forge, server, group, purse):
    places = server.places
    moved = places.project(f"{group}/sales/till")
    places.moved[moved.path] = moved.id
    moved.path = f"{group}/desk"
    repos = [f"{group}/shop", f"{group}/sales/till", f"{group}/gone"]
    assert list(forge.present_names(repos)) == [f"{group}/shop", f"{group}/desk", ""]
    # One query for all, and requests for those two that are not where they were: one of them is sent on.
    assert [call for _, _, call in purse.spent] == [Call.QUERY, *[Call.READ] * 3]
