"""Who of the services file an account is, and what a provider's groups make of them."""

from __future__ import annotations

import pytest

from chairlift.core.accounts import Account, whose
from chairlift.core.files import Provider, Roster, parse_installation, parse_services
from tests.core.mistakes import wrong

FILE = """
[[person]]
name = "Ana"
email = "Ana@Example.org"
handles = ["@ana-f", "ana", "ana-s"]
[[person]]
name = "lena@example.org"
[[person]]
name = "Bo"
handles = ["bo"]
[[squad]]
name = "Heron"
people = ["Ana"]
contact = "Ana"
[[squad]]
name = "Ibis"
people = ["Bo"]
contact = "Bo"
[[service]]
name = "shop"
squad = "Heron"
repo = "shop"
[[service]]
name = "desk"
squad = "Ibis"
repo = "desk"
"""


@pytest.fixture(scope="module")
def roster() -> Roster:
    return parse_services(FILE, "f.toml")


def names(roster: Roster, **account: object) -> list[str]:
    return [person.name for person in whose(Account("x", **account), roster)]


def test_by_an_address_or_a_handle(roster: Roster) -> None:
    assert names(roster, emails=("ana@example.org",)) == ["Ana"]
    assert names(roster, emails=("x@example.org", "ANA@example.ORG")) == ["Ana"]
    assert names(roster, handle="ANA-F") == ["Ana"]


def test_one_person_by_both_is_one(roster: Roster) -> None:
    assert names(roster, emails=("ana@example.org",), handle="ana") == ["Ana"]


def test_two_are_two(roster: Roster) -> None:
    assert names(roster, emails=("ana@example.org",), handle="bo") == ["Ana", "Bo"]


@pytest.mark.parametrize(
    "account",
    [
        {},
        {"emails": ("",)},
        {"unverified": ("ana@example.org",)},
        {"handle": "Bo ", "emails": ("bo",)},
        # A name, a handle and an address are each only what they are.
        {"handle": "Ana@Example.org"},
        {"emails": ("lena@example.org",)},
        {"handle": "lena@example.org"},
        {"emails": ("ana",)},
        {"emails": ("ana@example.org ",)},
        # Letters that look or fold alike: a g of another script, and the long s.
        {"emails": ("ana@example.or\u0261",)},
        {"handle": "ana-\u017f"},
    ],
)
def test_nobody(roster: Roster, account: dict[str, object]) -> None:
    assert names(roster, **account) == []


def test_who_joins_a_squad_is_in_it_everywhere(roster: Roster) -> None:
    found = roster.joined("ana", ["ibis", "no such squad", "Heron"])
    assert found.service("desk").squad.people == ("Bo", "Ana")
    assert "ana-f" in found.service("desk").squad.voices
    assert [squad.people for squad in found.squads] == [("Ana",), ("Bo", "Ana")]
    assert found.service("desk").squad.contact == "Bo"
    # The roster itself is as it was.
    assert roster.service("desk").squad.people == ("Bo",)


def test_nobody_joins_nothing(roster: Roster) -> None:
    assert roster.joined("Zoe", ["Ibis"]) == roster
    assert roster.joined("Ana", []) == roster


COMPANY = 'kind = "openid"\nissuer = "https://login.example.org/"\nclient_id = "c"\nsecret_env = "S"\n'
HUB = 'client_id = "c"\nsecret_env = "S"\n'


def test_what_a_file_leaves_out() -> None:
    found = parse_installation(f"[sign_in.github]\n{HUB}[sign_in.gitlab]\n{HUB}[sign_in.company]\n{COMPANY}", "f.toml")
    assert found.sign_in == {
        "github": Provider("github", "github", "GitHub", "https://github.com", "c", "S"),
        "gitlab": Provider("gitlab", "gitlab", "GitLab", "https://gitlab.com", "c", "S", claim="groups"),
        "company": Provider("company", "openid", "company", "https://login.example.org/", "c", "S"),
    }


def test_groups_that_are_mapped() -> None:
    text = f'[sign_in.company]\n{COMPANY}squads_claim = "groups"\n[sign_in.company.squads]\n"a/b" = ["Heron", "Ibis"]\n'
    provider = parse_installation(text, "f.toml").sign_in["company"]
    assert provider.squads_of(("a/b", "Heron", "a/b", "")) == ("Heron", "Ibis")
    assert provider.squads_of(()) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[sign_in]\ngithub = 1\n", "f.toml:2: github is a whole number, not a table"),
        (f'[sign_in."Big Co"]\n{COMPANY}', "f.toml:1: 'Big Co' cannot stand in an address; use at most 40 of a-z"),
        (f"[sign_in.company]\n{HUB}", "f.toml:1: [sign_in.company] has no issuer; add issuer = "),
        ('[sign_in.github]\nsecret_env = "S"\n', "f.toml:1: [sign_in.github] has no client_id; add client_id"),
        (f'[sign_in.github]\n{HUB}secret = "x"\n', "f.toml:4: unknown key 'secret' in [sign_in.github]; did you mean"),
        (
            '[sign_in.github]\nclient_id = "c"\nsecret_env = "a b"\n',
            "f.toml:3: secret_env 'a b' is no name of a variable",
        ),
        (f'[sign_in.github]\n{HUB}kind = "saml"\n', "f.toml:4: kind cannot be 'saml'"),
        (
            f'[sign_in.github]\n{HUB}url = "http://hub.example.org"\n',
            "f.toml:4: url 'http://hub.example.org' is no address",
        ),
        (f'[sign_in.github]\n{HUB}url = "https://[::1"\n', "f.toml:4: url 'https://[::1' is no address with https://"),
        (f'[sign_in.github]\n{HUB}url = "https://u@h"\n', "f.toml:4: url 'https://u@h' is no address with https://"),
        (COMPANY.join(("[sign_in.company]\n", "handles = true\n")), "f.toml:6: unknown key 'handles'"),
        (
            f"[sign_in.company]\n{COMPANY}[sign_in.company.squads]\na = ['x']\n",
            "f.toml:6: [sign_in.company] has squads, and no squads_claim; add squads_claim = ",
        ),
        (
            f"[sign_in.github]\n{HUB}handles = true\n[sign_in.gitlab]\n{HUB}handles = true\n",
            "f.toml:5: 'gitlab' and 'github' both say handles = true; a handle may be another person's elsewhere",
        ),
    ],
)
def test_mistakes_in_sign_in(text: str, message: str) -> None:
    assert any(each.startswith(message) for each in wrong(text, parse_installation)), wrong(text, parse_installation)
