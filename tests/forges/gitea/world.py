"""People around repositories of a Gitea or Forgejo server, the stand-in or a real one: by its API, and by real git."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx

from chairlift.adapters.gitea.forge import GiteaForge, Settings
from chairlift.core.upgrade import PullRequest
from chairlift.marking import unmarked
from tests.forges.clone import AuthorizedClone
from tests.localforge.clone import START, git

EVENTS = {"approved": "APPROVED", "changes requested": "REQUEST_CHANGES", "commented": "COMMENT"}
SCOPES = ["write:repository", "write:issue", "read:user", "write:user"]
PREFIX = "chairlift-live"


class Denied(Exception):
    """What the server did not do for a person."""


class Person:
    """Somebody with a token."""

    def __init__(self, client: httpx.Client, url: str, login: str, token: str) -> None:
        self._client, self.login, self.token = client, login, token
        self._url = f"{url}/api/v1"

    def ask(self, method: str, path: str, body: object = None, auth: tuple[str, str] | None = None) -> object:
        headers = {} if auth else {"Authorization": f"token {self.token}"}
        said = self._client.request(method, f"{self._url}/{path}", headers=headers, json=body, auth=auth)
        if not said.is_success:
            raise Denied(f"{method} {path}: {said.status_code} {said.text[:300]}")
        return said.json() if said.content.strip() else None


class GiteaNamespace:
    """Users of its own on a server, made with an admin's token and removed again, whatever happens."""

    def __init__(self, url: str, admin_token: str) -> None:
        self.url = url.rstrip("/")
        self.client = httpx.Client(timeout=60)
        self.admin = Person(self.client, self.url, "", admin_token)
        self.mark = f"{PREFIX}-{secrets.token_hex(4)}"
        self.people: dict[str, Person] = {}

    def __enter__(self) -> GiteaNamespace:
        try:
            for role in ("owner", "ann", "bob", "bot", "reviewer"):
                self.people[role] = self._person(f"{self.mark}-{role}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for role in ("ann", "bob", "bot", "reviewer", "owner"):
            with suppress(Denied, httpx.HTTPError):
                self.admin.ask("DELETE", f"admin/users/{self.mark}-{role}?purge=true")
        self.client.close()

    def _person(self, login: str) -> Person:
        password = secrets.token_urlsafe(24)
        made = {"username": login, "email": f"{login}@example.invalid", "password": password}
        self.admin.ask("POST", "admin/users", {**made, "must_change_password": False})
        body = {"name": "chairlift", "scopes": SCOPES}
        token = self.admin.ask("POST", f"users/{login}/tokens", body, auth=(login, password))
        return Person(self.client, self.url, login, token["sha1"])

    def live_world(self, folder: Path) -> GiteaWorld:
        """One of a server that does its work after it has answered."""
        return self.world(folder, live=True)

    def world(self, folder: Path, live: bool = False) -> GiteaWorld:
        """A repository with START on main, and its people."""
        owner, name = self.people["owner"], f"{PREFIX}-{secrets.token_hex(4)}"
        made = {"name": name, "private": False, "auto_init": False, "default_branch": "main"}
        owner.ask("POST", "user/repos", made)
        for role in ("ann", "bob", "bot", "reviewer"):
            body = {"permission": "write"}
            owner.ask("PUT", f"repos/{owner.login}/{name}/collaborators/{self.people[role].login}", body)
        return GiteaWorld(self, f"{owner.login}/{name}", folder, live)


class GiteaWorld:
    """The people around one repository."""

    def __init__(self, namespace: GiteaNamespace, repo: str, folder: Path, live: bool) -> None:
        self.namespace, self.repo, self._live = namespace, repo, live
        people = namespace.people
        self.people = (people["ann"].login, people["bob"].login)
        self._by_login = {each.login: each for each in people.values()}
        self.owner = people["owner"]
        self.clone = AuthorizedClone(
            f"{namespace.url}/{repo}.git", folder / "clone", self.owner.login, self.owner.token
        )
        self.push("main", START)

    def forge(self, now, budget=None, patience=0, **more) -> GiteaForge:
        """The adapter as Chairlift's own users, whose tokens it finds by the names of two variables."""
        variables = {
            "bot": f"CHAIRLIFT_TEST_BOT_{self.namespace.mark}",
            "reviewer": f"CHAIRLIFT_TEST_REVIEWER_{self.namespace.mark}",
        }
        for role, name in variables.items():
            os.environ[name] = self.namespace.people[role].token
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
        adapter = self.forge(lambda: datetime.now(UTC))
        return SettledForge(adapter._settings, lambda: datetime.now(UTC), self.settle)

    def ask(self, by: str, method: str, path: str, body: object = None) -> object:
        return self._by_login[by].ask(method, f"repos/{self.repo}/{path}".rstrip("/"), body)

    def push(self, branch: str, files: Mapping[str, str]) -> str:
        commit = self.clone.commit(branch, files)
        self.clone.push(commit, branch)
        self.settle()
        return commit

    def move(self, branch: str, commit: str) -> None:
        self.clone.fetch()
        self.clone.push(commit, branch)
        self.settle()

    def delete(self, branch: str) -> None:
        self.clone.push("", branch)

    def tip(self, branch: str) -> str:
        return self.ask(self.owner.login, "GET", f"branches/{branch}")["commit"]["id"]

    def files(self, branch: str) -> Mapping[str, str]:
        self.clone.fetch()
        names = git("ls-tree", "-r", "--name-only", f"origin/{branch}", cwd=self.clone.path).splitlines()
        return {name: git("show", f"origin/{branch}:{name}", cwd=self.clone.path) for name in names}

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
        self.ask(self.owner.login, "POST", "branch_protections", {**body, **more})

    def our_comments(self, number: int, keys: Sequence[str]) -> list[str]:
        """The texts of Chairlift's own comments under a number, oldest first, without their markers."""
        bot = self.namespace.people["bot"].login
        found = [
            each["body"] for each in self.ask(bot, "GET", f"issues/{number}/comments") if each["user"]["login"] == bot
        ]
        plain = [[text for key in keys if (text := unmarked(body, "comment", key)) is not None] for body in found]
        return [texts[0] if texts else body for texts, body in zip(plain, found, strict=True)]

    def settle(self) -> None:
        """Wait until a live server has looked at all open pull requests for conflicts, or has had the time to."""
        if not self._live:
            return
        time.sleep(1)
        for _ in range(40):
            listed = self.ask(self.owner.login, "GET", "pulls?state=open")
            if all(each["mergeable"] for each in listed):
                return
            time.sleep(0.2)


class SettledForge(GiteaForge):
    """The adapter with a pause after it has opened something, so that a test sees what comes of it."""

    def __init__(self, settings: Settings, now: Callable[[], datetime], settle: Callable[[], None]) -> None:
        super().__init__(settings, now)
        self._settle = settle

    def ensure_pull(
        self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> PullRequest:
        pull = super().ensure_pull(repo, branch, base, title, body, labels)
        self._settle()
        return self.pull_for(repo, branch) or pull
