"""Where New Relic answers, with whose key, and what a service in an environment is called there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from chairlift.exchange import check_address
from chairlift.ports import Refused

REGIONS = {"us": "https://api.newrelic.com/graphql", "eu": "https://api.eu.newrelic.com/graphql"}
#: What New Relic lets a query take, in seconds: others are silently moved to these.
SHORTEST, LONGEST = 5, 120
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_PLACES = ("service", "environment")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: What New Relic's own GUIDs look like: Base64.
_GUID = re.compile(r"[A-Za-z0-9+/_-]{4,200}={0,2}")


@dataclass(frozen=True)
class Settings:
    """`account` is the account's number, `key_env` the name of the variable with a *user* key (NRAK-…).

    `app` is what the APM application is called, `entity` its GUID instead: templates with {service} and {environment}.
    `names` says what stands there for the environments that New Relic calls otherwise, as "production=prod".

    `minute_days` is for how many days New Relic keeps minutes: what is older is asked by the hour. What ended less
    than `settle` seconds ago has not arrived whole, and is missing. `seconds` is how long one query may take. `url`
    stands for the region's own address, such as a proxy's; `plain_http` allows the key to go there over http.
    """

    account: int
    key_env: str
    region: str = "us"
    app: str = ""
    entity: str = ""
    names: tuple[str, ...] = ()
    url: str = ""
    plain_http: bool = False
    minute_days: int = 8
    settle: int = 180
    seconds: int = 60

    def __post_init__(self) -> None:
        if self.region not in REGIONS:
            raise Refused(
                f"no region {self.region!r} of New Relic: write {' or '.join(REGIONS)}, or its address as url"
            )
        if not _VARIABLE.fullmatch(self.key_env):
            # Not shown: somebody may have put the key itself there.
            raise Refused("key_env is no name of a variable: set one to the key, and write its name there")
        if bool(self.app) == bool(self.entity):
            raise Refused('New Relic needs one of app and entity: write app = "{service} ({environment})", say')
        if not 0 < self.account < 2**31:
            raise Refused(f"account {self.account} is no number of an account of New Relic: see its pages for it")
        if not SHORTEST <= self.seconds <= LONGEST:
            raise Refused(f"seconds = {self.seconds}: New Relic takes {SHORTEST} to {LONGEST}")
        if self.settle < 0 or self.minute_days < 0:
            raise Refused("settle and minute_days cannot be below zero: leave them out")
        _check_naming(self.app or self.entity, self.names)
        check_address(self.address, "New Relic", REGIONS["us"], self.plain_http)

    @property
    def address(self) -> str:
        return self.url or REGIONS[self.region]

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def called(self, service: str, environment: str) -> str:
        """The application's name, or its GUID where `entity` is set. Raises Refused for what can be no GUID."""
        known = dict(_pair(each) for each in self.names)
        values = {"service": service, "environment": known.get(environment, environment)}
        # In one go: what stands in a name for a place is not filled in again.
        filled = _PLACEHOLDER.sub(lambda found: values[found[1]], self.app or self.entity)
        if self.entity and not _GUID.fullmatch(filled):
            raise Refused(
                f"{filled[:80]!r} is no GUID of {service[:80]!r} in {environment[:80]!r}: "
                f'copy it from See metadata in New Relic, as names = ["{environment[:80]}=…"]'
            )
        return filled


def _pair(text: str) -> tuple[str, str]:
    name, _, there = text.partition("=")
    return name.strip(), there.strip()


def _check_naming(template: str, names: tuple[str, ...]) -> None:
    for name in _PLACEHOLDER.findall(template):
        if name not in _PLACES:
            known = " and ".join(f"{{{place}}}" for place in _PLACES)
            raise Refused(f"{template!r} has an unknown {{{name}}}; there are {known}")
    if "{environment}" not in template:
        raise Refused(f"{template!r} is the same in every environment: put {{environment}} into it")
    for each in names:
        if not all(part.strip() for part in each.partition("=")):
            raise Refused(f'names has {each!r}: write it as "production=prod"')
