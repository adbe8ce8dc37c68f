"""The stand-in's calls about merge requests: opening, approving, merging."""

from __future__ import annotations

from chairlift.localforge import git as commits
from chairlift.ports import Refused
from tests.forges.gitlab import rules, shapes
from tests.forges.gitlab.api import Answered, Api, Asked
from tests.forges.gitlab.places import DEVELOPER, Project, Pull, Wrong

_METHODS = {"merge": "merge", "rebase_merge": "merge", "ff": "rebase"}


class PullApi(Api):
    """All of the stand-in's calls."""

    def get_projects_id_merge_requests(self, asked: Asked) -> Answered:
        found = list(asked.of.pulls.values())
        if branch := asked.first("source_branch"):
            found = [each for each in found if each.branch == branch]
        if (state := asked.first("state", "all")) != "all":
            found = [each for each in found if each.state == state]
        found.sort(key=lambda each: (each.at, each.iid), reverse=asked.first("sort", "desc") == "desc")
        return 200, [shapes.pull(each, asked.of, asked.url) for each in found]

    def post_projects_id_merge_requests(self, asked: Asked) -> Answered:
        of, body = asked.of, asked.body
        self.role(asked, DEVELOPER)
        branch, base = body["source_branch"], body["target_branch"]
        if branch == base:
            raise Wrong(422, ["You can't use same project/branch for source and target"])
        for name, what in ((branch, "source_branch"), (base, "target_branch")):
            if not of.tip(name):
                raise Wrong(400, {what: [f'"{name}" does not exist']})
        for each in of.pulls.values():
            if (each.state, each.branch, each.base, each.fork) == ("opened", branch, base, False):
                raise Wrong(409, [f"Another open merge request already exists for this source branch: !{each.iid}"])
        at, iid = self.places.now(), max(of.pulls, default=0) + 1
        text, orders = self.places.quiet(body.get("description") or "")
        made = Pull(next(self.places.ids), iid, self.title(body), text, asked.user, at, at, branch=branch, base=base)
        labels = body.get("labels") or ""
        made.labels = [each.strip() for each in (labels if isinstance(labels, list) else labels.split(",")) if each]
        for id in body.get("reviewer_ids") or ():
            made.reviewed(self.people[id], "unreviewed")
        made.versions.append(self.places.version(of, of.tip(branch), of.tip(base)))
        of.pulls[iid] = made
        self.places.obey(of, made, asked.user, orders)
        self.places.look(of)
        return 201, shapes.pull(made, of, asked.url, asked.user)

    def get_projects_id_merge_requests_merge_request_iid(self, asked: Asked) -> Answered:
        found = self._pull(asked)
        shown = shapes.pull(found, asked.of, asked.url, asked.user)
        found.checking = max(0, found.checking - 1)
        return 200, shown

    def put_projects_id_merge_requests_merge_request_iid(self, asked: Asked) -> Answered:
        found = self._pull(asked)
        if "state_event" in asked.body and found.state == "merged":
            raise Wrong(403)
        self.change(asked, found)
        self.places.look(asked.of)
        return 200, shapes.pull(found, asked.of, asked.url, asked.user)

    def get_projects_id_merge_requests_merge_request_iid_versions(self, asked: Asked) -> Answered:
        return 200, [
            {
                "id": each.id,
                "head_commit_sha": each.head,
                "base_commit_sha": each.base,
                "start_commit_sha": each.base,
                "created_at": shapes.stamp(each.at),
                "merge_request_id": self._pull(asked).id,
                "state": "collected",
            }
            for each in self._pull(asked).versions[::-1]
        ]

    def get_projects_id_merge_requests_merge_request_iid_reviewers(self, asked: Asked) -> Answered:
        found = self._pull(asked)
        people = self.people
        return 200, [
            {"user": shapes.user(people[who]), "state": state, "created_at": shapes.stamp(found.at)}
            for who, state in found.reviewers.items()
        ]

    # ---- approvals ----

    def get_projects_id_merge_requests_merge_request_iid_approvals(self, asked: Asked) -> Answered:
        return 200, shapes.approvals(self._pull(asked), asked.of, self.people)

    def get_projects_id_merge_requests_merge_request_iid_approval_state(self, asked: Asked) -> Answered:
        found = self._pull(asked)
        shown = [shapes.rule(found, asked.of, each, self.people) for each in rules.rules_of(asked.of)]
        return 200, {"approval_rules_overwritten": False, "rules": shown}

    def post_projects_id_merge_requests_merge_request_iid_approve(self, asked: Asked) -> Answered:
        found = self._pull(asked)
        if asked.body.get("sha", found.head) != found.head:
            raise Wrong(409, f"SHA does not match HEAD of source branch: {found.head}")
        self.places.approve(asked.of, found, asked.user)
        return 201, shapes.approvals(found, asked.of, self.people)

    def post_projects_id_merge_requests_merge_request_iid_unapprove(self, asked: Asked) -> Answered:
        found = self._pull(asked)
        if found.approvals.pop(asked.user.id, None) is None:
            raise Wrong(404)
        found.reviewed(asked.user, "unapproved")
        self.places.noted(found, asked.user, "unapproved this merge request")
        return 201, None

    # ---- status checks that a project asks for by name ----

    def get_projects_id_merge_requests_merge_request_iid_status_checks(self, asked: Asked) -> Answered:
        found = self._pull(asked)
        return 200, [
            {"id": id, "name": name, "external_url": "https://check.test", "status": rules.answer(found, id)}
            for id, name in asked.of.checks.items()
        ]

    def post_projects_id_merge_requests_merge_request_iid_status_check_responses(self, asked: Asked) -> Answered:
        found, body = self._pull(asked), asked.body
        if body["sha"] != found.head:
            raise Wrong(409, "SHA does not match HEAD of source branch")
        found.answers[found.head, body["external_status_check_id"]] = body.get("status", "passed")
        found.updated = self.places.now()
        return 201, {"id": next(self.places.ids)}

    # ---- merging ----

    def _mergeable(self, asked: Asked) -> Pull:
        found = self._pull(asked)
        if not rules.may_merge(asked.of, found, asked.user):
            raise Wrong(401)
        found.checking = 0 if not self.places.late else found.checking
        if rules.detailed_status(asked.of, found) != "mergeable":
            raise Wrong(405)
        if asked.body.get("sha", found.head) != found.head:
            raise Wrong(409, f"SHA does not match HEAD of source branch: {found.head}")
        return found

    def put_projects_id_merge_requests_merge_request_iid_merge(self, asked: Asked) -> Answered:
        found, of, body = self._mergeable(asked), asked.of, asked.body
        if body.get("auto_merge") or body.get("merge_when_pipeline_succeeds"):
            found.auto_merge = True
        else:
            self.put(of, found, bool(body.get("squash")), asked)
        return 200, shapes.pull(found, of, asked.url, asked.user)

    def put(self, of: Project, found: Pull, squash: bool, asked: Asked) -> None:
        """Onto the base, whatever is asked for."""
        option = of.settings.get("squash_option")
        squash = (squash or option == "always") and option != "never"
        git, base = of.git, of.tip(found.base)
        by = commits.signature(asked.user.name, self.places.now())
        text = commits.message(found.title, found.text)
        try:
            if squash:
                found.squash_commit = commits.merge(git, base, found.head, "squash", text, by)
            top = found.squash_commit or found.head
            if of.settings.get("merge_method") == "ff":
                made = top
            else:
                made = found.merge_commit = commits.merge(git, base, top, "merge", text, by)
        except Refused:
            raise Wrong(422, "Branch cannot be merged") from None
        commits.move(git, found.base, base, made)
        found.state, found.merged_by, found.merged_at = "merged", asked.user, self.places.now()
        found.auto_merge = found.train = False
        self.places.noted(found, asked.user, "merged")

    def post_projects_id_merge_trains_merge_requests_merge_request_iid(self, asked: Asked) -> Answered:
        if not asked.of.trains:
            raise Wrong(400, "Failed to merge")
        found = self._mergeable(asked)
        if found.train:
            raise Wrong(409, "Merge request is already on a train")
        found.train, found.updated = True, self.places.now()
        return 201, {"id": 1, "merge_request": shapes.pull(found, asked.of, asked.url), "status": "idle"}
