"""Whether the stand-in merges one, and what it calls what is in the way; as GitLab, it names only the first."""

from __future__ import annotations

from collections.abc import Iterator

from chairlift.localforge import git as commits
from tests.forges.gitlab.places import DEVELOPER, Project, Pull, Rule, User


def merge_status(of: Project, pull: Pull) -> str:
    if pull.state != "opened":
        return "can_be_merged"
    if pull.checking:
        return "checking"
    return "cannot_be_merged" if conflicted(of, pull) or empty(of, pull) else "can_be_merged"


def conflicted(of: Project, pull: Pull) -> bool:
    return commits.conflicted(of.git, of.tip(pull.base), pull.head)


def empty(of: Project, pull: Pull) -> bool:
    return not of.tip(pull.branch) or commits.contains(of.git, of.tip(pull.base), pull.head)


def detailed_status(of: Project, pull: Pull) -> str:
    if pull.state != "opened":
        return "not_open"
    return next(in_the_way(of, pull), "mergeable")


def in_the_way(of: Project, pull: Pull) -> Iterator[str]:
    behind = not commits.contains(of.git, pull.head, of.tip(pull.base))
    unresolved = of.settings.get("only_allow_merge_if_all_discussions_are_resolved") and pull.unresolved
    named = of.settings.get("only_allow_merge_if_all_status_checks_passed")
    there = {
        "checking": pull.checking,
        "commits_status": empty(of, pull),
        "draft_status": pull.draft,
        "conflict": conflicted(of, pull),
        "need_rebase": of.settings.get("merge_method") == "ff" and behind,
        pull.blocked: pull.blocked,
        "discussions_not_resolved": unresolved,
        "not_approved": approvals_left(of, pull) or any(lacking(of, pull, rule) for rule in rules_of(of)),
        "requested_changes": "requested_changes" in pull.reviewers.values(),
        "status_checks_must_pass": named and any(answer(pull, check) != "passed" for check in of.checks),
    }
    yield from (name for name, holds in there.items() if holds)
    if of.settings.get("only_allow_merge_if_pipeline_succeeds"):
        pipeline = of.pipeline(pull.head)
        if pipeline is None or pipeline[1] in ("failed", "canceled"):
            yield "ci_must_pass"
        elif pipeline[1] != "success":
            yield "ci_still_running"


def rules_of(of: Project) -> list[Rule]:
    return [Rule(0, "All Members", of.approvals, (), "any_approver"), *of.rules]


def approved_by(pull: Pull, rule: Rule) -> list[int]:
    return [who for who in pull.approvals if not rule.users or who in rule.users]


def lacking(of: Project, pull: Pull, rule: Rule) -> int:
    return max(0, rule.required - len(approved_by(pull, rule)))


def approvals_left(of: Project, pull: Pull) -> int:
    return max(0, of.approvals - len(pull.approvals))


def answer(pull: Pull, check: int) -> str:
    return pull.answers.get((pull.head, check), "pending")


def may_merge(of: Project, pull: Pull, user: User) -> bool:
    return of.access(user) >= of.mergers.get(pull.base, DEVELOPER)
