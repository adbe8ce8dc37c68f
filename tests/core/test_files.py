"""Files that people write: what is right becomes values, what is wrong is named with file, line and remedy."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from chairlift.core.decision import Party, StepName
from chairlift.core.files import (
    FileProblems,
    Installation,
    Problem,
    Roster,
    parse_campaign,
    parse_installation,
    parse_services,
)
from chairlift.core.files.installation import Webhook
from chairlift.core.menu import Campaign, Times
from chairlift.core.schedule import Duration, Freeze
from tests.core.mistakes import Parse, edited
from tests.core.samples import CAMPAIGN, SERVICES

# What is right


def test_a_campaign_as_values() -> None:
    campaign = parse_campaign(CAMPAIGN, "f.toml", people=["ada", "Max"])
    assert (campaign.slug, campaign.title, campaign.recipe) == ("django-3.2", "Django 2.2 to 3.2", "command")
    assert campaign.environments == ("stage", "production")
    assert (campaign.lead, campaign.manager, campaign.reviewers) == ("Ada", "Max", ("Ada",))
    assert campaign.times.notice == Duration(working_days=3)
    assert campaign.times.advice == Times().advice
    assert campaign.freezes == (Freeze(date(2021, 8, 1), date(2021, 8, 14), "summer"),)
    assert campaign.waves == (1, 3, 10)
    assert (campaign.brake.reverts, campaign.brake.stuck) == (3, Campaign.brake.stuck)
    assert campaign.chairlift_approves
    assert campaign.merge_method == "squash"
    assert campaign.weekly_report
    assert not parse_campaign(f"{CAMPAIGN}[report]\nweekly = false\n", "f.toml").weekly_report


def test_the_menu_as_values() -> None:
    hands_off, diy = parse_campaign(CAMPAIGN, "f.toml").levels
    assert (hands_off.notice, diy.notice) == (True, False)
    assert (hands_off.needs, hands_off.not_for) == (("deploy-docs",), ("fine-grained-testing",))
    assert {hands_off.who(step) for step in StepName} == {Party.PROJECT_TEAM}
    assert [step for step in StepName if diy.who(step) is Party.PROJECT_TEAM] == [StepName.PLAN]


def test_placeholders_are_filled_but_the_recipes_own() -> None:
    prepare, upgrade = parse_campaign(CAMPAIGN, "f.toml").changes
    assert prepare.title == "Prepare for Django 3.2"
    assert prepare.recipe == {"run": ["tool --to 3.2 {files:*.py}", "{python} x"]}
    assert upgrade.recipe == {"run": "bump 3.2", "nested": {"from": "2.2"}}
    assert (upgrade.title, upgrade.after, prepare.after) == ("upgrade", StepName.DEPLOY, StepName.TEST)


def test_a_setting_in_a_proof_stands_for_itself() -> None:
    proof = parse_campaign(CAMPAIGN, "f.toml").change("upgrade").proof
    assert proof == r"Django 3\.2"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2021-10-15", datetime(2021, 10, 15, 21, 59, 59, tzinfo=UTC)),
        ("2021-12-15", datetime(2021, 12, 15, 22, 59, 59, tzinfo=UTC)),
        ("2021-10-15T12:00:00+02:00", datetime(2021, 10, 15, 10, tzinfo=UTC)),
        ("2021-10-15T12:00:00Z", datetime(2021, 10, 15, 12, tzinfo=UTC)),
    ],
)
def test_a_deadline_is_an_instant_or_the_end_of_a_day_in_the_zone(written: str, meant: datetime) -> None:
    text = edited(CAMPAIGN, "deadline = 2021-10-15", f"deadline = {written}")
    assert parse_campaign(text, "f.toml").deadline == meant


def test_services_as_values() -> None:
    roster = parse_services(SERVICES, "f.toml")
    catalogue, shared = roster.services
    assert (catalogue.name, catalogue.squad.name, catalogue.forge) == ("catalogue", "Heron", "local")
    assert catalogue.after == ("shared parts",)
    assert catalogue.needs == {"fine-grained-testing"}
    assert catalogue.environments == ("production",)
    assert catalogue.deployer == {"kind": "command", "deploy": "deploy.sh {service}"}
    assert (catalogue.monitor, catalogue.wave, catalogue.library) == ({}, 2, False)
    assert (shared.library, shared.docs_promised, shared.squad.calendar.always) == (True, date(2021, 9, 1), True)


def test_squads_as_values() -> None:
    heron, ibis = parse_services(SERVICES, "f.toml").squads
    assert (heron.people, heron.contact, heron.backup, heron.lead) == (("Ada", "Bo Li"), "Bo Li", "Ada", "Max")
    assert heron.voices == {"ada", "ada-l", "bo li"}
    assert heron.calendar.hours == dict.fromkeys(range(4), (time(10), time(16)))
    assert heron.calendar.holidays == {date(2021, 12, 24)}
    assert heron.calendar.freeze(datetime(2021, 11, 25, tzinfo=UTC)) is not None
    assert (ibis.backup, ibis.lead) == ("", "")


def test_a_squad_works_in_office_hours_unless_it_says_otherwise() -> None:
    text = edited(SERVICES, 'hours = "mon-thu 10:00-16:00"\n', "")
    assert parse_services(text, "f.toml").squads[0].calendar.hours == dict.fromkeys(range(5), (time(9), time(17)))


def test_a_roster_knows_people_by_name_handle_and_address() -> None:
    roster = parse_services(SERVICES, "f.toml")
    ada = roster.people[0]
    assert {roster.person(word) for word in ("ADA", "@Ada-L", "ada-l", "Ada@example.org", " ada ")} == {ada}
    assert roster.person("nobody") is None
    assert (roster.address("ada"), roster.address("Max"), roster.address("x@y")) == ("ada@example.org", "Max", "x@y")
    assert roster.voices(["Ada", "stranger", ""]) == {"ada", "ada-l", "stranger"}
    assert roster.service("Shared  PARTS").name == "shared parts"
    assert [roster.has(name) for name in ("CATALOGUE", "katalogue")] == [True, False]
    with pytest.raises(KeyError, match="no service called 'katalogue'; did you mean 'catalogue'"):
        roster.service("katalogue")


def test_an_empty_services_file_owns_nothing() -> None:
    assert parse_services("", "f.toml") == Roster()


def test_an_installation_without_a_file() -> None:
    found = parse_installation("", "f.toml")
    assert found == Installation()
    assert found.forges == {"local": {"kind": "local"}}
    assert (found.workspace, found.notifiers, found.pass_env) == ({"kind": "git"}, ({"kind": "log"},), ())


def test_an_installation_keeps_the_settings_of_adapters_as_they_stand() -> None:
    text = """
    [forges.hub]
    kind = "github"
    app = { id = 7, keys = ["a", "b"] }
    [workspace]
    root = "/srv/mirrors"
    [[notifiers]]
    kind = "email"
    port = 25
    [[notifiers]]
    kind = "log"
    [programs]
    pass_env = ["PIP_INDEX_URL"]
    """
    assert parse_installation(text, "f.toml") == Installation(
        forges={"hub": {"kind": "github", "app": {"id": 7, "keys": ["a", "b"]}}},
        workspace={"kind": "git", "root": "/srv/mirrors"},
        notifiers=({"kind": "email", "port": 25}, {"kind": "log"}),
        pass_env=("PIP_INDEX_URL",),
    )


HOOK = """
[[webhooks]]
name = "chat"
url = "https://hooks.example.org/chairlift?room=1"
secret_env = "CHAIRLIFT_HOOK"
kinds = ["chose", "meant to"]
campaigns = ["django-3.2"]
"""


def test_webhooks_of_an_installation() -> None:
    assert parse_installation(HOOK, "f.toml").webhooks == (
        Webhook(
            "chat",
            "https://hooks.example.org/chairlift?room=1",
            "CHAIRLIFT_HOOK",
            ("chose", "meant to"),
            ("django-3.2",),
        ),
    )
    local = HOOK.replace("https://hooks.example.org", "http://127.0.0.1:8080")
    assert parse_installation(local, "f.toml").webhooks[0].url.startswith("http://127.0.0.1:8080/")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("https://hooks", "http://hooks", "is not encrypted; write https://host/path"),
        ("https://hooks", "ftp://hooks", "is no address"),
        ("https://hooks", "file:///etc/", "is no address"),
        ("https://hooks.example.org", "https://me:secret@hooks.example.org", "holds a name or password"),
        ("https://hooks.example.org", "https://hooks.example.org:port", "is no address"),
        ("https://hooks.example.org", "https://", "is no address"),
        ('"CHAIRLIFT_HOOK"', '"whsec_abc="', "is no name of a variable"),
        ('"meant to"', '"merged"', "kinds has no 'merged'"),
        ('name = "chat"', "", "[[webhooks]] has no name"),
        ('url = "https://hooks.example.org/chairlift?room=1"', "", "has no url"),
    ],
)
def test_webhooks_that_are_wrong(old: str, new: str, what: str) -> None:
    assert HOOK.count(old) == 1
    assert any(what in str(problem) for problem in problems(HOOK.replace(old, new), parse_installation))
    assert any("two webhooks called 'chat'" in str(each) for each in problems(HOOK + HOOK, parse_installation))


# Menus of other companies

LEVEL = '[[level]]\nname = "{name}"\nsquad = {squad}\n{more}\n'


def with_menu(*levels: tuple[str, list[str], str]) -> Campaign:
    head, _, rest = CAMPAIGN.partition("[[level]]")
    tail = rest[rest.index("[[change]]") :]
    menu = "".join(LEVEL.format(name=name, squad=squad, more=more) for name, squad, more in levels)
    return parse_campaign(f"{head}{menu}{tail}", "f.toml")


def test_a_menu_of_three_levels() -> None:
    campaign = with_menu(("Bronze", [], "notice = false"), ("Silver", ["merge"], ""), ("Gold", ["review", "merge"], ""))
    assert [level.name for level in campaign.levels] == ["Bronze", "Silver", "Gold"]
    assert campaign.level(" silver ").squad == {StepName.MERGE}
    with pytest.raises(KeyError, match="the menu has 'Bronze', 'Silver', 'Gold'"):
        campaign.level("Hands-off")


def test_a_menu_of_seven_levels() -> None:
    steps = ["test", "deploy", "merge", "review", "create"]
    levels = [(f"Level {n}", steps[:n], "notice = true" if n < 3 else "") for n in range(6)]
    campaign = with_menu(*levels, ("Stufe „sieben“ 🎿", ["review"], "notice = true"))
    assert [len(level.squad) for level in campaign.levels] == [0, 1, 2, 3, 4, 5, 1]
    assert campaign.level("STUFE „SIEBEN“ 🎿").who(StepName.REVIEW) is Party.SQUAD


def test_a_menu_where_squads_always_deploy_and_test() -> None:
    """As the closing review of the first campaign asked for."""
    always = ["deploy", "test"]
    campaign = with_menu(
        ("Hands-off", always, "notice = true"),
        ("Review", ["review", "merge", *always], ""),
        ("DIY", ["create", "review", "merge", *always], ""),
    )
    assert all(level.who(step) is Party.SQUAD for level in campaign.levels for step in (StepName.DEPLOY, StepName.TEST))


def test_names_may_hold_anything_that_can_be_printed() -> None:
    name = "Ünïcode 🎿 'q' $(rm -rf) <b> %s {x} \\\\"
    text = edited(SERVICES, 'name = "shared parts"', f'name = "{name}"')
    text = edited(text, '"Shared Parts"', f'"{name}"')
    assert parse_services(text, "f.toml").services[1].name == name.replace("\\\\", "\\")


# Garbage


def problems(text: str, parse: Parse) -> tuple[Problem, ...]:
    """What is wrong with a text, which may be nothing; any other trouble is a bug."""
    try:
        parse(text, "f.toml")
    except FileProblems as error:
        return error.problems
    return ()


_SCALARS = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.booleans(),
    st.just("2021-10-15"),
    st.sampled_from(
        [":2021-10-15", ":0001-01-01T00:00:00+23:59", ":9999-12-31", ":10:00:00", ":inf", ":[[{a=1}]]", ":{}"]
    ),
)


def _written(value: object) -> str:
    """A value as TOML; texts after a colon stand for themselves."""
    if isinstance(value, str) and value.startswith(":"):
        return value[1:]
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value if not 0xD800 <= ord(letter) < 0xE000) + '"'
    return str(value).lower()


@given(st.data(), st.sampled_from([(CAMPAIGN, parse_campaign), (SERVICES, parse_services)]))
def test_any_value_anywhere_is_taken_or_refused(data: st.DataObject, which: tuple[str, Parse]) -> None:
    text, parse = which
    lines = text.splitlines()
    places = [n for n, line in enumerate(lines) if " = " in line]
    for place in data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4, unique=True)):
        lines[place] = f"{lines[place].partition(' = ')[0]} = {_written(data.draw(_SCALARS))}"
    found = problems("\n".join(lines), parse)
    assert all(1 <= problem.line <= len(lines) and problem.remedy for problem in found)


@given(st.text())
@example("[[campaign]]")
@example("campaign = [[]]")
@example("level.x = 1\nchange = [1]")
@example("[person]\n[squad]\n[service]")
@example("service = [{ deployer = [] }]")
@example('"" = 1')
def test_garbage_is_refused_with_nothing_but_problems(text: str) -> None:
    for parse in (parse_campaign, parse_services, parse_installation):
        assert all(str(problem).startswith("f.toml:") for problem in problems(text, parse))


@given(st.lists(st.sampled_from(CAMPAIGN.splitlines() + SERVICES.splitlines()), max_size=40))
def test_any_jumble_of_good_lines_is_taken_or_refused(lines: list[str]) -> None:
    for parse in (parse_campaign, parse_services):
        assert all(problem.remedy for problem in problems("\n".join(lines), parse))


def test_a_squad_that_only_a_catalogue_knows_has_nobody_with_a_voice() -> None:
    """Who is suggested is asked as long as there is no contact."""
    text = SERVICES + '[[squad]]\nname = "Zebra"\nsuggested = "Ada"\n'
    squad = parse_services(text, "f.toml").squads[-1]
    assert (squad.people, squad.contact, squad.suggested, squad.voices) == ((), "", "Ada", frozenset())
