"""A forge in memory, on MemoryGit; people act on it by the methods that are not Chairlift's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chairlift.core.upgrade import Check, Issue, PullRequest, Review, digest
from chairlift.localforge.protection import Rule
from chairlift.localforge.reviews import PENDING, unmet
from chairlift.ports import Comment, Refused, Unavailable, Watched
from chairlift.testing.fakes.git import Conflict, MemoryGit, MemoryRepository


@dataclass
class MemoryPull:
    """A pull request with its words; `ahead` is whether its head holds something that the base has not."""

    shown: PullRequest
    title: str
    body: str
    labels: tuple[str, ...]
    ahead: bool = True


@dataclass
class Place:
    """All that one repository of the forge has besides git."""

    pulls: dict[int, MemoryPull] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    comments: list[tuple[str, Comment]] = field(default_factory=list)
    checks: dict[tuple[str, str], Check] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    last: int = 0

    def next_number(self) -> int:
        self.last += 1
        return self.last


class MemoryForge:
    """Fulfils `chairlift.ports.Forge`; repository `shop` is `memory://shop` in `git`. While `away`, nothing answers."""

    def __init__(
        self,
        git: MemoryGit,
        now: Callable[[], datetime],
        identity: str = "chairlift",
        reviewer: str = "chairlift-reviewer",
    ) -> None:
        self.git = git
        self.places: dict[str, Place] = {}
        self.away = False
        self._now = now
        self._us = (identity, reviewer)

    # ---- what Chairlift asks ----

    def git_url(self, repo: str) -> str:
        self._at(repo)
        return f"memory://{repo}"

    def pull_for(self, repo: str, branch: str) -> PullRequest | None:
        numbers = [n for n, pull in self._at(repo)[0].pulls.items() if pull.shown.branch == branch]
        pulls = [self.pull(repo, number) for number in numbers]
        return max(pulls, key=lambda pull: (pull.state == "open", pull.number), default=None)

    def ensure_pull(
        self, repo: str, branch: str, base: str, title: str, body: str, labels: Sequence[str] = ()
    ) -> PullRequest:
        place, git = self._at(repo)
        there = self.pull_for(repo, branch)
        if there and there.state == "open":
            return there
        for name in (branch, base):
            if name not in git.branches:
                raise Refused(f"{repo} has no branch {name!r}: push it first")
        head = git.branches[branch]
        if there and (there.state, there.head) == ("merged", head):
            return there
        if self.git.contains(self.git_url(repo), git.branches[base], head):
            raise Refused(f"{branch!r} of {repo} holds nothing that {base!r} has not: push commits to it first")
        number = place.next_number()
        url = f"{self.git_url(repo)}#{number}"
        shown = PullRequest(number, branch, base, head, opened_at=self._now(), opened_by=self._us[0], url=url)
        place.pulls[number] = MemoryPull(shown, title, body, tuple(labels))
        return self.pull(repo, number)

    def approve(self, repo: str, number: int, head: str, text: str) -> None:
        self._must_be(repo, number, head)
        self.review(repo, number, self._us[1], "approved", text)

    def merge(self, repo: str, number: int, expected_head: str, method: str) -> str:
        return self.merge_as(repo, number, self._us[0], expected_head, method)

    def withdraw(self, repo: str, number: int, expected_head: str) -> None:
        if self.pull(repo, number).state == "open":
            self._must_be(repo, number, expected_head)
            self.close(repo, number, self._us[0])

    def ensure_comment(self, repo: str, number: int, key: str, text: str) -> None:
        place, _ = self._at(repo)
        for i, (its, comment) in enumerate(place.comments):
            if (its, comment.number) == (key, number):
                place.comments[i] = (key, replace(comment, text=text))
                return
        self._say(repo, number, self._us[0], text, key)

    def comments(self, repo: str, after: int) -> Sequence[Comment]:
        kept = self._at(repo)[0].comments
        return [comment for key, comment in kept if comment.id > after and not key and comment.by not in self._us]

    def issue(self, repo: str, key: str) -> Issue | None:
        return self._at(repo)[0].issues.get(key)

    def ensure_issue(self, repo: str, key: str, title: str, body: str, closed: bool = False) -> Issue:
        place, _ = self._at(repo)
        number = place.issues[key].number if key in place.issues else place.next_number()
        state = "closed" if closed else "open"
        place.issues[key] = Issue(number, state, digest(title, body), f"{self.git_url(repo)}#{number}")
        return place.issues[key]

    def report_check(self, repo: str, head: str, name: str, state: str, summary: str) -> None:
        place, git = self._at(repo)
        if head not in git.commits:
            raise Refused(f"{repo} has no commit {head!r} to show a check on: push it first")
        place.checks[head, name] = Check(name, state, head, summary)

    def marks(self, watched: Sequence[Watched]) -> Sequence[str]:
        if self.away:
            raise Unavailable("the forge in memory is away: the test says when it is back")
        return [self._mark(each) if f"memory://{each.repo}" in self.git.repositories else "" for each in watched]

    # ---- what people do ----

    def pull(self, repo: str, number: int) -> PullRequest:
        """The pull request of this number as everything stands now."""
        place, git = self._at(repo)
        kept = self._kept(repo, number)
        if kept.shown.state == "open":
            self._look(repo, git, kept)
        rule = place.rules.get(kept.shown.base)
        checks = self._checks(place, kept.shown.head, rule)
        return replace(kept.shown, checks=checks, needs_approvals=rule.approvals if rule else 0)

    def review(self, repo: str, number: int, by: str, state: str, text: str = "") -> None:
        """Review the present head; a text is a comment too. Saying the same again changes nothing."""
        pull = self.pull(repo, number)
        if pull.state != "open":
            raise Refused(f"pull request {number} of {repo} is {pull.state}: there is nothing left to review")
        if state != "commented" and by == pull.opened_by:
            raise Refused(f"{by} opened pull request {number} of {repo}: somebody else must judge it")
        last = next((r for r in reversed(pull.reviews) if r.by == by), None)
        if last and (last.state, last.head, last.text) == (state, pull.head, text):
            return
        self._change(repo, number, reviews=(*pull.reviews, Review(by, state, pull.head, self._now(), text)))
        if text.strip():
            self.comment(repo, number, by, text)

    def merge_as(self, repo: str, number: int, by: str, expected_head: str, method: str = "squash") -> str:
        """Merge as this person; what is refused to Chairlift is refused to them."""
        pull = self._must_be(repo, number, expected_head)
        if pull.state == "merged":
            return pull.merged_commit
        kept = self._kept(repo, number)
        lacks = unmet(pull, self._at(repo)[0].rules.get(pull.base)) or ("" if kept.ahead else "it holds nothing new")
        if method not in ("squash", "merge", "rebase"):
            lacks = f"there is no method {method!r}"
        if pull.state == "closed":
            lacks = f"it was closed by {pull.closed_by}"
        if lacks:
            raise Refused(f"pull request {number} of {repo} cannot be merged: {lacks}")
        title = f"Merge pull request #{number} from {pull.branch}" if method == "merge" else f"{kept.title} (#{number})"
        url = self.git_url(repo)
        try:
            commit = self.git.merge(url, pull.base, pull.head, method, title, by)
        except Conflict as error:
            raise Refused(f"pull request {number} of {repo} conflicts: {error}") from error
        self._change(repo, number, state="merged", merged_commit=commit, merged_at=self._now(), conflicted=False)
        return commit

    def comment(self, repo: str, number: int, by: str, text: str) -> None:
        self._say(repo, number, by, text, "")

    def close(self, repo: str, number: int, by: str) -> None:
        """Close without merging."""
        if self.pull(repo, number).state == "merged":
            raise Refused(f"pull request {number} of {repo} is merged: revert the merge instead")
        self._change(repo, number, state="closed", closed_by=by, closed_at=self._now())

    def reopen(self, repo: str, number: int) -> None:
        """Open a closed one again, at the present head of its branch."""
        pull = self.pull(repo, number)
        if pull.state == "closed":
            head = self._at(repo)[1].branches[pull.branch]
            self._change(repo, number, state="open", closed_by="", closed_at=None, head=head)

    def set_draft(self, repo: str, number: int, draft: bool) -> None:
        self._change(repo, number, draft=draft)

    def protect(self, repo: str, rule: Rule) -> None:
        """Ask this of merges into a branch; a plain push to MemoryGit is not held back."""
        self._at(repo)[0].rules[rule.branch] = rule

    # ---- how it stands ----

    def _mark(self, watched: Watched) -> str:
        _, git = self._at(watched.repo)
        heads = [git.branches.get(branch) for branch in (git.default, *watched.branches)]
        pulls = [self.pull_for(watched.repo, branch) for branch in watched.branches]
        last = max((comment.id for comment in self.comments(watched.repo, 0)), default=0)
        return repr((heads, pulls, self.issue(watched.repo, watched.key), last))

    def _at(self, repo: str) -> tuple[Place, MemoryRepository]:
        if self.away:
            raise Unavailable("the forge in memory is away: the test says when it is back")
        if f"memory://{repo}" not in self.git.repositories:
            raise Refused(f"no repository called {repo!r}: there are {', '.join(self.git.repositories)}")
        return self.places.setdefault(repo, Place()), self.git.repositories[f"memory://{repo}"]

    def _kept(self, repo: str, number: int) -> MemoryPull:
        place, _ = self._at(repo)
        if number not in place.pulls:
            raise Refused(f"{repo} has no pull request {number}")
        return place.pulls[number]

    def _change(self, repo: str, number: int, **what: object) -> None:
        kept = self._kept(repo, number)
        kept.shown = replace(kept.shown, **what)  # type: ignore[arg-type]  # replace() checks the names

    def _must_be(self, repo: str, number: int, head: str) -> PullRequest:
        pull = self.pull(repo, number)
        if pull.head != head:
            raise Refused(f"pull request {number} of {repo} is at {pull.head[:10]}, not at {head[:10]}")
        return pull

    def _say(self, repo: str, number: int, by: str, text: str, key: str) -> None:
        place, _ = self._at(repo)
        if number not in place.pulls and number not in [issue.number for issue in place.issues.values()]:
            raise Refused(f"{repo} has no pull request or issue {number}")
        place.comments.append((key, Comment(len(place.comments) + 1, number, by, text, self._now())))

    def _look(self, repo: str, git: MemoryRepository, kept: MemoryPull) -> None:
        pull, url = kept.shown, self.git_url(repo)
        head, base = git.branches.get(pull.branch, pull.head), git.branches[pull.base]
        inside = self.git.contains(url, base, head)
        if kept.ahead and inside and self.git.contains(url, base, pull.head):
            commit = self._landed_as(url, base, head)
            kept.shown = replace(pull, state="merged", head=head, merged_commit=commit, merged_at=self._now())
            return
        try:
            self.git.merged_tree(url, base, head)
            conflicted = False
        except Conflict:
            conflicted = True
        kept.ahead = not inside
        kept.shown = replace(pull, head=head, conflicted=conflicted)

    def _landed_as(self, url: str, base: str, head: str) -> str:
        at = self.git.commit(url, base)
        while at.parents and self.git.contains(url, at.parents[0], head):
            at = self.git.commit(url, at.parents[0])
        return at.id

    def _checks(self, place: Place, head: str, rule: Rule | None) -> tuple[Check, ...]:
        names = rule.checks if rule else ()
        shown = {name: check for (at, name), check in sorted(place.checks.items()) if at == head}
        missing = {n: Check(n, PENDING, head, "required, and not reported yet") for n in names if n not in shown}
        known = {**shown, **missing}
        return tuple(replace(check, required=not names or name in names) for name, check in known.items())
