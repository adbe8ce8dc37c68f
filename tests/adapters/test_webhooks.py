"""Posting to webhooks: one bounded try to a real server, signed as the standard says."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from chairlift.adapters import webhooks
from chairlift.ports import Refused, Unavailable
from tests.adapters.test_email import closed_port
from tests.hooks import KEY, SECRET, HookServer, signed
from tests.mail import CERTIFICATE

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[HookServer]:
    with HookServer() as running:
        yield running


def post(server: HookServer, path: str, seconds: float = 5) -> webhooks.Answer:
    return webhooks.post(server.url(path), webhooks.headers("msg_1", b"{}", KEY, AT), b"{}", seconds)


def test_the_example_of_the_standard() -> None:
    """From the specification's own libraries: what all of them must sign so."""
    secret = webhooks.key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.fromtimestamp(1614265330, UTC)
    head = webhooks.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', secret, at)
    assert head["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert (head["webhook-id"], head["webhook-timestamp"]) == ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")


def test_what_arrives_is_signed(server: HookServer) -> None:
    assert post(server, "/ok?room=1") == webhooks.Answer(200, "code 200 <b>")
    (got,) = server.got
    assert (got.path, got.body, got.head["content-type"]) == ("/ok?room=1", b"{}", "application/json")
    assert signed(got)
    assert not signed(got, b"x" * 32)


@pytest.mark.parametrize("code", [204, 301, 400, 410, 500])
def test_codes_are_answers(server: HookServer, code: int) -> None:
    server.answers["/x"] = code
    assert post(server, "/x").code == code


def test_a_redirection_is_not_followed(server: HookServer) -> None:
    assert post(server, "/redirect").code == 302
    assert [got.path for got in server.got] == ["/redirect"]


def test_who_says_nothing_is_not_waited_for(server: HookServer) -> None:
    start = time.monotonic()
    with pytest.raises(Unavailable, match=r"does not answer within 0\.6 seconds"):
        post(server, "/hang", seconds=0.6)
    assert time.monotonic() - start < 10


def test_nor_who_says_a_letter_at_a_time(server: HookServer) -> None:
    """Each letter comes in time; all of them never."""
    start = time.monotonic()
    with suppress(Unavailable):
        # It said 200 before it began to drip, and may be believed or not.
        post(server, "/drip", seconds=0.6)
    assert time.monotonic() - start < 10


def test_an_endless_answer_is_read_in_part(server: HookServer) -> None:
    start = time.monotonic()
    assert post(server, "/endless") == webhooks.Answer(200, "x" * 200)
    assert time.monotonic() - start < 10


def test_a_line_that_is_dropped_is_no_answer(server: HookServer) -> None:
    with pytest.raises(Unavailable):
        post(server, "/close")


def test_nobody_there() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        webhooks.post(f"http://127.0.0.1:{closed_port()}/", {}, b"", 2)


@pytest.mark.parametrize(("said", "after"), [("120", 120), ("9" * 40, 86_400), ("soon", 0), ("-5", 0), ("", 0)])
def test_the_wish_to_be_left_alone(server: HookServer, said: str, after: float) -> None:
    server.answers["/x"], server.head = 429, {"Retry_After": said}
    assert post(server, "/x").after == after


def test_a_certificate_that_nobody_vouches_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with HookServer(tls=True) as server:
        with pytest.raises(Unavailable, match="no valid certificate"):
            post(server, "/ok")
        assert server.got == []
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert post(server, "/ok").code == 200


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_short", "password", f"whsec_{base64.b64encode(b'x' * 65).decode()}", "whsec_é"]
)
def test_what_is_no_secret_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(Refused, match="holds no secret: write whsec_") as refused:
        webhooks.key(secret)
    assert not secret.removeprefix("whsec_") or secret.removeprefix("whsec_") not in str(refused.value)


def test_a_secret_is_taken_with_and_without_its_mark() -> None:
    assert webhooks.key(SECRET) == webhooks.key(SECRET.removeprefix("whsec_")) == KEY
