"""What is wrong with a services or installation file is named with file, line, cause and remedy."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chairlift.core.files import parse_installation, parse_services
from tests.core.mistakes import Mistake, check_mistake, wrong
from tests.core.samples import SERVICES

MISTAKES = {
    "a contact without people, beside a suggestion": (
        'people = ["Max"]\n',
        'suggested = "zed@example.org"\n',
        None,
        "contact 'Max' is not in people; ",
    ),
    "unknown key": (
        'tests = "make test"',
        'test = "make test"',
        0,
        "unknown key 'test' in [[service]]; did you mean 'tests'?",
    ),
    "unknown table": (
        "[service.deployer]",
        "[service.deploier]",
        0,
        "unknown key 'deploier' in [[service]]; did you mean 'deployer'?",
    ),
    "unknown squad": (
        'squad = "heron"',
        'squad = "herron"',
        0,
        "there is no squad called 'herron'; did you mean 'Heron'?",
    ),
    "no squad": ('squad = "heron"\n', "", None, '[[service]] has no squad; add squad = "…"'),
    "no repository": ('repo = "acme/shared"\n', "", None, '[[service]] has no repo; add repo = "…"'),
    "repository like an option": (
        'repo = "acme/shared"',
        'repo = "--upload-pack=x"',
        0,
        "repo '--upload-pack=x' begins with '-'; write its name on the forge",
    ),
    "one repository twice": (
        'repo = "acme/shared"',
        'repo = "acme/catalogue"',
        0,
        "repo 'acme/catalogue' is another service's already; list each repository once; the first is in line 30",
    ),
    "duplicate service": (
        "docs_promised = 2021-09-01\n",
        '[[service]]\nname = "Catalogue"\nsquad = "Ibis"\nrepo = "new"\n',
        None,
        "there are two services called 'Catalogue'; remove one, or give it another name; the first is in line 30",
    ),
    "duplicate squad": (
        'hours = "always"\n',
        '[[squad]]\nname = "HERON"\npeople = ["Max"]\ncontact = "Max"\n',
        1,
        "there are two squads called 'HERON'; remove one, or give it another name; the first is in line 13",
    ),
    "duplicate person": (
        'name = "Max"',
        'name = "Max"\n[[person]]\nname = "bo li"',
        2,
        "there are two people called 'bo li'",
    ),
    "one handle for two": (
        'email = "bo@example.org"',
        'handles = ["ADA-L"]',
        0,
        "'ADA-L' is Ada already; give each person their own",
    ),
    "a name for a handle": ('email = "bo@example.org"', 'handles = ["ada"]', 0, "'ada' is Ada already"),
    "one address for two": ('"bo@example.org"', '"Ada@example.org"', 0, "'Ada@example.org' is Ada already"),
    "no address": ('"bo@example.org"', '"bo at example"', 0, "'bo at example' is no e-mail address; write email ="),
    "address with a second header": ('"bo@example.org"', '"bo@example.org\\nBcc: x@y"', 0, "has a control character"),
    "unknown person": (
        'people = ["ada", "Bo Li"]',
        'people = ["ada", "Bo Li", "Bo Lee"]',
        0,
        "people: there is no person called 'Bo Lee'; did you mean 'Bo Li'?",
    ),
    "unknown lead": (
        'lead = "Max"',
        'lead = "Zoe"',
        0,
        "lead: there is no person called 'Zoe'; add a [[person]] of this name",
    ),
    "contact of another squad": (
        'contact = "Bo  Li"',
        'contact = "Max"',
        0,
        "contact 'Max' is not in people; use one of: 'Ada', 'Bo Li'",
    ),
    "backup of another squad": ('backup = "Ada"', 'backup = "Max"', 0, "backup 'Max' is not in people"),
    "contact and backup in one": (
        'backup = "Ada"',
        'backup = "bo li"',
        0,
        "'bo li' is both contact and backup; name two different people",
    ),
    "no contact": ('contact = "Bo  Li"\n', "", None, '[[squad]] has no contact; add contact = "…"'),
    "unknown hours": (
        'hours = "mon-thu 10:00-16:00"',
        'hours = "9 to 5"',
        0,
        "hours: '9 to 5' are no working hours; write 'mon-fri 09:00-17:00'",
    ),
    "unknown zone": ('zone = "Europe/Berlin"', 'zone = "../etc"', 0, "zone: no time zone called '../etc'; use a name"),
    "holiday in quotes": (
        "holidays = [2021-12-24]",
        'holidays = ["2021-12-24"]',
        0,
        "holidays holds something that is no date; write holidays = [2021-12-24], without quotes",
    ),
    "holiday with a time": (
        "holidays = [2021-12-24]",
        "holidays = [2021-12-24T00:00:00]",
        0,
        "holidays holds something that is no date",
    ),
    "squad's freeze that ends first": (
        "last = 2021-11-30",
        "last = 2021-11-01",
        0,
        "this freeze ends on 2021-11-01, before it begins",
    ),
    "unknown service before": (
        'after = ["Shared Parts"]',
        'after = ["shared part"]',
        0,
        "after: there is no service called 'shared part'; did you mean 'shared parts'?",
    ),
    "after itself": (
        'after = ["Shared Parts"]',
        'after = ["catalogue"]',
        0,
        "these wait for each other: catalogue -> catalogue; take one of them out",
    ),
    "after each other": ("library = true", 'after = ["catalogue"]', None, "these wait for each other: "),
    "unknown need": (
        'needs = ["fine-grained-testing"]',
        'needs = ["fine-testing"]',
        0,
        "needs has no 'fine-testing'; did you mean 'fine-grained-testing'?",
    ),
    "promise in words": (
        "docs_promised = 2021-09-01",
        'docs_promised = "soon"',
        0,
        "docs_promised is a text, not a date; write docs_promised = 2021-10-15",
    ),
    "deployer without kind": ('kind = "command"\n', "", None, '[service.deployer] has no kind; add kind = "…"'),
    "deployer that is a text": (
        "[service.deployer]\nkind",
        'deployer = "x"\n[service.monitor]\nkind',
        0,
        "deployer is a text, not a table",
    ),
    "negative wave": ("wave = 2", "wave = -1", 0, "wave is out of range; write a number from 0"),
    "tests with a NUL": (
        'tests = "make test"',
        'tests = "make\\u0000test"',
        0,
        "tests is longer than 10000 characters or holds a NUL; shorten it",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_in_services(mistake: Mistake) -> None:
    check_mistake(SERVICES, mistake, parse_services)


def service_list(**after: list[str]) -> str:
    return SERVICES + "".join(
        f'[[service]]\nname = "{name}"\nsquad = "Ibis"\nrepo = "{name}"\nafter = {names}\n'
        for name, names in after.items()
    )


def test_a_circle_of_services_is_named_as_it_waits() -> None:
    found = wrong(service_list(a=["b"], b=["c"], c=["a"], d=["a"]), parse_services)
    assert len(found) == 1
    circle = found[0].partition("each other: ")[2].partition(";")[0].split(" -> ")
    assert circle[0] == circle[-1]
    assert set(pairwise(circle)) == {("a", "b"), ("b", "c"), ("c", "a")}


def test_each_of_several_circles_is_named() -> None:
    assert len(wrong(service_list(a=["b"], b=["a"], c=["d"], d=["c"]), parse_services)) == 2


def test_a_long_chain_is_no_circle() -> None:
    chain = {f"s{n}": [f"s{n - 1}"] if n else [] for n in range(2000)}
    assert len(parse_services(service_list(**chain), "f.toml").services) == 2002


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[forges.hub]\nurl = 1\n", 'f.toml:1: [forges.hub] has no kind; add kind = "…"'),
        ("[forge.hub]\nkind = 'x'\n", "f.toml:1: unknown key 'forge' in the file; did you mean 'forges'?"),
        ("[forges]\nhub = 1\n", "f.toml:2: hub is a whole number, not a table"),
        ("[[notifiers]]\nhost = 'x'\n", 'f.toml:1: [[notifiers]] has no kind; add kind = "…"'),
        ("[[notifiers]]\nkind = 'x'\nat = 10:00:00\n", "f.toml:3: at holds a time, which cannot be passed on"),
        ("[programs]\npass_env = ['A=1']\n", "f.toml:2: 'A=1' is no name of a variable; write names such as"),
        ("[programs]\nenv = []\n", "f.toml:2: unknown key 'env' in [programs]; known: 'pass_env'"),
    ],
)
def test_mistakes_in_an_installation(text: str, message: str) -> None:
    assert any(each.startswith(message) for each in wrong(text, parse_installation)), wrong(text, parse_installation)
