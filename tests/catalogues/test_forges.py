"""Repositories of a forge as services: who says whose they are, what is left out, and what stays as people wrote it."""

from __future__ import annotations

import pytest

from chairlift.catalogues import Wanted, listing, propose, renamings
from chairlift.core.files import parse_services
from chairlift.core.listing import Listed
from tests.core.samples import SERVICES

HERON = "* @acme/heron\n"
COMPONENT = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: {name}
  annotations: {{github.com/project-slug: {slug}}}
spec: {{type: {kind}, owner: "group:default/heron"}}
"""


def component(name, slug, kind="service"):
    return COMPONENT.format(name=name, slug=slug, kind=kind)


class Directory:
    """A forge that knows of these that they were renamed; `asked` is about what it was asked."""

    def __init__(self, **renamed):
        self.renamed, self.asked = {old.replace("__", "/"): new for old, new in renamed.items()}, []

    def present_names(self, repos):
        self.asked += repos
        return [self.renamed.get(repo, repo) for repo in repos]


def found(*listed, text=SERVICES, forge="github", directory=None, **wanted):
    """What comes of them, as loaded over the services file."""
    roster = parse_services(text, "services.toml")
    renamed = renamings(directory or Directory(), listed, forge, roster)
    proposal = propose(text, listing(listed, forge, roster, Wanted(**wanted), renamed), forge)
    return proposal, parse_services(proposal.text, "services.toml")


def told(proposal, what):
    return [(each.name, each.text) for each in proposal.effects if each.what == what]


def test_owners_of_a_repository_are_its_squad():
    proposal, roster = found(Listed("acme/new", "main", owners=HERON))
    assert roster.service("new").squad.name == "Heron"
    assert (roster.service("new").repo, roster.service("new").forge) == ("acme/new", "github")
    (effect,) = proposal.effects
    assert (effect.file, effect.line, effect.what) == ("github acme/new CODEOWNERS", 1, "added")


def test_its_own_catalog_goes_before_codeowners_and_says_more():
    both = Listed("acme/new", "main", owners="* @acme/ibis\n", catalog=component("payments", "acme/new", "library"))
    proposal, roster = found(both)
    assert roster.service("payments").squad.name == "Heron"
    assert roster.service("payments").library
    assert "acme/new catalog-info.yaml" in proposal.effects[0].file


def test_a_component_that_is_somewhere_else_is_not_this_repository():
    _, roster = found(Listed("acme/new", "main", owners="* @acme/ibis\n", catalog=component("payments", "acme/other")))
    assert not roster.has("payments")
    assert roster.service("new").squad.name == "Ibis"


def test_one_of_many_components_stands_for_their_repository():
    many = "---\n".join(component(name, "acme/new") for name in ("api", "new", "worker"))
    proposal, roster = found(Listed("acme/new", "main", catalog=many))
    assert roster.has("new")
    assert [name for name, _ in told(proposal, "left out")] == ["api", "worker"]
    assert not roster.has("api")


def test_nobody_says_whose_it_is():
    proposal, roster = found(Listed("acme/new", "main"), Listed("acme/part", "main", owners="/docs @acme/ibis\n"))
    assert [name for name, _ in told(proposal, "problem")] == ["new", "part"]
    assert "nothing says which squad owns it" in told(proposal, "problem")[0][1]
    _, roster = found(Listed("acme/new", "main"), squad="Ibis")
    assert roster.service("new").squad.name == "Ibis"


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        (Listed("acme/old", "main", archived=True, owners=HERON), "archived"),
        (Listed("acme/empty", owners=HERON), "nothing was pushed"),
        (Listed("acme/copy", "main", fork=True, owners=HERON), "a fork"),
        (Listed("acme/site", "main", language="HTML", owners=HERON), "its language is HTML"),
        (Listed("acme/odd", "main", owners=HERON), "its language is not known"),
    ],
)
def test_what_is_left_out_is_said(listed, why):
    proposal, _ = found(listed, languages=("Python",))
    (left,) = told(proposal, "left out")
    assert left[0] == listed.repo
    assert why in left[1]
    assert proposal.text == SERVICES


def test_forks_and_languages_as_wanted():
    fork = Listed("acme/copy", "main", fork=True, language="python", owners=HERON)
    assert found(fork, forks=True, languages=("HTML", "Python"))[1].has("copy")


def test_two_of_one_name_are_called_by_their_groups():
    _, roster = found(Listed("acme/a/api", "main", owners=HERON), Listed("acme/b/API", "main", owners=HERON))
    assert roster.service("acme-a-api").repo == "acme/a/api"
    assert roster.service("acme-b-API").repo == "acme/b/API"


def test_a_known_service_keeps_what_people_wrote_of_it():
    text = SERVICES + '[[service]]\nname = "till"\nsquad = "Heron"\nforge = "github"\nrepo = "Acme/Shop"\n'
    other = Listed("acme/shop", "main", archived=True, owners="* @acme/ibis\n", catalog=component("x", "acme/shop"))
    proposal, _ = found(other, text=text, squad="Ibis")
    assert (proposal.text, [each.what for each in proposal.effects]) == (text, ["same"])


def test_another_repository_never_takes_the_place_of_a_known_service():
    text = SERVICES + '[[service]]\nname = "shop"\nsquad = "Heron"\nforge = "github"\nrepo = "acme/shop"\n'
    _, roster = found(
        Listed("other/shop", "main", owners=HERON),
        Listed("other/till", "main", catalog=component("shop", "other/till")),
        text=text,
    )
    assert roster.service("shop").repo == "acme/shop"
    assert {each.repo for each in roster.services} >= {"acme/shop", "other/shop", "other/till"}


def test_where_both_names_are_taken_it_is_a_problem():
    text = SERVICES.replace('name = "catalogue"', 'name = "shop"')
    text += '[[service]]\nname = "acme-shop"\nsquad = "Heron"\nrepo = "acme/elsewhere"\n'
    proposal, _ = found(Listed("acme/shop", "main", owners=HERON), text=text)
    assert proposal.text == text
    assert "other services are called shop and acme-shop already" in told(proposal, "problem")[0][1]


def test_what_is_wrong_with_a_file_keeps_nobody_from_being_found():
    proposal, roster = found(Listed("acme/new", "main", owners="* @acme/heron nonsense\n", catalog="a: [\n"))
    assert roster.service("new").squad.name == "Heron"
    assert told(proposal, "left out")
    assert not told(proposal, "problem")


@pytest.mark.parametrize("name", ["<script>", "a\u202eb", "x" * 300, "=1+1", "naïve 🚀"])
def test_names_hold_anything(name):
    proposal, _ = found(Listed(f"acme/{name}", "main", owners=HERON))
    assert len(proposal.effects) == 1


SHOP = '[[service]]\nname = "shop"\nsquad = "Heron"\nforge = "github"\nrepo = "acme/shop"\n'


@pytest.mark.parametrize(
    "now",
    [
        Listed("other/store", "main", owners="* @acme/ibis\n"),
        Listed("Other/Store", "main", catalog=component("x", "other/store")),
        Listed("other/store", "main", archived=True, fork=True),
        Listed("acme/elsewhere"),
    ],
)
def test_a_renamed_repository_is_no_second_service_and_is_said(now):
    directory = Directory(acme__shop="other/store")
    proposal, _ = found(now, text=SERVICES + SHOP, directory=directory, squad="Ibis")
    assert proposal.text == SERVICES + SHOP
    assert ("shop", "its repository was renamed: acme/shop -> other/store; --renamed takes that over") in told(
        proposal, "left out"
    )
    assert not told(proposal, "added")


def test_its_new_name_is_taken_over_where_a_person_says_so_and_all_else_stays():
    text = SERVICES + SHOP.replace("repo =", "# where it is\nrepo =")
    now = Listed("other/store", "main", owners="* @acme/ibis\n", catalog=component("store", "other/store"))
    proposal, roster = found(now, text=text, directory=Directory(acme__shop="other/store"), renamed=True)
    assert proposal.text == text.replace('repo = "acme/shop"', 'repo = "other/store"')
    assert told(proposal, "changed") == [("shop", "repo acme/shop -> other/store; renamed or moved on github")]
    assert roster.service("shop").squad.name == "Heron"


def test_a_forge_is_asked_only_about_what_it_does_not_list():
    text = SERVICES + SHOP + SHOP.replace("shop", "till") + SHOP.replace("shop", "desk").replace("github", "other")
    directory = Directory()
    found(Listed("Acme/Shop", "main"), text=text, directory=directory)
    assert directory.asked == ["acme/till"]


@pytest.mark.parametrize("renamed", [False, True])
def test_two_services_never_get_one_repository_by_renaming(renamed):
    text = SERVICES + SHOP + SHOP.replace("shop", "till") + SHOP.replace("shop", "desk")
    directory = Directory(acme__till="acme/shop", acme__desk="acme/shop")
    proposal, _ = found(Listed("acme/shop", "main"), text=text, directory=directory, renamed=renamed)
    assert proposal.text == text
    assert [name for name, why in told(proposal, "left out") if "which is shop's already" in why] == ["desk", "till"]
    directory = Directory(acme__till="acme/new", acme__desk="acme/new")
    proposal, roster = found(Listed("acme/shop", "main"), text=text, directory=directory, renamed=True)
    assert [roster.service(name).repo for name in ("till", "desk")] == ["acme/new", "acme/desk"]
    assert "which is till's already" in told(proposal, "left out")[0][1]


def test_what_is_gone_is_not_renamed():
    proposal, _ = found(Listed("acme/x"), text=SERVICES + SHOP, directory=Directory(acme__shop=""), renamed=True)
    assert [each.name for each in proposal.effects] == ["acme/x"]
