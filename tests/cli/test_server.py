"""The same commands on a server: a real one on a socket gives the same answers and exit codes as the home itself."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from urllib.parse import quote

import pytest

from chairlift.cli import run as main
from tests.cli.said import FINE, PERSON, TROUBLE, USAGE, Said, environment, process
from tests.cli.test_hostile import WORDS as HOSTILE
from tests.cli.test_people import WORDS
from tests.server.web.test_serving import Up
from tests.server.world import FILES, PEOPLE, campaign_text, service_text

#: Those that a services file takes, and some that an address would lose.
NAMES = [name for name in HOSTILE.values() if name.isprintable()] + ["a/b", "..", "a?b#c%2F", "/x"]


class Installation:
    """A home that `chairlift up` serves, with a token for each person."""

    def __init__(self, folder, *services):
        self.home = folder / "home"
        source = folder / "source"
        source.mkdir()
        for name, text in FILES.items():
            (source / name).write_text(text)
        assert process(self.home, "forge", "init", "shop", "--from", source).code == FINE
        (folder / "campaign.toml").write_text(campaign_text())
        (folder / "services.toml").write_text(PEOPLE + "\n".join(services))
        said = process(self.home, "load", folder / "campaign.toml", folder / "services.toml")
        assert said.code == FINE, said.err
        assert process(self.home, "up", "--until-quiet", "--silent").code == FINE
        self.tokens = {name: self.written(name) for name in ("Ana", "Bo", "Cy", "Lena", "Mats")}
        self.up = Up(folder, "--listen", "127.0.0.1:0")

    def written(self, person):
        """A token for everything, without a process of its own."""
        digest = hashlib.sha256(f"chairlift_{person}".encode()).hexdigest()
        row = (digest, person, "read choose act lead", "2026-01-01", "2096-01-01")
        insert = "INSERT INTO server_apitoken (digest, person, name, scopes, made_at, until) VALUES (?, ?, '', ?, ?, ?)"
        with sqlite3.connect(self.home / "db.sqlite3") as db:
            db.execute(insert, row)
        return f"chairlift_{person}"

    def token(self, person, *scopes):
        words = [word for scope in scopes for word in ("--scope", scope)]
        return process(self.home, "token", person, *words).text.strip()

    def here(self, *words, **more):
        return process(self.home, *words, **more)

    def said(self):
        """What people have said, oldest first: by, kind, about, text."""
        query = "SELECT by, kind, about, text FROM server_entry WHERE by NOT IN ('chairlift', 'operator') ORDER BY id"
        with sqlite3.connect(self.home / "db.sqlite3") as db:
            return db.execute(query).fetchall()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """One service, planned, and no level chosen."""
    found = Installation(tmp_path_factory.mktemp("shop"), service_text("shop"))
    yield found
    found.up.end()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """One that was looked at, and many of all kinds of names that cannot be: there is no repository."""
    others = [service_text(name, "Ibis", f"r{place}") for place, name in enumerate(NAMES)]
    more = [service_text(f"more{place}", "Ibis", f"m{place}") for place in range(105)]
    found = Installation(tmp_path_factory.mktemp("many"), service_text("shop"), *others, *more)
    yield found
    found.up.end()


@pytest.fixture
def ask(monkeypatch, capsysbinary, tmp_path):
    """A command in this process, which has no home and may open no database."""

    def call(server, *words, by="Ana", **more):
        monkeypatch.chdir(tmp_path)
        for name in [*os.environ]:
            if name.startswith("CHAIRLIFT_"):
                monkeypatch.delenv(name)
        url = server.up.url if isinstance(server, Installation) else server
        token = server.tokens.get(by, "") if isinstance(server, Installation) else "chairlift_x"
        given = {"CHAIRLIFT_TOKEN": token, "XDG_CONFIG_HOME": str(tmp_path / "config"), **more}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["chairlift", "--server", url, *map(str, words)])
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        written = capsysbinary.readouterr()
        assert not (tmp_path / ".chairlift").exists()
        return Said(left.value.code, written.out, written.err.decode())

    return call


READS = [
    ["status"], ["status", "--json", "--squad", "ibis", "--campaign", "tiny"], ["status", "--turn", "squad", "--json"],
    ["why", "SHOP"], ["why", "shop", "--json"], ["log", "--json", "--limit", "250"], ["log", "--limit", "3"],
    ["log", "--service", "shop", "--kind", "planned", "--by", "chairlift"], ["menu"], ["menu", "--json"],
    ["menu", "--campaign", "nope"], ["why", "nope"], ["log", "--service", "nope"], ["why", "shop", "--output"],
]  # fmt: skip


class TestReading:
    @pytest.mark.parametrize("words", READS, ids=" ".join)
    def test_it_is_the_same_as_here(self, many, ask, words):
        here, there = many.here(*words), ask(many, *words)
        # Since when is told in words that a second can change.
        assert (there.code, _steady(there.text), there.err) == (here.code, _steady(here.text), here.err)

    @pytest.mark.parametrize("name", NAMES, ids=repr)
    def test_a_service_of_any_name(self, many, ask, name):
        found = ask(many, "why", "--json", "--", name)
        assert (found.code, found.json["standing"]["service"]) == (PERSON, name)
        assert found.text.replace("\n", "").isprintable()

    def test_no_more_is_asked_for_than_is_wanted(self, many, ask):
        assert len(ask(many, "log", "--limit", "101", "--json").json) == 101


def _steady(text):
    """Spans of time, and the columns that they widen, left out."""
    try:
        return json.loads(text)
    except ValueError:
        return re.sub(r"(in )?\d+ (second|minute|hour|day)s?( ago)?|now", "then", re.sub(" +", " ", text))


class TestSaying:
    def test_everything_that_people_say(self, shop, ask):
        for words, by, answer, (kind, about, text) in WORDS:
            said = ask(shop, *words, by=by)
            assert (said.code, said.text, said.err) == (FINE, f"{answer}\n", ""), words
            assert shop.said()[-1] == (by, kind, about, text), words

    def test_what_was_before(self, shop, ask):
        ask(shop, "choose", "shop", "DIY")
        said = ask(shop, "choose", "Shop", "trust but verify", "--json", "--why", "time").json
        assert (said["service"], said["level"], said["before"]) == ("shop", "Trust but verify", "DIY")

    @pytest.mark.parametrize(
        ("words", "by", "message"),
        [
            (["choose", "shop", "Hand"], "Ana", "no service level called 'Hand' in campaign tiny; the menu has 'Hands"),
            (["choose", "nope", "DIY"], "Ana", "no service called 'nope' in tiny; did you mean: shop"),
            (["choose", "shop", "DIY", "--docs-by", "soon"], "Ana", "'soon' is no date: write it as 2021-10-15"),
            (["hold", "shop", "--why", " "], "Ana", "say why: a hold without a reason helps nobody"),
            (["hold", "shop"], "Ana", "Missing option '--why'"),
            (["deployed", "shop", "moon"], "Ana", "no environment 'moon' here; there are: stage, production"),
            (["update", "shop", "x" * 4001], "Ana", "text: String should have at most 4000 characters"),
            (["unblock", "shop", "b7"], "Ana", "no open blocker 'b7' here"),
            (["exempt", "shop", "2020-01-01", "--why", "x"], "Lena", "is over already: give a date to come"),
            (["problem", "a", "b", "--service", "nope"], "Lena", "'nope' is no service of campaign tiny"),
            (["hold", "shop", "--why", "x"], "Cy", "It takes somebody who is of the squad that owns the service"),
            (["pause", "--why", "x"], "Ana", "It takes somebody who is of the project team"),
            (["hold", "shop", "--why", "x", "--as", "Bo"], "Ana", "this token speaks for Ana, not for 'Bo'"),
            (["pause", "--why", "x", "--campaign", "a/../b"], "Lena", "no campaign called 'a/../b'"),
        ],
    )
    def test_what_cannot_be_said_is_usage_with_the_way_out(self, shop, ask, words, by, message):
        before = shop.said()
        said = ask(shop, *words, by=by)
        assert (said.code, said.text) == (USAGE, "")
        assert message in said.err
        assert shop.said() == before

    @pytest.mark.parametrize("who", ["Ana", "ANA", "@ana-f", "ana@example.org"])
    def test_as_whom_the_token_speaks_for(self, shop, ask, who):
        assert ask(shop, "update", "shop", "on track", "--as", who).code == FINE

    def test_words_of_all_kinds(self, shop, ask):
        for text in HOSTILE.values():
            said = ask(shop, "update", "--", "shop", text)
            assert (said.code, said.text) == (FINE, "shop: noted\n"), said.err
        noted = [text for _, kind, _, text in shop.said() if kind == "said"]
        assert HOSTILE["rtl"].replace("\u202e", "").replace("\u202c", "") in noted


class TestToken:
    def test_none(self, shop, ask):
        said = ask(shop, "status", by="")
        assert said.code == USAGE
        assert f"no token for {shop.up.url.rstrip('/')}: set CHAIRLIFT_TOKEN" in said.err
        assert "chairlift token PERSON --scope read" in said.err

    @pytest.mark.parametrize("token", ["chairlift_nonsense", "x"])
    def test_one_that_is_none(self, shop, ask, token):
        said = ask(shop, "status", CHAIRLIFT_TOKEN=token)
        assert said.code == USAGE
        assert "does not take the token: There is no such token" in said.err
        assert token not in said.err

    @pytest.mark.parametrize("token", ["two words", "\u202e", "a\tb"])
    def test_one_that_cannot_be(self, shop, ask, token):
        assert (said := ask(shop, "status", CHAIRLIFT_TOKEN=token)).code == USAGE
        assert "is no token: copy it anew" in said.err

    def test_one_that_was_taken_back(self, shop, ask):
        token = shop.token("Ana", "read")
        number = max(each["id"] for each in shop.here("tokens", "--json").json)
        assert ask(shop, "menu", CHAIRLIFT_TOKEN=token).code == FINE
        assert shop.here("token", "--revoke", number).text == f"token {number} of Ana is taken back\n"
        said = ask(shop, "status", CHAIRLIFT_TOKEN=token)
        assert (said.code, "This token was taken back on 20" in said.err) == (USAGE, True)

    def test_one_that_is_for_something_else(self, shop, ask):
        said = ask(shop, "hold", "shop", "--why", "x", CHAIRLIFT_TOKEN=shop.token("Ana", "read"))
        assert (said.code, "It takes a token with the scope 'act'; this one has: read." in said.err) == (USAGE, True)

    def test_it_cannot_be_said_on_the_command_line(self, shop):
        assert "--token" not in shop.here("--help").text


class TestHere:
    """What a server does not answer, and what needs no Django."""

    @pytest.mark.parametrize("words", [["load", "x.toml"], ["doctor"], ["sheet"], ["tokens"], ["up"]], ids=" ".join)
    def test_what_works_only_there_says_so(self, shop, ask, tmp_path, words):
        (tmp_path / "x.toml").write_text("")
        said = ask(shop, *words)
        assert (said.code, said.text) == (USAGE, "")
        assert "works on the server's own machine only" in said.err

    def test_the_variable_does_as_the_option(self, shop, tmp_path):
        more = {"CHAIRLIFT_SERVER": shop.up.url, "CHAIRLIFT_TOKEN": shop.tokens["Ana"]}
        said = process(tmp_path / "none", "menu", **more)
        assert (said.code, "Hands-off" in said.text, (tmp_path / "none").exists()) == (FINE, True, False)

    def test_no_django_is_loaded(self, shop, tmp_path):
        code = (
            "import sys, atexit; from chairlift.cli import run\n"
            "atexit.register(lambda: print('django' in sys.modules)); run()"
        )
        argv = [sys.executable, "-c", code, "--server", shop.up.url, "status"]
        env = environment(tmp_path, CHAIRLIFT_TOKEN=shop.tokens["Ana"])
        done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout.splitlines()[-1] == "False", done.stderr


def test_the_address_of_a_page_is_the_way_to_nowhere(shop, ask):
    said = ask(f"{shop.up.url}campaigns/{quote('tiny')}/", "status")
    assert (said.code, "is no API of Chairlift (HTTP 404, text/html)" in said.err) == (TROUBLE, True)
