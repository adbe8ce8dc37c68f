"""Tokens at the command line: shown once, listed without their secret, taken back by number."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chairlift.server.models import ApiToken, Entry
from chairlift.server.web import tokens
from tests.cli.said import FINE, USAGE


def test_it_is_alone_in_the_output(run, shop):
    said = run("token", "ana-f", "--scope", "read", "--scope", "choose", "--days", "7", "--name", "CI")
    assert said.code == FINE
    (secret,) = said.lines
    row = tokens.use(f"Bearer {secret}", shop.now)
    assert (row.person, row.scopes, row.name) == ("Ana", "read choose", "CI")
    assert abs(row.until - shop.now - timedelta(days=7)) < timedelta(minutes=1)
    assert f"token {row.pk} of Ana, until {row.until:%F}; it is not shown again" in said.err
    assert secret not in said.err


def test_as_json(run, shop):
    said = run("token", "Ana", "--scope", "lead", "--json").json
    assert (said["person"], said["scopes"]) == ("Ana", ["lead"])
    assert said["token"].startswith("chairlift_")
    assert datetime.fromisoformat(said["until"]) > shop.now + timedelta(days=89)


def test_the_list_shows_everything_but_the_token(run, shop):
    assert "'chairlift token PERSON --scope read' makes one" in run("tokens").text
    secret = run("token", "Ana", "--scope", "read", "--name", "[red]\x1b[2Jx").text.strip()
    run("token", "Lena", "--scope", "lead")
    tokens.use(f"Bearer {secret}", shop.now)
    said = run("tokens")
    assert said.text.replace("\n", "").isprintable()
    heads, first, second = said.lines
    assert heads.split() == ["ID", "PERSON", "NAME", "SCOPES", "STATE", "UNTIL", "LAST", "USED"]
    assert ("Ana" in first, "[red][2Jx" in first, "valid" in first, "never" in first) == (True, True, True, False)
    assert ("Lena" in second, "never" in second) == (True, True)
    rows = run("tokens", "--json").json
    assert [row["state"] for row in rows] == ["valid", "valid"]
    assert secret not in said.text + str(rows)
    assert "digest" not in str(rows)


def test_one_is_taken_back(run, shop):
    run("token", "Ana", "--scope", "read")
    number = ApiToken.objects.get().pk
    for _ in range(2):
        assert run("token", "--revoke", number).text == f"token {number} of Ana is taken back\n"
    assert run("tokens", "--json").json[0]["state"] == "revoked"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "say whose token: chairlift token PERSON --scope read"),
        (["Zoe", "--scope", "read"], "nobody called 'Zoe' is in the services file; add them there first"),
        (["Ana"], "say what the token is for, with --scope: read, choose, act, lead"),
        (["Ana", "--scope", "all"], "'all' is not one of 'read', 'choose', 'act', 'lead'"),
        (["Ana", "--scope", "read", "--days", "0"], "0 is not in the range 1<=x<=366"),
        (["--revoke", "99"], "there is no token 99; 'chairlift tokens' lists them"),
        (["--revoke", "0"], "is not in the range"),
        (["--revoke", str(2**63)], "is not in the range"),
        (["Ana", "--revoke", "1"], "say either PERSON with --scope, or --revoke ID"),
    ],
)
def test_what_cannot_be_is_usage(run, shop, words, message):
    said = run("token", *words)
    assert (said.code, said.text) == (USAGE, "")
    assert message in said.err
    assert not ApiToken.objects.exists()


class TestAccess:
    """All that lets somebody in, and its end."""

    def test_all_ways_are_listed_and_words_narrow_them(self, run, shop):
        assert "nobody can come in" in run("access").text
        run("token", "Ana", "--scope", "read", "--name", "CI")
        link = run("sign-in", "Lena").text.strip()
        said = run("access")
        heads, token, other = said.lines
        assert heads.split() == ["WHAT", "PERSON", "CALLED", "MORE", "MADE", "LAST", "USED", "UNTIL", "STATE"]
        assert token.startswith(f"token {ApiToken.objects.get().pk}")
        assert "Token" in token
        assert ", CI" in token
        assert other.startswith("link ")
        assert ("Ana" in token, "Lena" in other, token.endswith("open")) == (True, True, True)
        assert link.partition("key=")[2] not in said.text
        assert [row["person"] for row in run("access", "LENA", "--json").json] == ["Lena"]

    def test_what_is_ended_is_over_and_written_down(self, run, shop):
        secret = run("token", "Ana", "--scope", "read").text.strip()
        (row,) = run("access", "--json").json
        assert run("access", "--end", row["word"]).text == f"ended {row['word']} of Ana\n"
        with pytest.raises(tokens.Wrong, match="taken back"):
            tokens.use(f"Bearer {secret}", shop.now)
        assert run("access", "--json").json == []
        assert [each["over"] for each in run("access", "--all", "--json").json] == ["taken back"]
        ended = [(each.by, each.about) for each in Entry.objects.filter(kind="ended")]
        assert ended == [("operator", f"{row['word']} of Ana")]

    @pytest.mark.parametrize(
        "word", ["token 99", "link 0", "session x Ana", "calendar é", "", "everything", "token 1; x"]
    )
    def test_what_is_not_there_is_not_ended(self, run, shop, word):
        said = run("access", "--end", word)
        assert said.code == USAGE
        assert any(each in said.err for each in ("over already", "ended already", "there is no token", "names nothing"))
        assert not Entry.objects.filter(kind="ended").exists()

    def test_words_and_an_end_are_two_wishes(self, run, shop):
        said = run("access", "Ana", "--end", "token 1")
        assert (said.code, "say either WORDS" in said.err) == (USAGE, True)
