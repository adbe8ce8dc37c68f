"""The calls of Gitea's API that the stand-in answers, each under the name of its operation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import pygit2

from chairlift.localforge import git as commits
from chairlift.ports import Refused
from tests.forges.gitea import shapes
from tests.forges.gitea.places import Places, Pull, Repository, Review, Status, Topic, User, now


class Wrong(Exception):
    """An answer that is no success."""

    def __init__(self, code, message=""):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class Page:
    """A list to be given in pages; `total` is what the server says of its length."""

    items: list
    total: int | None = None
    whole: bool = False


@dataclass
class Asked:
    """One call: who asks, of which repository, what."""

    user: User
    of: Repository | None
    path: dict
    query: dict
    body: dict
    url: str

    @property
    def number(self):
        return int(self.path["index"])


class Api:
    """Answers are (code, data); lists are Pages."""

    def __init__(self, places: Places) -> None:
        self.places = places
        #: Whether a combined status of nothing is no answer at all, as it was for years.
        self.silent = False

    # ---- people and repositories ----

    def userGetCurrent(self, asked):
        return 200, shapes.user(asked.user)

    def adminCreateUser(self, asked):
        self.admin(asked)
        if asked.body["username"].lower() in self.places.users:
            raise Wrong(422, "user already exists")
        return 201, shapes.user(self.places.add_user(asked.body["username"], asked.body["password"]))

    def adminDeleteUser(self, asked):
        self.admin(asked)
        gone = self.places.users.pop(asked.path["username"].lower(), None)
        if gone is None:
            raise Wrong(404)
        for name in [name for name, each in self.places.repositories.items() if each.owner is gone]:
            del self.places.repositories[name]
        return 204, None

    def userCreateToken(self, asked):
        token = self.places.add_token(asked.user, asked.body.get("scopes") or ("all",))
        return 201, {
            "id": 1,
            "name": asked.body["name"],
            "sha1": token,
            "token_last_eight": token[-8:],
            "scopes": ["all"],
        }

    def createCurrentUserRepo(self, asked):
        name = f"{asked.user.login}/{asked.body['name']}".lower()
        if name in self.places.repositories:
            raise Wrong(409, "The repository with the same name already exists.")
        made = self.places.add_repository(asked.user, asked.body["name"], asked.body.get("private", False))
        return 201, shapes.repository(made, asked.url)

    def repoAddCollaborator(self, asked):
        self.repo_admin(asked)
        who = self.places.users[asked.path["collaborator"].lower()]
        asked.of.collaborators[who.id] = asked.body.get("permission", "write")
        return 204, None

    def repoGet(self, asked):
        return 200, shapes.repository(asked.of, asked.url)

    def repoEdit(self, asked):
        self.repo_admin(asked)
        if "name" in asked.body:
            self.places.moved[asked.of.full_name.lower()] = f"{asked.of.owner.login}/{asked.body['name']}"
            del self.places.repositories[asked.of.full_name.lower()]
            asked.of.name = asked.body["name"]
            self.places.repositories[asked.of.full_name.lower()] = asked.of
        asked.of.archived = asked.body.get("archived", asked.of.archived)
        asked.of.default = asked.body.get("default_branch", asked.of.default)
        return 200, shapes.repository(asked.of, asked.url)

    def repoDelete(self, asked):
        self.repo_admin(asked)
        del self.places.repositories[asked.of.full_name.lower()]
        return 204, None

    def admin(self, asked):
        if not asked.user.admin:
            raise Wrong(403, "user should be an admin")

    def repo_admin(self, asked):
        if asked.of.access(asked.user) != "admin":
            raise Wrong(403, "user should be an owner or a collaborator with admin write of a repository")

    def writer(self, asked):
        if not asked.of.may_write(asked.user):
            raise Wrong(403, "user should have a permission to write to a repo")

    # ---- branches, commits, statuses ----

    def repoGetBranch(self, asked):
        name = asked.path["branch"]
        if not commits.tip(asked.of.git, name):
            raise Wrong(404, "branch does not exist")
        rule = asked.of.rule(name) or {}
        mergers = rule.get("merge_whitelist_usernames") if rule.get("enable_merge_whitelist") else None
        return 200, shapes.branch(asked.of, name, asked.user, mergers)

    def repoListBranchProtection(self, asked):
        self.repo_admin(asked)
        return 200, [shapes.rule(name, rule) for name, rule in asked.of.rules.items()]

    def repoGetBranchProtection(self, asked):
        self.repo_admin(asked)
        if asked.path["name"] not in asked.of.rules:
            raise Wrong(404)
        return 200, shapes.rule(asked.path["name"], asked.of.rules[asked.path["name"]])

    def repoCreateBranchProtection(self, asked):
        self.repo_admin(asked)
        name = asked.body.get("rule_name") or asked.body.get("branch_name")
        if name in asked.of.rules:
            raise Wrong(403, "Branch protection already exist")
        asked.of.rules[name] = {**asked.body, "at": now()}
        return 201, shapes.rule(name, asked.of.rules[name])

    def repoListGitRefs(self, asked):
        git, start = asked.of.git, f"refs/{asked.path['ref']}"
        found = [ref for ref in git.listall_references() if ref.startswith(start)]
        if not found:
            raise Wrong(404)
        shown = [
            {"ref": r, "url": "", "object": {"type": "commit", "sha": commits.resolved(git, r), "url": ""}}
            for r in found
        ]
        return 200, shown

    def repoGetSingleCommit(self, asked):
        sha = asked.path["sha"]
        if not re.fullmatch(r"[0-9a-f]{40}", sha):
            raise Wrong(422, f"no valid ref or sha: {sha}")
        if not commits.known(asked.of.git, sha):
            raise Wrong(404)
        at = datetime.fromtimestamp(asked.of.git[sha].commit_time, UTC)
        return 200, {"sha": sha, "created": shapes.stamp(at), "url": "", "html_url": ""}

    def repoCreateStatus(self, asked):
        self.writer(asked)
        sha = asked.path["sha"]
        if not commits.known(asked.of.git, sha):
            raise Wrong(500, f"object does not exist [id: {sha}, rel_path: ]")
        made = Status(
            next(self.places.ids),
            asked.body.get("context") or "default",
            asked.body["state"],
            asked.body.get("description", ""),
            asked.user,
            now(),
        )
        asked.of.statuses.setdefault(sha, []).append(made)
        return 201, shapes.status(made)

    def repoGetCombinedStatusByRef(self, asked):
        found = self.latest(asked.of, asked.path["ref"])
        page, limit = int(asked.query.get("page", ["1"])[0]), int(asked.query.get("limit", ["30"])[0])
        shown = [shapes.status(each) for each in found][(page - 1) * limit : page * limit]
        if not shown and self.silent:
            return 200, None
        combined = self.combined([each.state for each in found])
        return 200, {"sha": asked.path["ref"], "state": combined, "statuses": shown or None, "total_count": len(shown)}

    def latest(self, of, sha):
        return list({each.context: each for each in of.statuses.get(sha, ())}.values())

    def combined(self, states):
        if any(state in ("failure", "error") for state in states):
            return "failure"
        return "success" if states and all(state == "success" for state in states) else "pending"

    # ---- comments and issues ----

    def topic(self, asked, missing=404):
        found = asked.of.topics.get(asked.number)
        if found is None:
            raise Wrong(missing, f"issue does not exist [id: 0, repo_id: {asked.of.id}, index: {asked.number}]")
        return found

    def issueListIssues(self, asked):
        wanted = asked.query.get
        found = sorted(asked.of.topics.values(), key=lambda each: -each.number)
        if kind := wanted("type"):
            found = [each for each in found if isinstance(each, Pull) == (kind[0] == "pulls")]
        if by := wanted("created_by"):
            found = [each for each in found if each.by.login == by[0]]
        found = [each for each in found if wanted("state", ["open"])[0] in ("all", each.state)]
        return 200, Page([shapes.issue(each, asked.of, asked.url) for each in found])

    def issueGetIssue(self, asked):
        return 200, shapes.issue(self.topic(asked), asked.of, asked.url)

    def issueCreateIssue(self, asked):
        body = asked.body
        made = Topic(self.next_number(asked.of), cut(body["title"]), body.get("body", ""), asked.user, now(), now())
        asked.of.topics[made.number] = made
        if body.get("closed"):
            self.set_state(made, "closed", asked.user)
        return 201, shapes.issue(made, asked.of, asked.url)

    def issueEditIssue(self, asked):
        found = self.topic(asked)
        self.edit(asked, found)
        return 201, shapes.issue(found, asked.of, asked.url)

    def issueDelete(self, asked):
        self.repo_admin(asked)
        del asked.of.topics[self.topic(asked).number]
        return 204, None

    def edit(self, asked, found):
        if asked.user is not found.by and not asked.of.may_write(asked.user):
            raise Wrong(403)
        found.title = cut(asked.body.get("title") or found.title)
        found.body = asked.body.get("body", found.body)
        found.updated = now()
        if "state" in asked.body:
            self.set_state(found, asked.body["state"], asked.user)

    def set_state(self, found, state, by):
        if found.state != state:
            found.state, found.closed = state, now() if state == "closed" else None
            self.places.say(found, "close" if state == "closed" else "reopen", by)

    def next_number(self, of):
        return max(of.topics, default=0) + 1

    def issueGetComments(self, asked):
        found = self.topic(asked, missing=500)
        return 200, Page([shapes.comment(each, found, asked.of, asked.url) for each in found.comments], whole=True)

    def issueCreateComment(self, asked):
        found = self.topic(asked, missing=500)
        made = self.places.say(found, "comment", asked.user, asked.body["body"])
        return 201, shapes.comment(made, found, asked.of, asked.url)

    def issueGetRepoComments(self, asked):
        since = asked.query.get("since", ["1970-01-01T00:00:00Z"])[0]
        found = [(each, topic) for topic in asked.of.topics.values() for each in topic.comments]
        found = [(each, topic) for each, topic in found if shapes.stamp(each.updated) >= since]
        found.sort(key=lambda pair: (pair[0].created, pair[0].id))
        return 200, Page([shapes.comment(each, topic, asked.of, asked.url) for each, topic in found])

    def comment(self, asked):
        for topic in asked.of.topics.values():
            for each in topic.comments:
                if each.id == int(asked.path["id"]):
                    return each, topic
        raise Wrong(404, f"comment does not exist [id: {asked.path['id']}]")

    def issueGetComment(self, asked):
        return 200, shapes.comment(*self.comment(asked), asked.of, asked.url)

    def issueEditComment(self, asked):
        found, topic = self.comment(asked)
        if asked.user is not found.by and not asked.of.may_write(asked.user):
            raise Wrong(403)
        found.body, found.updated = asked.body["body"], now()
        return 200, shapes.comment(found, topic, asked.of, asked.url)

    def issueDeleteComment(self, asked):
        found, topic = self.comment(asked)
        topic.said.remove(found)
        return 204, None

    def issueGetCommentsAndTimeline(self, asked):
        found, since = self.topic(asked, missing=500), asked.query.get("since", [""])[0]
        shown = [each for each in found.said if shapes.stamp(each.updated) >= since]
        events = [shapes.event(each, found, asked.of, asked.url) for each in shown]
        # It counts what is on the page.
        return 200, Page(events, total=-1)

    def issueListLabels(self, asked):
        return 200, Page([shapes.label(asked.of, id) for id in asked.of.labels])

    def issueCreateLabel(self, asked):
        self.writer(asked)
        id = next(self.places.ids)
        asked.of.labels[id] = asked.body
        return 201, shapes.label(asked.of, id)

    # ---- pull requests ----

    def pull(self, asked):
        found = asked.of.topics.get(asked.number)
        if not isinstance(found, Pull):
            raise Wrong(404)
        return found

    def repoListPullRequests(self, asked):
        state = asked.query.get("state", ["open"])[0]
        found = sorted(
            (each for each in asked.of.pulls() if state in ("all", each.state)), key=lambda each: -each.number
        )
        return 200, Page([shapes.pull(each, asked.of, asked.url) for each in found])

    def repoGetPullRequest(self, asked):
        found = self.pull(asked)
        shown = shapes.pull(found, asked.of, asked.url)
        found.checking = max(0, found.checking - 1)
        return 200, shown

    def repoCreatePullRequest(self, asked):
        body, git = asked.body, asked.of.git
        head, base = commits.tip(git, body["head"]), commits.tip(git, body["base"])
        if body["head"] == body["base"]:
            raise Wrong(422, "Invalid PullRequest: There are no changes between the head and the base")
        if not head or not base:
            raise Wrong(404)
        for each in asked.of.pulls():
            if (each.state, each.branch, each.base) == ("open", body["head"], body["base"]):
                said = f"pull request already exists for these targets [id: {each.number}, issue_id: {each.number}"
                raise Wrong(409, f"{said}, head_branch: {each.branch}, base_branch: {each.base}]")
        made = Pull(self.next_number(asked.of), cut(body["title"]), body.get("body", ""), asked.user, now(), now())
        made.branch, made.base, made.head = body["head"], body["base"], head
        made.labels = [id for id in body.get("labels", ()) if id in asked.of.labels]
        asked.of.topics[made.number] = made
        self.places.look(asked.of)
        return 201, shapes.pull(made, asked.of, asked.url)

    def repoEditPullRequest(self, asked):
        found = self.pull(asked)
        if "state" in asked.body and found.merged:
            raise Wrong(412, "cannot change state of this pull request, it was already merged")
        self.edit(asked, found)
        if found.state == "open":
            found.based_on = ""
            self.places.look(asked.of)
        return 201, shapes.pull(found, asked.of, asked.url)

    def repoGetPullRequestFiles(self, asked):
        found, git = self.pull(asked), asked.of.git
        deltas = git.diff(found.merge_base, found.head).deltas
        return 200, Page([{"filename": each.new_file.path, "status": "changed"} for each in deltas])

    def repoListPullReviews(self, asked):
        return 200, Page([shapes.review(each) for each in self.pull(asked).reviews])

    def repoCreatePullReview(self, asked):
        found, body = self.pull(asked), asked.body
        event, text = body.get("event", ""), body.get("body", "")
        if event in ("APPROVED", "REQUEST_CHANGES") and asked.user is found.by:
            raise Wrong(422, f"{'approve' if event == 'APPROVED' else 'reject'} your own pull is not allowed")
        if event != "APPROVED" and not text.strip():
            raise Wrong(422, f"review event {event} requires a body")
        if found.state != "open":
            raise Wrong(422, "can't submit review for a closed or merged PR")
        official = False
        if event in ("APPROVED", "REQUEST_CHANGES"):
            for each in found.reviews:
                if each.by is asked.user:
                    each.official = False
                    each.dismissed = each.dismissed or each.state in ("APPROVED", "REQUEST_CHANGES")
            official = self.is_official(asked.of, found, asked.user)
        found.reviews = [e for e in found.reviews if (e.by, e.state) != (asked.user, "REQUEST_REVIEW")]
        commit = body.get("commit_id") or found.head
        made = Review(
            next(self.places.ids), asked.user, event, text, commit, official, now(), stale=commit != found.head
        )
        found.reviews.append(made)
        self.places.say(found, "review", asked.user, text)
        return 200, shapes.review(made)

    def repoCreatePullReviewRequests(self, asked):
        found = self.pull(asked)
        for login in asked.body["reviewers"]:
            who = self.places.users[login.lower()]
            official = self.is_official(asked.of, found, who)
            found.reviews.append(Review(next(self.places.ids), who, "REQUEST_REVIEW", "", "", official, now()))
        self.places.say(found, "review_request", asked.user)
        return 201, [shapes.review(each) for each in found.reviews]

    def is_official(self, of, pull, who):
        rule = of.rule(pull.base) or {}
        if rule.get("enable_approvals_whitelist"):
            return who.login in rule["approvals_whitelist_username"]
        return of.may_write(who)

    def repoMergePullRequest(self, asked):
        found, of = self.pull(asked), asked.of
        if found.state != "open" and not found.merged:
            raise Wrong(404)
        if wrong := self.unmergeable(of, found, asked.user):
            raise Wrong(405, wrong)
        method = asked.body["Do"]
        if method not in of.styles:
            raise Wrong(405, f"{method} is not allowed an allowed merge style for this repository")
        if asked.body.get("head_commit_id", found.head) != found.head:
            raise Wrong(409, "head out of date")
        git = of.git
        base = commits.tip(git, found.base)
        text = asked.body.get("MergeTitleField") or f"{found.title} (#{found.number})"
        signature = pygit2.Signature(asked.user.login, f"{asked.user.login}@localhost")
        try:
            made = commits.merge(git, base, found.head, method, text, signature)
        except Refused:
            raise Wrong(409, "merge failed because of conflict") from None
        git.lookup_reference(f"refs/heads/{found.base}").set_target(made)
        at = now()
        found.state, found.closed, found.merged, found.merged_commit = "closed", at, True, made
        found.merged_at, found.merged_by = at, asked.user
        self.places.say(found, "merge_pull", asked.user, made)
        return 200, None

    def unmergeable(self, of, pull, who):
        """Why Gitea does not merge it; empty where it does."""
        rule = of.rule(pull.base) or {}
        allowed = (
            who.login in rule["merge_whitelist_usernames"] if rule.get("enable_merge_whitelist") else of.may_write(who)
        )
        if pull.merged:
            return "The PR is already merged"
        if not allowed:
            return "User not allowed to merge PR"
        if pull.draft:
            return "Work in progress PRs cannot be merged"
        if pull.checking or pull.status != "mergeable":
            return "Please try again later"
        return self.protected(of, pull, rule)

    def protected(self, of, pull, rule):
        standing = [each for each in pull.reviews if each.official and not each.dismissed]
        granted = len({each.by.id for each in standing if each.state == "APPROVED"})
        states = {each.context: each.state for each in self.latest(of, pull.head)}
        wanted = (rule.get("status_check_contexts") or []) if rule.get("enable_status_check") else []
        files = [each.new_file.path for each in of.git.diff(pull.merge_base, pull.head).deltas]
        globs = [each.strip() for each in rule.get("protected_file_patterns", "").split(";") if each.strip()]
        reasons = {
            "Not all required status checks successful": any(states.get(name) != "success" for name in wanted),
            "Does not have enough approvals": granted < rule.get("required_approvals", 0),
            "There are requested changes": rule.get("block_on_rejected_reviews")
            and any(each.state == "REQUEST_CHANGES" for each in standing),
            "There are official review requests": rule.get("block_on_official_review_requests")
            and any(each.state == "REQUEST_REVIEW" for each in standing),
            "The head branch is behind the base branch": rule.get("block_on_outdated_branch")
            and pull.merge_base != commits.tip(of.git, pull.base),
            "Changed protected files": any(pygit2_match(files, each) for each in globs),
        }
        return next((words for words, holds in reasons.items() if holds), "")


def pygit2_match(files, pattern):
    """Plain names and `*` within one part, which is all that tests ask of it."""
    made = re.escape(pattern).replace(r"\*", "[^/.]*")
    return any(re.fullmatch(made, name) for name in files)


def cut(title):
    """As much as the column holds."""
    return title if len(title) <= 255 else title[:254] + "…"
