"""What the stand-in knows of each thing, under GitLab's names; the rest of an answer is filled in as described."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.forges.gitlab import rules
from tests.forges.gitlab.places import Note, Project, Pull, Status, Topic, User


def stamp(at: datetime | None) -> str | None:
    """In milliseconds, as GitLab writes times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z" if at else None


def user(who: User | None) -> dict[str, Any] | None:
    if who is None:
        return None
    return {"id": who.id, "username": who.name, "name": who.name, "state": "active"}


def project(of: Project, url: str) -> dict[str, Any]:
    plain = {
        "merge_method": "merge",
        "squash_option": "default_off",
        "only_allow_merge_if_pipeline_succeeds": False,
        "only_allow_merge_if_all_discussions_are_resolved": False,
        "only_allow_merge_if_all_status_checks_passed": False,
    }
    empty = not of.tip(of.default)
    return {
        "id": of.id,
        "path": of.path.rpartition("/")[2],
        "path_with_namespace": of.path,
        # What is named in its settings is there before anything is pushed to it.
        "default_branch": None if empty else of.default,
        "empty_repo": empty,
        "archived": of.archived,
        "issues_enabled": of.issues,
        "topics": list(of.topics),
        "visibility": "private" if of.private else "public",
        "ssh_url_to_repo": f"git@gitlab.example:{of.path}.git",
        "http_url_to_repo": f"{url}/{of.path}.git",
        "web_url": f"{url}/{of.path}",
        "merge_trains_enabled": of.trains,
        **({"forked_from_project": {"id": 1}} if of.fork else {}),
        **plain,
        **of.settings,
    }


def topic(each: Topic, of: Project, url: str, kind: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "iid": each.iid,
        "project_id": of.id,
        "title": each.title,
        "description": each.text,
        "state": each.state,
        "author": user(each.by),
        "labels": each.labels,
        "created_at": stamp(each.at),
        "updated_at": stamp(each.updated),
        "closed_by": user(each.closed_by),
        "closed_at": stamp(each.closed_at),
        "user_notes_count": len(each.said),
        "web_url": f"{url}/{of.path}/-/{kind}/{each.iid}",
    }


def issue(each: Topic, of: Project, url: str) -> dict[str, Any]:
    return topic(each, of, url, "issues")


def pull(each: Pull, of: Project, url: str, whole: User | None = None) -> dict[str, Any]:
    """As lists show it, or `whole` as it is shown to a user."""
    shown = {
        **topic(each, of, url, "merge_requests"),
        "source_branch": each.branch,
        "target_branch": each.base,
        "source_project_id": of.id + 1 if each.fork else of.id,
        "target_project_id": of.id,
        "draft": each.draft,
        "sha": each.head,
        "merge_status": rules.merge_status(of, each),
        "detailed_merge_status": rules.detailed_status(of, each),
        "has_conflicts": each.state == "opened" and not each.checking and rules.conflicted(of, each),
        "blocking_discussions_resolved": not each.unresolved,
        "merge_when_pipeline_succeeds": each.auto_merge or each.train,
        "merge_commit_sha": each.merge_commit or None,
        "squash_commit_sha": each.squash_commit or None,
        "merged_by": user(each.merged_by),
        "merged_at": stamp(each.merged_at),
        "reviewers": [user(each.people[who]) for who in each.reviewers],
    }
    if whole is not None:
        shown["user"] = {"can_merge": rules.may_merge(of, each, whole)}
        shown["head_pipeline"] = pipeline(of, each.head)
        shown["pipeline"] = None
        shown["merge_error"] = None
    return shown


def pipeline(of: Project, sha: str) -> dict[str, Any] | None:
    found = of.pipeline(sha)
    if found is None:
        return None
    return {"id": found[0], "iid": 1, "project_id": of.id, "sha": sha, "status": found[1], "source": "external"}


def note(each: Note, on: Topic, of: Project) -> dict[str, Any]:
    return {
        "id": each.id,
        "body": each.body,
        "author": user(each.by),
        "created_at": stamp(each.at),
        "updated_at": stamp(each.edited or each.at),
        "system": each.system,
        "noteable_id": on.id,
        "noteable_type": "MergeRequest" if isinstance(on, Pull) else "Issue",
        "noteable_iid": on.iid,
        "project_id": of.id,
    }


def event(each: Note, on: Topic, of: Project) -> dict[str, Any]:
    return {
        "id": each.id + 5_000_000,
        "project_id": of.id,
        "action_name": "commented on",
        "target_id": each.id,
        "target_type": "Note",
        "author": user(each.by),
        "author_username": each.by.name,
        "created_at": stamp(each.at),
        "note": note(each, on, of),
    }


def status(each: Status) -> dict[str, Any]:
    return {
        "id": each.id,
        "sha": each.sha,
        "ref": "main",
        "name": each.name,
        "status": each.status,
        "description": each.text,
        "created_at": stamp(each.at),
        "allow_failure": each.allow_failure,
        "pipeline_id": each.pipeline,
        "author": user(each.by),
    }


def approvals(each: Pull, of: Project, people: dict[int, User]) -> dict[str, Any]:
    left = [rule for rule in rules.rules_of(of) if rules.lacking(of, each, rule)]
    return {
        "id": each.id,
        "iid": each.iid,
        "project_id": of.id,
        "state": each.state,
        "approvals_required": of.approvals,
        "approvals_left": rules.approvals_left(of, each),
        "approved": not left,
        "approved_by": [{"user": user(people[who])} for who in each.approvals],
        "approval_rules_left": [{"id": rule.id, "name": rule.name, "rule_type": rule.kind} for rule in left],
    }


def rule(each: Pull, of: Project, which: rules.Rule, people: dict[int, User]) -> dict[str, Any]:
    return {
        "id": which.id,
        "name": which.name,
        "rule_type": which.kind,
        "approvals_required": which.required,
        "approved_by": [user(people[who]) for who in rules.approved_by(each, which)],
        "approved": not rules.lacking(of, each, which),
    }
