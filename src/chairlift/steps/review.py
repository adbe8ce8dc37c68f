"""Review: green checks, proven tests and an approval, all of them on this very head."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chairlift.core.decision import Ask, Decision, Do, Party, Satisfied, StepName, Verb, Wait
from chairlift.core.log import question
from chairlift.core.menu import Change
from chairlift.core.upgrade import PullRequest, RunState, Seen, Upgrade, Verification
from chairlift.core.upgrade import Review as Given
from chairlift.ports import Ports
from chairlift.steps import texts
from chairlift.steps.base import Done
from chairlift.steps.units import find_tests

#: Checks of the forge tell nobody when they end, where there are no webhooks.
SOON = timedelta(minutes=1)

#: The check that Chairlift's own run of the tests shows on the forge.
CHECK = "chairlift/tests"

#: How questions begin that are asked because this head is red: our tests, or a check of the forge.
RED = ("red ", "check ")

_SHOWN = {RunState.PASSED: "passed", RunState.FAILED: "failed", RunState.UNPROVEN: "failed"}


class Review:
    """Satisfied when this head is green and approved by whom the level says."""

    name = StepName.REVIEW

    def look(self, up: Upgrade, change: Change, seen: Seen, ports: Ports, now: datetime) -> Seen:
        if seen.past_merge or not seen.pull:
            return seen
        url = ports.forge.git_url(up.service.repo)
        unit, found = find_tests(ports, up, url, seen.pull.head, change, changed=True)
        return replace(seen, head=found, todo=() if found else (unit,))

    def decide(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        if seen.past_merge:
            return Satisfied("merged")
        pull = seen.pull
        assert pull is not None
        return (
            self._red(up, change, pull, seen.head, now)
            or self._answer_owed(up, pull)
            or self._unapproved(up, change, seen, pull, now)
            or Satisfied(f"reviewed and green on {pull.head[:10]}")
        )

    def _red(
        self, up: Upgrade, change: Change, pull: PullRequest, run: Verification | None, now: datetime
    ) -> Decision | None:
        """None when tests and checks of this head are green and the pull request is ready."""
        author = up.who(change, StepName.CREATE)
        if run is None:
            return Do(Verb.VERIFY, pull.head, f"run the tests on {pull.head[:10]}")
        if run.state is RunState.RUNNING:
            return Wait(now + SOON, f"the tests are running on {pull.head[:10]}", told=True)
        shown = {check.name: check.state for check in pull.checks if check.head == pull.head}
        if run.state in _SHOWN and shown.get(CHECK) != _SHOWN[run.state]:
            return Do(Verb.REPORT, pull.head, f"show on the forge that the tests {run.state} on {pull.head[:10]}")
        if run.state in (RunState.FAILED, RunState.UNPROVEN):
            return Ask(author, f"{RED[0]}{pull.head}", f"the tests do not pass on {pull.head[:10]}: {run.why}")
        for check in pull.checks:
            if check.head != pull.head or not check.required or check.name == CHECK:
                continue
            if check.state == "failed":
                why = f"check {check.name!r} failed on {pull.head[:10]}: {check.summary}"
                return Ask(author, f"{RED[1]}{check.name} {pull.head}", why)
            if check.state != "passed":
                return Wait(now + SOON, f"check {check.name!r} is running on {pull.head[:10]}", told=True)
        if pull.draft:
            return Ask(author, f"draft {pull.number}", f"pull request {pull.number} is a draft: mark it ready")
        return None

    def _answer_owed(self, up: Upgrade, pull: PullRequest) -> Ask | None:
        """The last word of a reviewer on this head is that changes are needed."""
        last: dict[str, Given] = {}
        for review in pull.reviews:
            if review.state != "commented":
                last[review.by] = review
        for review in last.values():
            if review.state == "changes requested" and review.head == pull.head:
                why = f"{review.by} asks for changes on {pull.head[:10]}: {review.text or 'see the pull request'}"
                return Ask(Party.PROJECT_TEAM, f"changes {pull.head}", why, since=review.at)
        return None

    def _unapproved(self, up: Upgrade, change: Change, seen: Seen, pull: PullRequest, now: datetime) -> Decision | None:
        who = up.who(change, self.name)
        approvals = {r.by.casefold() for r in pull.reviews if r.state == "approved" and r.head == pull.head}
        if who is Party.SQUAD:
            voices, reviewer = up.service.squad.voices, up.service.squad.name
        else:
            voices, reviewer = up.team, "the project team"
        approved = approvals & voices or (who is Party.PROJECT_TEAM and (change.slug, pull.head) in up.said.approved)
        if not approved:
            if who is Party.PROJECT_TEAM and self._may_approve(up, seen):
                return Do(Verb.APPROVE, pull.head, "exactly what the recipe made, and its tests are green and proven")
            why = f"pull request {pull.number} waits for a review by {reviewer} of {pull.head[:10]}"
            return self._ask(up, change, who, f"review {pull.head}", why, now)
        if len(approvals) < pull.needs_approvals:
            why = f"the branch is protected: {len(approvals)} of {pull.needs_approvals} approvals on {pull.head[:10]}"
            return self._ask(up, change, who, f"approvals {pull.head}", why, now)
        if pull.waits and not pull.queued:
            # Who protects a branch are those who own it, whoever reviews at this level.
            why = f"the branch is protected: pull request {pull.number} waits for {', and for '.join(pull.waits)}"
            return self._ask(up, change, Party.SQUAD, f"protection {pull.head}", why, now)
        return None

    def _may_approve(self, up: Upgrade, seen: Seen) -> bool:
        """Chairlift approves only where the campaign says so, its own exact work, verified on this head."""
        green = seen.head is not None and seen.head.state is RunState.PASSED
        return up.campaign.chairlift_approves and seen.exact and green

    def _ask(self, up: Upgrade, change: Change, who: Party, about: str, why: str, now: datetime) -> Ask:
        # From when there was this head to review: one that is pushed late is not late to be reviewed.
        since = up.said.asked.get(question(change.slug, self.name, about), now)
        return Ask(who, about, why, due=up.due(self.name, since), since=since)

    def act(self, up: Upgrade, change: Change, seen: Seen, do: Do, ports: Ports) -> Done:
        pull = seen.pull
        assert pull is not None
        if do.verb is Verb.VERIFY:
            for unit in seen.todo:
                ports.engine.start(unit)
            return Done("tests asked for")
        if do.verb is Verb.REPORT:
            assert seen.head is not None
            state = _SHOWN[seen.head.state]
            ports.forge.report_check(up.service.repo, do.about, CHECK, state, seen.head.why)
            return Done(f"check {CHECK}: {state}")
        ports.forge.approve(up.service.repo, pull.number, do.about, texts.approval(up, change, seen))
        return Done(f"approved pull request {pull.number}")
