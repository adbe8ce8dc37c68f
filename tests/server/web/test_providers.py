"""Through a provider comes in whom it has verified and the services file knows, and nobody else."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt

from chairlift.server import actions
from chairlift.server.models import Session
from chairlift.server.web.identity import flow, talking
from tests import provider as providers
from tests.provider import CLIENT, KEY, OTHER, SECRET
from tests.server.web.coming import come, go, refused


@pytest.mark.parametrize("name", ["company", "github", "gitlab"])
class TestEachKind:
    def test_somebody_comes_in_and_goes_on_where_they_wanted_to(self, there, visit, name):
        client = visit()
        answer = come(client, name, "/campaigns/tiny/sheet?q=a")
        assert (answer.status_code, answer["Location"]) == (302, "/campaigns/tiny/sheet?q=a")
        assert "Ana" in client.page("/")

    def test_who_is_not_in_the_file_learns_what_to_ask(self, there, visit, name, caplog):
        there.user = {"sub": "9", "nickname": "zoe", "email": "zoe@example.org", "email_verified": True}
        there.emails = [{"email": "zoe@example.org", "verified": True}]
        said = refused(come(visit(), name))
        assert "is nobody in the services file" in caplog.text
        assert "Ask whoever keeps the services file" in said
        assert 'email = "zoe@example.org"' in said

    def test_an_address_that_was_not_verified_is_nobodys(self, there, visit, name):
        there.user |= {"nickname": "zoe", "email_verified": False}
        there.emails[0]["verified"] = False
        assert "has not verified ana@example.org" in refused(come(visit(), name)).replace("<strong>", "").replace(
            "</strong>", ""
        )

    def test_a_name_is_no_proof(self, there, visit, name):
        # Anybody may call themselves Lena there.
        there.user |= {"nickname": "Lena", "preferred_username": "Lena", "name": "Lena", "email": "x@example.org"}
        there.emails[0]["email"] = "x@example.org"
        refused(come(visit(), name))

    def test_an_address_with_letters_that_only_fold_alike_is_another(self, there, visit, name):
        # The Kelvin sign folds to k: who can register it would be somebody else.
        people = "\n".join(f'[[person]]\nname = "{name}"\nemail = "{name}@example.org"' for name in ("kim", "lee"))
        loaded = people + '\n[[squad]]\nname = "Heron"\npeople = ["kim"]\ncontact = "kim"\n'
        actions.load_roster(loaded, "services.toml", "operator", there.now())
        there.user |= {"nickname": "zoe", "email": "\u212aim@example.org"}
        there.emails[0]["email"] = "\u212aim@example.org"
        refused(come(visit(), name))
        there.user["email"] = there.emails[0]["email"] = "KIM@Example.org"
        assert come(visit(), name).status_code == 302

    def test_the_provider_is_away(self, there, visit, name):
        client = visit()
        address = go(client, name, "/campaigns/tiny/board")
        for path in ("/token", "/login/oauth/access_token"):
            there.status[path] = 503
        said = refused(client.get(address), 503)
        assert "does not answer" in said
        # Nothing is lost: it leads where it would have led.
        assert 'value="/campaigns/tiny/board"' in said

    def test_it_is_gone(self, there, visit, name):
        client = visit()
        address = go(client, name)
        there.server.server_close()
        assert "does not answer" in refused(client.get(address), 503)

    def test_somebody_says_no_there(self, there, visit, name):
        there.refuses = "access_denied"
        assert "agree there" in refused(come(visit(), name))

    def test_a_wrong_state(self, there, visit, name):
        client = visit()
        address = go(client, name)
        state = parse_qs(urlsplit(address).query)["state"][0]
        refused(client.get(address.replace(state, "A" * len(state))), 400)
        refused(client.get(address.replace(state, "")), 400)
        assert [path for _, path in there.asked if "token" in path] == []

    def test_an_answer_in_a_browser_that_asked_nothing(self, there, visit, name):
        refused(visit().get(go(visit(), name)), 400)

    def test_an_answer_is_used_once(self, there, visit, name):
        client = visit()
        address = go(client, name)
        assert client.get(address).status_code == 302
        client.post("/sign-out")
        refused(client.get(address), 400)

    def test_an_answer_that_led_nowhere_is_used_up_too(self, there, visit, name):
        client = visit()
        address = go(client, name)
        paths = ("/token", "/login/oauth/access_token")
        there.status = dict.fromkeys(paths, 503)
        refused(client.get(address), 503)
        there.status = {}
        refused(client.get(address), 400)

    def test_an_answer_to_a_question_that_is_old(self, there, visit, name, at_desk):
        client = visit()
        address = go(client, name)
        at_desk.tick(flow.LASTS)
        refused(client.get(address), 400)

    def test_a_code_that_was_used(self, there, visit, name):
        client, other = visit(), visit()
        used = go(client, name)
        client.get(used)
        fresh, code = go(other, name), parse_qs(urlsplit(used).query)["code"][0]
        Session.objects.exclude(person="").delete()
        refused(other.get(fresh.replace(parse_qs(urlsplit(fresh).query)["code"][0], code)))

    def test_a_code_that_another_browser_was_given(self, there, visit, name):
        """Somebody puts a code of their own into the answer to another's question: PKCE and the nonce tell."""
        client = visit()
        fresh, theirs = go(client, name), go(visit(), name)
        codes = [parse_qs(urlsplit(each).query)["code"][0] for each in (fresh, theirs)]
        refused(client.get(fresh.replace(*codes)))

    def test_it_leads_to_no_other_site(self, there, visit, name):
        for after in ("https://evil.example/", "//evil.example", "/\\evil.example"):
            assert come(visit(), name, after)["Location"] == "/"

    def test_the_session_has_another_key_then(self, there, visit, name):
        client = visit()
        address = go(client, name)
        before = client.cookies["chairlift-session"].value
        client.get(address)
        assert client.cookies["chairlift-session"].value != before
        assert not Session.objects.filter(pk=before).exists()

    def test_without_its_secret_it_is_not_set_up(self, there, visit, name, monkeypatch):
        monkeypatch.delenv("COMPANY_SECRET")
        answer = visit().post(f"/sign-in/with/{name}")
        assert "not set up" in refused(answer, 503)


