"""Whatever GitLab sends by a webhook of a project tells which project it is about."""

from __future__ import annotations

import json

import pytest

from chairlift.core.hook import Sent
from tests.adapters.test_signatures import NOW, SECRET, TOKEN, hook, signed
from tests.forges.gitlab import describing

OF_PROJECTS = (
    "Push", "Tag", "Issue", "CommitNote", "MergeRequestNote", "IssueNote", "SnippetNote", "MergeRequest", "Wiki",
    "Pipeline", "Job", "Deployment", "FeatureFlag", "Release", "Emoji",
)  # fmt: skip
OF_GROUPS = ("GroupMember", "SubGroup")


def body_of(kind, **values):
    return json.dumps(describing.example(f"Webhook{kind}EventSchema", values)).encode()


@pytest.mark.parametrize("secret", [SECRET, TOKEN])
@pytest.mark.parametrize("kind", OF_PROJECTS)
def test_each_event_of_a_project_names_it(kind, secret):
    body = body_of(kind, project={"path_with_namespace": "team/sales/shop"})
    assert hook("gitlab")(signed("gitlab", body, secret), body, secret, NOW) == Sent("d-1", "team/sales/shop")


@pytest.mark.parametrize("kind", OF_GROUPS)
def test_an_event_of_a_group_is_of_no_project(kind):
    body = body_of(kind)
    assert hook("gitlab")(signed("gitlab", body), body, SECRET, NOW) == Sent("d-1", "")


def test_there_are_no_other_events():
    """Of those that GitLab's client knows; what is only a part of others aside."""
    known = [
        name for name in describing.declared().names if name.startswith("Webhook") and name.endswith("EventSchema")
    ]
    parts = ("BaseNote", "BasePush")
    assert sorted(known) == sorted(f"Webhook{kind}EventSchema" for kind in (*OF_PROJECTS, *OF_GROUPS, *parts))
