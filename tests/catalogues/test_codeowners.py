"""Who owns a repository by its CODEOWNERS file, as GitHub and GitLab read it."""

from __future__ import annotations

import pytest

from chairlift.catalogues.codeowners import read
from tests.catalogues.kit import effects, problem, proposed, roster


def owner(text):
    (claim,) = read(text, "CODEOWNERS", "x").claims
    return claim.line, claim.owner.squad, claim.owner.contact


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("* @acme/heron\n", (1, "heron", "")),
        ("# owners\n\n*  @acme/ibis @bo  # all of it\n", (3, "ibis", "bo")),
        ("* @acme/ibis\n*.py @ada\n* @acme/heron\n", (3, "heron", "")),
        ("* bo@example.org\n", (1, "bo@example.org", "bo@example.org")),
        ("* @bo @ada\n", (1, "bo", "bo")),
        ("/ @acme/heron\n", (1, "heron", "")),
        ("/** @a/b/heron\n/docs/ @bo\n", (1, "heron", "")),
        ("\\#x @bo\n** @acme/heron\n", (2, "heron", "")),
        ("[Code] @acme/heron\n*\n/x\\ y @bo\n", (2, "heron", "")),
        ("[Code][2] @acme/heron @bo\n*\n[docs] @acme/ibis\n/docs/\n", (2, "heron", "bo")),
        ("^[Maybe] @acme/ibis\n*\n[Code] @acme/heron\n*\n", (4, "heron", "")),
        ("^[Maybe] @acme/ibis\n*\n", (2, "ibis", "")),
        ("[Code] @acme/ibis\n* @acme/heron\n", (2, "heron", "")),
        ("[Code] @acme/heron\n/a\n[Docs]\n/d @bo\n[CODE]\n*\n", (6, "heron", "")),
        ("* @@maintainer @acme/heron\n", (1, "heron", "")),
    ],
)  # fmt: skip
def test_the_owner_of_everything(text, found) -> None:
    assert owner(text) == found


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("/docs/ @bo\n", 1, "nobody owns the whole of the repository here; add a line such as '* @acme/heron'"),
        ("* @acme/heron\n*\n", 1, "nobody owns the whole"),
        ("* heron\n", 1, "'heron' is no owner; write @name, @group/team or an e-mail address"),
        ("", 1, "nobody owns the whole"),
    ],
)
def test_what_is_wrong(text, line, message) -> None:
    problems = read(text, "CODEOWNERS", "x").problems
    assert any(each.line == line and message in str(each) for each in problems)


@pytest.mark.parametrize(
    "path", ["catalogue/CODEOWNERS", "acme/catalogue/.github/CODEOWNERS", "/srv/catalogue/docs/CODEOWNERS"]
)
def test_its_folder_says_of_which_service_it_is(path) -> None:
    found = proposed((path, "* @acme/ibis\n"))
    assert effects(found) == [(1, "changed", "catalogue")]
    assert roster(found).service("catalogue").squad.name == "Ibis"


def test_without_a_folder_somebody_must_say_it() -> None:
    assert "a CODEOWNERS file does not name its service; say which" in problem(proposed(("CODEOWNERS", "* @a/b\n")))
    assert effects(proposed(("CODEOWNERS", "* @a/ibis\n"), service="catalogue")) == [(1, "changed", "catalogue")]


def test_one_person_does_not_move_a_service_that_has_a_squad() -> None:
    found = proposed(("catalogue/CODEOWNERS", "* @max\n/docs/ @zed\n"))
    assert [(each.what, each.name) for each in found.effects] == [("same", "catalogue"), ("left out", "/docs/")]
    assert (found.suggestions[0].squad, found.suggestions[0].contact) == ("Heron", "Max")


def test_with_another_catalogue_it_can_be_of_a_new_service() -> None:
    csv = ("s.csv", "Service,Repo\nnew,acme/new\n")
    found = proposed(csv, ("new/CODEOWNERS", "* @acme/heron @zed\n"))
    assert roster(found).service("new").squad.name == "Heron"
    alone = proposed(("new/CODEOWNERS", "* @acme/heron\n"))
    assert "it is new, and nothing says where its repository is" in problem(alone)
    split = proposed(("s.csv", "Service,Repo,Squad\nnew,acme/new,Ibis\n"), ("new/CODEOWNERS", "* @acme/heron\n"))
    assert split.count("problem") == 2
    assert "its squad is 'Ibis' in s.csv:2, and 'Heron' here; make the two agree" in split.effects[0].text
