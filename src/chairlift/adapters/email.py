"""Tells people by e-mail, through any SMTP server."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from hashlib import sha256
from pathlib import Path

from chairlift.examining import finding
from chairlift.ports import Finding, Message, PartlyTold, Refused, Unavailable
from chairlift.programs import plain

_MAILBOX = re.compile(r"""[^\s"(),:;<>@[\\\]\x00-\x20\x7f-\x9f]{1,64}@[^\s"(),:;<>@[\\\]\x00-\x20\x7f-\x9f]{1,253}""")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Settings:
    """`sender` is `name@host` or `Name <name@host>`; the password comes from a variable or a file, never from here.

    `starttls` begins in the clear and then encrypts (port 587), `ssl` encrypts from the start (port 465). `seconds` is
    the longest wait for each answer of the server. `base_url`, where given, is named at the foot of each message.
    """

    host: str
    sender: str
    port: int = 25
    username: str = ""
    password_env: str = ""
    password_file: str = ""
    starttls: bool = False
    ssl: bool = False
    seconds: int = 30
    base_url: str = ""


class EmailNotifier:
    """Fulfils `chairlift.ports.Notifier`: one e-mail to all people of a message, with a Message-ID made from its key.

    People in `to` are addresses, bare or as `Name <name@host>`. Raises Refused for settings that cannot work.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._where = f"the mail server {settings.host}:{settings.port}"
        sender = _address(settings.sender)
        if not sender or not sender.addr_spec.isascii():
            raise Refused(f"the sender {settings.sender!r} is no e-mail address; write 'chairlift@example.org'")
        if settings.username and not (settings.ssl or settings.starttls or settings.host in _LOOPBACK):
            raise Refused(f"{self._where} would get the password in the clear; set starttls or ssl")
        self._sender = sender

    def tell(self, message: Message) -> None:
        """Raises Refused naming those who cannot be told; the others have been told then."""
        addresses = {text: _address(text) for text in message.to}
        people = [address for address in addresses.values() if address]
        if people:
            self._send(self.compose(message, people), people)
        lost = [text for text, address in addresses.items() if not address]
        if lost or not people:
            named = ", ".join(repr(text[:80]) for text in lost) or "nobody"
            words = f"cannot send e-mail to {named}; give everybody an address such as 'ada@example.org'"
            raise PartlyTold(words) if people else Refused(words)

    def compose(self, message: Message, people: Sequence[Address]) -> EmailMessage:
        """The e-mail, the same each time."""
        mail = EmailMessage(SMTP)
        mail["From"] = self._sender
        mail["To"] = tuple(people)
        mail["Subject"] = _line(message.subject, 200)
        mail["Message-ID"] = f"<{sha256(_bytes(message.key)).hexdigest()[:40]}@{self._sender.domain}>"
        mail["X-Chairlift-Key"] = _line(message.key, 200)
        # Nobody's absence note should come back to us.
        mail["Auto-Submitted"] = "auto-generated"
        if message.at:
            mail["Date"] = message.at
        foot = f"\n-- \n{self._settings.base_url}\n" if self._settings.base_url else ""
        mail.set_content(_bytes(message.text + foot).decode(), cte="quoted-printable")
        if message.html:
            mail.add_alternative(_bytes(message.html).decode(), subtype="html", cte="quoted-printable")
            # The same at each try, and of all that is said, so that nothing which is said can hold it.
            mail.set_boundary(sha256(_bytes(f"{message.key}\n{message.text}\n{message.html}")).hexdigest()[:40])
        return mail

    def _send(self, mail: EmailMessage, people: Sequence[Address]) -> None:
        addresses = [address.addr_spec for address in people]
        international = not all(address.isascii() for address in addresses)
        # Not by send_message(), which writes ">From" for each line that begins with "From".
        raw = mail.as_bytes(policy=SMTPUTF8 if international else SMTP)
        try:
            with self._connected() as smtp:
                self._enter(smtp)
                options = ("SMTPUTF8", "BODY=8BITMIME") if international else ()
                lost = smtp.sendmail(self._sender.addr_spec, addresses, raw, options)
        except smtplib.SMTPRecipientsRefused as error:
            lost = error.recipients
        except (OSError, smtplib.SMTPException) as error:
            raise self._explained(error) from error
        if lost:
            raise self._unheard(lost, len(lost) < len(addresses))

    def examine(self) -> Sequence[Finding]:
        """Whether the server lets us in; nothing is sent."""
        return [finding(self._where.removeprefix("the "), self._knocked)]

    def _knocked(self) -> str:
        try:
            with self._connected() as smtp:
                self._enter(smtp)
                code, said = smtp.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise self._explained(error) from error
        if code >= 400:
            raise _by_code(code, f"{self._where} says {_said(code, said)}")
        return f"would be sent by {self._sender.addr_spec}; nothing was sent"

    def _enter(self, smtp: smtplib.SMTP) -> None:
        settings = self._settings
        if settings.starttls:
            smtp.starttls(context=ssl.create_default_context())
        if settings.username:
            smtp.login(settings.username, self._password())

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.ssl:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.seconds, context=context)
        return smtplib.SMTP(settings.host, settings.port, timeout=settings.seconds)

    def _password(self) -> str:
        settings = self._settings
        if settings.password_file:
            try:
                password = Path(settings.password_file).read_text().rstrip("\r\n")
            except (OSError, ValueError) as error:
                raise Refused(f"the password file {settings.password_file!r} cannot be read; mend it") from error
            source = f"the file {settings.password_file!r}"
        else:
            password = os.environ.get(settings.password_env, "")
            source = f"the variable {settings.password_env!r}"
        if not password or not password.isascii():
            raise Refused(f"{source} holds no password that SMTP can send (ASCII, not empty); set it")
        return password

    def _explained(self, error: Exception) -> Exception:
        """What the server did to us, as something to try again or something for a person."""
        if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500:
            # Without the server's words: some repeat what they were given.
            return Refused(f"{self._where} does not let {self._settings.username!r} in; check username and password")
        if isinstance(error, smtplib.SMTPResponseException):
            return _by_code(error.smtp_code, f"{self._where} says {_said(error.smtp_code, error.smtp_error)}")
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return Refused(
                f"{self._where} cannot do that: {_line(str(error), 200)}; check starttls, username and addresses"
            )
        if isinstance(error, ssl.SSLCertVerificationError):
            return Refused(f"{self._where} has no valid certificate: {error.verify_message}; mend it, or SSL_CERT_FILE")
        if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
            return Refused(f"{self._where} does not speak TLS from the start; set starttls instead of ssl")
        return Unavailable(f"{self._where} does not answer: {_line(str(error), 200)}")

    def _unheard(self, lost: Mapping[str, tuple[int, bytes]], others: bool) -> Exception:
        each = (f"{person[:80]} ({_said(code, text)})" for person, (code, text) in sorted(lost.items()))
        named = f"{self._where} does not take mail for {', '.join(each)}"
        found = _by_code(max(code for code, _ in lost.values()), f"{named}; mend the address")
        return PartlyTold(*found.args) if others and isinstance(found, Refused) else found


def _by_code(code: int, words: str) -> Exception:
    return Refused(words) if code >= 500 else Unavailable(words)


def _said(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {_line(words, 200)}"


def _address(text: str) -> Address | None:
    """`name@host` or `Name <name@host>`; None for anything else."""
    name, bracket, rest = text.rpartition("<")
    mailbox = rest.strip().removesuffix(">") if bracket else text.strip()
    if not _MAILBOX.fullmatch(mailbox):
        return None
    username, _, domain = mailbox.partition("@")
    return Address(_line(name, 80).strip('" '), username, domain)


def _line(text: str, limit: int) -> str:
    """One printable line of bounded length, so that nothing in it can become a header of its own."""
    line = " ".join(plain(_bytes(text).decode()).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _bytes(text: str) -> bytes:
    # Half a surrogate pair has no UTF-8.
    return text.encode(errors="replace")
