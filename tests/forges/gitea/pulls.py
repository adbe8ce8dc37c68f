"""The calls of Gitea's API about pull requests, their reviews and merging."""

from __future__ import annotations

import re

import pygit2

from chairlift.localforge import git as commits
from chairlift.ports import Refused
from tests.forges.gitea import shapes
from tests.forges.gitea.asking import Page, Wrong, cut
from tests.forges.gitea.places import Pull, Review, now
from tests.forges.gitea.talk import TalkCalls


class PullCalls(TalkCalls):
    """Pull requests."""

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

    def repoDismissPullReview(self, asked):
        self.repo_admin(asked)
        found = next(each for each in self.pull(asked).reviews if each.id == int(asked.path["id"]))
        found.dismissed = True
        return 200, shapes.review(found)

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
            "Changed protected files": any(fits(files, each) for each in globs),
        }
        return next((words for words, holds in reasons.items() if holds), "")


def fits(files, pattern):
    """Plain names and `*` within one part, which is all that tests ask of it."""
    made = re.escape(pattern).replace(r"\*", "[^/.]*")
    return any(re.fullmatch(made, name) for name in files)
