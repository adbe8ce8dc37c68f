"""GitHub and GitHub Enterprise, which speak OAuth 2 and answer who it is by their API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chairlift.core.accounts import Account
from chairlift.core.files import Provider
from chairlift.ports import Refused
from chairlift.server.web.identity.talking import access_token, ask, ask_table

_PAGE, _PAGES = 100, 5


class GitHub:
    """One GitHub: its addresses, and of its people the verified ones."""

    def __init__(self, provider: Provider, secret: str) -> None:
        self._provider, self._secret = provider, secret
        self._api = "https://api.github.com" if provider.url == "https://github.com" else f"{provider.url}/api/v3"
        self.scope = "read:user user:email" + (" read:org" if provider.squads else "")

    def door(self) -> tuple[str, str]:
        return f"{self._provider.url}/login/oauth/authorize", ""

    def account(self, code: str, verifier: str, nonce: str, back: str, now: datetime) -> Account:
        """Who came back with this code. Raises Unavailable or Refused."""
        form = {
            "client_id": self._provider.client_id, "client_secret": self._secret, "code": code, "redirect_uri": back,
            "code_verifier": verifier,
        }  # fmt: skip
        token = access_token(f"{self._provider.url}/login/oauth/access_token", form)["access_token"]
        login = ask_table(f"{self._api}/user", token=token).get("login")
        if not isinstance(login, str) or not login:
            raise Refused("it does not say who that is")
        emails = self._all("user/emails", token)
        teams = self._all("user/teams", token) if self._provider.squads else []
        return Account(
            shown=login,
            handle=login if self._provider.handles else "",
            emails=tuple(str(each.get("email")) for each in emails if each.get("verified") is True),
            unverified=tuple(str(each.get("email")) for each in emails if each.get("verified") is not True),
            groups=tuple(f"{_org(each)}/{each.get('slug')}" for each in teams),
        )

    def _all(self, what: str, token: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for number in range(1, _PAGES + 1):
            page = ask(f"{self._api}/{what}", token=token, query={"per_page": str(_PAGE), "page": str(number)})
            if not isinstance(page, list):
                raise Refused(f"{what} is no list")
            found += [each for each in page if isinstance(each, dict)]
            if len(page) < _PAGE:
                break
        return found


def _org(team: dict[str, Any]) -> str:
    organization = team.get("organization")
    return str(organization.get("login")) if isinstance(organization, dict) else ""
