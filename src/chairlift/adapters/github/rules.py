"""What a protected branch asks for, from branch protection and rulesets alike, and what of it a pull request lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chairlift.core.upgrade import Check, Review

#: Types of rules that no pull request waits for: they are about pushes, or GitHub says so when it merges.
_ELSEWHERE = frozenset({
    "creation", "deletion", "non_fast_forward", "required_linear_history", "merge_queue", "commit_message_pattern",
    "branch_name_pattern", "tag_name_pattern", "commit_author_email_pattern", "committer_email_pattern",
    "file_path_restriction", "max_file_path_length", "file_extension_restriction", "max_file_size",
})  # fmt: skip
_SCANS = {"code_scanning": "code scanning", "code_quality": "code quality", "workflows": "required workflows"}


@dataclass(frozen=True)
class Rules:
    """What is asked for beside what GitHub says of the pull request itself; `others` are in words already."""

    approvals: int = 0
    checks: frozenset[str] = frozenset()
    code_owners: bool = False
    last_push: bool = False
    conversations: bool = False
    signed: bool = False
    others: tuple[str, ...] = ()


def rules_of(protection: Mapping[str, Any] | None, rulesets: Sequence[Mapping[str, Any]]) -> Rules:
    """Of a `RefUpdateRule` of GraphQL, and of the list of rules that REST has for a branch: the strictest of both."""
    classic = protection or {}
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for rule in rulesets:
        by_type.setdefault(str(rule.get("type")), []).append(rule)
    pulls = [_parameters(rule) for rule in by_type.get("pull_request", ())]
    required = [_parameters(rule) for rule in by_type.get("required_status_checks", ())]
    names = {str(name) for name in classic.get("requiredStatusCheckContexts") or () if name}
    names |= {str(check["context"]) for each in required for check in each.get("required_status_checks", ())}

    def asked(classic_name: str, name: str) -> bool:
        return bool(classic.get(classic_name)) or any(each.get(name) for each in pulls)

    counts = [int(each.get("required_approving_review_count") or 0) for each in pulls]
    return Rules(
        approvals=max([int(classic.get("requiredApprovingReviewCount") or 0), *counts]),
        checks=frozenset(names),
        code_owners=asked("requiresCodeOwnerReviews", "require_code_owner_review"),
        last_push=asked("", "require_last_push_approval"),
        conversations=asked("requiresConversationResolution", "required_review_thread_resolution"),
        signed=bool(classic.get("requiresSignatures")) or "required_signatures" in by_type,
        others=tuple(dict.fromkeys(word for kind in by_type for word in _others(kind, by_type[kind]))),
    )


def waits(pull: Mapping[str, Any], rules: Rules, reviews: Sequence[Review], checks: Sequence[Check]) -> tuple[str, ...]:
    """What an open pull request waits for beside approvals and checks, in words."""
    found = [*_waits(pull, rules, reviews)]
    head = pull["headRefOid"]
    approvals = {review.by.casefold() for review in reviews if (review.state, review.head) == ("approved", head)}
    red = any(check.required and check.state != "passed" for check in checks)
    explained = found or red or pull["isDraft"] or len(approvals) < rules.approvals
    if pull["mergeStateStatus"] == "BLOCKED" and not explained and pull["reviewDecision"] != "CHANGES_REQUESTED":
        found += rules.others or ["a rule that GitHub does not show to Chairlift's account: see it on the pull request"]
    return tuple(found)


def _waits(pull: Mapping[str, Any], rules: Rules, reviews: Sequence[Review]) -> Iterator[str]:
    decision, head = pull["reviewDecision"], pull["headRefOid"]
    last = {review.by.casefold(): review for review in reviews if review.state != "commented"}
    approvals = [review for review in last.values() if (review.state, review.head) == ("approved", head)]
    if rules.code_owners and decision == "REVIEW_REQUIRED":
        yield "1 more review by code owners"
    elif rules.last_push and decision == "REVIEW_REQUIRED" and len(approvals) >= rules.approvals:
        yield "an approval by somebody else than who pushed last"
    if decision == "CHANGES_REQUESTED":
        for review in last.values():
            if review.state == "changes requested" and review.head != head:
                yield f"{review.by} to approve, or to take back that changes are needed"
    unresolved = sum(not thread["isResolved"] for thread in pull["reviewThreads"]["nodes"])
    if rules.conversations and unresolved:
        yield f"{unresolved} {'conversation' if unresolved == 1 else 'conversations'} to be resolved"
    if pull["mergeStateStatus"] == "BEHIND":
        yield f"its branch to be brought up to date with {pull['baseRefName']}"
    if rules.signed and pull["mergeStateStatus"] == "BLOCKED" and decision in (None, "APPROVED"):
        yield "signed commits"


def _parameters(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    found = rule.get("parameters")
    return found if isinstance(found, Mapping) else {}


def _others(kind: str, rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Rules of a type that only GitHub can judge."""
    if kind in _SCANS:
        yield _SCANS[kind]
    elif kind == "required_deployments":
        for rule in rules:
            for name in _parameters(rule).get("required_deployment_environments", ()):
                yield f"a deployment to {name}"
    elif kind == "update":
        # Nobody satisfies this one: only who may pass it by merges.
        yield "somebody who may pass the rule that nobody updates this branch"
    elif kind not in _ELSEWHERE and kind not in ("pull_request", "required_status_checks", "required_signatures"):
        yield f"the rule {kind!r}"
