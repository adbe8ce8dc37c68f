"""E-mail under the contract of notifiers, to a real mail server that says yes and no."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chairlift.adapters.email import EmailNotifier, Settings
from chairlift.ports import Examined, Message, Notifier, Refused, Unavailable
from chairlift.testing.contracts.notifier import HELLO, NotifierContract, Told
from tests.mail import CERTIFICATE, MailServer

SENDER = "Chairlift <chairlift@example.org>"
PASSWORD = "correct-horse"


def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def email(server: MailServer, **more: object) -> EmailNotifier:
    return EmailNotifier(Settings(server.host, SENDER, server.port, seconds=5, **more))  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    return "MAIL_PASSWORD"


class TestEmailNotifier(NotifierContract):
    @pytest.fixture
    def notifier(self, server: MailServer) -> Notifier:
        return email(server)

    @pytest.fixture
    def told(self, server: MailServer) -> Told:
        def read() -> list[Message]:
            # As mail systems do: one Message-ID is shown once.
            mails = {mail.content["Message-ID"]: mail for mail in server.mails}
            return [
                Message(mail.content["X-Chairlift-Key"], mail.people, mail.content["Subject"], mail.text)
                for mail in mails.values()
            ]

        return read

    @pytest.fixture
    def away(self) -> Notifier:
        return EmailNotifier(Settings("127.0.0.1", SENDER, closed_port()))


# What arrives


def test_an_email_says_what_mail_systems_need(server: MailServer) -> None:
    at = datetime(2021, 7, 5, 12, tzinfo=UTC)
    email(server, base_url="https://chairlift.example.org/").tell(replace(HELLO, at=at))
    (mail,) = server.mails
    assert mail.sender == "chairlift@example.org"
    assert mail.content["From"] == SENDER
    assert mail.content["To"] == "ada@example.org"
    assert mail.content["Auto-Submitted"] == "auto-generated"
    assert mail.content["Date"].datetime == at
    assert mail.content["Message-ID"].endswith("@example.org>")
    assert mail.text == HELLO.text + "\n-- \nhttps://chairlift.example.org/\n"


def test_html_goes_beside_the_text_and_is_the_same_each_time(server: MailServer) -> None:
    notifier = email(server)
    told = replace(HELLO, html="<p>Dear <b>Ada</b> 🚡</p>\n.\n")
    for _ in range(2):
        notifier.tell(told)
    first, second = server.mails
    assert first.raw == second.raw
    text, html = first.content.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().replace("\r\n", "\n") == HELLO.text
    assert html.get_content().replace("\r\n", "\n") == told.html


def test_one_email_goes_to_all_with_names_as_they_are(server: MailServer) -> None:
    to = (
        "Ada Lovelace <ada@example.org>",
        '"Müller, Jörg" <jm@example.org>',
        "a\r\nBcc: eve@example.org <b@example.org>",
    )
    email(server).tell(replace(HELLO, to=to))
    (mail,) = server.mails
    assert mail.people == ("ada@example.org", "jm@example.org", "b@example.org")
    assert [str(a) for a in mail.content["To"].addresses] == [
        "Ada Lovelace <ada@example.org>",
        '"Müller, Jörg" <jm@example.org>',
        '"a Bcc: eve@example.org" <b@example.org>',
    ]
    assert mail.content["Bcc"] is None


def test_the_same_key_is_the_same_message_id_for_ever() -> None:
    notifier = EmailNotifier(Settings("localhost", SENDER))
    assert notifier.compose(HELLO, []).as_bytes() == notifier.compose(HELLO, []).as_bytes()
    assert notifier.compose(HELLO, [])["Message-ID"] == "<a50a196b4a0383392f1f2668d06b3b3261a5a205@example.org>"
    assert notifier.compose(replace(HELLO, key="other"), [])["Message-ID"] != notifier.compose(HELLO, [])["Message-ID"]


@given(st.text(), st.text(), st.text())
@example("\ud800", "\udfff", "half a pair: \ud800")
def test_nothing_that_is_told_becomes_a_header(key: str, subject: str, text: str) -> None:
    notifier = EmailNotifier(Settings("localhost", SENDER))
    plain = notifier.compose(HELLO, [])
    raw = notifier.compose(Message(key, (), subject, text), []).as_bytes()
    parsed = message_from_bytes(raw, policy=policy.default)
    assert sorted(parsed.keys()) == sorted(plain.keys())
    assert len(parsed["Subject"]) <= 200
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    sent = text.encode(errors="replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    assert parsed.get_content().replace("\r\n", "\n").removesuffix("\n") == sent.removesuffix("\n")


@pytest.mark.parametrize(
    "person", ["", "ada", "Ada <>", "ada@", "@example.org", "a b@example.org", "a@b\nRCPT TO:c@d", "a@b,c@d"]
)
def test_who_has_no_address_is_named_and_the_others_are_told(server: MailServer, person: str) -> None:
    with pytest.raises(Refused, match=r"cannot send e-mail to .*; give everybody an address such as 'ada@example.org'"):
        email(server).tell(replace(HELLO, to=(person, "ada@example.org")))
    assert [mail.people for mail in server.mails] == [("ada@example.org",)]


def test_a_message_to_nobody_is_refused_without_asking_the_server() -> None:
    with pytest.raises(Refused, match=r"cannot send e-mail to nobody"):
        EmailNotifier(Settings("127.0.0.1", SENDER, closed_port())).tell(replace(HELLO, to=()))


def test_addresses_with_any_letters_need_a_server_that_takes_them(server: MailServer) -> None:
    message = replace(HELLO, to=("jörg@example.org", "ada@example.org"))
    with pytest.raises(Refused, match=r"cannot do that: .*SMTPUTF8"):
        email(server).tell(message)
    server.international = True
    email(server).tell(message)
    assert [(mail.people, str(mail.content["To"])) for mail in server.mails] == [(message.to, ", ".join(message.to))]


# Servers that say no


def test_a_person_whom_the_server_does_not_know_is_refused_and_the_others_are_told(server: MailServer) -> None:
    server.refuse["gone@example.org"] = "550 5.1.1 no such user"
    with pytest.raises(
        Refused, match=r"does not take mail for gone@example.org \(550 5.1.1 no such user\); mend the address"
    ):
        email(server).tell(replace(HELLO, to=("gone@example.org", "ada@example.org")))
    assert [mail.people for mail in server.mails] == [("ada@example.org",)]
    server.refuse["slow@example.org"] = "450 4.2.0 greylisted"
    with pytest.raises(Refused, match=r"gone@example.org \(550 .*, slow@example.org \(450 "):
        email(server).tell(replace(HELLO, to=("slow@example.org", "gone@example.org")))


@pytest.mark.parametrize("to", [("slow@example.org",), ("slow@example.org", "ada@example.org")])
def test_greylisting_is_tried_again(server: MailServer, to: tuple[str, ...]) -> None:
    server.refuse["slow@example.org"] = "450 4.2.0 greylisted"
    with pytest.raises(Unavailable, match=r"450 4.2.0 greylisted"):
        email(server).tell(replace(HELLO, to=to))


@pytest.mark.parametrize(
    ("answer", "kind"), [("452 4.3.1 mail system full", Unavailable), ("554 5.7.1 looks like spam", Refused)]
)
def test_what_the_server_says_of_the_message_decides(server: MailServer, answer: str, kind: type[Exception]) -> None:
    server.refuse["DATA"] = answer
    with pytest.raises(kind, match=answer):
        email(server).tell(HELLO)
    assert not server.mails


def test_a_server_that_hangs_up_or_says_nothing_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        notifier = EmailNotifier(Settings("127.0.0.1", SENDER, silent.getsockname()[1], seconds=1))
        with pytest.raises(Unavailable, match=r"the mail server 127.0.0.1:.* does not answer"):
            notifier.tell(HELLO)


# Passwords and encryption


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_it_logs_in_over_an_encrypted_line(tls: str, password: str) -> None:
    with MailServer(tls, PASSWORD) as server:
        email(server, username="chairlift", password_env=password, **{tls: True}).tell(HELLO)
        assert [(mail.encrypted, mail.as_user) for mail in server.mails] == [(True, "chairlift")]


def test_the_password_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    with MailServer(password=PASSWORD) as server:
        email(server, username="chairlift", password_file=str(file)).tell(HELLO)
        assert len(server.mails) == 1


def test_a_wrong_password_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wrong-horse")
    with MailServer(password=PASSWORD) as server:
        notifier = email(server, username="chairlift", password_env="MAIL_PASSWORD")
        with pytest.raises(Refused, match=r"does not let 'chairlift' in; check username and password") as refused:
            notifier.tell(HELLO)
    assert "wrong-horse" not in f"{refused.value!r} {refused.value.__cause__!r} {vars(notifier)!r}"


@pytest.mark.parametrize("value", [None, "", "pässword"])
def test_a_password_that_cannot_be_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    if value is not None:
        monkeypatch.setenv("MAIL_PASSWORD", value)
    with MailServer(password=PASSWORD) as server:
        with pytest.raises(Refused, match=r"the variable 'MAIL_PASSWORD' holds no password") as refused:
            email(server, username="chairlift", password_env="MAIL_PASSWORD").tell(HELLO)
    assert "pässword" not in repr(refused.value)


def test_a_password_file_that_is_gone_is_refused(server: MailServer, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"the password file '.*gone' cannot be read"):
        email(server, username="chairlift", password_file=str(tmp_path / "gone")).tell(HELLO)


def test_a_password_is_never_sent_in_the_clear() -> None:
    with pytest.raises(Refused, match=r"would get the password in the clear; set starttls or ssl"):
        EmailNotifier(Settings("mail.example.org", SENDER, username="chairlift"))


def test_a_server_that_cannot_encrypt_gets_no_message(server: MailServer) -> None:
    with pytest.raises(Refused, match=r"cannot do that: STARTTLS"):
        email(server, starttls=True).tell(HELLO)
    with pytest.raises(Refused, match=r"does not speak TLS from the start; set starttls instead of ssl"):
        email(server, ssl=True).tell(HELLO)
    assert not server.mails


@pytest.mark.parametrize("tls", ["starttls", "ssl"])
def test_a_server_that_nobody_vouches_for_gets_no_message(tls: str) -> None:
    with MailServer(tls) as server:
        with pytest.raises(
            Refused, match=r"has no valid certificate: self.signed certificate; mend it, or SSL_CERT_FILE"
        ):
            email(server, **{tls: True}).tell(HELLO)
        assert not server.mails


@pytest.mark.parametrize("sender", ["Chairlift", "", "Sessellift <lift@örtchen.example>"])
def test_a_sender_without_a_plain_address_is_refused_at_once(sender: str) -> None:
    with pytest.raises(Refused, match=r"the sender '.*' is no e-mail address; write 'chairlift@example.org'"):
        EmailNotifier(Settings("localhost", sender))


class TestExamined:
    """What `chairlift doctor` asks: whether the server lets us in, and nothing is sent."""

    def test_it_would_be_sent(self, server: MailServer) -> None:
        notifier = email(server)
        assert isinstance(notifier, Examined)
        (found,) = notifier.examine()
        assert (found.what, found.wrong) == (f"mail server {server.host}:{server.port}", "")
        assert "nothing was sent" in found.note
        assert server.mails == []

    def test_it_is_let_in_by_its_password(self, trusted: None, password: str, monkeypatch: pytest.MonkeyPatch) -> None:
        with MailServer("starttls", PASSWORD) as server:
            settings = {"username": "chairlift", "password_env": password, "starttls": True}
            assert email(server, **settings).examine()[0].wrong == ""
            monkeypatch.setenv(password, "another-horse")
            (found,) = email(server, **settings).examine()
        assert "does not let 'chairlift' in" in found.wrong
        assert "another-horse" not in found.wrong

    def test_nobody_answers(self) -> None:
        (found,) = EmailNotifier(Settings("127.0.0.1", SENDER, closed_port())).examine()
        assert "does not answer" in found.wrong
