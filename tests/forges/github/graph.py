"""The stand-in's GraphQL: GitHub's own schema, executed by graphql-core on what the stand-in remembers."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import graphql

from tests.forges.github.place import (
    PASSED,
    Grant,
    Issue,
    Place,
    Repository,
    Run,
    Told,
    behind,
    blocking,
    conflicted,
    decision,
)
from tests.forges.npm import npm_file

STATUSES = {"queued": "QUEUED", "in_progress": "IN_PROGRESS", "completed": "COMPLETED"}


@lru_cache(maxsize=1)
def schema() -> graphql.GraphQLSchema:
    text = npm_file("@octokit/graphql-schema", "15.26.1", "schema.graphql").read_text()
    return graphql.build_schema(text, assume_valid=True)


class NotInSchema(Exception):
    """A query that GitHub's schema does not allow."""


def answer(place: Place, grant: Grant, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What GitHub answers beside 200. Raises NotInSchema."""
    document = graphql.parse(query)
    if errors := graphql.validate(schema(), document):
        raise NotInSchema("; ".join(error.message for error in errors))
    root = Root(place, grant)
    fields = {name: getattr(root, name) for name in dir(root) if not name.startswith("_")}
    done = graphql.execute_sync(schema(), document, root_value=fields, variable_values=dict(variables))
    told: dict[str, Any] = {"data": done.data}
    if done.errors:
        told["errors"] = [_error(error) for error in done.errors]
    return told


def _error(error: graphql.GraphQLError) -> dict[str, Any]:
    said = error.original_error
    if said is None:
        raise NotInSchema(error.message)
    if not isinstance(said, Told):
        raise said
    return {**error.formatted, "type": said.kind or "UNPROCESSABLE"}


class Root:
    """Queries and mutations; each answers with what the schema asks of it."""

    def __init__(self, place: Place, grant: Grant) -> None:
        self._place, self._grant = place, grant

    def repository(self, info: Any, owner: str, name: str, followRenames: bool = True) -> dict[str, Any]:
        try:
            repo = self._place.repository(self._grant, f"{owner}/{name}", follow=followRenames)
        except Told:
            raise Told(
                200, f"Could not resolve to a Repository with the name '{owner}/{name}'.", kind="NOT_FOUND"
            ) from None
        return Shown(repo, self._grant).repository()

    def viewer(self, info: Any) -> dict[str, Any]:
        return {"login": self._grant.login}

    def repositoryOwner(self, info: Any, login: str) -> dict[str, Any] | None:
        found = self._listed(login)
        return {"__typename": "Organization", "repositories": connection(found)} if found else None

    def search(self, info: Any, query: str, type: str, **page: Any) -> dict[str, Any]:
        """Of GitHub's language only what narrows to an owner, to a topic, and words of the name."""
        words = [word for word in query.split() if word != "fork:true"]
        owner = next(word.partition(":")[2] for word in words if word.startswith("user:"))
        topics = {word.partition(":")[2] for word in words if word.startswith("topic:")}
        plain = [word for word in words if ":" not in word]
        found = [
            each
            for each in self._listed(owner)
            if topics <= set(each["topics"]) and all(word in each["nameWithOwner"] for word in plain)
        ]
        return {**connection(found)(info, **page), "repositoryCount": len(found)}

    def _listed(self, owner: str) -> list[dict[str, Any]]:
        names = [repo.name for repo in self._place.repositories.values() if repo.name.partition("/")[0] == owner]
        found = []
        for name in sorted(names):
            with contextlib.suppress(Told):
                found.append(Shown(self._place.repository(self._grant, name), self._grant).repository())
        return found

    def enqueuePullRequest(self, info: Any, input: Mapping[str, Any]) -> dict[str, Any]:
        repo, pull = self._named(input["pullRequestId"])
        if input.get("expectedHeadOid") not in (None, pull.head):
            raise Told(200, "The head of the pull request is not the expected one")
        if pull.base not in repo.queues:
            raise Told(200, "The base branch has no merge queue")
        pull.queued, pull.updated = True, self._place.stamp()
        return {"mergeQueueEntry": {"state": "QUEUED"}}

    def _named(self, identity: str) -> tuple[Repository, Issue]:
        name, number = base64.b64decode(identity).decode().split("#")
        repo = self._place.repository(self._grant, name)
        if self._grant.read_only:
            raise Told(200, "Resource not accessible by personal access token", kind="FORBIDDEN")
        return repo, repo.pull(int(number))


def connection(items: Sequence[Any], **more: Any) -> Callable[..., dict[str, Any]]:
    """A list as GraphQL pages it; `more` is what its connection holds beside it."""

    def page(info: Any, first: int | None = None, last: int | None = None, after: str | None = None, **_: Any) -> Any:
        start = int(after) if after else 0
        if first is not None:
            end = min(start + first, len(items))
        else:
            start, end = max(len(items) - (last or len(items)), 0), len(items)
        asked = [field.name.value for node in info.field_nodes for field in node.selection_set.selections]
        if first is None and last is None and "nodes" in asked:
            raise NotInSchema(f"{info.field_name}: you must provide a `first` or `last` value")
        if max(first or 0, last or 0) > 100:
            raise NotInSchema(f"{info.field_name}: requesting more than 100 records")
        info_of = {"hasNextPage": end < len(items), "endCursor": str(end) if end > start else None}
        return {"nodes": list(items[start:end]), "totalCount": len(items), "pageInfo": info_of, **more}

    return page


def actor(login: str) -> dict[str, Any] | None:
    """Bots are written without their end here, and who is gone is nobody."""
    if login == "ghost":
        return None
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {"__typename": kind, "login": login.removesuffix("[bot]")}


class Shown:
    """A repository as the schema shows it to one account."""

    def __init__(self, repo: Repository, grant: Grant) -> None:
        self.repo, self.grant = repo, grant

    def repository(self) -> dict[str, Any]:
        repo = self.repo
        return {
            "nameWithOwner": repo.name,
            "__typename": "Repository",
            "isArchived": repo.archived,
            "isFork": repo.fork,
            "primaryLanguage": {"name": repo.language} if repo.language else None,
            "topics": repo.topics,
            "repositoryTopics": connection([{"topic": {"name": name}} for name in repo.topics]),
            "object": self.blob,
            "defaultBranchRef": self.ref(None, f"refs/heads/{repo.default}") if repo.default else None,
            "ref": self.ref,
            "pullRequests": self.pulls,
            "pullRequest": self.pull,
            "issues": self.issues,
        }

    def ref(self, info: Any, qualifiedName: str) -> dict[str, Any] | None:
        name = qualifiedName.removeprefix("refs/heads/")
        tip = self.repo.tip(name)
        if not tip:
            return None
        rule = self.repo.protections.get(name)
        shown = None
        if rule and not rule.ruleset:
            shown = {
                "requiredApprovingReviewCount": rule.approvals,
                "requiredStatusCheckContexts": list(rule.checks),
                "requiresCodeOwnerReviews": rule.code_owners,
                "requiresConversationResolution": rule.conversations,
                "requiresSignatures": False,
            }
        return {"name": name, "target": {"__typename": "Commit", "oid": tip}, "refUpdateRule": shown}

    def blob(self, info: Any, expression: str) -> dict[str, Any] | None:
        path = expression.removeprefix("HEAD:")
        tip = self.repo.tip(self.repo.default) if self.repo.default else ""
        if not tip or path not in self.repo.git[tip].tree:
            return None
        return {"__typename": "Blob", "text": self.repo.git[tip].tree[path].data.decode()}

    def pulls(self, info: Any, headRefName: str = "", states: Any = None, orderBy: Any = None, **page: Any) -> Any:
        found = [item for item in self.repo.items.values() if item.branch and item.branch == headRefName]
        found = [pull for pull in found if states is None or state(pull) in states]
        return connection([self.shown(pull) for pull in ordered(found, orderBy)])(info, **page)

    def issues(self, info: Any, orderBy: Any = None, **page: Any) -> Any:
        found = ordered([item for item in self.repo.items.values() if not item.branch], orderBy)
        return connection([self._item(item) for item in found])(info, **page)

    def pull(self, info: Any, number: int) -> dict[str, Any]:
        try:
            return self.shown(self.repo.pull(number))
        except Told:
            raise Told(
                200, f"Could not resolve to a PullRequest with the number of {number}.", kind="NOT_FOUND"
            ) from None

    def _item(self, item: Issue) -> dict[str, Any]:
        return {
            "number": item.number,
            "state": state(item),
            "updatedAt": item.updated,
            "createdAt": item.at,
            "viewerDidAuthor": item.by == self.grant.login,
            "comments": connection([said for said in self.repo.comments if said.number == item.number]),
        }

    def shown(self, pull: Issue) -> dict[str, Any]:
        repo = self.repo
        closing = [{"__typename": "ClosedEvent", "actor": actor(pull.closed_by)}] if pull.closed_by else []
        return {
            **self._item(pull),
            "id": base64.b64encode(f"{repo.name}#{pull.number}".encode()).decode(),
            "url": f"https://github.test/{repo.name}/pull/{pull.number}",
            "isDraft": pull.draft,
            "closedAt": pull.closed_at or None,
            "mergedAt": pull.merged_at or None,
            "author": actor(pull.by),
            "headRefName": pull.branch,
            "headRefOid": pull.head,
            "baseRefName": pull.base,
            "isCrossRepository": pull.fork,
            "mergeable": lambda info: self.mergeable(pull),
            "mergeStateStatus": lambda info: self.status(pull),
            "reviewDecision": decision(repo, pull) if pull.state == "open" else None,
            "isInMergeQueue": pull.queued,
            "isMergeQueueEnabled": pull.base in repo.queues,
            "autoMergeRequest": {"enabledAt": pull.updated} if pull.auto_merge else None,
            "mergeCommit": {"oid": pull.merged_commit} if pull.merged_commit else None,
            "labels": connection([{"name": label} for label in pull.labels]),
            "reviewRequests": connection(pull.asked),
            "baseRef": self.ref(None, f"refs/heads/{pull.base}"),
            "timelineItems": connection(closing),
            "reviewThreads": connection([{"isResolved": resolved} for resolved in pull.threads]),
            "reviews": connection([self.review(review) for review in pull.reviews]),
            "commits": connection([{"commit": {"oid": pull.head, "statusCheckRollup": self.rollup(pull)}}]),
        }

    def review(self, review: Any) -> dict[str, Any]:
        return {
            "id": f"PRR_{review.id}",
            "state": review.state,
            "body": review.text,
            "submittedAt": review.at,
            "viewerDidAuthor": review.by == self.grant.login,
            "author": actor(review.by),
            "commit": {"oid": review.head},
        }

    def mergeable(self, pull: Issue) -> str:
        at = (pull.head, self.repo.tip(pull.base))
        if pull.state != "open" or (self.repo.lazy and pull.computed != at):
            pull.computed = at
            return "UNKNOWN"
        return "CONFLICTING" if conflicted(self.repo, pull) else "MERGEABLE"

    def status(self, pull: Issue) -> str:
        if pull.state != "open":
            return "UNKNOWN"
        if conflicted(self.repo, pull):
            return "DIRTY"
        if behind(self.repo, pull):
            return "BEHIND"
        if [*blocking(self.repo, pull)] or pull.draft:
            return "BLOCKED"
        red = [run for run in self.repo.latest(pull.head) if run.conclusion not in PASSED]
        return "UNSTABLE" if red else "CLEAN"

    def rollup(self, pull: Issue) -> dict[str, Any] | None:
        runs = self.repo.latest(pull.head)
        if not runs:
            return None
        rule = self.repo.protections.get(pull.base)
        named = rule.checks if rule else ()
        states = [rolled(run) for run in runs]
        worst = next((each for each in ("FAILURE", "PENDING", "SUCCESS") if each in states), "SUCCESS")
        counts = {
            "checkRunCountsByState": [
                {"state": each, "count": sum(counted(run) == each for run in runs if run.app)}
                for each in sorted({counted(run) for run in runs if run.app})
            ],
            "statusContextCountsByState": [
                {"state": each, "count": sum(rolled(run) == each for run in runs if not run.app)}
                for each in sorted({rolled(run) for run in runs if not run.app})
            ],
        }
        nodes = [{**context(run), "isRequired": lambda info, name=run.name, **_: name in named} for run in runs]
        return {"state": worst, "contexts": connection(nodes, **counts)}


def state(item: Issue) -> str:
    return "MERGED" if item.merged_commit else item.state.upper()


def ordered(items: list[Issue], order: Mapping[str, str] | None) -> list[Issue]:
    if order is None:
        return items
    by_update = order["field"] == "UPDATED_AT"
    found = sorted(items, key=lambda item: (item.updated if by_update else item.at, item.number))
    return found[::-1] if order["direction"] == "DESC" else found


def rolled(run: Run) -> str:
    if run.status != "completed":
        return "PENDING"
    return "SUCCESS" if run.conclusion in PASSED else "FAILURE"


def counted(run: Run) -> str:
    """What a check run is counted as."""
    return STATUSES[run.status] if run.status != "completed" else (run.conclusion or "").upper()


def context(run: Run) -> dict[str, Any]:
    if not run.app:
        return {"__typename": "StatusContext", "context": run.name, "state": rolled(run), "description": run.summary}
    return {
        "__typename": "CheckRun",
        "name": run.name,
        "status": STATUSES[run.status],
        "conclusion": run.conclusion.upper() if run.conclusion else None,
        "title": run.title,
        "summary": run.summary,
    }
