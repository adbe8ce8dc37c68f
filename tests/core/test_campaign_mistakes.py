"""What is wrong with a campaign file is named with file, line, cause and remedy, all at once."""

from __future__ import annotations

import pytest

from chairlift.core.files import FileProblems, parse_campaign, parse_installation, parse_services
from tests.core.mistakes import Mistake, Parse, check_mistake, edited, line_of, wrong
from tests.core.samples import CAMPAIGN

MISTAKES = {
    "unknown key": (
        'recipe = "command"',
        'recipe = "command"\nrecepi = 1',
        1,
        "unknown key 'recepi' in [campaign]; did you mean 'recipe'?",
    ),
    "unknown table": ("[waves]", "[wafes]", 0, "unknown key 'wafes' in the file; did you mean 'waves'?"),
    "unknown key, nothing near": (
        "sizes = [1, 3, 10]",
        "sizes = [1]\nzzz = 1",
        1,
        "unknown key 'zzz' in [waves]; known: 'sizes'",
    ),
    "wrong type of text": ('slug = "django-3.2"', "slug = 3.2", 0, 'slug is a number, not a text; write slug = "…"'),
    "wrong type of list": (
        'environments = ["stage", "production"]',
        'environments = "stage"',
        0,
        'environments is a text, not a list; write environments = ["…"]',
    ),
    "wrong type in list": (
        'environments = ["stage", "production"]',
        "environments = [1]",
        0,
        'environments holds a whole number, not only texts; write environments = ["…", "…"]',
    ),
    "wrong type of flag": (
        "notice = true",
        'notice = "yes"',
        0,
        "notice is a text, not true or false; write notice = true",
    ),
    "a truth is no number": (
        "reverts = 3",
        "reverts = true",
        0,
        "reverts is true or false, not a whole number; write reverts = 1",
    ),
    "wrong type of table": ("[brake]\n", "[[brake]]\n", 0, "brake is a list, not a table; write brake = {"),
    "wrong type of tables": (
        "[[freeze]]\n",
        "[freeze]\n",
        0,
        "freeze is no list of tables; begin each one with a line [[freeze]]",
    ),
    "no slug": ('slug = "django-3.2"\n', "", -1, '[campaign] has no slug; add slug = "…"'),
    "no environments": (
        'environments = ["stage", "production"]\n',
        "",
        None,
        '[campaign] has no environments; add environments = ["…"]',
    ),
    "empty environments": (
        'environments = ["stage", "production"]',
        "environments = []",
        0,
        'environments is empty; write environments = ["…"]',
    ),
    "duplicate environment": ('"production"]', '"Stage"]', 0, "environments has 'Stage' twice; remove one"),
    "environment of two words": (
        '"production"]',
        '"my prod"]',
        0,
        "environment 'my prod' cannot be typed as one word in a comment; use at most 60 letters",
    ),
    "no lead": ('lead = "Ada"\n', "", None, '[campaign] has no lead; add lead = "…"'),
    "blank manager": ('manager = "Max"', 'manager = " "', 0, "manager ' ' is empty; use 1 to 120 characters"),
    "slug that leaves its folder": (
        'slug = "django-3.2"',
        'slug = "../main"',
        0,
        "slug '../main' cannot be part of a branch's name; use at most 60",
    ),
    "slug that git refuses": (
        'slug = "django-3.2"',
        'slug = "a.lock"',
        0,
        "slug 'a.lock' cannot be part of a branch's name",
    ),
    "slug with two dots": ('slug = "django-3.2"', 'slug = "a..b"', 0, "slug 'a..b' cannot be part"),
    "slug in capitals": ('slug = "django-3.2"', 'slug = "Django"', 0, "slug 'Django' cannot be part"),
    "long slug": ('slug = "django-3.2"', f'slug = "{"a" * 61}"', 0, "cannot be part of a branch's name"),
    "unknown zone": (
        'zone = "Europe/Berlin"',
        'zone = "Europe/Berlín"',
        0,
        "zone: no time zone called 'Europe/Berlín'; use a name such as",
    ),
    "deadline too early": (
        "deadline = 2021-10-15",
        "deadline = 2021-07-01",
        0,
        "the deadline 2021-07-01 is not after choose_by 2021-07-15; give squads time",
    ),
    "deadline in quotes": (
        "deadline = 2021-10-15",
        'deadline = "2021-10-15"',
        0,
        "deadline is a text, not a date; write deadline = 2021-10-15",
    ),
    "deadline without offset": (
        "deadline = 2021-10-15",
        "deadline = 2021-10-15T10:00:00",
        0,
        "deadline has a time without an offset; write deadline = 2021-10-15T10:00:00+02:00",
    ),
    "deadline in no sane year": (
        "deadline = 2021-10-15",
        "deadline = 9999-12-31",
        0,
        "deadline lies in the year 9999; write a date such as",
    ),
    "no deadline": ("deadline = 2021-10-15\n", "", None, "[campaign] has no deadline; add deadline = 2021-10-15"),
    "unknown merge method": (
        'recipe = "command"',
        'recipe = "command"\nmerge_method = "sqash"',
        1,
        "merge_method cannot be 'sqash'; did you mean 'squash'?",
    ),
    "link that runs a script": (
        'recipe = "command"',
        'recipe = "command"\nlinks = ["javascript:alert(1)"]',
        1,
        "'javascript:alert(1)' is no link; begin it with https://",
    ),
    "no duration": (
        'notice = "3 working days"',
        'notice = "3 wd"',
        0,
        "notice: '3 wd' is no duration; write '3 working days', '7 days'",
    ),
    "duration as a number": ('notice = "3 working days"', "notice = 3", 0, "notice is a whole number, not a text"),
    "unknown time": (
        'notice = "3 working days"',
        'notize = "3 working days"',
        0,
        "unknown key 'notize' in [times]; did you mean 'notice'?",
    ),
    "clock time in working days": (
        'watch = "8 days"',
        'watch = "8 working days"',
        0,
        "watch: this is measured on the clock, not in working days; write it in days",
    ),
    "no time at all": ('watch = "8 days"', 'tests = "0 minutes"', 0, "tests: this cannot be zero; write for example"),
    "level without a name": ('name = "DIY"\n', "", -1, '[[level]] has no name; add name = "…"'),
    "level without squad": ("squad = []\n", "", None, "[[level]] has no squad; list the steps that the squad keeps"),
    "duplicate level": (
        'name = "DIY"',
        'name = "hands-OFF"',
        0,
        "there are two levels called 'hands-OFF'; remove one, or give it another name; the first is in line 17",
    ),
    "unknown step": (
        'squad = ["create", ',
        'squad = ["creat", ',
        0,
        "squad has the unknown step 'creat'; did you mean 'create'?",
    ),
    "plan for a squad": (
        'squad = ["create", ',
        'squad = ["plan", "create", ',
        0,
        "squad has 'plan', which is always the project team's; take it out",
    ),
    "a step twice": ('squad = ["create", ', 'squad = ["test", "create", ', 0, "squad has 'test' twice; remove one"),
    "merging unannounced by accident": (
        "notice = true\n",
        "",
        None,
        "the project team merges, and nothing says whether with notice; write notice = true, or",
    ),
    "notice of what the squad does": (
        'name = "DIY"',
        'name = "DIY"\nnotice = true',
        1,
        "notice is promised, but the squad merges by itself; remove notice, or",
    ),
    "unknown need": (
        'needs = ["deploy-docs"]',
        'needs = ["deploy-doc"]',
        0,
        "needs has no 'deploy-doc'; did you mean 'deploy-docs'?",
    ),
    "unknown not_for": (
        'not_for = ["fine-grained-testing"]',
        'not_for = ["x"]',
        0,
        "not_for has no 'x'; use one of: 'fine-grained-testing'",
    ),
    "name with a control character": (
        'name = "DIY"',
        'name = "D\\u001bIY"',
        0,
        "name 'D\\x1bIY' has a control character; use 1 to 120 characters that can be printed",
    ),
    "name that turns the text around": ('name = "DIY"', 'name = "D\\u202eIY"', 0, "has a control character"),
    "name that is too long": ('name = "DIY"', f'name = "{"x" * 121}"', 0, "is longer than 120 characters"),
    "change like a second attempt": (
        'slug = "prepare"',
        'slug = "prepare-2"',
        0,
        "slug 'prepare-2' cannot be part of a branch's name; use at most 60 lower-case letters",
    ),
    "change like a revert": ('slug = "prepare"', 'slug = "a-revert"', 0, "slug 'a-revert' cannot be part"),
    "change with a slash": ('slug = "prepare"', 'slug = "a/b"', 0, "slug 'a/b' cannot be part"),
    "duplicate change": (
        'slug = "prepare"',
        'slug = "upgrade"',
        None,
        "there are two changes called 'upgrade'; remove one, or give it another slug",
    ),
    "unknown after": (
        'after = "deploy"',
        'after = "deployed"',
        0,
        "after cannot be 'deployed'; did you mean 'deploy'?",
    ),
    "proof that is no pattern": (
        'proof = "Django {target}"',
        'proof = "("',
        0,
        "proof is no regular expression: missing ), unterminated subpattern",
    ),
    "unknown setting in a proof": (
        'proof = "Django {target}"',
        'proof = "Django {targt}"',
        0,
        "proof has {targt}, which is no setting of the campaign; did you mean 'target'?",
    ),
    "unknown setting in a title": (
        "Prepare for Django {target}",
        "Prepare {django}",
        0,
        "title has {django}, which is no setting of the campaign; add django to settings",
    ),
    "a date for the recipe": (
        'run = ["tool',
        'when = 2021-01-01\nrun = ["tool',
        0,
        "when holds a date, which cannot be passed on; put it in quotes",
    ),
    "no number for the recipe": (
        'run = ["tool',
        'when = [{ x = nan }]\nrun = ["tool',
        0,
        "when holds a number without end",
    ),
    "freeze that ends first": (
        "last = 2021-08-14",
        "last = 2021-07-14",
        0,
        "this freeze ends on 2021-07-14, before it begins; write a date from 2021-08-01 on",
    ),
    "freeze without end": (
        "last = 2021-08-14",
        "last = 2031-08-14",
        0,
        "this freeze is 3666 days long; 366 are the most",
    ),
    "freeze with a time": (
        "last = 2021-08-14",
        "last = 2021-08-14T10:00:00Z",
        0,
        "last is a date with a time, not a date; write last = 2021-10-15",
    ),
    "freeze without reason": ('why = "summer"\n', "", None, '[[freeze]] has no why; add why = "…"'),
    "waves of nothing": ("sizes = [1, 3, 10]", "sizes = []", 0, "sizes is no list of whole numbers; write sizes = [5]"),
    "wave of none": ("sizes = [1, 3, 10]", "sizes = [0]", 0, "sizes is out of range; write a number from 1 to 1000000"),
    "less than no limit": ("sizes = [1, 3, 10]", "building = -1", 0, "building is out of range; write a number from 0"),
    "brake at once": ("reverts = 3", "reverts = 0", 0, "reverts is out of range; write a number from 1"),
    "number beyond the database": ("reverts = 3", f"reverts = {10**30}", 0, "reverts is out of range"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_in_a_campaign(mistake: Mistake) -> None:
    check_mistake(CAMPAIGN, mistake, parse_campaign)


@pytest.mark.parametrize(
    ("header", "message"),
    [("[[level]]", "the file has no [[level]]; add at least one"), ("[[change]]", "the file has no [[change]]")],
)
def test_a_campaign_without_levels_or_changes(header: str, message: str) -> None:
    head, _, rest = CAMPAIGN.partition(header)
    tail = rest[rest.rindex(header) :]
    end = tail.index("[[", 2)
    assert any(message in each for each in wrong(head + tail[end:], parse_campaign))


def test_a_missing_table_is_named_with_all_that_it_should_hold() -> None:
    found = wrong("", parse_campaign)
    assert "f.toml:1: the file has no [campaign]; add a table [campaign]" in found
    assert any("has no deadline" in each for each in found)


def test_people_of_a_campaign_are_known_where_the_caller_knows_people() -> None:
    with pytest.raises(FileProblems) as caught:
        parse_campaign(CAMPAIGN, "f.toml", people=["Adda", "Mux", "Bo"])
    lead = line_of(CAMPAIGN, "lead = ")
    reviewers = line_of(CAMPAIGN, "reviewers = ")
    assert str(caught.value).splitlines() == [
        f"f.toml:{lead}: lead: there is no person called 'Ada'; did you mean 'Adda'?",
        f"f.toml:{lead + 1}: manager: there is no person called 'Max'; did you mean 'Mux'?",
        f"f.toml:{reviewers}: reviewers: there is no person called 'Ada'; did you mean 'Adda'?",
    ]


def test_all_problems_are_named_at_once_and_by_line() -> None:
    text = edited(edited(CAMPAIGN, 'lead = "Ada"', "lead = 1"), 'watch = "8 days"', 'watch = "long"')
    text = edited(text, "[brake]\nreverts = 3", "[brake]\nrevert = 3")
    lines = [int(each.split(":")[1]) for each in wrong(text, parse_campaign)]
    assert lines == [line_of(text, "lead = 1"), line_of(text, 'watch = "long"'), line_of(text, "revert = 3")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[campaign]\nslug = \n", "f.toml:2: this is no TOML: Invalid value; see https://toml.io"),
        ("a = 1\nb = 2\na = 3\n", "this is no TOML: Cannot overwrite a value"),
        ("a = 1\n\n[x\n", "f.toml:3: this is no TOML"),
        (f"a = {'9' * 5000}", "f.toml:1: this is more than TOML is meant for; shorten its numbers"),
        (f"a = {'[' * 9000}", "f.toml:1: this is more than TOML is meant for"),
    ],
)
@pytest.mark.parametrize("parse", [parse_campaign, parse_services, parse_installation])
def test_what_is_no_toml_is_named_by_line(text: str, message: str, parse: Parse) -> None:
    assert message in wrong(text, parse)[0]


def test_a_byte_order_mark_and_windows_lines_do_no_harm() -> None:
    assert parse_campaign("\ufeff" + CAMPAIGN.replace("\n", "\r\n"), "f.toml") == parse_campaign(CAMPAIGN, "f.toml")
