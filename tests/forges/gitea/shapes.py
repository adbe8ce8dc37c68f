"""What the stand-in remembers, as Gitea's API shows it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from chairlift.localforge import git as commits
from tests.forges.gitea.places import Pull


def stamp(at: datetime | None):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def user(one):
    return one and {
        "id": one.id,
        "login": one.login,
        "full_name": "",
        "email": f"{one.login}@localhost.example",
        "is_admin": one.admin,
        "active": True,
    }


def repository(one, url):
    return {
        "id": one.id,
        "owner": user(one.owner),
        "name": one.name,
        "full_name": one.full_name,
        "private": one.private,
        "archived": one.archived,
        "fork": one.fork,
        "language": one.language,
        "empty": not list(one.git.branches.local),
        "default_branch": one.default,
        "html_url": f"{url}/{one.full_name}",
        "clone_url": f"https://as.configured.example/{one.full_name}.git",
        "ssh_url": f"git@git.example:{one.full_name}.git",
        "allow_squash_merge": "squash" in one.styles,
        "parent": None,
    }


def entry(found, path):
    """A file or folder; only where it is asked for by itself does a file have its content."""
    kind = "dir" if found.type_str == "tree" else "symlink" if found.filemode == 0o120000 else "file"
    size = 0 if kind == "dir" else found.size
    return {"name": path.rpartition("/")[2], "path": path, "type": kind, "size": size, "sha": str(found.id)}


def content(found, path):
    text = base64.b64encode(found.data).decode() if found.filemode != 0o120000 else None
    return {**entry(found, path), "encoding": text and "base64", "content": text}


def topic(one, of, url):
    """What an issue and a pull request have in common."""
    kind = "pulls" if isinstance(one, Pull) else "issues"
    return {
        "id": one.number + 1000,
        "number": one.number,
        "title": one.title,
        "body": one.body,
        "user": user(one.by),
        "state": one.state,
        "comments": len(one.comments),
        "created_at": stamp(one.created),
        "updated_at": stamp(one.updated),
        "closed_at": stamp(one.closed),
        "html_url": f"{url}/{of.full_name}/{kind}/{one.number}",
        "labels": [label(of, each) for each in one.labels],
        "assignee": None,
        "assignees": None,
        "milestone": None,
        "due_date": None,
        "is_locked": False,
    }


def issue(one, of, url):
    meta = {"merged": one.merged, "merged_at": stamp(one.merged_at)} if isinstance(one, Pull) else None
    return {**topic(one, of, url), "pull_request": meta, "repository": {"id": of.id, "name": of.name}, "assets": []}


def pull(one, of, url):
    git = of.git
    tip = commits.tip(git, one.branch)
    place = {"repo_id": of.id, "repo": repository(of, url)}
    # While it is merged or closed, the branch may go on: that is what Gitea shows all the same.
    ref = one.branch if tip else f"refs/pull/{one.number}/head"
    return {
        **topic(one, of, url),
        "head": {"label": one.branch, "ref": ref, "sha": tip or one.head, **place},
        "base": {"label": one.base, "ref": one.base, "sha": commits.tip(git, one.base) or "", **place},
        "merge_base": one.merge_base,
        "mergeable": not one.checking and not one.draft and one.status != "conflict",
        "merged": one.merged,
        "merged_at": stamp(one.merged_at),
        "merged_by": user(one.merged_by),
        "merge_commit_sha": one.merged_commit or None,
        "requested_reviewers": [user(each.by) for each in one.reviews if each.state == "REQUEST_REVIEW"] or None,
    }


def review(one):
    return {
        "id": one.id,
        "user": user(one.by),
        "team": None,
        "state": one.state,
        "body": one.body,
        "commit_id": one.commit,
        "official": one.official,
        "stale": one.stale,
        "dismissed": one.dismissed,
        "submitted_at": stamp(one.at),
        "updated_at": stamp(one.at),
        "comments_count": 0,
    }


def comment(one, topic_, of, url):
    address = f"{url}/{of.full_name}/{'pulls' if isinstance(topic_, Pull) else 'issues'}/{topic_.number}"
    return {
        "id": one.id,
        "user": user(one.by),
        "body": one.body,
        "html_url": f"{address}#issuecomment-{one.id}",
        "issue_url": "" if isinstance(topic_, Pull) else address,
        "pull_request_url": address if isinstance(topic_, Pull) else "",
        "created_at": stamp(one.created),
        "updated_at": stamp(one.updated),
        "assets": [],
    }


def event(one, topic_, of, url):
    shown = comment(one, topic_, of, url)
    del shown["assets"]
    return {**shown, "type": one.kind, "milestone": None, "label": None, "assignee": None}


def status(one):
    return {
        "id": one.id,
        "context": one.context,
        "status": one.state,
        "description": one.description,
        "target_url": "",
        "creator": user(one.by),
        "created_at": stamp(one.at),
        "updated_at": stamp(one.at),
    }


def label(of, id):
    found = of.labels[id]
    return {"id": id, "name": found["name"], "color": found["color"].lstrip("#"), "description": "", "url": ""}


def rule(name, found):
    return {
        "rule_name": name,
        "branch_name": name,
        "created_at": stamp(found["at"]),
        "updated_at": stamp(found["at"]),
    } | {key: value for key, value in found.items() if key not in ("at", "rule_name", "branch_name")}


def branch(of, name, asker, mergers):
    tip = of.git[commits.tip(of.git, name)]
    found = of.rule(name)
    shown = {
        "name": name,
        "commit": {
            "id": str(tip.id),
            "message": tip.message,
            "timestamp": stamp(datetime.fromtimestamp(tip.commit_time, UTC)),
        },
        "protected": found is not None,
        "required_approvals": (found or {}).get("required_approvals", 0),
        "enable_status_check": (found or {}).get("enable_status_check", False),
        "status_check_contexts": (found or {}).get("status_check_contexts") or [],
        "user_can_push": of.may_write(asker) and found is None,
        "user_can_merge": asker.login in mergers if mergers is not None else of.may_write(asker),
        "effective_branch_protection_name": "",
    }
    if found is not None and of.access(asker) == "admin":
        shown["effective_branch_protection_name"] = next(key for key, value in of.rules.items() if value is found)
    return shown
