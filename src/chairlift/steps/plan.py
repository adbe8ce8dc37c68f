"""Plan: would the recipe change anything here, and do the tests pass before and after?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chairlift.core.decision import Ask, Decision, Do, Party, Satisfied, StepName, Verb, Wait
from chairlift.core.menu import Change
from chairlift.core.upgrade import Plan as Found
from chairlift.core.upgrade import PlanState, RunState, Seen, Upgrade, Verification
from chairlift.ports import Ports
from chairlift.steps import texts
from chairlift.steps.base import Done
from chairlift.steps.units import find_plan, find_tests, plan_unit

#: A unit that ends nudges its upgrade; this is only for the nudge that got lost.
SOON = timedelta(minutes=1)

_MEND_BEFORE = f"mend them there, or `tests` in the services file; after mere bad luck {texts.RETRY} runs them again"


class Plan:
    """Satisfied when the recipe has run on the present default branch and the tests of both sides are known."""

    name = StepName.PLAN

    def look(self, up: Upgrade, change: Change, seen: Seen, ports: Ports, now: datetime) -> Seen:
        if seen.merged:
            return seen
        url = ports.forge.git_url(up.service.repo)
        unit = plan_unit(up, change, url, seen.base, ports.recipe)
        plan = find_plan(ports, unit)
        if plan is None:
            return replace(seen, todo=(unit,))
        if plan.state is not PlanState.PLANNED:
            return replace(seen, plan=plan)
        before = find_tests(ports, up, url, seen.base, change, changed=False)
        after = find_tests(ports, up, url, plan.commit, change, changed=True)
        seen = replace(seen, plan=plan, before=before[1], after=after[1])
        todo = tuple(unit for unit, found in (before, after) if found is None)
        return replace(seen, todo=todo) if todo else _look_ahead(up, change, seen, ports, url)

    def decide(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        if seen.merged:
            return Satisfied("merged")
        if seen.todo:
            return Do(Verb.PLAN, seen.todo[0].name, f"{change.title}: to be planned on {seen.base[:10]}")
        plan, before, after = seen.plan, seen.before, seen.after
        assert plan is not None
        match plan.state:
            case PlanState.RUNNING:
                return Wait(now + SOON, "the recipe is running", told=True)
            case PlanState.FAILED:
                why = f"the recipe failed on {seen.base[:10]}: {plan.why}"
                return Ask(Party.PROJECT_TEAM, f"recipe {seen.base}", why)
            case PlanState.NOTHING:
                return Satisfied(f"nothing left to change on {seen.base[:10]}")
        assert before is not None
        assert after is not None
        if RunState.RUNNING in (before.state, after.state):
            return Wait(now + SOON, "the tests are running, before and after the change", told=True)
        if before.state is RunState.FAILED:
            why = f"the tests of {seen.default_branch} fail without any change of ours ({before.why}): {_MEND_BEFORE}"
            return Ask(Party.SQUAD, f"red before {seen.base}", why)
        if after.state in (RunState.FAILED, RunState.UNPROVEN) and self._ours_to_mend(up, change, seen):
            why = f"the tests do not pass with the change ({after.why}): {_mend_after(up, change)}"
            return Ask(Party.PROJECT_TEAM, f"red after {plan.commit}", why)
        return Satisfied(f"planned: {plan.files} files, +{plan.insertions} -{plan.deletions}; tests {after.state}")

    def _ours_to_mend(self, up: Upgrade, change: Change, seen: Seen) -> bool:
        """Not once somebody has put a branch there: what counts from then on are the tests of its head."""
        if up.branch(change) in seen.heads:
            return False
        return up.level is None or up.who(change, StepName.CREATE) is Party.PROJECT_TEAM

    def act(self, up: Upgrade, change: Change, seen: Seen, do: Do, ports: Ports) -> Done:
        for unit in seen.todo:
            ports.engine.start(unit)
        return Done(f"asked for {len(seen.todo)} units: {', '.join(unit.kind for unit in seen.todo)}")


def _mend_after(up: Upgrade, change: Change) -> str:
    return (
        f"push a branch {up.branch(change)} that holds the change and what it needs besides, and Chairlift opens its "
        f"pull request; or mend the recipe, or the code on the default branch"
    )


def _look_ahead(up: Upgrade, change: Change, seen: Seen, ports: Ports, url: str) -> Seen:
    """Before the squad has chosen, plan the later changes too, each on top of the one before it, to choose by."""
    if seen.pull is not None or up.level is not None or seen.plan is None:
        return seen
    ahead: list[tuple[str, Found, Verification]] = []
    base = seen.plan.commit
    for later in up.campaign.changes[up.campaign.changes.index(change) + 1 :]:
        unit = plan_unit(up, later, url, base, ports.recipe)
        plan = find_plan(ports, unit)
        if plan is None:
            return replace(seen, ahead=tuple(ahead), todo=(unit,))
        if plan.state is not PlanState.PLANNED:
            ahead.append((later.slug, plan, Verification(RunState.ABSENT)))
            if plan.state is PlanState.NOTHING:
                continue
            break
        unit, found = find_tests(ports, up, url, plan.commit, later, changed=True)
        if found is None:
            return replace(seen, ahead=tuple(ahead), todo=(unit,))
        ahead.append((later.slug, plan, found))
        base = plan.commit
    return replace(seen, ahead=tuple(ahead))
