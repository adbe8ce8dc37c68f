"""People around projects of a GitLab, the stand-in or a real one: by its API, and by real git."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from chairlift.adapters.gitlab.forge import GitLab, Settings
from chairlift.adapters.gitlab.speech import meant
from chairlift.core.upgrade import PullRequest
from tests.forges.clone import AuthorizedClone
from tests.forges.gitlab.places import DEVELOPER
from tests.localforge.clone import START, git

PREFIX = "chairlift-live"


class Denied(Exception):
    """What the server did not do for a person."""


class Person:
    """Somebody with a token."""

    def __init__(self, client: httpx.Client, url: str, name: str, token: str, id: int = 0) -> None:
        self._client, self._url, self.name, self.token, self.id = client, url, name, token, id

    def ask(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        said = self._client.request(method, f"{self._url}/api/v4/{path}", headers=headers, json=body)
        if not said.is_success:
            raise Denied(f"{method} {path}: {said.status_code} {said.text[:300]}")
        return said.json() if said.content.strip() else None


class GitLabNamespace:
    """Users of its own on a server, made with an admin's token and removed again, whatever happens."""

    def __init__(self, url: str, admin_token: str) -> None:
        self.url = url.rstrip("/")
        self.client = httpx.Client(timeout=60)
        self.admin = Person(self.client, self.url, "", admin_token)
        self.mark = f"{PREFIX}-{secrets.token_hex(4)}"
        self.people: dict[str, Person] = {}

    def __enter__(self) -> GitLabNamespace:
        try:
            for role in ("owner", "ann", "bob", "bot", "reviewer"):
                self.people[role] = self._person(f"{self.mark}-{role}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for person in self.people.values():
            with suppress(Denied, httpx.HTTPError):
                self.admin.ask("DELETE", f"users/{person.id}?hard_delete=true")
        self.client.close()

    def _person(self, name: str) -> Person:
        made = {"username": name, "name": name, "email": f"{name}@example.com", "skip_confirmation": True}
        found = self.admin.ask("POST", "users", {**made, "password": secrets.token_urlsafe(24)})
        body = {"name": "chairlift", "scopes": ["api"], "expires_at": "2099-01-01"}
        token = self.admin.ask("POST", f"users/{found['id']}/impersonation_tokens", body)["token"]
        return Person(self.client, self.url, name, token, found["id"])

    def live_world(self, folder: Path) -> GitLabWorld:
        """One of a server that does its work after it has answered."""
        return self.world(folder, live=True)

    def world(self, folder: Path, live: bool = False) -> GitLabWorld:
        """A project with START on main, and its people."""
        owner, name = self.people["owner"], f"{PREFIX}-{secrets.token_hex(4)}"
        owner.ask("POST", "projects", {"name": name, "path": name, "visibility": "private"})
        repo = f"{owner.name}/{name}"
        for role in ("ann", "bob", "bot", "reviewer"):
            body = {"user_id": self.people[role].id, "access_level": DEVELOPER + 10}
            owner.ask("POST", f"projects/{quote(repo, safe='')}/members", body)
        return GitLabWorld(self, repo, folder, live)


class GitLabWorld:
    """The people around one project."""

    def __init__(self, namespace: GitLabNamespace, repo: str, folder: Path, live: bool) -> None:
        self.namespace, self.repo, self._live = namespace, repo, live
        people = namespace.people
        self.people = (people["ann"].name, people["bob"].name)
        self._by_name = {each.name: each for each in people.values()}
        self.owner = people["owner"]
        url = f"{namespace.url}/{repo}.git"
        self.clone = AuthorizedClone(url, folder / "clone", self.owner.name, self.owner.token)
        self.push("main", START)

    def forge(self, now: Any, budget: Any = None, **more: Any) -> GitLab:
        """The adapter as Chairlift's own users, whose tokens it finds by the names of two variables."""
        variables = {
            "bot": f"CHAIRLIFT_TEST_BOT_{self.namespace.mark}",
            "reviewer": f"CHAIRLIFT_TEST_REVIEWER_{self.namespace.mark}",
        }
        for role, name in variables.items():
            os.environ[name] = self.namespace.people[role].token
        more.setdefault("reviewer_token_env", variables["reviewer"])
        more.setdefault("token_env", variables["bot"])
        return GitLab(Settings(url=self.namespace.url, plain_http=True, **more), now, budget)

    def live_forge(self) -> GitLab:
        """One that gives the server the time to look at what it has opened."""
        return SettledForge(self.forge(lambda: datetime.now(UTC)), self)

    def ask(self, by: str, method: str, path: str, body: object = None) -> Any:
        where = f"projects/{quote(self.repo, safe='')}/{path}".rstrip("/")
        return self._by_name[by].ask(method, where, body)

    def _at(self, number: int) -> str:
        return f"issues/{-number}" if number < 0 else f"merge_requests/{number}"

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
        self.settle()

    def tip(self, branch: str) -> str:
        return self.ask(self.owner.name, "GET", f"repository/branches/{quote(branch, safe='')}")["commit"]["id"]

    def files(self, branch: str) -> Mapping[str, str]:
        self.clone.fetch()
        names = git("ls-tree", "-r", "--name-only", f"origin/{branch}", cwd=self.clone.path).splitlines()
        return {name: git("show", f"origin/{branch}:{name}", cwd=self.clone.path) for name in names}

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

    def our_comments(self, number: int, keys: Sequence[str]) -> list[str]:
        """The texts of Chairlift's own comments under a number, oldest first, without their markers."""
        bot = self.namespace.people["bot"].name
        found = [note["body"] for note in self.notes(number) if note["author"]["username"] == bot]
        plain = [[text for key in keys if (text := meant(body, "comment", key)) is not None] for body in found]
        return [texts[0] if texts else body for texts, body in zip(plain, found, strict=True)]

    def settle(self) -> None:
        """Wait until a live server has looked at all open merge requests, or has had the time to."""
        if not self._live:
            return
        time.sleep(2)
        for _ in range(40):
            listed = self.ask(self.owner.name, "GET", "merge_requests?state=opened&with_merge_status_recheck=true")
            if all(each["merge_status"] not in ("unchecked", "checking", "preparing") for each in listed):
                return
            time.sleep(0.5)


class SettledForge(GitLab):
    """The adapter with a pause after it has opened something, so that a test sees what comes of it."""

    def __init__(self, plain: GitLab, world: GitLabWorld) -> None:
        super().__init__(plain._settings, lambda: datetime.now(UTC))
        self._world = world

    def ensure_pull(
        self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> PullRequest:
        pull = super().ensure_pull(repo, branch, base, title, body, labels)
        self._world.settle()
        return self.pull_for(repo, branch) or pull
