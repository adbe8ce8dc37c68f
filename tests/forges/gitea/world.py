"""People around repositories of a Gitea or Forgejo server, the stand-in or a real one: by its API, and by real git."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from chairlift.adapters.gitea.forge import GiteaForge, Settings
from chairlift.marking import unmarked
from tests.forges.people import PREFIX, ClonedWorld, Namespace, Person, Settled

EVENTS = {"approved": "APPROVED", "changes requested": "REQUEST_CHANGES", "commented": "COMMENT"}
SCOPES = ["write:repository", "write:issue", "read:user", "write:user"]


class GiteaNamespace(Namespace):
    """Users of its own on a Gitea."""

    API, HEAD = "api/v1", "token"

    def _made(self, name: str) -> Person:
        password = secrets.token_urlsafe(24)
        made = {"username": name, "email": f"{name}@example.invalid", "password": password}
        self.admin.ask("POST", "admin/users", {**made, "must_change_password": False})
        body = {"name": "chairlift", "scopes": SCOPES}
        token = self.admin.ask("POST", f"users/{name}/tokens", body, auth=(name, password))
        return self.person(name, token["sha1"])

    def _remove(self, name: str, person: Person | None) -> None:
        self.admin.ask("DELETE", f"admin/users/{name}?purge=true")

    def world(self, folder: Path, live: bool = False) -> GiteaWorld:
        """A repository with START on main, and its people."""
        owner, name = self.people["owner"], f"{PREFIX}-{secrets.token_hex(4)}"
        made = {"name": name, "private": False, "auto_init": False, "default_branch": "main"}
        owner.ask("POST", "user/repos", made)
        for role in ("ann", "bob", "bot", "reviewer"):
            body = {"permission": "write"}
            owner.ask("PUT", f"repos/{owner.name}/{name}/collaborators/{self.people[role].name}", body)
        return GiteaWorld(self, f"{owner.name}/{name}", folder, live)


class GiteaWorld(ClonedWorld):
    """The people around one repository."""

    def forge(self, now, budget=None, patience=0, **more) -> GiteaForge:
        """The adapter as Chairlift's own users, whose tokens it finds by the names of two variables."""
        variables = self.variables()
        settings = Settings(
            self.namespace.url,
            variables["bot"],
            more.pop("reviewer_token_env", variables["reviewer"]),
            plain_http=True,
            patience=patience,
            **more,
        )
        return GiteaForge(settings, now, budget)

    def live_forge(self) -> GiteaForge:
        """One that gives the server the time to look for conflicts after it has opened something."""
        return SettledForge(self.forge(lambda: datetime.now(UTC))._settings, self)

    def ask(self, by: str, method: str, path: str, body: object = None) -> object:
        return self._by_name[by].ask(method, f"repos/{self.repo}/{path}".rstrip("/"), body)

    def tip(self, branch: str) -> str:
        return self.ask(self.owner.name, "GET", f"branches/{branch}")["commit"]["id"]

    def review(self, number: int, by: str, state: str, text: str = "") -> None:
        # Gitea wants a word with everything but an approval.
        body = {"event": EVENTS[state], "body": text or ("" if state == "approved" else "see there")}
        self.ask(by, "POST", f"pulls/{number}/reviews", body)

    def comment(self, number: int, by: str, text: str) -> None:
        self.ask(by, "POST", f"issues/{number}/comments", {"body": text})

    def close(self, number: int, by: str) -> None:
        self.ask(by, "PATCH", f"pulls/{number}", {"state": "closed"})

    def reopen(self, number: int, by: str) -> None:
        self.ask(by, "PATCH", f"pulls/{number}", {"state": "open"})

    def protect(self, branch: str, approvals: int, checks: Sequence[str], **more: object) -> None:
        body = {
            "rule_name": branch,
            "required_approvals": approvals,
            "enable_status_check": bool(checks),
            "status_check_contexts": list(checks),
            "dismiss_stale_approvals": True,
            "block_on_rejected_reviews": True,
            # The people of tests push to it as they like.
            "enable_push": True,
        }
        self.ask(self.owner.name, "POST", "branch_protections", {**body, **more})

    def _ours(self, number: int) -> list[str]:
        bot = self.namespace.people["bot"].name
        found = self.ask(bot, "GET", f"issues/{number}/comments")
        return [each["body"] for each in found if each["user"]["login"] == bot]

    def _plain(self, body: str, key: str) -> str | None:
        return unmarked(body, "comment", key)

    def _settled(self) -> bool:
        return all(each["mergeable"] for each in self.ask(self.owner.name, "GET", "pulls?state=open"))


class SettledForge(Settled, GiteaForge):
    """The adapter with a pause."""

    def __init__(self, settings: Settings, world: GiteaWorld) -> None:
        super().__init__(settings, lambda: datetime.now(UTC))
        self.world = world
