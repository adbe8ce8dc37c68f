"""A link lets its person in: once, for an hour, and nobody else."""

from __future__ import annotations

import os
import stat
from datetime import timedelta

import pytest

from chairlift.server.actions import NotPossible
from chairlift.server.models import SignInLink
from chairlift.server.web import links
from chairlift.server.web.keys import VARIABLE, secret_key


def key(world, person="Ana"):
    return links.make(person, world.roster, world.now).partition("key=")[2]


def test_looking_at_a_link_uses_nothing_up(at_desk, visit):
    # Programs that read mail open links to see what is there.
    given, client = key(at_desk), visit()
    for _ in range(2):
        client.page(f"/sign-in?key={given}")
    assert client.post("/sign-in", {"key": given}).status_code == 302
    assert "Ana" in client.page("/")


def test_it_works_once(at_desk, visit):
    given = key(at_desk)
    visit().post("/sign-in", {"key": given})
    second = visit()
    assert "used already" in second.post("/sign-in", {"key": given}).content.decode()
    assert second.get("/").status_code == 302


def test_it_works_for_an_hour(at_desk, visit):
    given = key(at_desk)
    at_desk.tick(links.LASTS + timedelta(seconds=1))
    assert visit().post("/sign-in", {"key": given}).status_code == 403


@pytest.mark.parametrize("given", ["", "x", "\0", "é" * 5000])
def test_anything_else_does_not(visit, given):
    assert visit().post("/sign-in", {"key": given}).status_code == 403


def test_the_database_does_not_hold_it(at_desk):
    given = key(at_desk)
    assert given not in str(list(SignInLink.objects.values()))


def test_only_for_people_of_the_services_file(at_desk):
    with pytest.raises(NotPossible, match="add them there first"):
        links.make("Zoe", at_desk.roster, at_desk.now)


@pytest.mark.parametrize(
    ("after", "goes"),
    [
        ("/campaigns/tiny/sheet?q=a", "/campaigns/tiny/sheet?q=a"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
    ],
)
def test_then_they_go_on_where_they_wanted_to_and_never_elsewhere(at_desk, visit, after, goes):
    answer = visit().post("/sign-in", {"key": key(at_desk), "next": after})
    assert answer["Location"] == goes


def test_signing_out(visit):
    client = visit("Ana")
    client.post("/sign-out")
    assert client.get("/").status_code == 302


class TestTheKeyOfAnInstallation:
    def test_it_is_made_once_and_for_its_owner_alone(self, tmp_path, monkeypatch):
        monkeypatch.delenv(VARIABLE, raising=False)
        made = secret_key(tmp_path)
        assert len(made) > 50
        assert secret_key(tmp_path) == made
        (file,) = tmp_path.iterdir()
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600

    def test_another_installation_has_another(self, tmp_path, monkeypatch):
        monkeypatch.delenv(VARIABLE, raising=False)
        for name in "ab":
            (tmp_path / name).mkdir()
        assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")

    def test_the_environment_goes_first(self, tmp_path, monkeypatch):
        monkeypatch.setenv(VARIABLE, "given")
        assert secret_key(tmp_path) == "given"
        assert list(tmp_path.iterdir()) == []
