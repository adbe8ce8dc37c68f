"""The calls that the stand-in answers, by what @gitbeaker/core calls them; and where that client and GitLab differ.

Of several ways to call one, the last is meant, or the one whose place stands behind a colon.
"""

from __future__ import annotations

from typing import Any

P = "/projects/{id}"
M = f"{P}/merge_requests/{{merge_request_iid}}"
ISSUE = f"{P}/issues/{{issue_iid}}"

OPERATIONS = {
    "GET /user": "Users.showCurrentUser",
    "GET /personal_access_tokens/self": "PersonalAccessTokens.show",
    "GET /users": "Users.all",
    "POST /users": "Users.create",
    "DELETE /users/{id}": "Users.remove",
    "POST /users/{user_id}/impersonation_tokens": "UserImpersonationTokens.create",
    "POST /groups": "Groups.create",
    "DELETE /groups/{id}": "Groups.remove",
    "GET /groups/{id}/projects": "Groups.allProjects",
    "GET /users/{id}/projects": "Users.allProjects",
    "POST /projects": "Projects.create",
    f"GET {P}": "Projects.show",
    f"PUT {P}": "Projects.edit",
    f"DELETE {P}": "Projects.remove",
    f"POST {P}/archive": "Projects.archive",
    f"POST {P}/members": "ProjectMembers.add",
    f"GET {P}/events": "Events.all",
    f"GET {P}/repository/branches/{{branch}}": "Branches.show",
    f"GET {P}/repository/merge_base": "Repositories.mergeBase",
    f"GET {P}/repository/commits/{{sha}}/statuses": "Commits.allStatuses",
    f"GET {P}/repository/commits/{{sha}}/merge_requests": "Commits.allMergeRequests",
    f"POST {P}/statuses/{{sha}}": "Commits.editStatus",
    f"GET {P}/merge_requests": "MergeRequests.all",
    f"POST {P}/merge_requests": "MergeRequests.create",
    f"GET {M}": "MergeRequests.show",
    f"PUT {M}": "MergeRequests.edit",
    f"PUT {M}/merge": "MergeRequests.accept",
    f"GET {M}/approvals": "MergeRequestApprovals.showConfiguration:0",
    f"POST {M}/approve": "MergeRequestApprovals.approve",
    f"POST {M}/unapprove": "MergeRequestApprovals.unapprove",
    f"GET {M}/approval_state": "MergeRequestApprovals.showApprovalState",
    f"GET {M}/versions": "MergeRequests.allDiffVersions",
    f"GET {M}/reviewers": "MergeRequests.showReviewers",
    f"GET {M}/notes": "MergeRequestNotes.all",
    f"POST {M}/notes": "MergeRequestNotes.create",
    f"PUT {M}/notes/{{note_id}}": "MergeRequestNotes.edit",
    f"DELETE {M}/notes/{{note_id}}": "MergeRequestNotes.remove",
    f"GET {M}/status_checks": "ExternalStatusChecks.all",
    f"POST {M}/status_check_responses": "",
    f"POST {P}/external_status_checks": "ExternalStatusChecks.create",
    f"POST {P}/merge_trains/merge_requests/{{merge_request_iid}}": "MergeTrains.addMergeRequest",
    f"POST {P}/approvals": "MergeRequestApprovals.editConfiguration",
    f"POST {P}/approval_rules": "MergeRequestApprovals.createApprovalRule",
    f"POST {P}/protected_branches": "ProtectedBranches.create",
    f"GET {P}/issues": "Issues.all",
    f"POST {P}/issues": "Issues.create",
    f"GET {ISSUE}": "Issues.show",
    f"PUT {ISSUE}": "Issues.edit",
    f"DELETE {ISSUE}": "Issues.remove",
    f"GET {ISSUE}/notes": "IssueNotes.all",
    f"POST {ISSUE}/notes": "IssueNotes.create",
    f"PUT {ISSUE}/notes/{{note_id}}": "IssueNotes.edit",
}

_TEXT, _NUMBER, _FLAG = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
_NO_TEXT = {"type": "string", "nullable": True}
_USER = {"type": "object", "nullable": True}

#: All of `detailed_merge_status` by GitLab's documentation; the client knows those of long ago.
STATUSES = [
    "approvals_syncing", "checking", "ci_must_pass", "ci_still_running", "commits_status", "conflict",
    "discussions_not_resolved", "draft_status", "jira_association_missing", "locked_lfs_files", "locked_paths",
    "merge_request_blocked", "merge_time", "mergeable", "need_rebase", "not_approved", "not_open", "preparing",
    "requested_changes", "security_policy_pipeline_check", "security_policy_violations", "status_checks_must_pass",
    "title_regex", "unchecked",
]  # fmt: skip

#: And all that a job may be.
JOBS = [
    "created", "waiting_for_resource", "preparing", "pending", "running", "success", "failed", "canceling", "canceled",
    "skipped", "manual", "scheduled",
]  # fmt: skip

#: And all that a reviewer may have done.
REVIEWS = ["unreviewed", "review_started", "reviewed", "requested_changes", "approved", "unapproved"]

#: What may be asked and the client does not know, by GitLab's documentation.
EXTRA: dict[str, dict[str, Any]] = {
    "POST /projects": {"name": _TEXT, "path": _TEXT},
    "DELETE /users/{id}": {"hard_delete": _FLAG},
}

#: What the client takes for needed, by a slip of the pen.
OPTIONAL = {f"POST {P}/external_status_checks": frozenset({"protected_branche_ids"})}

#: What the client believes of answers and GitLab says otherwise.
CORRECTED: dict[str, dict[str, Any]] = {
    # None before anything was pushed.
    "SimpleProjectSchema": {"default_branch": _NO_TEXT},
    # It is told once, when the token is made, and need not end.
    "PersonalAccessTokenSchema": {"token": _NO_TEXT, "last_used_at": _NO_TEXT, "expires_at": _NO_TEXT},
    "IssueSchema": {"closed_by": _USER, "closed_at": _NO_TEXT},
    # Jobs of CI are in this list as well.
    "CommitStatusSchema": {"status": {"type": "string", "enum": JOBS}},
    "MergeRequestReviewerSchema": {"state": {"type": "string", "enum": REVIEWS}},
    "MergeRequestSchema": {"detailed_merge_status": {"type": "string", "enum": STATUSES}},
}

#: What the client does not have, or has otherwise, as GitLab's documentation says.
UNKNOWN: dict[str, Any] = {
    f"POST {M}/status_check_responses": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["sha", "external_status_check_id"],
                        "properties": {
                            "sha": _TEXT,
                            "external_status_check_id": _NUMBER,
                            "status": {"type": "string", "enum": ["passed", "failed", "pending"]},
                        },
                    }
                }
            },
        },
        "responses": {"201": {}},
    },
}

_PAID = frozenset({"id", "iid", "project_id", "state", "approvals_required", "approvals_left", "approval_rules_left"})

_RULES = frozenset({"merge_trains_enabled", "only_allow_merge_if_all_status_checks_passed"})

#: What GitLab's own file leaves out: its edition that is paid for tells more of approvals, and of a user's projects.
OWN_LACKS = {f"GET {M}/approvals": _PAID, f"POST {M}/approve": _PAID, "GET /users/{id}/projects": _RULES}
#: And where it is mistaken: what is made is answered with 201.
OWN_CODES = {f"POST {P}/statuses/{{sha}}": "200"}
