"""What an operator says of a Prometheus, and of what counts a service's requests and errors there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chairlift.adapters.prometheus.promql import LABEL, Counter, Query, parsed
from chairlift.exchange import check_address
from chairlift.ports import Refused

_EXAMPLE = "https://prometheus.example.org"
_DAY = 86_400


@dataclass(frozen=True)
class Settings:
    """`url` is where the pages of Prometheus begin; `urls` has others for some environments.

    `requests`, `errors` and `types` are counters, as `http_requests_total{job={service},env={environment}}`, or whole
    queries with {step} in them; {service} and {environment} become quoted values. `types` are errors by `type_label`.
    `process` are the labels that tell one process of a service from another, `environments` what Prometheus calls an
    environment that it calls otherwise. `scraped` is how many seconds lie between two scrapes, `late` for how many
    seconds after a minute its last samples may still come in. `token_env`, or `user_env` and `password_env`, are
    names of variables; `plain_http` lets what they hold go over http. A question may take `seconds`.
    """

    url: str
    requests: str
    errors: str
    types: str = ""
    type_label: str = "type"
    process: tuple[str, ...] = ("job", "instance")
    environments: Mapping[str, str] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    scraped: int = 60
    late: int = 30
    token_env: str = ""
    user_env: str = ""
    password_env: str = ""
    plain_http: bool = False
    seconds: int = 60

    def __post_init__(self) -> None:
        for what, table in (("environments", self.environments), ("urls", self.urls)):
            if not isinstance(table, Mapping) or not all(isinstance(each, str) and each for each in table.values()):
                raise Refused(f'{what} is no table of texts: write it as {what} = {{ production = "…" }}')
        secret = bool(self.token_env or self.user_env)
        for url in (self.url, *self.urls.values()):
            check_address(url, "Prometheus", _EXAMPLE, self.plain_http or not secret)
        if bool(self.user_env) != bool(self.password_env) or (self.token_env and self.user_env):
            raise Refused("a Prometheus lets in by token_env, or by user_env and password_env together: name those")
        for label in (*self.process, self.type_label):
            if not LABEL.fullmatch(label):
                raise Refused(f"{label[:40]!r} in process or type_label is no name of a label")
        if not self.process or self.type_label in self.process:
            raise Refused("process names the labels that tell processes apart, such as instance, without type_label")
        if not 1 <= self.scraped <= _DAY or self.seconds < 1 or self.late < 0:
            raise Refused(f"scraped is from 1 to {_DAY:,} seconds, seconds from 1 on, and late from 0 on")
        self.counters()

    def counters(self) -> tuple[Counter | Query, Counter | Query, Counter | Query | None]:
        """Requests, errors and, where they are told, types of errors."""
        types = parsed("types", self.types) if self.types else None
        return parsed("requests", self.requests), parsed("errors", self.errors), types
