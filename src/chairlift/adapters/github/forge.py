"""GitHub as Chairlift's hands on it: the port Forge by REST and GraphQL."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from chairlift.adapters.github import discovering, queries, talk, watching
from chairlift.adapters.github.checks import show_check
from chairlift.adapters.github.errors import Gone, NotInPlan, Unfit
from chairlift.adapters.github.names import is_branch, parts, path, quoted
from chairlift.adapters.github.reading import pull_of
from chairlift.adapters.github.settings import Place, Settings
from chairlift.adapters.github.signing import Installation, Signer, Token
from chairlift.adapters.github.talk import Talk
from chairlift.adapters.github.wire import Wire
from chairlift.core.budget import Call, Lane
from chairlift.core.listing import Listed
from chairlift.core.upgrade import Issue, PullRequest
from chairlift.examining import Account, of_accounts, token
from chairlift.ports import Budget, Comment, Finding, Refused, Unavailable, Watched

METHODS = ("squash", "merge", "rebase")
#: Pages of a hundred reviews or checks of one pull request.
_MOST_PAGES = 20
_KNOWN = 20_000


class GitHub:
    """Fulfils `Forge`, `Keyring` and `Directory`."""

    def __init__(self, settings: Settings, now: Callable[[], datetime], budget: Budget | None = None) -> None:
        settings.check()
        self._settings, self._place = settings, Place.of(settings)
        signer: Signer = Installation(settings, now) if settings.app else Token(settings.token_env)
        self._wire = Wire(self._place, signer, settings.seconds, budget)
        self._reviewer = self._wire
        if settings.reviewer_token_env:
            self._reviewer = Wire(self._place, Token(settings.reviewer_token_env), settings.seconds, budget)
        us = [self._wire] if self._reviewer is self._wire else [self._wire, self._reviewer]
        self._talk = Talk(self._wire, us)
        #: The pull request that was last seen of a branch: one query then shows whether it still is, and all of it.
        self._numbers: dict[tuple[str, str], int] = {}

    def git_url(self, repo: str) -> str:
        """Without a token in it."""
        owner, name = parts(repo)
        return f"{self._place.web}/{owner}/{name}.git"

    def git_authorization(self, url: str) -> str:
        if not url.startswith(f"{self._place.web}/"):
            return ""
        key = base64.b64encode(f"x-access-token:{self._wire.token()}".encode())
        return f"Basic {key.decode()}"

    def pull_for(self, repo: str, branch: str) -> PullRequest | None:
        parts(repo)
        if not is_branch(branch):
            return None
        _, pull = self._look(repo, branch, Lane.READ)
        return self._shown(repo, pull, Lane.READ) if pull else None

    def ensure_pull(
        self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> PullRequest:
        """At most two of its calls make something that people hear of: the pull request, and asking for reviews."""
        where = path(repo)
        for name in (branch, base):
            if not is_branch(name):
                raise Refused(f"{repo} has no branch {name[:100]!r}: GitHub can have none of that name")
        tip, pull = self._look(repo, branch, Lane.OPEN)
        if pull and pull["state"] != "OPEN" and (pull["state"], pull["headRefOid"]) != ("MERGED", tip):
            pull = None
        if pull is None:
            if not tip:
                raise Refused(f"{repo} has no branch {branch[:200]!r}: push it first")
            pull = self._opened(repo, where, branch, base, title, body)
        if pull["state"] == "OPEN":
            self._completed(repo, where, pull, labels)
        return self._shown(repo, pull, Lane.OPEN)

    def approve(self, repo: str, number: int, head: str, text: str) -> None:
        pull = self._pull(repo, number, Lane.MERGE, self._reviewer)
        _must_be(repo, pull, head)
        for review in pull["reviews"]["nodes"]:
            at = (review["commit"] or {}).get("oid")
            if review["viewerDidAuthor"] and (review["state"], at) == ("APPROVED", head):
                return
        if pull["viewerDidAuthor"]:
            remedy = "set reviewer_token_env to a token of another account"
            raise Refused(
                f"nobody approves what they opened, and {self._reviewer.who} opened {repo}#{number}; {remedy}"
            )
        body = {"commit_id": head, "event": "APPROVE", "body": talk.sayable(text)}
        at = f"{path(repo)}/pulls/{number}/reviews"
        self._reviewer.write("POST", at, body, Lane.MERGE, Call.CREATE, f"{repo}#{number}")

    def merge(self, repo: str, number: int, expected_head: str, method: str) -> str:
        if method not in METHODS:
            raise Refused(f"there is no merging by {method!r}: say {', '.join(METHODS)}")
        pull = self._pull(repo, number, Lane.MERGE)
        _must_be(repo, pull, expected_head)
        if pull["state"] == "MERGED":
            if pull["mergeCommit"] is None:
                raise Unavailable(f"{repo}#{number} is merged, and GitHub does not say yet as which commit")
            return str(pull["mergeCommit"]["oid"])
        if pull["state"] == "CLOSED":
            raise Refused(f"{repo}#{number} is closed: reopen it first")
        if pull["isInMergeQueue"] or pull["autoMergeRequest"]:
            return ""
        what = f"{repo}#{number}"
        if pull["isMergeQueueEnabled"]:
            self._wire.mutate(queries.ENQUEUE, {"pull": pull["id"], "head": expected_head}, Lane.MERGE, what)
            return ""
        body = {"sha": expected_head, "merge_method": method}
        done = self._wire.write("PUT", f"{path(repo)}/pulls/{number}/merge", body, Lane.MERGE, Call.WRITE, what)
        return str(done["sha"])

    def withdraw(self, repo: str, number: int, expected_head: str) -> None:
        pull = self._pull(repo, number, Lane.MERGE)
        if pull["state"] == "OPEN":
            _must_be(repo, pull, expected_head)
            at = f"{path(repo)}/pulls/{number}"
            self._wire.write("PATCH", at, {"state": "closed"}, Lane.MERGE, Call.WRITE, f"{repo}#{number}")

    def ensure_comment(self, repo: str, number: int, key: str, text: str) -> None:
        self._talk.keep(path(repo), f"{repo}#{number}", number, key, text)

    def comments(self, repo: str, after: int) -> Sequence[Comment]:
        """Those of its pull requests and issues; where none was ever read, the newest thousand."""
        return self._talk.heard(path(repo), repo, after)

    def issue(self, repo: str, key: str) -> Issue | None:
        return self._talk.issue(path(repo), repo, key)

    def ensure_issue(self, repo: str, key: str, title: str, body: str, closed: bool = False) -> Issue:
        return self._talk.raise_issue(path(repo), repo, key, title, body, closed)

    def report_check(self, repo: str, head: str, name: str, state: str, summary: str) -> None:
        show_check(self._wire, self._settings.app, path(repo), repo, head, (name, state, summary))

    def marks(self, watched: Sequence[Watched]) -> Sequence[str]:
        """By one query for each fifty."""
        return [*watching.marks(self._wire, watched)]

    def repositories(self, owner: str, topic: str = "", words: str = "") -> Sequence[Listed]:
        """By one query for each fifty; `words` are GitHub's own language for searching."""
        return discovering.repositories(self._wire, owner, topic, words)

    def present_names(self, repos: Sequence[str]) -> Sequence[str]:
        """By one query for each fifty."""
        return [*discovering.present_names(self._wire, repos)]

    def examine(self) -> Sequence[Finding]:
        """Its account, and the reviewer's where one is named: does GitHub let them in, and do they lack a scope?"""
        us = self._account(self._wire, self._who())
        if self._reviewer is self._wire:
            return of_accounts(us, None)
        return of_accounts(us, self._account(self._reviewer, token(self._settings.reviewer_token_env)))

    def _account(self, wire: Wire, what: str) -> Account:
        return Account(what, wire.examined, lambda: wire.login)

    def _who(self) -> str:
        app = self._settings.app
        return f"App {app} in installation {self._settings.installation}" if app else token(self._settings.token_env)

    def _look(self, repo: str, branch: str, lane: Lane) -> tuple[str, Mapping[str, Any] | None]:
        """The commit of the branch, empty where there is none, and its open or else its newest pull request."""
        owner, name = parts(repo)
        known = self._numbers.get((repo, branch))
        variables = {
            "owner": owner, "name": name, "ref": f"refs/heads/{branch}", "branch": branch,
            "known": known is not None, "number": known or 0, "reviews": None, "contexts": None,
        }  # fmt: skip
        found = self._wire.query(queries.BRANCH, variables, lane, repo)["repository"]
        if found is None:
            raise Gone(f"there is no {repo}, or {self._wire.who} may not see it: check its name in the services file")
        tip = found["ref"]["target"]["oid"] if found["ref"] else ""
        # Somebody else's fork may have a branch of the same name.
        numbers, newest = (
            [node["number"] for node in found[which]["nodes"] if not node["isCrossRepository"]]
            for which in ("open", "newest")
        )
        number = max(numbers or newest, default=None)
        if number is None:
            return tip, None
        if len(self._numbers) > _KNOWN:
            self._numbers.clear()
        self._numbers[repo, branch] = number
        pull = found.get("pullRequest")
        return tip, self._whole(repo, pull, lane, self._wire) if number == known else self._pull(repo, number, lane)

    def _pull(self, repo: str, number: int, lane: Lane, wire: Wire | None = None) -> Mapping[str, Any]:
        wire = wire or self._wire
        return self._whole(repo, self._part(repo, number, lane, wire, None, None), lane, wire)

    def _part(
        self, repo: str, number: int, lane: Lane, wire: Wire, reviews: str | None, contexts: str | None
    ) -> dict[str, Any]:
        owner, name = parts(repo)
        variables = {"owner": owner, "name": name, "number": number, "reviews": reviews, "contexts": contexts}
        found = wire.query(queries.PULL, variables, lane, f"{repo}#{number}")["repository"]
        if found is None or found["pullRequest"] is None:
            raise Gone(f"there is no {repo}#{number}, or {wire.who} may not see it")
        pull: dict[str, Any] = found["pullRequest"]
        return pull

    def _whole(self, repo: str, pull: dict[str, Any], lane: Lane, wire: Wire) -> Mapping[str, Any]:
        """With the reviews and checks beyond the first hundred of each."""
        ends = [_end(pull["reviews"]), _end(_contexts(pull))]
        for _ in range(_MOST_PAGES):
            if not any(ends):
                return pull
            part = self._part(repo, pull["number"], lane, wire, *(end or None for end in ends))
            if part["headRefOid"] != pull["headRefOid"]:
                raise Unavailable(f"{repo}#{pull['number']} moved while it was read")
            more = [part["reviews"], _contexts(part)]
            for place, where in enumerate((pull["reviews"], _contexts(pull))):
                if ends[place]:
                    where["nodes"] += more[place]["nodes"]
                    ends[place] = _end(more[place])
        raise Refused(f"{repo}#{pull['number']} has more reviews or checks than Chairlift reads: open a new one")

    def _shown(self, repo: str, pull: Mapping[str, Any], lane: Lane) -> PullRequest:
        rulesets: Sequence[Any] = ()
        if pull["state"] == "OPEN":
            at = f"{path(repo)}/rules/branches/{quoted(pull['baseRefName'])}"
            # A private repository of who pays nothing can have no rulesets.
            with contextlib.suppress(NotInPlan):
                rulesets = self._wire.pages(at, lane, repo)
        return pull_of(pull, rulesets)

    def _opened(self, repo: str, where: str, branch: str, base: str, title: str, body: str) -> Mapping[str, Any]:
        text = {"head": branch, "base": base, "title": talk.sayable(title, talk.TITLE), "body": talk.sayable(body)}
        try:
            made = self._wire.write("POST", f"{where}/pulls", text, Lane.OPEN, Call.CREATE, f"{branch} in {repo}")
        except Unfit as error:
            if "already exists" not in error.said:
                raise
            # Made in between: by another worker, or by a call whose answer was lost.
            _, pull = self._look(repo, branch, Lane.OPEN)
            if pull is None:
                raise
            return pull
        number = int(made["number"])
        self._numbers[repo, branch] = number
        return self._pull(repo, number, Lane.OPEN)

    def _completed(self, repo: str, where: str, pull: Mapping[str, Any], labels: Sequence[str]) -> None:
        """Its labels are on it, and its reviewers asked: also where we were stopped after opening it."""
        number, reviewers = pull["number"], self._settings.reviewers
        there = {label["name"].casefold() for label in pull["labels"]["nodes"]}
        if missing := [label for label in labels if label.casefold() not in there]:
            at = f"{where}/issues/{number}/labels"
            self._wire.write("POST", at, {"labels": missing}, Lane.OPEN, Call.WRITE, f"{repo}#{number}")
        untouched = not pull["reviewRequests"]["totalCount"] and not pull["reviews"]["nodes"]
        if reviewers and untouched and pull["viewerDidAuthor"]:
            people = [each for each in reviewers if "/" not in each]
            teams = [each.partition("/")[2] for each in reviewers if "/" in each]
            asked = {"reviewers": people, "team_reviewers": teams}
            at = f"{where}/pulls/{number}/requested_reviewers"
            self._wire.write("POST", at, asked, Lane.OPEN, Call.CREATE, f"{repo}#{number}")


def _must_be(repo: str, pull: Mapping[str, Any], expected: str) -> None:
    if pull["headRefOid"] != expected:
        at = pull["headRefOid"][:10]
        raise Refused(f"{repo}#{pull['number']} is at {at}, not at {expected[:10]}: look at it again")


def _contexts(pull: Mapping[str, Any]) -> dict[str, Any]:
    """The checks of its last commit; an empty list where it has none."""
    rollups = [node["commit"]["statusCheckRollup"] for node in pull["commits"]["nodes"]]
    found: dict[str, Any] = (rollups[0] or {}).get("contexts", {}) if rollups else {}
    return found


def _end(connection: Mapping[str, Any]) -> str:
    info = connection.get("pageInfo") or {}
    return str(info["endCursor"]) if info.get("hasNextPage") else ""
