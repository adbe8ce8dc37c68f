"""What a merge request waits for before GitLab merges it, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chairlift.core.upgrade import Check, Review

#: GitLab is still finding out.
CHECKING = frozenset({"checking", "unchecked", "preparing", "cannot_be_merged_recheck", "approvals_syncing"})
#: What says nothing more than what Chairlift sees otherwise.
_SEEN = CHECKING | {
    "mergeable", "not_open", "draft_status", "conflict", "broken_status", "not_approved", "commits_status",
    "external_status_checks", "status_checks_must_pass", "ci_still_running", "ci_must_pass", "discussions_not_resolved",
    "need_rebase", "requested_changes",
}  # fmt: skip
_WORDS = {
    "merge_request_blocked": "another merge request that it depends on",
    "blocked_status": "another merge request that it depends on",
    "jira_association_missing": "an issue of Jira, named in its title or description",
    "security_policy_violations": "its security policies to be satisfied",
    "security_policy_pipeline_check": "the pipelines of its security policies",
    "policies_denied": "licences that its policies deny to be approved",
    "locked_paths": "files that somebody has locked",
    "locked_lfs_files": "files that somebody has locked in LFS",
    "title_regex": "a title as the project asks for",
    "title_not_matching": "a title as the project asks for",
}


def waits(
    pull: Mapping[str, Any],
    project: Mapping[str, Any],
    approvals: Mapping[str, Any],
    reviews: Sequence[Review],
    checks: Sequence[Check],
    rules: Callable[[], Sequence[Mapping[str, Any]]],
) -> tuple[str, ...]:
    """Beside approvals by number, checks and conflicts. `rules` are those of approvals, asked for only where some lack.

    GitLab names only the first of what it waits for; what else can be seen is said as well.
    """
    status, head = str(pull.get("detailed_merge_status") or ""), pull["sha"]
    found = [*_approvals(approvals, reviews, head, rules), *_people(status, reviews, head)]
    if project.get("only_allow_merge_if_all_discussions_are_resolved") and not pull["blocking_discussions_resolved"]:
        found.append("discussions to be resolved")
    found += _pipeline(status, pull, project, checks)
    if status == "need_rebase":
        found.append(f"its branch to be rebased onto {pull['target_branch']!r}")
    if status == "commits_status":
        found.append("commits: its branch has none that the base has not, or is gone")
    if status == "merge_time":
        found.append(f"{pull.get('merge_after') or 'a time'}, before which it may not be merged")
    elif status not in _SEEN:
        found.append(_WORDS.get(status, f"what GitLab calls {status!r}: see it there"))
    if (pull.get("user") or {}).get("can_merge") is False:
        found.append(f"somebody who may merge into {pull['target_branch']!r}, which Chairlift may not")
    return tuple(found)


def _approvals(
    approvals: Mapping[str, Any], reviews: Sequence[Review], head: str, rules: Callable[[], Sequence[Mapping[str, Any]]]
) -> Iterator[str]:
    """By the name of the rule, where who must approve is named; else only where numbers do not explain it."""
    left = int(approvals.get("approvals_left") or 0)
    if not left and not approvals.get("approval_rules_left"):
        return
    named = False
    for rule in rules():
        lacking = int(rule.get("approvals_required") or 0) - len(rule.get("approved_by") or ())
        if rule.get("rule_type") == "any_approver" or rule.get("approved") or lacking <= 0:
            continue
        named = True
        who = "code owners" if rule.get("rule_type") == "code_owner" else repr(str(rule.get("name") or "a rule"))
        of = f" of {rule['name']}" if who == "code owners" else ""
        yield f"{_count(lacking, 'more approval')} by {who}{of}"
    here = {review.by.casefold() for review in reviews if (review.state, review.head) == ("approved", head)}
    if left and not named and len(here) >= int(approvals.get("approvals_required") or 0):
        yield f"{_count(left, 'more approval')} that GitLab counts"


def _people(status: str, reviews: Sequence[Review], head: str) -> Iterator[str]:
    last = {review.by: review for review in reviews if review.state != "dismissed"}
    wishes = [review for review in last.values() if review.state == "changes requested"]
    # One on this very head is asked about anyway.
    yield from (f"{review.by}, who asked for changes, to approve" for review in wishes if review.head != head)
    if status == "requested_changes" and not wishes:
        yield "who asked for changes to approve, or to take that back"


def _pipeline(
    status: str, pull: Mapping[str, Any], project: Mapping[str, Any], checks: Sequence[Check]
) -> Iterator[str]:
    """Only where the checks do not show it."""
    red = any(check.required and check.state != "passed" for check in checks)
    if red or not (project.get("only_allow_merge_if_pipeline_succeeds") or status.startswith("ci_")):
        return
    pipeline = pull.get("head_pipeline")
    if not pipeline:
        yield "a pipeline that succeeds: none has run for it"
    elif status == "ci_still_running":
        yield "its pipeline to end"
    elif status == "ci_must_pass":
        yield "its pipeline to succeed"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
