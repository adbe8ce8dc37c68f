"""Where GitHub answers, and as whom Chairlift works there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from chairlift.core.budget import Limits
from chairlift.exchange import HERE
from chairlift.ports import Refused

CLOUD = "https://api.github.com"
#: What GitHub writes of its limits in the cloud. An Enterprise Server has only those that its operator sets.
_CLOUD_LIMITS = Limits(
    requests_hour=5000, points_minute=900, write_points=5, creates_minute=80, creates_hour=500, gap=1.0
)


@dataclass(frozen=True)
class Settings:
    """`url` is of the API: of an Enterprise Server 'https://HOST/api/v3'.

    Either `token_env`, the name of a variable that holds a token, or the numbers of an `app` and its `installation`
    with the App's private key in `key_file`, or in the variable `key_env`. `reviewer_token_env` is of another account
    that approves where Chairlift may: nobody approves what they opened. `reviewers` are asked to review what Chairlift
    opens: logins, and teams as 'organisation/team'. `seconds` is how long an answer may take.
    """

    url: str = CLOUD
    token_env: str = ""
    app: int = 0
    installation: int = 0
    key_file: Path = Path("github-app.pem")
    key_env: str = ""
    reviewer_token_env: str = ""
    reviewers: tuple[str, ...] = ()
    seconds: int = 30

    def check(self) -> None:
        """Raises Refused for what cannot work, before anything is asked."""
        try:
            where = urlsplit(self.url)
            host = where.hostname
        except ValueError:
            host = None
        if not host or where.username or where.query or where.fragment:
            raise Refused("the url of a GitHub forge is no address of an API: write https://api.github.com")
        if where.scheme != "https" and not (where.scheme == "http" and host in HERE):
            raise Refused(f"url {self.url!r} would send the token in the clear: write https://")
        if bool(self.token_env) == bool(self.app):
            raise Refused("a GitHub forge works either as an App or with a token: set app or token_env, not both")
        if self.app and not self.installation:
            raise Refused(f"App {self.app} needs its installation: the number at the end of its settings' address")


@dataclass(frozen=True)
class Place:
    """The addresses of one GitHub."""

    api: str

    @classmethod
    def of(cls, settings: Settings) -> Place:
        return cls(settings.url.rstrip("/"))

    @property
    def cloud(self) -> bool:
        host = urlsplit(self.api).hostname or ""
        return host == "api.github.com" or host.endswith(".ghe.com")

    @property
    def graphql(self) -> str:
        base = self.api.removesuffix("/v3") if self.api.endswith("/api/v3") else self.api
        return f"{base}/graphql"

    @property
    def web(self) -> str:
        """Where people look and git fetches."""
        parts = urlsplit(self.api)
        host = parts.netloc.removeprefix("api.") if self.cloud else parts.netloc
        return f"{parts.scheme}://{host}"

    @property
    def host(self) -> str:
        return urlsplit(self.web).netloc

    @property
    def limits(self) -> Limits:
        return _CLOUD_LIMITS if self.cloud else Limits()
