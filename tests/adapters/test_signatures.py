"""Who sent a delivery: each forge's signature, and whatever else a body may hold."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairlift import plugins
from chairlift.core.hook import Hook, Sent
from chairlift.ports import Refused

NOW = datetime(2026, 1, 12, 9, tzinfo=UTC)
SECRET = "it's a secret"
TOKEN = "whsec_" + base64.b64encode(b"k" * 32).decode()
KINDS = ("github", "gitea", "forgejo", "gitlab")
PATHS = {"gitlab": ("project", "path_with_namespace")}


_words = st.sampled_from(["repository", "project", "full_name", "path_with_namespace", "x"])
_leaves = st.none() | st.booleans() | st.floats() | st.text() | st.integers()
_values = st.recursive(_leaves, lambda inner: st.lists(inner) | st.dictionaries(_words, inner))
anything = st.binary() | _values.map(lambda value: json.dumps(value).encode())


def signed(kind: str, body: bytes, secret: str = SECRET, delivery: str = "d-1", at: datetime = NOW) -> dict[str, str]:
    """The headers that this kind of forge sends with it."""
    digest = hmac.new(secret.encode(), body, "sha256").hexdigest()
    if kind == "github":
        return {"x-hub-signature-256": f"sha256={digest}", "x-github-delivery": delivery}
    if kind == "gitea":
        return {"x-gitea-signature": digest, "x-gitea-delivery": delivery}
    if kind == "forgejo":
        return {"x-forgejo-signature": digest, "x-forgejo-delivery": delivery}
    if not secret.startswith("whsec_"):
        return {"x-gitlab-token": secret, "idempotency-key": delivery}
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.new(key, f"{delivery}.{stamp}.".encode() + body, "sha256").digest()).decode()
    return {"webhook-id": delivery, "webhook-timestamp": stamp, "webhook-signature": f"v1,{mac}"}


def payload(kind: str, repo: object) -> bytes:
    part, name = PATHS.get(kind, ("repository", "full_name"))
    return json.dumps({part: {name: repo}, "action": "opened"}).encode()


def hook(kind: str) -> Hook:
    return plugins.load("hook", kind)


@pytest.mark.parametrize("kind", KINDS)
class TestEachForge:
    def test_a_signed_delivery_tells_of_its_repository(self, kind):
        body = payload(kind, "acme/shop")
        assert hook(kind)(signed(kind, body), body, SECRET, NOW) == Sent("d-1", "acme/shop")

    def test_a_form_holds_the_same(self, kind):
        body = b"payload=" + payload(kind, "acme/shop").replace(b" ", b"+")
        headers = {**signed(kind, body), "content-type": "application/x-www-form-urlencoded"}
        assert hook(kind)(headers, body, SECRET, NOW).repo == "acme/shop"

    def test_another_secret_is_refused(self, kind):
        body = payload(kind, "acme/shop")
        with pytest.raises(Refused) as refused:
            hook(kind)(signed(kind, body, "another"), body, SECRET, NOW)
        assert SECRET not in str(refused.value)

    @pytest.mark.parametrize("secret", [SECRET, TOKEN])
    def test_nothing_is_believed_without_a_signature(self, kind, secret):
        with pytest.raises(Refused):
            hook(kind)({}, payload(kind, "acme/shop"), secret, NOW)

    def test_a_body_that_was_changed_is_refused(self, kind):
        secret = TOKEN if kind == "gitlab" else SECRET
        body = payload(kind, "acme/shop")
        with pytest.raises(Refused):
            hook(kind)(signed(kind, body, secret), body + b" ", secret, NOW)

    @settings(max_examples=40, deadline=None)
    @given(data=anything)
    def test_a_body_may_hold_anything(self, kind, data):
        assert isinstance(hook(kind)(signed(kind, data), data, SECRET, NOW).repo, str)

    @settings(max_examples=40, deadline=None)
    @given(given=st.text(), secret=st.text(min_size=1))
    def test_a_header_may_hold_anything(self, kind, given, secret):
        body = payload(kind, "acme/shop")
        names = [*signed(kind, body), *signed(kind, body, TOKEN)]
        right = signed(kind, body, secret).values() if not secret.startswith("whsec_") else ()
        if given not in right and f"sha256={given}" not in right:
            with pytest.raises(Refused):
                hook(kind)(dict.fromkeys(names, given), body, secret, NOW)


@pytest.mark.parametrize("deep", [b"[" * 200_000, b'{"repository":' * 100_000, b"9" * 10_000, b'{"repository": 1e999}'])
def test_what_no_program_reads_is_of_no_repository(deep):
    assert hook("github")(signed("github", deep), deep, SECRET, NOW).repo == ""


class TestASigningTokenOfGitLab:
    BODY = payload("gitlab", "acme/shop")

    @pytest.mark.parametrize("apart", [timedelta(minutes=-4), timedelta(0), timedelta(minutes=4)])
    def test_a_delivery_of_now_is_taken(self, apart):
        headers = signed("gitlab", self.BODY, TOKEN, at=NOW + apart)
        assert hook("gitlab")(headers, self.BODY, TOKEN, NOW) == Sent("d-1", "acme/shop")

    @pytest.mark.parametrize("apart", [timedelta(minutes=-6), timedelta(minutes=6)])
    def test_an_old_one_is_refused(self, apart):
        headers = signed("gitlab", self.BODY, TOKEN, at=NOW + apart)
        with pytest.raises(Refused, match="too old"):
            hook("gitlab")(headers, self.BODY, TOKEN, NOW)

    def test_one_of_several_signatures_is_enough(self):
        headers = signed("gitlab", self.BODY, TOKEN)
        headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"
        assert hook("gitlab")(headers, self.BODY, TOKEN, NOW).repo == "acme/shop"

    def test_the_plain_token_is_not_enough_then(self):
        with pytest.raises(Refused):
            hook("gitlab")({"x-gitlab-token": TOKEN}, self.BODY, TOKEN, NOW)

    def test_a_token_that_is_none_is_said(self):
        with pytest.raises(Refused, match="no signing token"):
            hook("gitlab")(signed("gitlab", self.BODY, TOKEN), self.BODY, "whsec_?", NOW)
