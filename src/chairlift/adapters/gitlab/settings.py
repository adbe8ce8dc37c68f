"""Where GitLab answers, and as whom Chairlift works there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from chairlift.core.budget import Limits
from chairlift.exchange import check_address

CLOUD = "https://gitlab.com"
#: What gitlab.com writes of its limits: 2,000 requests a minute for one user, of which 60 make a note.
_CLOUD_LIMITS = Limits(points_minute=2000, write_points=1, creates_minute=60)
#: As a server comes: 300 notes a minute, and no limit for those who are signed in unless its operator sets one.
_OWN_LIMITS = Limits(creates_minute=300)


@dataclass(frozen=True)
class Settings:
    """`url` is where its pages begin; `token_env` and `reviewer_token_env` are the names of variables with tokens.

    The reviewer approves where a campaign lets Chairlift do so: nobody approves what they opened. `reviewers` are the
    names of people who are asked to review what Chairlift opens. `ssh` has git use the server's SSH address rather
    than HTTPS. `plain_http` allows a token to go over http. `seconds` is how long an answer may take.
    """

    token_env: str
    url: str = CLOUD
    reviewer_token_env: str = ""
    reviewers: tuple[str, ...] = ()
    ssh: bool = False
    plain_http: bool = False
    seconds: int = 30

    def __post_init__(self) -> None:
        check_address(self.url, "GitLab", "https://gitlab.example.org", self.plain_http)

    @property
    def base(self) -> str:
        return self.url.rstrip("/")

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def limits(self) -> Limits:
        return _CLOUD_LIMITS if self.base == CLOUD else _OWN_LIMITS
