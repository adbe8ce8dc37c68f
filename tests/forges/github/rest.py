"""The stand-in's REST: what each call does, and the few values that its answer is completed from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chairlift.localforge import git as commits
from tests.forges.github.place import APPROVED, CHANGES, COMMENTED, Grant, Issue, Place, Repository, Run, Told, invalid

EVENTS = {"APPROVE": APPROVED, "REQUEST_CHANGES": CHANGES, "COMMENT": COMMENTED}
STATUSES = {"success": "success", "failure": "failure", "error": "failure", "pending": None}
BODY, TITLE, DESCRIPTION = 65_536, 256, 140


@dataclass(frozen=True)
class Asked:
    """One call: `values` are in its path."""

    place: Place
    grant: Grant
    values: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    api: str

    @property
    def repo(self) -> Repository:
        name = f"{self.values['owner']}/{self.values['repo']}"
        if name.casefold() in self.place.moved:
            raise Told(301, "Moved Permanently", kind=self.place.moved[name.casefold()])
        return self.place.repository(self.grant, name)

    @property
    def writable(self) -> Repository:
        repo = self.repo
        if self.grant.scopes is not None and "repo" not in self.grant.scopes.split(", "):
            raise Told(404, "Not Found", x_oauth_scopes=self.grant.scopes, x_accepted_oauth_scopes="repo")
        if self.grant.read_only:
            needs = "pull_requests=write; contents=write"
            raise Told(403, "Resource not accessible by integration", x_accepted_github_permissions=needs)
        if repo.archived:
            raise Told(403, "Repository was archived so is read-only.")
        return repo

    @property
    def pull(self) -> tuple[Repository, Issue]:
        repo = self.writable
        return repo, repo.pull(int(self.values["pull_number"]))


Answered = tuple[int, Any]
CALLS: dict[str, Callable[[Asked], Answered]] = {}
R = "/repos/{owner}/{repo}"


def call(name: str) -> Callable[[Callable[[Asked], Answered]], Callable[[Asked], Answered]]:
    def kept(do: Callable[[Asked], Answered]) -> Callable[[Asked], Answered]:
        CALLS[name] = do
        return do

    return kept


def user(login: str) -> dict[str, Any]:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User", "id": sum(map(ord, login))}


@call("GET /user")
def get_user(asked: Asked) -> Answered:
    return 200, user(asked.grant.login)


@call(f"GET {R}/rules/branches/{{branch}}")
def get_rules(asked: Asked) -> Answered:
    repo, branch = asked.repo, asked.values["branch"]
    rule = repo.protections.get(branch)
    found: list[dict[str, Any]] = []
    if rule and rule.ruleset:
        if rule.approvals or rule.code_owners or rule.conversations:
            parameters = {
                "required_approving_review_count": rule.approvals,
                "require_code_owner_review": rule.code_owners,
                "required_review_thread_resolution": rule.conversations,
                "dismiss_stale_reviews_on_push": rule.dismiss_stale,
                "require_last_push_approval": False,
            }
            found.append({"type": "pull_request", "parameters": parameters})
        if rule.checks:
            parameters = {
                "required_status_checks": [{"context": name} for name in rule.checks],
                "strict_required_status_checks_policy": rule.strict,
            }
            found.append({"type": "required_status_checks", "parameters": parameters})
        if rule.nobody:
            found.append({"type": "update"})
    owner = {"ruleset_source_type": "Repository", "ruleset_source": repo.name, "ruleset_id": 7}
    return 200, [{**each, **owner} for each in found]


@call(f"POST {R}/pulls")
def open_pull(asked: Asked) -> Answered:
    repo, body = asked.writable, asked.body
    pull = asked.place.open(repo, asked.grant.login, body["title"], body.get("body") or "", body["head"], body["base"])
    return 201, pull_shown(asked, repo, pull)


def pull_shown(asked: Asked, repo: Repository, pull: Issue) -> dict[str, Any]:
    return {
        "number": pull.number,
        "title": pull.title,
        "body": pull.body,
        "state": pull.state,
        "user": user(pull.by),
        "head": {"ref": pull.branch, "sha": pull.head},
        "base": {"ref": pull.base},
        "created_at": pull.at,
        "draft": pull.draft,
    }


@call(f"PATCH {R}/pulls/{{pull_number}}")
def change_pull(asked: Asked) -> Answered:
    repo, pull = asked.pull
    if asked.body.get("state") == "closed" and pull.state == "open":
        asked.place.close(pull, asked.grant.login)
    return 200, pull_shown(asked, repo, pull)


@call(f"PUT {R}/pulls/{{pull_number}}/merge")
def merge(asked: Asked) -> Answered:
    repo, pull = asked.pull
    sha = asked.place.merge(repo, pull, asked.body.get("merge_method", "merge"), asked.body.get("sha"))
    return 200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"}


@call(f"POST {R}/pulls/{{pull_number}}/reviews")
def review(asked: Asked) -> Answered:
    repo, pull = asked.pull
    head = asked.body.get("commit_id") or pull.head
    if not commits.known(repo.git, head):
        raise invalid(field="commit_id")
    made = asked.place.review(pull, asked.grant.login, EVENTS[asked.body["event"]], asked.body.get("body") or "", head)
    shown = {"id": made.id, "user": user(made.by), "body": made.text, "state": made.state, "commit_id": made.head}
    return 200, shown


@call(f"POST {R}/pulls/{{pull_number}}/requested_reviewers")
def ask_reviewers(asked: Asked) -> Answered:
    repo, pull = asked.pull
    people = asked.body.get("reviewers") or []
    if pull.by in people:
        raise Told(422, "Review cannot be requested from pull request author.")
    pull.asked = sorted({*pull.asked, *people, *(asked.body.get("team_reviewers") or [])})
    return 201, pull_shown(asked, repo, pull)


@call(f"POST {R}/issues/{{issue_number}}/labels")
def add_labels(asked: Asked) -> Answered:
    item = asked.writable.items[int(asked.values["issue_number"])]
    item.labels += [name for name in asked.body["labels"] if name not in item.labels]
    return 200, [{"name": name} for name in item.labels]


@call(f"GET {R}/issues")
def list_issues(asked: Asked) -> Answered:
    repo = asked.repo
    creator = asked.query.get("creator")
    found = [item for item in repo.items.values() if creator is None or item.by.casefold() == creator.casefold()]
    wanted = asked.query.get("state", "open")
    return 200, [issue_shown(asked, repo, each) for each in found[::-1] if wanted in ("all", each.state)]


def issue_shown(asked: Asked, repo: Repository, item: Issue) -> dict[str, Any]:
    shown = {
        "id": item.number + 10_000,
        "number": item.number,
        "title": item.title,
        "body": item.body,
        "state": item.state,
        "user": user(item.by),
        "html_url": f"https://github.test/{repo.name}/issues/{item.number}",
        "created_at": item.at,
    }
    if item.branch:
        shown["pull_request"] = {}
    return shown


@call(f"POST {R}/issues")
def open_issue(asked: Asked) -> Answered:
    repo = asked.writable
    if not repo.issues_enabled:
        raise Told(410, "Issues has been disabled in this repository.")
    fits(asked.body)
    item = asked.place.open(repo, asked.grant.login, asked.body["title"], asked.body.get("body") or "")
    return 201, issue_shown(asked, repo, item)


@call(f"PATCH {R}/issues/{{issue_number}}")
def change_issue(asked: Asked) -> Answered:
    repo = asked.writable
    item, body = repo.items[int(asked.values["issue_number"])], asked.body
    fits(body)
    item.title, item.body = body.get("title", item.title), body.get("body", item.body)
    item.updated = asked.place.stamp()
    if body.get("state") == "closed" and item.state == "open":
        asked.place.close(item, asked.grant.login)
    elif body.get("state") == "open":
        item.state, item.closed_by, item.closed_at = "open", "", ""
    return 200, issue_shown(asked, repo, item)


def fits(body: Mapping[str, Any]) -> None:
    for name, most in (("body", BODY), ("title", TITLE)):
        if len(body.get(name) or "") > most:
            raise invalid(message=f"{name} is too long (maximum is {most} characters)")


@call(f"GET {R}/issues/comments")
def list_comments(asked: Asked) -> Answered:
    found = sorted(asked.repo.comments, key=lambda said: said.id, reverse=asked.query.get("direction") == "desc")
    return 200, [comment_shown(asked, said) for said in found]


@call(f"GET {R}/issues/{{issue_number}}/comments")
def list_comments_of(asked: Asked) -> Answered:
    number, repo = int(asked.values["issue_number"]), asked.repo
    if number not in repo.items:
        raise Told(404, "Not Found")
    return 200, [comment_shown(asked, said) for said in repo.comments if said.number == number]


def comment_shown(asked: Asked, said: Any) -> dict[str, Any]:
    name = f"{asked.values['owner']}/{asked.values['repo']}"
    return {
        "id": said.id,
        "body": said.text,
        "user": None if said.by == "ghost" else user(said.by),
        "created_at": said.at,
        "issue_url": f"{asked.api}/repos/{name}/issues/{said.number}",
    }


@call(f"POST {R}/issues/{{issue_number}}/comments")
def comment(asked: Asked) -> Answered:
    repo = asked.writable
    fits(asked.body)
    said = asked.place.say(repo, int(asked.values["issue_number"]), asked.grant.login, asked.body["body"])
    return 201, comment_shown(asked, said)


@call(f"PATCH {R}/issues/comments/{{comment_id}}")
def change_comment(asked: Asked) -> Answered:
    said = next((each for each in asked.writable.comments if each.id == int(asked.values["comment_id"])), None)
    if said is None:
        raise Told(404, "Not Found")
    fits(asked.body)
    said.text = asked.body["body"]
    return 200, comment_shown(asked, said)


@call(f"POST {R}/statuses/{{sha}}")
def status(asked: Asked) -> Answered:
    repo, body = asked.writable, asked.body
    must_know(repo, asked.values["sha"])
    said = body.get("description") or ""
    if len(said) > DESCRIPTION:
        raise invalid(message=f"description is too long (maximum is {DESCRIPTION} characters)")
    conclusion = STATUSES[body["state"]]
    name = body.get("context", "default")
    run = Run(asked.place.next_id(), asked.values["sha"], name, 0, "completed" if conclusion else "pending", conclusion)
    run.summary = said
    repo.runs.append(run)
    return 201, {"id": run.id, "context": name, "state": body["state"], "description": said}


def must_know(repo: Repository, sha: str) -> None:
    if not commits.known(repo.git, sha):
        raise Told(422, f"No commit found for SHA: {sha}")


@call(f"POST {R}/check-runs")
def start_run(asked: Asked) -> Answered:
    repo, body = asked.writable, asked.body
    if not asked.grant.app:
        raise Told(403, "You must authenticate via a GitHub App.")
    must_know(repo, body["head_sha"])
    run = Run(asked.place.next_id(), body["head_sha"], body["name"], asked.grant.app, "queued")
    repo.runs.append(run)
    return 201, run_shown(changed(run, body))


@call(f"PATCH {R}/check-runs/{{check_run_id}}")
def change_run(asked: Asked) -> Answered:
    run = next(run for run in asked.writable.runs if run.id == int(asked.values["check_run_id"]))
    if run.app != asked.grant.app:
        raise Told(403, "Invalid app_id")
    return 200, run_shown(changed(run, asked.body))


def changed(run: Run, body: Mapping[str, Any]) -> Run:
    run.status = "completed" if "conclusion" in body else body.get("status", run.status)
    run.conclusion = body.get("conclusion", run.conclusion)
    output = body.get("output", {})
    run.title, run.summary = output.get("title", run.title), output.get("summary", run.summary)
    return run


def run_shown(run: Run) -> dict[str, Any]:
    shown = {"title": run.title, "summary": run.summary}
    return {
        "id": run.id,
        "name": run.name,
        "head_sha": run.head,
        "status": run.status,
        "conclusion": run.conclusion,
        "output": shown,
    }


@call(f"GET {R}/commits/{{ref}}/check-runs")
def list_runs(asked: Asked) -> Answered:
    repo, sha = asked.repo, asked.values["ref"]
    must_know(repo, sha)
    found = [run for run in repo.latest(sha) if run.app]
    if "check_name" in asked.query:
        found = [run for run in found if run.name == asked.query["check_name"]]
    if "app_id" in asked.query:
        found = [run for run in found if run.app == int(asked.query["app_id"])]
    return 200, {"total_count": len(found), "check_runs": [run_shown(run) for run in found]}
