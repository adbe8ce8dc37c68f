"""People around projects of a GitLab, the stand-in or a real one: by its API, and by real git."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from chairlift.adapters.gitlab.forge import GitLab, Settings
from chairlift.adapters.gitlab.speech import meant
from tests.forges.gitlab.places import DEVELOPER
from tests.forges.people import PREFIX, ClonedWorld, Denied, Namespace, Person, Settled


class GitLabNamespace(Namespace):
    """Users of its own on a GitLab."""

    API, HEAD = "api/v4", "Bearer"

    def _made(self, name: str) -> Person:
        made = {"username": name, "name": name, "email": f"{name}@example.com", "skip_confirmation": True}
        found = self.admin.ask("POST", "users", {**made, "password": secrets.token_urlsafe(24)})
        body = {"name": "chairlift", "scopes": ["api"], "expires_at": "2099-01-01"}
        token = self.admin.ask("POST", f"users/{found['id']}/impersonation_tokens", body)["token"]
        return self.person(name, token, found["id"])

    def _remove(self, name: str, person: Person | None) -> None:
        id = person.id if person else self.admin.ask("GET", f"users?username={name}")[0]["id"]
        self.admin.ask("DELETE", f"users/{id}?hard_delete=true")

    def world(self, folder: Path, live: bool = False) -> GitLabWorld:
        """A project with START on main, and its people."""
        owner, name = self.people["owner"], f"{PREFIX}-{secrets.token_hex(4)}"
        owner.ask("POST", "projects", {"name": name, "path": name, "visibility": "private"})
        repo = f"{owner.name}/{name}"
        for role in ("ann", "bob", "bot", "reviewer"):
            body = {"user_id": self.people[role].id, "access_level": DEVELOPER + 10}
            owner.ask("POST", f"projects/{quote(repo, safe='')}/members", body)
        return GitLabWorld(self, repo, folder, live)


class GitLabWorld(ClonedWorld):
    """The people around one project."""

    PAUSE, AGAIN = 2, 0.5

    def forge(self, now: Any, budget: Any = None, **more: Any) -> GitLab:
        """The adapter as Chairlift's own users, whose tokens it finds by the names of two variables."""
        variables = self.variables()
        more.setdefault("reviewer_token_env", variables["reviewer"])
        more.setdefault("token_env", variables["bot"])
        return GitLab(Settings(url=self.namespace.url, plain_http=True, **more), now, budget)

    def live_forge(self) -> GitLab:
        """One that gives the server the time to look at what it has opened."""
        return SettledForge(self.forge(lambda: datetime.now(UTC))._settings, self)

    def ask(self, by: str, method: str, path: str, body: object = None) -> Any:
        where = f"projects/{quote(self.repo, safe='')}/{path}".rstrip("/")
        return self._by_name[by].ask(method, where, body)

    def _at(self, number: int) -> str:
        return f"issues/{-number}" if number < 0 else f"merge_requests/{number}"

    def tip(self, branch: str) -> str:
        return self.ask(self.owner.name, "GET", f"repository/branches/{quote(branch, safe='')}")["commit"]["id"]

    def review(self, number: int, by: str, state: str, text: str = "") -> None:
        if state == "approved":
            if text:
                self.comment(number, by, text)
            # Who has approved already may not do it once more.
            with suppress(Denied):
                self.ask(by, "POST", f"merge_requests/{number}/approve", {})
        else:
            self.comment(number, by, text + ("\n/request_changes" if state == "changes requested" else ""))

    def comment(self, number: int, by: str, text: str) -> None:
        self.ask(by, "POST", f"{self._at(number)}/notes", {"body": text})

    def close(self, number: int, by: str) -> None:
        self.ask(by, "PUT", self._at(number), {"state_event": "close"})

    def reopen(self, number: int, by: str) -> None:
        self.ask(by, "PUT", self._at(number), {"state_event": "reopen"})
        self.settle()

    def protect(self, branch: str, approvals: int, checks: Sequence[str], **settings: object) -> None:
        """GitLab asks for approvals and status checks in all of a project."""
        owner = self.owner.name
        self.ask(owner, "POST", "approvals", {"reset_approvals_on_push": True})
        if approvals:
            rule = {"name": "All Members", "approvals_required": approvals, "rule_type": "any_approver"}
            self.ask(owner, "POST", "approval_rules", rule)
        for name in checks:
            body = {"name": name, "external_url": f"https://example.com/{quote(name, safe='')}"}
            self.ask(owner, "POST", "external_status_checks", body)
        if checks:
            settings["only_allow_merge_if_all_status_checks_passed"] = True
        if settings:
            self.ask(owner, "PUT", "", settings)

    def notes(self, number: int) -> list[Any]:
        """What people said, oldest first."""
        found = self.ask(self.owner.name, "GET", f"{self._at(number)}/notes?sort=asc&order_by=created_at&per_page=100")
        return [note for note in found if not note["system"]]

    def _ours(self, number: int) -> list[str]:
        bot = self.namespace.people["bot"].name
        return [note["body"] for note in self.notes(number) if note["author"]["username"] == bot]

    def _plain(self, body: str, key: str) -> str | None:
        return meant(body, "comment", key)

    def _settled(self) -> bool:
        listed = self.ask(self.owner.name, "GET", "merge_requests?state=opened&with_merge_status_recheck=true")
        return all(each["merge_status"] not in ("unchecked", "checking", "preparing") for each in listed)


class SettledForge(Settled, GitLab):
    """The adapter with a pause."""

    def __init__(self, settings: Settings, world: GitLabWorld) -> None:
        super().__init__(settings, lambda: datetime.now(UTC))
        self.world = world