def test_without_configuration_there_is_nothing(there, visit, at_desk):
    assert "Sign in with GitHub" in visit().page("/sign-in")
    (at_desk.home / "chairlift.toml").write_text("")
    assert "Sign in with" not in visit().page("/sign-in")
    assert visit().post("/sign-in/with/github").status_code == 404
    visit().page("/sign-in/back/github", 404)


def test_a_file_that_cannot_be_read_lets_nobody_in_but_by_a_link(there, visit, at_desk, caplog):
    (at_desk.home / "chairlift.toml").write_text("[sign_in")
    assert "Sign in with" not in visit().page("/sign-in")
    assert "until it is mended" in caplog.text
    visit("Ana").page("/")


def signed(key, **head):
    return lambda claims: jwt.encode({"alg": "RS256", "kid": "one", **head}, claims, key)


class TestTheTokenOfOpenId:
    @pytest.mark.parametrize(
        ("bend", "why"),
        [
            ({"nonce": "another"}, "nonce"),
            ({"nonce": ["another"]}, "nonce"),
            ({"nonce": None}, "nonce"),
            ({"aud": "another-client"}, "aud"),
            ({"aud": None}, "aud"),
            ({"aud": [CLIENT, "another"]}, "azp"),
            ({"azp": "another"}, "azp"),
            ({"iss": "https://evil.example"}, "iss"),
            ({"iss": None}, "iss"),
            ({"exp": 1}, "exp"),
            ({"exp": None}, "exp"),
            ({"exp": "never"}, "exp"),
            ({"exp": float("nan")}, "exp"),
            ({"iat": 2**40}, "in the future"),
            ({"nbf": 2**40}, "not yet valid"),
            ({"sub": None}, "sub"),
            ({"sub": 7}, "sub"),
        ],
    )
    def test_what_is_not_for_us_now(self, there, visit, bend, why, caplog):
        there.bend = bend
        assert "cannot be believed" in refused(come(visit()))
        assert why in caplog.text

    def test_one_for_several_that_was_asked_for_by_us(self, there, visit):
        there.bend = {"aud": ["another", CLIENT], "azp": CLIENT}
        assert come(visit()).status_code == 302

    @pytest.mark.parametrize(
        "sign",
        [
            signed(OTHER),
            signed(KEY, kid="two"),
            providers.signed_with_the_public_key,
            providers.unsigned,
            lambda claims: signed(KEY)(claims)[:-8] + "AAAAAAAA",
            lambda claims: "no token",
            lambda claims: 7,
            lambda claims: None,
        ],
        ids=["another key", "unknown kid", "public key as secret", "none", "broken", "no JWT", "number", "absent"],
    )
    def test_what_it_has_not_signed(self, there, visit, sign):
        there.sign = sign
        assert "cannot be believed" in refused(come(visit()))

    @pytest.mark.parametrize("keys", [[], [{"kty": "oct", "k": "AAAA"}], ["x"], {}, None])
    def test_keys_that_are_none(self, there, visit, keys):
        there.keys = keys
        refused(come(visit()))

    def test_a_key_of_a_kind_that_nobody_knows_is_no_harm(self, there, visit):
        there.keys.insert(0, {"kty": "new", "kid": "zero"})
        assert come(visit()).status_code == 302

    def test_two_clocks_may_differ_by_a_minute(self, there, visit, at_desk):
        at = int(at_desk.now.timestamp())
        there.bend = {"exp": at - 50, "iat": at + 50}
        assert come(visit()).status_code == 302

    @pytest.mark.parametrize("verified", [False, "false", "yes", 1, 0, None, [True]])
    def test_only_true_is_verified(self, there, visit, verified):
        there.bend = {"email_verified": verified}
        there.told = {"sub": "7"}
        refused(come(visit()))

    def test_the_user_info_says_what_the_token_leaves_out(self, there, visit):
        there.bend = {"email": None, "email_verified": None}
        assert come(visit()).status_code == 302

    def test_an_address_from_here_and_its_proof_from_there(self, there, visit):
        there.user = {"sub": "7", "email_verified": True}
        there.told = {"sub": "7", "email": "lena@example.org"}
        refused(come(visit()))
        there.user, there.told = {"sub": "7", "email": "lena@example.org"}, {"sub": "7", "email_verified": True}
        refused(come(visit()))

    def test_user_info_about_somebody_else(self, there, visit):
        there.bend = {"email": None}
        there.told = {"sub": "8", "email": "lena@example.org", "email_verified": True}
        refused(come(visit()))

    def test_a_secret_in_the_form(self, there, visit):
        there.secrets_in = "post"
        assert come(visit()).status_code == 302

    def test_the_answer_names_another_issuer(self, there, visit):
        client = visit()
        refused(client.get(go(client) + "&iss=https://evil.example"))


