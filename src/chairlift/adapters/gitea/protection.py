"""What a protected branch asks for besides approvals and checks, in words; and the patterns in which it says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from chairlift.core.upgrade import Check, Review

APPROVED, REJECTED, REQUESTED = "APPROVED", "REQUEST_CHANGES", "REQUEST_REVIEW"


@lru_cache(maxsize=1024)
def glob(pattern: str, apart: str = "") -> re.Pattern[str]:
    """A pattern as the server reads it: `*` and `?` stop at what keeps parts `apart`, `**` does not."""
    one = f"[^{re.escape(apart)}]" if apart else "."
    out, braces, i = "", 0, 0
    while i < len(pattern):
        sign = pattern[i]
        if sign == "*":
            deep = pattern.startswith("**", i)
            out, i = out + (".*" if deep else f"{one}*"), i + deep
        elif sign == "?":
            out += one
        elif sign == "[" and (found := re.match(r"\[(!?)([^\]]+)\]", pattern[i:])):
            inside = re.sub(r"([\\^\[&~|])", r"\\\1", found[2])
            out, i = out + f"[{'^' if found[1] else ''}{inside}]", i + found.end() - 1
        elif sign == "{" and "}" in pattern[i:]:
            out, braces = out + "(?:", braces + 1
        elif sign in ",}" and braces:
            out, braces = out + ("|" if sign == "," else ")"), braces - (sign == "}")
        else:
            i += sign == "\\" and i + 1 < len(pattern)
            out += re.escape(pattern[i])
        i += 1
    try:
        return re.compile(out + ")" * braces, re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))


def judged(statuses: Sequence[Mapping[str, Any]], head: str, branch: Mapping[str, Any]) -> tuple[Check, ...]:
    """The checks of a head by name; what the branch requires and nobody has reported is pending.

    All are required where it names none. What it names may be a pattern.
    """
    names = (
        [str(name) for name in branch.get("status_check_contexts") or ()] if branch.get("enable_status_check") else []
    )
    shown = sorted({str(status["context"]): status for status in statuses}.items())
    checks = [
        Check(
            name=name,
            state=_STATES.get(str(status["status"]), "failed"),
            head=head,
            summary=str(status.get("description") or ""),
            required=not names or any(glob(each).fullmatch(name) for each in names),
        )
        for name, status in shown
    ]
    missing = [name for name in names if not any(glob(name).fullmatch(known) for known, _ in shown)]
    return (*checks, *(Check(name, "pending", head, "required, and not reported yet") for name in missing))


_STATES = {"success": "passed", "skipped": "passed", "pending": "pending"}


def waits(
    pull: Mapping[str, Any],
    reviews: Sequence[Mapping[str, Any]],
    shown: Sequence[Review],
    branch: Mapping[str, Any],
    rule: Mapping[str, Any],
    files: Callable[[], Sequence[str]],
) -> tuple[str, ...]:
    """What it takes before a merge, beyond what Chairlift asks for anyway; `rule` is empty where we may not read it."""
    head, base = str(pull["head"]["sha"]), str(pull["base"]["ref"])
    found = []
    unofficial = _uncounted(reviews, shown, head, int(branch.get("required_approvals") or 0))
    if unofficial:
        found.append(f"an approval that counts on {base!r}: not that of {', '.join(unofficial)}")
    standing = [each for each in reviews if each.get("official") and not each.get("dismissed")]
    if rule.get("block_on_rejected_reviews"):
        against = sorted({_who(each) for each in standing if each["state"] == REJECTED})
        found += [f"{who}, who asked for changes, to approve" for who in against]
    if rule.get("block_on_official_review_requests"):
        found += [f"the review that {_who(each)} was asked for" for each in standing if each["state"] == REQUESTED]
    if rule.get("block_on_outdated_branch") and pull.get("merge_base") != pull["base"].get("sha"):
        found.append(f"the branch to be brought up to date with {base!r}")
    if changed := _protected(rule, files):
        found.append(f"somebody who may push to {base!r} directly, since it changes protected files: {changed}")
    if branch.get("user_can_merge") is False:
        found.append(f"somebody who may merge into {base!r}, which Chairlift may not")
    return tuple(found)


def _uncounted(reviews: Sequence[Mapping[str, Any]], shown: Sequence[Review], head: str, needed: int) -> Sequence[str]:
    """Whose approvals of this head do not count for the server, where they would be enough if they did."""
    here = {each.by for each in shown if (each.state, each.head) == ("approved", head)}
    counted = {_who(each) for each in reviews if each["state"] == APPROVED and each.get("official")}
    return sorted(here - counted) if len(here) >= needed > len(here & counted) else ()


def _protected(rule: Mapping[str, Any], files: Callable[[], Sequence[str]]) -> str:
    patterns = [each.strip() for each in str(rule.get("protected_file_patterns") or "").lower().split(";")]
    patterns = [each for each in patterns if each]
    if not patterns:
        return ""
    hit = [name for name in files() if any(glob(each, "./").fullmatch(name.lower()) for each in patterns)]
    return ", ".join(hit[:5]) + (f" and {len(hit) - 5} more" if len(hit) > 5 else "")


def _who(review: Mapping[str, Any]) -> str:
    """A person, or a team that was asked."""
    return str((review.get("user") or {}).get("login") or (review.get("team") or {}).get("name") or "somebody")
