"""A real mail server for tests, on a port of its own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).parent / "localhost.pem"


@dataclass(frozen=True)
class Mail:
    """An e-mail with its envelope."""

    sender: str
    people: tuple[str, ...]
    content: EmailMessage
    raw: bytes
    encrypted: bool
    as_user: str

    @property
    def text(self) -> str:
        """As people see it."""
        return str(self.content.get_content()).replace("\r\n", "\n")


@dataclass
class MailServer:
    """`refuse` maps an address, or "DATA", to the answer it gets; `tls` is "" (none), "starttls" or "ssl".

    With `password`, everybody must log in as "chairlift"; with `international`, addresses may hold any letters.
    """

    tls: str = ""
    password: str = ""
    international: bool = False
    refuse: dict[str, str] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0

    def __enter__(self) -> MailServer:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.run(self._listen(ready))

    async def _listen(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        secured = context if self.tls == "ssl" else None
        server = await self._loop.create_server(lambda: self._protocol(context), self.host, 0, ssl=secured)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()

    def _protocol(self, context: ssl.SSLContext) -> SMTP:
        return SMTP(
            self,
            hostname="mail.example.org",
            tls_context=context if self.tls == "starttls" else None,
            require_starttls=self.tls == "starttls",
            enable_SMTPUTF8=self.international,
            authenticator=self._authenticate if self.password else None,
            auth_require_tls=False,
            loop=self._loop,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (b"chairlift", self.password.encode())
        return AuthResult(success=right, auth_data=data.login.decode(), handled=False)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        if self.password and not session.authenticated:
            return "530 5.7.0 Log in first"
        raw = envelope.content
        assert isinstance(raw, bytes)
        content = message_from_bytes(raw, policy=policy.default)
        encrypted = self.tls == "ssl" or session.ssl is not None
        user = str(getattr(session, "auth_data", "") or "")
        self.mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, raw, encrypted, user))
        return "250 OK"
