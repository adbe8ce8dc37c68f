"""The contract of forges that list their repositories: for the test of an adapter, beside that of forges."""

from __future__ import annotations

import pytest

from chairlift.core.listing import Directory, Listed
from chairlift.ports import Refused
from chairlift.testing.contracts.people import World

OWNERS = "# ours\n*  @ann  # all of it: é, 日本, \U0001f680\n"
CATALOG = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: shop}\n"


class DirectoryContract:
    """What every forge tells of the repositories that it has; it shares the fixtures of `ForgeContract`."""

    def test_it_lists_repositories(self, forge: Directory, world: World) -> None:
        assert isinstance(forge, Directory)

    def test_a_repository_is_listed_with_what_it_says_of_its_owners(self, forge: Directory, world: World) -> None:
        assert self._ours(forge, world) == (Listed(world.repo, "main"),)
        world.push("main", {"CODEOWNERS": OWNERS, "catalog-info.yaml": CATALOG})
        assert self._ours(forge, world) == (Listed(world.repo, "main", owners=OWNERS, catalog=CATALOG),)

    def test_owners_are_those_of_the_default_branch(self, forge: Directory, world: World) -> None:
        world.push("work", {"CODEOWNERS": OWNERS})
        assert self._ours(forge, world) == (Listed(world.repo, "main"),)

    def test_words_narrow_it(self, forge: Directory, world: World) -> None:
        owner, _, name = world.repo.rpartition("/")
        assert world.repo in [each.repo for each in forge.repositories(owner, words=name)]
        assert list(forge.repositories(owner, words="no-such-repository-anywhere")) == []

    @pytest.mark.parametrize(
        "owner", ["nobody-of-that-name", "a b", "-x", "x\n", "\udc80", "../up", "a?b=c", "é" * 300]
    )
    def test_an_owner_that_is_not_there_is_refused(self, forge: Directory, world: World, owner: str) -> None:
        with pytest.raises(Refused):
            forge.repositories(owner)

    def test_what_was_not_renamed_is_called_as_before(self, forge: Directory, world: World) -> None:
        owner = world.repo.rpartition("/")[0]
        asked = [world.repo, f"{owner}/no-such-repository", "nothing", "../up", "a b", "\udc80", "", world.repo]
        assert list(forge.present_names(asked)) == [world.repo, *[""] * 6, world.repo]
        assert list(forge.present_names([])) == []

    def _ours(self, forge: Directory, world: World) -> tuple[Listed, ...]:
        """How the repository of the world is listed; a live server may say its language, too."""
        listed = forge.repositories(world.repo.rpartition("/")[0])
        assert [each.repo for each in listed] == sorted((each.repo for each in listed), key=str.casefold)
        return tuple(
            Listed(each.repo, each.default_branch, each.archived, each.fork, "", each.topics, each.owners, each.catalog)
            for each in listed
            if each.repo == world.repo
        )