class TestDiscovery:
    @pytest.mark.parametrize("issuer", ["https://evil.example", "", None, 7])
    def test_another_issuer(self, there, visit, issuer):
        there.discovery = {"issuer": issuer}
        assert "cannot be believed" in refused(visit().post("/sign-in/with/company"))

    @pytest.mark.parametrize("door", ["", None, 7])
    def test_no_door(self, there, visit, door):
        there.discovery = {"authorization_endpoint": door}
        refused(visit().post("/sign-in/with/company"))

    def test_it_answers_no_json(self, there, visit):
        there.user = {}
        there.keys = []
        there._metadata = lambda: b"<html>"
        refused(visit().post("/sign-in/with/company"))

    def test_it_answers_without_end(self, there, visit):
        there._metadata = lambda: b"x" * (talking._MOST + 1)
        refused(visit().post("/sign-in/with/company"))

    def test_it_leads_elsewhere(self, there, visit):
        there.status["/.well-known/openid-configuration"] = 302
        refused(visit().post("/sign-in/with/company"))

    def test_while_it_is_slow_few_wait_for_it(self, there, visit):
        for _ in range(4):
            assert flow._AT_ONCE.acquire(blocking=False)
        try:
            assert "does not answer" in refused(visit().post("/sign-in/with/company"), 503)
        finally:
            flow._AT_ONCE.release(4)


def test_what_it_says_is_text(there, visit, caplog):
    there.user |= {"nickname": "<script>\n\x1b[31mx" + "y" * 5000, "email": "<b>@example.org"}
    said = come(visit()).content.decode()
    assert "<script>" not in said
    assert "y" * 300 not in said
    assert "\x1b" not in caplog.text
    assert SECRET not in caplog.text
