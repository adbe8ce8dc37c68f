"""Deploy: the merged commit is seen to run in every environment, one after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chairlift.core.decision import Ask, Decision, Do, Party, Satisfied, StepName, Verb, Wait
from chairlift.core.menu import Change
from chairlift.core.schedule import counted
from chairlift.core.upgrade import Holds, Running, Seen, Upgrade
from chairlift.ports import Ports
from chairlift.steps import texts
from chairlift.steps.base import Done
from chairlift.steps.gates import closed, stands_in_the_way
from chairlift.steps.units import deploy_unit
from chairlift.steps.verdicts import verdict
from chairlift.steps.watching import alarm, needed, running, target, worse_in

#: A release that ends nudges its upgrade; this is only for the nudge that got lost.
SOON = timedelta(minutes=1)

_WHAT_FOR = {
    "plan": "scan what runs, to see whether it holds the change",
    "look back": "find out what is ordinary for its errors",
}


class Deploy:
    """Satisfied when every environment runs the change, or the first that does runs worse."""

    name = StepName.DEPLOY

    def look(self, up: Upgrade, change: Change, seen: Seen, ports: Ports, now: datetime) -> Seen:
        if not seen.past_merge or not change.deploys or not needed(up, change, seen):
            return seen
        found = [running(up, change, seen, environment, ports) for environment in up.environments]
        environments = tuple(run for run, _ in found)
        todo = [unit for _, unit in found if unit]
        verdicts = {}
        if up.level and up.who(change, StepName.TEST) is Party.PROJECT_TEAM and not seen.reverted:
            for run in environments:
                judged, unit = verdict(up, change, seen, run, ports, now)
                if judged:
                    verdicts[run.environment] = judged
                if unit:
                    todo.append(unit)
        return replace(seen, environments=environments, todo=tuple(todo), verdicts=verdicts)

    def decide(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        if not change.deploys:
            return Satisfied("nothing that runs is altered")
        if not needed(up, change, seen):
            return Satisfied("there was nothing to change, so there is nothing to deploy")
        if seen.todo:
            return Do(Verb.PLAN, seen.todo[0].name, _WHAT_FOR[seen.todo[0].kind])
        if seen.reverted:
            return self._undo(up, change, seen, now)
        worse = worse_in(up, change, seen)
        if worse:
            return Satisfied(f"worse in {worse.environment}: it goes no further")
        before: Running | None = None
        for run in seen.environments:
            if run.holds is not Holds.YES:
                # What seems to go wrong where it runs is for the test step to see to, before it goes anywhere else.
                held = alarm(up, change, seen)
                return (
                    Satisfied(f"held in {held.environment}: it goes no further for now")
                    if held
                    else self._next(up, change, seen, before, run, now)
                )
            before = run
        return Satisfied("seen to run in " + ", ".join(up.environments))

    def _next(
        self, up: Upgrade, change: Change, seen: Seen, before: Running | None, run: Running, now: datetime
    ) -> Decision:
        environment = run.environment
        if run.holds is Holds.UNKNOWN:
            return Wait(now + SOON, f"scanning what runs in {environment}")
        if up.who(change, self.name) is Party.SQUAD:
            return self._ask_squad(up, seen, before, run, now)
        if not up.service.deployer:
            return self._by_hand(up, seen, environment, "deploy")
        if run.holds is Holds.DIVERGED and run.deployment:
            there = run.deployment.commit[:10]
            why = f"{environment} runs {there}, which is not on the way to the merge: deploying would take it away"
            return Ask(Party.PROJECT_TEAM, f"diverged {environment} {run.deployment.commit}", why)
        if run.releasing:
            return Wait(now + SOON, f"deploying to {environment}")
        if run.failed:
            why = f"the deployment to {environment} failed: {run.failed}; after mending it, run {texts.RETRY}"
            return Ask(Party.PROJECT_TEAM, f"deploy {environment} {target(seen)}", why)
        soaked = before and before.since and up.calendar.add(before.since, up.campaign.times.soak)
        if before and soaked and soaked > now:
            return Wait(soaked, f"{before.environment} runs it first, for {up.campaign.times.soak}")
        why = f"deploy {target(seen)[:10]} to {environment}"
        return stands_in_the_way(up, change, now) or closed(up, now) or Do(Verb.DEPLOY, target(seen), why, environment)

    def _by_hand(self, up: Upgrade, seen: Seen, environment: str, what: str) -> Ask:
        commit = target(seen)
        why = f"no deployer: {what} {commit[:10]} in {environment} by hand, then 'chairlift deployed {environment}'"
        return Ask(Party.PROJECT_TEAM, f"{what} {environment} {commit}", why)

    def _ask_squad(self, up: Upgrade, seen: Seen, before: Running | None, run: Running, now: datetime) -> Ask:
        since = seen.pull.merged_at if seen.pull else None
        seen_there = f"it runs {run.deployment.commit[:10]}" if run.deployment else "nothing is known to run there"
        why = f"merged: {up.service.squad.name} deploys it to {run.environment} ({seen_there})"
        return Ask(
            Party.SQUAD,
            f"deploy {run.environment} {seen.merged_commit}",
            why,
            due=up.due(self.name, since or now),
            since=since,
        )

    def _undo(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        for run in seen.environments:
            if run.holds is not Holds.YES:
                continue
            if up.who(change, self.name) is Party.SQUAD:
                why = f"the change was reverted: {up.service.squad.name} deploys the revert to {run.environment}"
                return Ask(Party.SQUAD, f"undeploy {run.environment} {target(seen)}", why)
            if not up.service.deployer:
                return self._by_hand(up, seen, run.environment, "roll back")
            if run.releasing:
                return Wait(now + SOON, f"rolling back {run.environment}")
            if run.failed:
                why = f"rolling back {run.environment} failed: {run.failed}"
                return Ask(Party.PROJECT_TEAM, f"roll back {run.environment} {target(seen)}", why)
            return Do(Verb.ROLL_BACK, target(seen), f"{run.environment} still runs what was reverted", run.environment)
        return Satisfied("reverted, and no environment runs it")

    def act(self, up: Upgrade, change: Change, seen: Seen, do: Do, ports: Ports) -> Done:
        if do.verb is Verb.PLAN:
            for unit in seen.todo:
                ports.engine.start(unit)
            return Done(f"{counted(len(seen.todo), 'look')} asked for")
        ports.engine.start(deploy_unit(up, do.where, do.about))
        return Done(f"deployment of {do.about[:10]} to {do.where} asked for")
