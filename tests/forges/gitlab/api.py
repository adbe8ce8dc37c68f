"""The stand-in's calls about people, projects, branches, checks and issues; answers are (code, data)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from chairlift.localforge import git as commits
from tests.forges.gitlab import shapes
from tests.forges.gitlab.places import (
    DEVELOPER,
    GUEST,
    MAINTAINER,
    Places,
    Project,
    Pull,
    Rule,
    Status,
    Token,
    Topic,
    User,
    Wrong,
)

Answered = tuple[int, Any]
_NEXT = {"pending": "enqueue", "running": "run", "success": "succeed", "failed": "drop"}


@dataclass
class Asked:
    """One call: who asks, of which project, what."""

    user: User
    of: Project | None
    path: dict[str, str]
    query: dict[str, list[str]]
    body: dict[str, Any]
    url: str
    token: Token

    def first(self, name: str, otherwise: str = "") -> str:
        return self.query.get(name, [otherwise])[0]


class Api:
    """Each call is a method under the name of its operation, as `name_of` makes it."""

    def __init__(self, places: Places) -> None:
        self.places = places

    def role(self, asked: Asked, level: int) -> None:
        if asked.of.access(asked.user) < level:
            raise Wrong(403)

    @property
    def people(self) -> dict[int, User]:
        return {each.id: each for each in self.places.users.values()}

    # ---- people and groups ----

    def get_user(self, asked: Asked) -> Answered:
        return 200, shapes.user(asked.user)

    def get_personal_access_tokens_self(self, asked: Asked) -> Answered:
        token = asked.token
        shown = {"id": 1, "name": "chairlift", "active": True, "revoked": False, "user_id": token.user.id}
        return 200, {**shown, "scopes": sorted(token.scopes), "expires_at": token.until, "token": None}

    def get_users(self, asked: Asked) -> Answered:
        name = asked.first("username").casefold()
        return 200, [shapes.user(each) for each in self.places.users.values() if each.name.casefold() == name]

    def post_users(self, asked: Asked) -> Answered:
        if not asked.user.admin:
            raise Wrong(403)
        if asked.body["username"].casefold() in self.places.users:
            raise Wrong(409, "Username has already been taken")
        return 201, shapes.user(self.places.add_user(asked.body["username"]))

    def delete_users_id(self, asked: Asked) -> Answered:
        if not asked.user.admin:
            raise Wrong(403)
        gone = next((each for each in self.places.users.values() if str(each.id) == asked.path["id"]), None)
        if gone is None:
            raise Wrong(404, "404 User Not Found")
        del self.places.users[gone.name.casefold()]
        for id in [id for id, each in self.places.projects.items() if each.owner is gone]:
            del self.places.projects[id]
        return 204, None

    def post_users_user_id_impersonation_tokens(self, asked: Asked) -> Answered:
        if not asked.user.admin:
            raise Wrong(403)
        who = next(each for each in self.places.users.values() if str(each.id) == asked.path["user_id"])
        token = self.places.add_token(who, *asked.body["scopes"])
        return 201, {"id": 1, "name": asked.body["name"], "token": token, "scopes": asked.body["scopes"]}

    def _listed(self, asked: Asked, inside: str, deep: bool) -> list[Any]:
        words = asked.first("search").casefold()
        found = []
        for each in self.places.projects.values():
            above = each.path.rpartition("/")[0].casefold()
            if above != inside.casefold() and not (deep and above.startswith(f"{inside.casefold()}/")):
                continue
            if each.access(asked.user) >= GUEST and words in each.path.rpartition("/")[2].casefold():
                found.append(shapes.project(each, asked.url))
        return found

    def get_groups_id_projects(self, asked: Asked) -> Answered:
        name = asked.path["id"].casefold()
        if name not in {each.casefold() for each in self.places.groups}:
            raise Wrong(404, "404 Group Not Found")
        return 200, self._listed(asked, name, asked.first("include_subgroups") == "true")

    def get_users_id_projects(self, asked: Asked) -> Answered:
        if asked.path["id"].casefold() not in self.places.users:
            raise Wrong(404, "404 User Not Found")
        return 200, self._listed(asked, asked.path["id"], False)

    # ---- projects ----

    def post_projects(self, asked: Asked) -> Answered:
        made = self.places.add_project(f"{asked.user.name}/{asked.body['name']}", asked.user)
        made.private = asked.body.get("visibility", "private") == "private"
        return 201, shapes.project(made, asked.url)

    def get_projects_id(self, asked: Asked) -> Answered:
        return 200, shapes.project(asked.of, asked.url)

    def put_projects_id(self, asked: Asked) -> Answered:
        self.role(asked, MAINTAINER)
        body = dict(asked.body)
        if path := body.pop("path", ""):
            self.places.moved[asked.of.path.casefold()] = asked.of.id
            asked.of.path = f"{asked.of.path.rpartition('/')[0]}/{path}"
        asked.of.settings |= body
        return 200, shapes.project(asked.of, asked.url)

    def delete_projects_id(self, asked: Asked) -> Answered:
        self.role(asked, MAINTAINER)
        del self.places.projects[asked.of.id]
        return 202, {"message": "202 Accepted"}

    def post_projects_id_archive(self, asked: Asked) -> Answered:
        asked.of.archived = True
        return 201, shapes.project(asked.of, asked.url)

    def post_projects_id_members(self, asked: Asked) -> Answered:
        self.role(asked, MAINTAINER)
        asked.of.members[int(asked.body["user_id"])] = asked.body["access_level"]
        return 201, {**shapes.user(self.people[int(asked.body["user_id"])]), "access_level": asked.body["access_level"]}

    def post_projects_id_approvals(self, asked: Asked) -> Answered:
        self.role(asked, MAINTAINER)
        asked.of.reset_approvals = asked.body.get("reset_approvals_on_push", False)
        asked.of.approvals = asked.body.get("approvals_before_merge", asked.of.approvals)
        return 201, {"approvals_before_merge": asked.of.approvals, "reset_approvals_on_push": asked.of.reset_approvals}

    def post_projects_id_approval_rules(self, asked: Asked) -> Answered:
        self.role(asked, MAINTAINER)
        body = asked.body
        made = Rule(next(self.places.ids), body["name"], body["approvals_required"], tuple(body.get("user_ids", ())))
        if body.get("rule_type") == "any_approver":
            asked.of.approvals = made.required
        else:
            asked.of.rules.append(made)
        return 201, {"id": made.id, "name": made.name, "rule_type": made.kind, "approvals_required": made.required}

    def post_projects_id_external_status_checks(self, asked: Asked) -> Answered:
        self.role(asked, MAINTAINER)
        id = next(self.places.ids)
        asked.of.checks[id] = asked.body["name"]
        return 201, {"id": id, "name": asked.body["name"], "external_url": asked.body["external_url"]}

    # ---- branches, commits, checks ----

    def get_projects_id_repository_branches_branch(self, asked: Asked) -> Answered:
        name = asked.path["branch"]
        tip = asked.of.tip(name)
        if not tip:
            raise Wrong(404, "404 Branch Not Found")
        return 200, {"name": name, "commit": {"id": tip}, "default": name == asked.of.default}

    def get_projects_id_repository_merge_base(self, asked: Asked) -> Answered:
        refs = asked.query["refs[]"]
        if not all(commits.known(asked.of.git, each) for each in refs):
            raise Wrong(400, "Could not find ref: " + refs[0])
        return 200, {"id": commits.fork(asked.of.git, *refs)}

    def _commit(self, asked: Asked) -> str:
        sha = asked.path["sha"]
        if not re.fullmatch(r"[0-9a-f]{40}", sha) or not commits.known(asked.of.git, sha):
            raise Wrong(404, "404 Commit Not Found")
        return sha

    def get_projects_id_repository_commits_sha_statuses(self, asked: Asked) -> Answered:
        return 200, [shapes.status(each) for each in asked.of.latest(self._commit(asked))]

    def get_projects_id_repository_commits_sha_merge_requests(self, asked: Asked) -> Answered:
        sha = self._commit(asked)
        found = [each for each in asked.of.pulls.values() if commits.contains(asked.of.git, each.head, sha)]
        return 200, [shapes.pull(each, asked.of, asked.url) for each in found]

    def post_projects_id_statuses_sha(self, asked: Asked) -> Answered:
        sha, body, of = self._commit(asked), asked.body, asked.of
        self.role(asked, DEVELOPER)
        name, text = body.get("name", "default"), body.get("description") or ""
        if len(name) > 255 or len(text) > 255:
            raise Wrong(400, {"description": ["is too long (maximum is 255 characters)"]})
        there = next((each for each in of.latest(sha) if each.name == name), None)
        if there and there.status in ("pending", "running"):
            if there.status == body["state"]:
                event = _NEXT[body["state"]]
                raise Wrong(
                    400, f"Cannot transition status via :{event} from :{there.status} (Reason(s): Status cannot)"
                )
        else:
            newest = max((each.pipeline for each in of.statuses if each.sha == sha), default=0)
            pipeline = newest or next(self.places.ids)
            there = Status(next(self.places.ids), sha, name, "", text, asked.user, self.places.now(), pipeline)
            of.statuses.append(there)
        there.status, there.text, there.at = body["state"], text, self.places.now()
        return 201, shapes.status(there)

    # ---- issues, and words on them and on merge requests ----

    def _issue(self, asked: Asked) -> Topic:
        found = asked.of.tickets.get(int(asked.path["issue_iid"]))
        if found is None or not asked.of.issues:
            raise Wrong(404, "404 Issue Not Found")
        return found

    def get_projects_id_issues(self, asked: Asked) -> Answered:
        found = [each for each in asked.of.tickets.values() if asked.of.issues]
        if author := asked.first("author_username"):
            found = [each for each in found if each.by.name == author]
        if (state := asked.first("state", "all")) != "all":
            found = [each for each in found if each.state == state]
        found.sort(key=lambda each: each.iid, reverse=asked.first("sort", "desc") == "desc")
        return 200, [shapes.issue(each, asked.of, asked.url) for each in found]

    def post_projects_id_issues(self, asked: Asked) -> Answered:
        if not asked.of.issues:
            raise Wrong(403)
        body, at = asked.body, self.places.now()
        text, _ = self.places.quiet(body.get("description") or "")
        iid = max(asked.of.tickets, default=0) + 1
        made = Topic(next(self.places.ids), iid, self.title(body), text, asked.user, at, at)
        asked.of.tickets[iid] = made
        return 201, shapes.issue(made, asked.of, asked.url)

    def title(self, body: dict[str, Any]) -> str:
        if len(body["title"]) > 255:
            raise Wrong(400, {"title": ["is too long (maximum is 255 characters)"]})
        return body["title"].strip()

    def get_projects_id_issues_issue_iid(self, asked: Asked) -> Answered:
        return 200, shapes.issue(self._issue(asked), asked.of, asked.url)

    def put_projects_id_issues_issue_iid(self, asked: Asked) -> Answered:
        found = self._issue(asked)
        self.change(asked, found)
        return 200, shapes.issue(found, asked.of, asked.url)

    def delete_projects_id_issues_issue_iid(self, asked: Asked) -> Answered:
        self.role(asked, MAINTAINER)
        del asked.of.tickets[self._issue(asked).iid]
        return 204, None

    def change(self, asked: Asked, found: Topic) -> None:
        body = asked.body
        if asked.user is not found.by and asked.of.access(asked.user) < DEVELOPER:
            raise Wrong(403)
        found.title = self.title(body) if "title" in body else found.title
        if "description" in body:
            found.text, orders = self.places.quiet(body["description"])
            self.places.obey(asked.of, found, asked.user, orders)
        if "state_event" in body:
            self.places.turn(found, asked.user, "closed" if body["state_event"] == "close" else "opened")
        found.updated = self.places.now()

    def _on(self, asked: Asked) -> Topic:
        if "issue_iid" in asked.path:
            return self._issue(asked)
        return self._pull(asked)

    def _pull(self, asked: Asked) -> Pull:
        found = asked.of.pulls.get(int(asked.path["merge_request_iid"]))
        if found is None:
            raise Wrong(404, "404 Not found")
        return found

    def get_projects_id_merge_requests_merge_request_iid_notes(self, asked: Asked) -> Answered:
        on = self._on(asked)
        notes = on.notes if asked.first("sort", "desc") == "asc" else on.notes[::-1]
        return 200, [shapes.note(each, on, asked.of) for each in notes]

    def post_projects_id_merge_requests_merge_request_iid_notes(self, asked: Asked) -> Answered:
        on = self._on(asked)
        made = self.places.say(asked.of, on, asked.user, asked.body["body"])
        if made is None:
            return 202, {"commands_changes": {}, "summary": ["Done."]}
        return 201, shapes.note(made, on, asked.of)

    def _note(self, asked: Asked) -> Any:
        found = next((each for each in self._on(asked).notes if str(each.id) == asked.path["note_id"]), None)
        if found is None:
            raise Wrong(404, "404 Note Not Found")
        if found.by is not asked.user:
            raise Wrong(403)
        return found

    def put_projects_id_merge_requests_merge_request_iid_notes_note_id(self, asked: Asked) -> Answered:
        found, on = self._note(asked), self._on(asked)
        found.body, orders = self.places.quiet(asked.body["body"])
        self.places.obey(asked.of, on, asked.user, orders)
        found.edited = on.updated = self.places.now()
        return 200, shapes.note(found, on, asked.of)

    def delete_projects_id_merge_requests_merge_request_iid_notes_note_id(self, asked: Asked) -> Answered:
        found, on = self._note(asked), self._on(asked)
        on.notes.remove(found)
        asked.of.events = [pair for pair in asked.of.events if pair[1] is not found]
        return 204, None

    get_projects_id_issues_issue_iid_notes = get_projects_id_merge_requests_merge_request_iid_notes
    post_projects_id_issues_issue_iid_notes = post_projects_id_merge_requests_merge_request_iid_notes
    put_projects_id_issues_issue_iid_notes_note_id = put_projects_id_merge_requests_merge_request_iid_notes_note_id

    def get_projects_id_events(self, asked: Asked) -> Answered:
        found = asked.of.events if asked.first("action") == "commented" else []
        return 200, [shapes.event(note, on, asked.of) for on, note in found[::-1]]


def name_of(operation: str) -> str:
    return re.sub(r"[^a-z]+", "_", operation.lower()).strip("_")
