"""Webhooks of forges: a signature opens, each is taken once, nothing it says is believed, and it asks for a look."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from chairlift.server import arrivals
from chairlift.server.models import Arrived, Entry, ForgeState, Upgrade
from tests.adapters.test_signatures import SECRET, payload, signed
from tests.forges.npm import npm_file
from tests.server.world import service_text

TOML = """
operators = ["olga"]
[forges.local]
kind = "local"
[forges.hub]
kind = "github"
hook_secret_env = "HUB_HOOK"
[forges."lab/one"]
kind = "gitlab"
hook_secret_env = "LAB_HOOK"
[forges.silent]
kind = "github"
"""


@pytest.fixture
def hub(at_desk, monkeypatch):
    """Two services on the hub, one of the same name elsewhere; all rest for hours."""
    monkeypatch.setenv("HUB_HOOK", SECRET)
    monkeypatch.setenv("LAB_HOOK", SECRET)
    (at_desk.home / "chairlift.toml").write_text(TOML)
    services = [
        service_text("shop", repo="Acme/Shop", more='forge = "hub"'),
        service_text("cart", repo="acme/cart", more='forge = "hub"'),
        service_text("desk", repo="acme/shop", squad="Ibis", more='forge = "lab/one"'),
    ]
    at_desk.load(services="\n".join(services))
    Upgrade.objects.update(look_again_at=at_desk.now + timedelta(hours=9))
    return at_desk


def send(body, kind="github", forge="hub", secret=SECRET, **more):
    client = Client(enforce_csrf_checks=True)
    headers = {**signed(kind, body, secret), **more}
    return client.post(f"/hooks/{forge}", body, content_type="application/json", headers=headers)


def nudged(world):
    soon = Upgrade.objects.filter(look_again_at__lte=world.now + timedelta(minutes=1))
    return sorted(soon.values_list("service__name", flat=True))


class TestTaken:
    def test_the_services_of_its_repository_are_looked_at_soon(self, hub):
        answer = send(payload("github", "acme/shop"))
        assert (answer.status_code, answer.cookies) == (202, {})
        assert nudged(hub) == ["shop"]
        assert ForgeState.objects.get(forge="hub").hooked_at == hub.now

    def test_a_forge_may_have_any_name(self, hub):
        assert send(payload("gitlab", "acme/shop"), "gitlab", "lab/one").status_code == 202
        assert nudged(hub) == ["desk"]

    def test_one_of_no_repository_of_ours_leaves_no_row(self, hub):
        assert send(payload("github", "acme/else")).status_code == 202
        assert nudged(hub) == []
        assert not Arrived.objects.exists()

    @pytest.mark.parametrize("said", [{"action": "closed", "merged": True}, {"comment": {"body": "/chairlift hold"}}])
    def test_what_it_says_means_nothing(self, hub, said):
        entries = Entry.objects.count()
        body = json.dumps({"repository": {"full_name": "acme/shop"}, "sender": {"login": "ana-f"}, **said}).encode()
        assert send(body).status_code == 202
        assert nudged(hub) == ["shop"]
        assert Entry.objects.count() == entries

    def test_it_is_few_queries_however_many_services_there_are(self, hub, django_assert_max_num_queries):
        send(payload("github", "acme/cart"))
        with django_assert_max_num_queries(9):
            send(payload("github", "acme/shop"))


class TestOnce:
    def again(self, hub):
        """As if the look had been."""
        Upgrade.objects.update(look_again_at=hub.now + timedelta(hours=9))

    def test_the_same_delivery_is_taken_once(self, hub):
        body = payload("github", "acme/shop")
        send(body)
        self.again(hub)
        assert send(body + b" ").status_code == 202
        assert nudged(hub) == []

    def test_so_is_the_same_body_under_another_id(self, hub):
        body = payload("github", "acme/shop")
        send(body)
        self.again(hub)
        assert send(body, **{"x-github-delivery": "another"}).status_code == 202
        assert nudged(hub) == []
        assert ForgeState.objects.get(forge="hub").hooks == 1

    def test_another_delivery_is_another(self, hub):
        send(payload("github", "acme/shop"))
        self.again(hub)
        send(payload("github", "acme/shop") + b" ", **{"x-github-delivery": "another"})
        assert nudged(hub) == ["shop"]

    def test_old_ones_and_too_many_are_forgotten(self, hub, monkeypatch):
        monkeypatch.setattr(arrivals, "REMEMBERED", 2)
        for number in range(5):
            send(payload("github", "acme/shop") + b" " * number, **{"x-github-delivery": f"d-{number}"})
        arrivals.clear(hub.now)
        assert Arrived.objects.count() == 2
        arrivals.clear(hub.now + arrivals.KEPT)
        assert Arrived.objects.count() == 0


class TestRefused:
    @pytest.mark.parametrize("given", ["", "sha256=é", "sha1=0"])
    def test_a_wrong_signature(self, hub, given):
        before = arrivals.answered[arrivals.Answer.REFUSED]
        answer = send(payload("github", "acme/shop"), **{"x-hub-signature-256": given})
        assert answer.status_code == 401
        assert SECRET not in answer.content.decode()
        assert (nudged(hub), ForgeState.objects.exists()) == ([], False)
        assert arrivals.answered[arrivals.Answer.REFUSED] == before + 1

    @pytest.mark.parametrize("forge", ["nowhere", "silent", "local", "x" * 3000, "%00"])
    def test_an_unknown_forge_or_one_that_takes_none(self, hub, forge):
        assert send(payload("github", "acme/shop"), forge=forge).status_code in (400, 404)

    def test_a_secret_that_is_not_set_opens_nothing(self, hub, monkeypatch):
        monkeypatch.setenv("HUB_HOOK", "")
        body = payload("github", "acme/shop")
        answer = Client().post("/hooks/hub", body, content_type="application/json", headers=signed("github", body, ""))
        assert (answer.status_code, nudged(hub)) == (503, [])

    def test_one_that_is_too_large(self, hub):
        body = payload("github", "acme/shop") + b" " * arrivals.MOST
        assert send(body).status_code == 413
        assert nudged(hub) == []

    def test_one_that_is_as_large_as_may_be(self, hub):
        body = payload("github", "acme/shop")
        assert send(body + b" " * (arrivals.MOST - len(body))).status_code == 202

    def test_reading_is_none(self, hub):
        assert Client().get("/hooks/hub").status_code == 405

    def test_a_file_that_cannot_be_read_is_said(self, hub):
        (hub.home / "chairlift.toml").write_text("[")
        assert send(payload("github", "acme/shop")).status_code == 503


def test_every_payload_that_github_shows_is_taken_and_means_its_repository(hub):
    """All that GitHub's own examples hold."""
    file = npm_file("@octokit/webhooks-examples", "7.6.1", "api.github.com/index.json")
    examples = [each for event in json.loads(file.read_bytes()) for each in event["examples"]]
    assert len(examples) > 200
    repos = {each["repository"]["full_name"] for each in examples if "full_name" in (each.get("repository") or {})}
    assert len(repos) >= 1
    named = {repo: f"r{number}" for number, repo in enumerate(sorted(repos, key=str.casefold))}
    hub.load(services="\n".join(service_text(name, repo=repo, more='forge = "hub"') for repo, name in named.items()))
    for number, each in enumerate(examples):
        Upgrade.objects.update(look_again_at=hub.now + timedelta(hours=9))
        Arrived.objects.all().delete()
        assert send(json.dumps(each).encode(), **{"x-github-delivery": f"{number}"}).status_code == 202
        repo = (each.get("repository") or {}).get("full_name", "")
        assert set(nudged(hub)) == {name for its, name in named.items() if its.casefold() == repo.casefold()}
