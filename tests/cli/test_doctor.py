"""What `chairlift doctor` asks of forges, webhooks, deployers, monitors and notifiers; and what it never prints."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest

from chairlift.server import actions
from chairlift.server.models import Entry
from tests.adapters.prometheus.standin import Reply, answering, told
from tests.cli.said import FINE, TROUBLE
from tests.forges.github.world import Kit
from tests.mail import MailServer
from tests.newrelic.server import ACCOUNT, Server
from tests.newrelic.world import World
from tests.server.world import PEOPLE

HUB = """
[forges.hub]
kind = "github"
url = "{url}"
token_env = "{token}"
hook_secret_env = "CHAIRLIFT_TEST_HOOK"
[forges.lab]
kind = "gitlab"
url = "http://127.0.0.1:9"
token_env = "CHAIRLIFT_TEST_NOWHERE"
[forges.tea]
kind = "gitea"
url = "http://127.0.0.1:9"
token_env = "CHAIRLIFT_TEST_TEA"
[forges.local]
kind = "local"
hook_secret_env = "CHAIRLIFT_TEST_HOOK"
"""


@pytest.fixture
def kit(tmp_path):
    with contextlib.ExitStack() as stack:
        (tmp_path / "kit").mkdir()
        yield Kit(tmp_path / "kit", stack)


def rows(said):
    return {row["what"]: row for row in said.json}


def test_what_forges_tell_of_their_tokens(run, world, kit):
    token = kit.account("chairlift", scopes="gist")
    (world.home / "chairlift.toml").write_text(HUB.format(url=kit.stand_in.api, token=token))
    said = run("doctor", "--json", CHAIRLIFT_TEST_TEA="tea-secret", CHAIRLIFT_TEST_HOOK="hook-secret")
    assert said.code == TROUBLE
    found = rows(said)
    assert "lacks the scope repo: it has gist" in found[f"forge hub: token in {token}"]["why"]
    assert "CHAIRLIFT_TEST_NOWHERE holds no token" in found["forge lab: token in CHAIRLIFT_TEST_NOWHERE"]["why"]
    assert "cannot be reached" in found["forge tea: token in CHAIRLIFT_TEST_TEA"]["why"]
    assert found["forge hub: secret of its webhooks"]["state"] == "fine"
    # Nothing that is local sends any.
    assert "no hook called 'local'" in found["forge local: secret of its webhooks"]["why"]
    for secret in (f"ghp_{token.lower()}", "tea-secret", "hook-secret"):
        assert secret not in said.text + said.err


def test_a_secret_of_webhooks_that_is_not_set(run, world, kit, monkeypatch):
    monkeypatch.delenv("CHAIRLIFT_TEST_HOOK", raising=False)
    text = HUB.partition("[forges.lab]")[0].format(url=kit.stand_in.api, token=kit.account("chairlift"))
    (world.home / "chairlift.toml").write_text(text)
    said = run("doctor")
    assert said.code == TROUBLE
    (line,) = [line for line in said.lines if "secret of its" in line]
    assert line.startswith(
        "trouble  forge hub: secret of its webhooks the variable CHAIRLIFT_TEST_HOOK holds no secret"
    )
    assert "(of chairlift; GitHub does not tell what a fine-grained token may)" in said.text


def test_a_forge_that_is_not_set_up_hides_no_other(run, world, kit):
    text = HUB.partition("[forges.lab]")[0].format(url=kit.stand_in.api, token=kit.account("chairlift"))
    (world.home / "chairlift.toml").write_text(f'{text}[forges.odd]\nkind = "svn"\n[forges.bad]\nkind = "github"\n')
    found = rows(run("doctor", "--json"))
    assert "no forge called 'svn'" in found["forge odd"]["why"]
    assert "set app or token_env" in found["forge bad"]["why"]
    assert [row["state"] for what, row in found.items() if what.startswith("forge hub: token")] == ["fine"]


class TestServices:
    @pytest.fixture
    def shop(self, world):
        world.service("shop", deploys=True)
        world.load()
        return world.home

    def test_what_runs_and_what_is_measured_is_asked_and_nothing_is_done(self, run, shop):
        before = Entry.objects.count()
        found = rows(run("doctor", "--json"))
        assert found["deployer of shop in stage"]["note"] == "says that nothing runs there"
        assert found["monitor of shop in production"]["note"] == "60000 requests and 180 errors in the last hour"
        # The deployer of these tests writes what runs into a file of this name.
        assert (Entry.objects.count(), list(shop.glob("env-*"))) == (before, [])

    def test_what_a_monitor_finds_of_itself(self, run, world):
        table = f'[service.monitor]\nkind = "newrelic"\naccount = {ACCOUNT}\nkey_env = "CHAIRLIFT_TEST_RELIC"\n'
        with Server(World(world.now), "NRAK-right") as server:
            world.service("shop", more=table + f'url = "{server.url}"\napp = "{{service}} {{environment}}"')
            world.load()
            for key, words in (
                ("NRAK-right", "of Ana Alder"),
                ("NRAK-wrong", "does not let us in (401: Invalid API key"),
            ):
                said = run("doctor", "--json", CHAIRLIFT_TEST_RELIC=key)
                row = rows(said)["monitor of shop: key in CHAIRLIFT_TEST_RELIC"]
                assert words in row["note"] + row["why"]
                assert key not in said.text + said.err
            assert server.wrong == []

    def test_what_does_not_answer_is_named(self, run, shop):
        (shop / "deploy.sh").write_text("echo nonsense")
        (shop / "monitor.sh").write_text("exit 3")
        said = run("doctor", "--json")
        assert said.code == TROUBLE
        found = rows(said)
        assert "does not say what runs" in found["deployer of shop in stage"]["why"]
        assert "monitor.sh" in found["monitor of shop in production"]["why"]

    def test_a_monitor_that_can_be_examined_is_and_says_what_was_not_measured(self, run, world):
        nothing = {"status": "success", "data": {"resultType": "vector", "result": []}}
        date = datetime.now(UTC)
        replies = [Reply(nothing, date=date)] * 2 + [
            Reply({"status": "success", "data": {"version": "2.42"}}, date=date)
        ]
        with answering(*replies, Reply(told(), date=date)) as server:
            counter = 'http_requests_total{job={service},env={environment},code=~"5.."}'
            table = f"kind = \"prometheus\"\nurl = \"{server.url}\"\nrequests = '{counter}'\nerrors = '{counter}'\n"
            world.service("shop", more=f"[service.monitor]\n{table}")
            world.load()
            found = rows(run("doctor", "--json"))
        examined = found[f"monitor of shop: Prometheus at {server.url.removeprefix('http://')}"]
        assert (examined["state"], examined["note"]) == ("fine", "version 2.42")
        assert found["monitor of shop in production"]["note"] == "nothing was measured in the last hour"

    def test_without_a_campaign_no_program_is_run(self, run, world):
        world.service("shop", deploys=True)
        actions.load_roster(PEOPLE + world.services, "services.toml", "operator", world.now)
        (world.home / "deploy.sh").write_text("exit 3")
        said = run("doctor")
        assert (said.code, "fine     deployer of shop" in said.lines) == (FINE, True)


def test_a_mail_server_is_knocked_at(run, world, monkeypatch):
    with MailServer(password="right") as server:
        (world.home / "chairlift.toml").write_text(
            f'[[notifiers]]\nkind = "email"\nhost = "{server.host}"\nport = {server.port}\n'
            'sender = "chairlift@example.org"\nusername = "chairlift"\npassword_env = "CHAIRLIFT_TEST_MAIL"\n'
        )
        what = f"notifier email: mail server {server.host}:{server.port}"
        assert rows(run("doctor", "--json", CHAIRLIFT_TEST_MAIL="right"))[what]["state"] == "fine"
        said = run("doctor", "--json", CHAIRLIFT_TEST_MAIL="wrong-one")
        assert "does not let 'chairlift' in" in rows(said)[what]["why"]
        assert "wrong-one" not in said.text
        assert server.mails == []
