"""The stand-in's GraphQL: GitLab's schema, executed on what the stand-in remembers, as complex as GitLab allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import graphql

from tests.forges.gitlab import rules, shapes
from tests.forges.gitlab.places import GUEST, Places, Project, Pull, Topic, User
from tests.forges.gitlab.schema import schema

#: For those who are signed in.
MOST = 250
#: Fields that GitLab itself has to ask git for, which it counts once more.
_ASK_GIT = frozenset({"tree", "lastCommit", "blobs", "rawTextBlob", "rootRef", "detailedMergeStatus", "languages"})
_REVIEWS = {
    "requested_changes": "REVIEWED",
    "unreviewed": "UNREVIEWED",
    "approved": "REVIEWED",
    "unapproved": "UNREVIEWED",
    "reviewed": "REVIEWED",
}


class NotInSchema(Exception):
    """A query that GitLab would not answer."""


def answer(places: Places, user: User, query: str, variables: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """What GitLab answers beside 200, and how complex the query is. Raises NotInSchema."""
    document = graphql.parse(query)
    if errors := graphql.validate(schema(), document):
        raise NotInSchema("; ".join(error.message for error in errors))
    complexity = Counting(document, variables).of_query()
    if complexity > MOST:
        raise NotInSchema(f"Query has complexity of {complexity}, which exceeds max complexity of {MOST}")
    root = Root(places, user)
    fields = {name: getattr(root, name) for name in ("project", "projects")}
    done = graphql.execute_sync(schema(), document, root_value=fields, variable_values=dict(variables))
    if done.errors:
        raise NotInSchema(f"{done.errors[0].message}: {done.errors[0].original_error!r}")
    return {"data": done.data}, complexity


class Counting:
    """How complex a query is: a field is one, and a list of many as much more as there may be in it."""

    def __init__(self, document: Any, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._fragments = {each.name.value: each for each in document.definitions if hasattr(each, "type_condition")}
        self._query = next(each for each in document.definitions if not hasattr(each, "type_condition"))

    def of_query(self) -> int:
        return round(self._of(self._query.selection_set))

    def _of(self, selections: Any) -> float:
        total = 0.0
        for each in selections.selections if selections else ():
            if isinstance(each, graphql.FragmentSpreadNode):
                total += self._of(self._fragments[each.name.value].selection_set)
                continue
            own = 1 + (each.name.value in _ASK_GIT) + self._of(each.selection_set)
            inner = [
                f.name.value
                for f in (each.selection_set.selections if each.selection_set else ())
                if hasattr(f, "name")
            ]
            total += own * (1 + min(self._first(each), 100) / 100) if "nodes" in inner else own
        return total

    def _first(self, node: Any) -> int:
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                return int(self._variables[value.name.value] if hasattr(value, "name") else value.value)
        return 100


def connection(items: Sequence[Any]) -> Callable[..., dict[str, Any]]:
    def page(info: Any, first: int | None = None, **_: Any) -> dict[str, Any]:
        return {"nodes": list(items[: min(first or 100, 100)])}

    return page


class Root:
    """Queries of one user."""

    def __init__(self, places: Places, user: User) -> None:
        self._places, self._user = places, user

    def project(self, info: Any, fullPath: str) -> dict[str, Any] | None:
        found = self._places.project(fullPath)
        # Not by an old name: only REST follows that.
        if found is None or fullPath.isdigit() or found.access(self._user) < GUEST:
            return None
        return self._shown(found)

    def projects(self, info: Any, ids: Sequence[str] = (), first: int = 100, **_: Any) -> dict[str, Any]:
        wanted = {int(each.rpartition("/")[2]) for each in ids}
        found = [each for id, each in self._places.projects.items() if id in wanted]
        seen = [each for each in found if each.access(self._user) >= GUEST]
        return {"nodes": [self._shown(each) for each in seen[:first]]}

    def _shown(self, of: Project) -> dict[str, Any]:
        self._places.look(of)
        return {
            "id": f"gid://gitlab/Project/{of.id}",
            "fullPath": of.path,
            "archived": of.archived,
            "languages": [{"name": of.language, "share": 90.0}] if of.language else [],
            "repository": Repository(of).shown(),
            "mergeRequests": lambda info, **asked: self._pulls(info, of, **asked),
            "issues": lambda info, **asked: self._issues(info, of, **asked) if of.issues else None,
        }

    def _pulls(self, info: Any, of: Project, sourceBranches: Sequence[str] = (), **asked: Any) -> Any:
        found = [each for each in of.pulls.values() if each.branch in sourceBranches]
        return connection([self._pull(of, each) for each in ordered(found)])(info, **asked)

    def _issues(self, info: Any, of: Project, authorUsername: str = "", **asked: Any) -> Any:
        found = [each for each in of.tickets.values() if each.by.name == authorUsername]
        return connection([topic(each) for each in ordered(found)])(info, **asked)

    def _pull(self, of: Project, pull: Pull) -> dict[str, Any]:
        people = {each.id: each for each in self._places.users.values()}
        pipeline = of.pipeline(pull.head)
        shown = {
            **topic(pull),
            "draft": pull.draft,
            "sourceBranch": pull.branch,
            "targetBranch": pull.base,
            "sourceProjectId": of.id + 1 if pull.fork else of.id,
            "projectId": of.id,
            "diffHeadSha": pull.head,
            "mergeStatusEnum": rules.merge_status(of, pull).upper(),
            "detailedMergeStatus": detailed(rules.detailed_status(of, pull)),
            "autoMergeEnabled": pull.auto_merge or pull.train,
            "mergeCommitSha": pull.merge_commit or None,
            "approvedBy": {"nodes": [{"username": people[who].name} for who in pull.approvals]},
            "reviewers": {"nodes": [reviewer(people[who].name, state) for who, state in pull.reviewers.items()]},
            "headPipeline": None,
        }
        if pipeline:
            id, state, at = pipeline
            gid = f"gid://gitlab/Ci::Pipeline/{id}"
            shown["headPipeline"] = {"id": gid, "status": state.upper(), "updatedAt": shapes.stamp(at)}
        return shown


def topic(each: Topic) -> dict[str, Any]:
    return {
        "iid": str(each.iid),
        "state": each.state,
        "updatedAt": shapes.stamp(each.updated),
        "userNotesCount": len(each.said),
    }


def reviewer(name: str, state: str) -> dict[str, Any]:
    return {"username": name, "mergeRequestInteraction": {"reviewState": _REVIEWS[state]}}


def detailed(status: str) -> str:
    """As the schema of that time has it: what it does not know was called broken."""
    upper = status.upper()
    known = schema().type_map["DetailedMergeStatus"].values
    return upper if upper in known else "BROKEN_STATUS"


def ordered(items: Sequence[Any]) -> list[Any]:
    return sorted(items, key=lambda each: each.updated, reverse=True)


class Repository:
    """A project's repository as the schema shows it."""

    def __init__(self, of: Project) -> None:
        self.of = of

    def shown(self) -> dict[str, Any]:
        default = self.of.default if self.of.tip(self.of.default) else None
        return {"rootRef": default, "tree": self._tree, "blobs": self._blobs}

    def _tree(self, info: Any, ref: str | None = None, **_: Any) -> dict[str, Any] | None:
        tip = self.of.tip(ref if ref is not None else self.of.default)
        return {"lastCommit": {"sha": tip} if tip else None}

    def _blobs(self, info: Any, paths: Sequence[str], **_: Any) -> dict[str, Any]:
        tip = self.of.tip(self.of.default)
        tree = self.of.git[tip].tree if tip else {}
        found = [path for path in paths if path in tree]
        return {"nodes": [{"path": path, "rawTextBlob": tree[path].data.decode()} for path in found]}
