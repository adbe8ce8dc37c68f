"""What is proposed: what people wrote stays, every change is said, and nobody gets a voice by being in a catalogue."""

from __future__ import annotations

import pytest

from chairlift.core.files import parse_services
from tests.catalogues.kit import CSV, difference, effects, problem, proposed, roster
from tests.core.samples import SERVICES

HEAD = "Service,Repository,Squad,Contact,Tests,Deployer,Running,Depends on\n"
WRITTEN = SERVICES.replace('squad = "heron"\n', 'squad = "heron"  # since May\n').replace(
    'after = ["Shared Parts"]\n', 'after = [\n  "Shared Parts", # first\n]\n# a word at the end\n'
)


def test_what_people_wrote_stays_to_the_comment() -> None:
    rows = "catalogue,acme/catalogue,Ibis,,make check,a,b,\nshared parts,,,,tox,go,show,\nnew,acme/new,Heron,,,,,\n"
    found = proposed((CSV, HEAD + rows), text=WRITTEN)
    assert difference(found, WRITTEN) == [
        '- squad = "heron"  # since May',
        '+ squad = "Ibis"  # since May',
        '- tests = "make test"',
        '+ tests = "make check"',
        '+ tests = "tox"',
        *("+ ", "+ [service.deployer]", '+ kind = "command"', '+ deploy = "go"', '+ running = "show"'),
        *("+ ", "+ [[service]]", '+ name = "new"', '+ squad = "Heron"', '+ repo = "acme/new"'),
    ]
    first = found.effects[0]
    assert (first.what, first.name) == ("changed", "catalogue")
    assert first.text == "squad Heron -> Ibis; tests make test -> make check; its deployer is kept as the file has it"


def test_names_are_added_to_those_that_are_there() -> None:
    found = proposed((CSV, f'{HEAD}new,acme/new,Ibis,,,,,\ncatalogue,,,,,,,"new, nowhere"\n'), text=WRITTEN)
    assert '  "Shared Parts", # first\n  "new",\n]' in found.text
    assert roster(found).service("catalogue").after == ("shared parts", "new")
    assert found.effects[1].text == (
        "after shared parts -> shared parts, new; 'nowhere', which it depends on, is no service here"
    )


def test_what_is_so_already_changes_nothing() -> None:
    rows = "Catalogue,https://git.example.org/acme/catalogue.git,team-heron,BO@example.org,make test,,,shared parts\n"
    found = proposed((CSV, HEAD + rows))
    assert (found.text, effects(found), found.suggestions) == (SERVICES, [(2, "same", "catalogue")], ())


def test_taken_in_twice_it_changes_nothing_more() -> None:
    rows = "new,acme/new,Zebra,zed@example.org,,,,catalogue\ncatalogue,,Ibis,,,,,\n"
    once = proposed((CSV, HEAD + rows))
    again = proposed((CSV, HEAD + rows), text=once.text)
    assert (again.text, again.count("same"), again.suggestions) == (once.text, 2, ())


def test_who_a_catalogue_names_is_asked_and_has_no_voice() -> None:
    """Even somebody who is known: of the new squad they are not."""
    found = proposed((CSV, f"{HEAD}new,acme/new,Zebra,ada@example.org,,,,\n"))
    squad = roster(found).service("new").squad
    assert (squad.people, squad.contact, squad.suggested) == ((), "", "Ada")
    assert squad.voices == frozenset()
    assert "# services.csv:2 names Ada: not confirmed yet, so they are asked, but have no voice.\n" in found.text
    (asked,) = found.suggestions
    assert (asked.squad, asked.contact, asked.new) == ("Zebra", "Ada", True)


def test_who_a_catalogue_names_for_a_squad_that_is_there_is_only_told_apart() -> None:
    found = proposed((CSV, f"{HEAD}catalogue,,Heron,Max,,,,\nnew,acme/new,Heron,max,,,,\n"))
    (asked,) = found.suggestions
    assert (asked.squad, asked.contact, asked.new, asked.kept, asked.line) == ("Heron", "Max", False, "Bo Li", 2)
    before = parse_services(SERVICES, "f").squads
    assert roster(found).squads == before


def test_an_empty_installation() -> None:
    found = proposed((CSV, f"{HEAD}new,acme/new,Zebra,zed@example.org,,,,\n"), text="")
    assert [each.name for each in roster(found).services] == ["new"]


def test_a_file_that_is_written_unusually_is_not_touched() -> None:
    inline = 'service = [{ name = "a", squad = "S", repo = "a" }]\n'
    text = f'{inline}[[person]]\nname = "P"\n[[squad]]\nname = "S"\npeople = ["P"]\ncontact = "P"\n'
    for row in ("a,other,,,,,,", "b,b,S,,,,,"):
        found = proposed((CSV, f"{HEAD}{row}\n"), text=text)
        assert found.text == text
        assert problem(found).startswith("services.toml:1: ")


@pytest.mark.parametrize("text", ["\ufeff" + SERVICES, SERVICES.replace("\n", "\r\n"), SERVICES.rstrip("\n")])
def test_marks_and_ends_of_lines(text: str) -> None:
    found = proposed((CSV, f"{HEAD}shared parts,,Heron,,tox,,,\nnew,acme/new,Heron,,,,,\n"), text=text)
    assert (found.count("changed"), found.count("added")) == (1, 1)
    assert roster(found).service("shared parts").tests == "tox"
