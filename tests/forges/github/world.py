"""The people around a repository of the stand-in, and Chairlift's accounts there."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from joserfc.jwk import RSAKey

from chairlift.adapters.github.forge import GitHub
from chairlift.adapters.github.settings import Settings
from tests.adapters.git.world import GitWorld
from tests.forges.github.place import Grant, Place, Protection
from tests.forges.github.server import App, StandIn

REPO = "team/shop"
STATES = {"approved": "APPROVED", "changes requested": "CHANGES_REQUESTED", "commented": "COMMENTED"}
APP, INSTALLATION = 12, 34


class Clock:
    """Gives a later time each time it is read, by whole seconds, as GitHub shows no less."""

    def __init__(self) -> None:
        self.at = datetime(2021, 7, 5, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


class GitHubWorld:
    """Pushes go straight into the bare repository; everything else people do is done to the stand-in's memory."""

    repo = REPO
    people = ("ann", "bob")

    def __init__(self, stand_in: StandIn, name: str = REPO) -> None:
        self.stand_in, self.place, self.repo = stand_in, stand_in.place, name
        self.kept = self.place.create(name)
        self.git = GitWorld((self.place.root / name).parent, f"{name.rpartition('/')[2]}.git")
        self.everything = Grant("ann")

    def settled(self):
        self.place.repository(self.everything, self.repo)

    def push(self, branch, files):
        commit = self.git.push(branch, files)
        self.settled()
        return commit

    def move(self, branch, commit):
        self.git.repo.references.create(f"refs/heads/{branch}", commit, force=True)
        self.settled()

    def delete(self, branch):
        self.git.delete(branch)
        self.settled()

    def tip(self, branch):
        return self.git.tip(branch)

    def files(self, branch):
        return self.git.files(branch)

    def review(self, number, by, state, text=""):
        self.place.review(self.kept.pull(number), by, STATES[state], text)

    def comment(self, number, by, text):
        self.place.say(self.kept, number, by, text)

    def close(self, number, by):
        self.place.close(self.kept.items[number], by)

    def reopen(self, number, by):
        item = self.kept.items[number]
        item.state, item.closed_by, item.closed_at, item.updated = "open", "", "", self.place.stamp()
        self.settled()

    def protect(self, branch, approvals, checks, **more):
        self.kept.protections[branch] = Protection(approvals, tuple(checks), **more)

    def said(self, number, by):
        """The comments of one account under a number."""
        return [said for said in self.kept.comments if (said.number, said.by) == (number, by)]


@lru_cache(maxsize=1)
def key() -> RSAKey:
    return RSAKey.generate_key(2048, private=True)


class Kit:
    """A stand-in with one repository, and adapters on it: with a token, or as an App."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.clock = Clock()
        self.folder, self.stack = folder, stack
        (folder / "git").mkdir()
        self.stand_in = stack.enter_context(StandIn(Place(folder / "git", self.clock)).running())
        self.place = self.stand_in.place
        self.world = GitHubWorld(self.stand_in)
        self.stand_in.apps[APP] = App(APP, "chairlift-app", INSTALLATION, key())
        (folder / "app.pem").write_bytes(key().as_pem(private=True))

    def account(self, login: str, **more) -> str:
        """A token of this account, in a variable of the environment; its name."""
        variable = f"CHAIRLIFT_TEST_{login.upper().replace('-', '_')}_{self.place.next_id()}"
        os.environ[variable] = token = f"ghp_{variable.lower()}"
        self.stack.callback(os.environ.pop, variable, None)
        self.place.grants[token] = Grant(login, **more)
        return variable

    def forge(self, budget=None, token_env: str = "", **settings) -> GitHub:
        """With a token."""
        token_env = token_env or self.account("chairlift")
        settings.setdefault("reviewer_token_env", self.account("chairlift-reviewer"))
        return GitHub(Settings(url=self.stand_in.api, token_env=token_env, **settings), self.clock, budget)

    def as_app(self, budget=None, **settings) -> GitHub:
        settings.setdefault("reviewer_token_env", self.account("chairlift-reviewer"))
        settings = {"installation": INSTALLATION, "key_file": self.folder / "app.pem", **settings}
        return GitHub(Settings(url=self.stand_in.api, app=APP, **settings), self.clock, budget)
