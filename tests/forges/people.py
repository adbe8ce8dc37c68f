"""People with tokens around repositories of a server that is asked by HTTP, the stand-in or a real one."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import httpx

from tests.forges.clone import AuthorizedClone
from tests.localforge.clone import START, git

PREFIX = "chairlift-live"
ROLES = ("owner", "ann", "bob", "bot", "reviewer")


class Denied(Exception):
    """What the server did not do for a person."""


class Person:
    """Somebody with a token; `head` is the word before it in a request, `api` where the API is."""

    def __init__(self, client: httpx.Client, api: str, head: str, name: str, token: str, id: int = 0) -> None:
        self._client, self._api, self._head = client, api, head
        self.name, self.token, self.id = name, token, id

    def ask(self, method: str, path: str, body: object = None, auth: tuple[str, str] | None = None) -> Any:
        """What the server says; with `auth` by a password instead of the token."""
        headers = {} if auth else {"Authorization": f"{self._head} {self.token}"}
        said = self._client.request(method, f"{self._api}/{path}", headers=headers, json=body, auth=auth)
        if not said.is_success:
            raise Denied(f"{method} {path}: {said.status_code} {said.text[:300]}")
        return said.json() if said.content.strip() else None


class Namespace:
    """Users of its own on a server, made with an admin's token and removed again, whatever happens.

    Each kind of server says how one of them is made and removed.
    """

    API: ClassVar[str]
    HEAD: ClassVar[str]

    def __init__(self, url: str, admin_token: str) -> None:
        self.url = url.rstrip("/")
        self.client = httpx.Client(timeout=60)
        self.admin = self.person("", admin_token)
        self.mark = f"{PREFIX}-{secrets.token_hex(4)}"
        self.people: dict[str, Person] = {}

    def __enter__(self) -> Any:
        try:
            for role in ROLES:
                self.people[role] = self._made(f"{self.mark}-{role}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        # Who owns repositories goes last.
        for role in reversed(ROLES):
            with suppress(Denied, httpx.HTTPError, LookupError):
                self._remove(f"{self.mark}-{role}", self.people.get(role))
        self.client.close()

    def person(self, name: str, token: str, id: int = 0) -> Person:
        return Person(self.client, f"{self.url}/{self.API}", self.HEAD, name, token, id)

    def _made(self, name: str) -> Person:
        raise NotImplementedError

    def _remove(self, name: str, person: Person | None) -> None:
        """`person` is None where making them came to no end."""
        raise NotImplementedError

    def live_world(self, folder: Path) -> Any:
        """One of a server that does its work after it has answered."""
        return self.world(folder, live=True)

    def world(self, folder: Path, live: bool = False) -> Any:
        """A repository with START on main, and its people."""
        raise NotImplementedError


class ClonedWorld:
    """The people around one repository, who push to it by a clone."""

    #: For how many seconds a live server is given time, and then looked at every how many.
    PAUSE: ClassVar[float] = 1
    AGAIN: ClassVar[float] = 0.2

    def __init__(self, namespace: Namespace, repo: str, folder: Path, live: bool) -> None:
        self.namespace, self.repo, self._live = namespace, repo, live
        people = namespace.people
        self.people = (people["ann"].name, people["bob"].name)
        self._by_name = {each.name: each for each in people.values()}
        self.owner = people["owner"]
        url = f"{namespace.url}/{repo}.git"
        self.clone = AuthorizedClone(url, folder / "clone", self.owner.name, self.owner.token)
        self.push("main", START)

    def variables(self) -> dict[str, str]:
        """The names of variables that hold the tokens of Chairlift's own users."""
        found = {role: f"CHAIRLIFT_TEST_{role.upper()}_{self.namespace.mark}" for role in ("bot", "reviewer")}
        for role, name in found.items():
            os.environ[name] = self.namespace.people[role].token
        return found

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

    def files(self, branch: str) -> Mapping[str, str]:
        self.clone.fetch()
        names = git("ls-tree", "-r", "--name-only", f"origin/{branch}", cwd=self.clone.path).splitlines()
        return {name: git("show", f"origin/{branch}:{name}", cwd=self.clone.path) for name in names}

    def our_comments(self, number: int, keys: Sequence[str]) -> list[str]:
        """The texts of Chairlift's own comments under a number, oldest first, without their markers."""
        found = self._ours(number)
        plain = [[text for key in keys if (text := self._plain(body, key)) is not None] for body in found]
        return [texts[0] if texts else body for texts, body in zip(plain, found, strict=True)]

    def _ours(self, number: int) -> list[str]:
        """The whole texts of Chairlift's own comments."""
        raise NotImplementedError

    def _plain(self, body: str, key: str) -> str | None:
        """The text before the marker of this key; None where it is not there."""
        raise NotImplementedError

    def settle(self) -> None:
        """Wait until a live server has looked at all that is open, or has had the time to."""
        if not self._live:
            return
        time.sleep(self.PAUSE)
        for _ in range(40):
            if self._settled():
                return
            time.sleep(self.AGAIN)

    def _settled(self) -> bool:
        raise NotImplementedError


class Settled:
    """Beside an adapter: a pause after it has opened something, so that a test sees what comes of it."""

    world: ClonedWorld

    def ensure_pull(self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()) -> Any:
        pull = super().ensure_pull(repo, branch, base, title, body, labels)  # type: ignore[misc]
        self.world.settle()
        return self.pull_for(repo, branch) or pull  # type: ignore[attr-defined]
