"""What an operator says of a Gitea or Forgejo server."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from chairlift.ports import Refused

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Settings:
    """`url` is where its pages begin; `token_env` and `reviewer_token_env` are the names of variables with tokens.

    The reviewer approves where a campaign lets Chairlift do so: the server lets nobody approve what they opened.
    `ssh` has git use the server's SSH address rather than HTTPS. `plain_http` allows a token to go over http.
    `patience` is for how many seconds *not mergeable* may mean that the server still checks for conflicts.
    """

    url: str
    token_env: str
    reviewer_token_env: str = ""
    ssh: bool = False
    plain_http: bool = False
    patience: int = 60
    seconds: int = 30

    def __post_init__(self) -> None:
        where = urlsplit(self.url)
        if where.scheme not in ("http", "https") or not where.hostname or where.username or where.query:
            shown = self.url.rpartition("@")[2]
            raise Refused(f"url {shown!r} is no address of a Gitea server: write it as https://git.example.org")
        if where.scheme == "http" and where.hostname not in _LOOPBACK and not self.plain_http:
            raise Refused(f"{self.url!r} would send the token in the clear: write https://, or set plain_http = true")

    @property
    def base(self) -> str:
        return self.url.rstrip("/")

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc
