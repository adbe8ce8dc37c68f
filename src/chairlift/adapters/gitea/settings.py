"""What an operator says of a Gitea or Forgejo server."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from chairlift.exchange import check_address


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
        check_address(self.url, "Gitea server", "https://git.example.org", self.plain_http)

    @property
    def base(self) -> str:
        return self.url.rstrip("/")

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc
