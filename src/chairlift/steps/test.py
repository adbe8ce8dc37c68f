"""Test: in every environment a verdict of healthy, or the word of a named person; worse is undone."""

from __future__ import annotations

from datetime import datetime

from chairlift.core.decision import Ask, Decision, Do, Party, Satisfied, StepName, Verb, Wait
from chairlift.core.menu import Change
from chairlift.core.upgrade import Holds, Running, Seen, Upgrade
from chairlift.core.verdict import Health
from chairlift.ports import Message, Ports
from chairlift.steps import texts
from chairlift.steps.base import Done
from chairlift.steps.watching import needed, signed_off, worse_in


class Test:
    """Satisfied when each environment that runs the change was judged healthy or signed off."""

    name = StepName.TEST
    #: pytest collects classes by this name.
    __test__ = False

    def look(self, up: Upgrade, change: Change, seen: Seen, ports: Ports, now: datetime) -> Seen:
        return seen

    def decide(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        if not change.deploys or not needed(up, change, seen):
            return Satisfied("nothing that runs was altered")
        if seen.reverted:
            why = f"the change was reverted{_cause(up, change, seen)}"
            way_out = f"find the cause, then run {texts.RETRY} for a new pull request"
            return Ask(Party.PROJECT_TEAM, f"reverted {seen.merged_commit}", f"{why}: {way_out}")
        worse = worse_in(up, change, seen)
        if worse:
            return self._worse(up, change, seen, worse)
        waits: list[Wait] = []
        for run in seen.environments:
            if run.holds is not Holds.YES or signed_off(up, change, run):
                continue
            if up.who(change, self.name) is Party.SQUAD:
                return self._ask_squad(up, seen, run, now)
            judged = self._judged(up, change, seen, run, now)
            if isinstance(judged, Wait):
                waits.append(judged)
            elif judged:
                return judged
        if waits:
            return min(waits, key=lambda wait: wait.until)
        return Satisfied("healthy or signed off in " + ", ".join(run.environment for run in seen.environments))

    def _ask_squad(self, up: Upgrade, seen: Seen, run: Running, now: datetime) -> Ask:
        why = f"{run.environment} runs it: {up.service.squad.name} tests it and says so by name"
        due = up.due(self.name, run.since or now)
        return Ask(Party.SQUAD, f"test {run.environment} {seen.merged_commit}", why, due=due, since=run.since)

    def _judged(self, up: Upgrade, change: Change, seen: Seen, run: Running, now: datetime) -> Ask | Do | Wait | None:
        """None when it is healthy."""
        found = seen.verdicts.get(run.environment)
        way_out = "somebody who looked signs off with 'chairlift tested'"
        if found is None:
            why = f"nothing counts the errors of {run.environment}: {way_out}"
            return Ask(Party.PROJECT_TEAM, f"no monitor {run.environment} {seen.merged_commit}", why)
        if found.hold:
            return self._alarm(up, change, seen, run, now)
        if found.health is Health.HEALTHY:
            return None
        assert run.since is not None
        times = up.campaign.times
        ends = up.calendar.add(run.since, times.healthy if found.hopeless else times.watch)
        if now < ends:
            return Wait(ends, f"watching {run.environment}: so far {found.health} ({found.why})")
        why = f"unknown after the watch of {run.environment} ({found.why}): {way_out}"
        return Ask(Party.PROJECT_TEAM, f"unknown {run.environment} {seen.merged_commit}", why)

    def _alarm(self, up: Upgrade, change: Change, seen: Seen, run: Running, now: datetime) -> Ask | Do | Wait:
        """People hear of it once; then it turns worse, or goes away, or somebody must look."""
        found, about = seen.verdicts[run.environment], f"{run.environment} {seen.merged_commit}"
        if not up.said.deeds.get((change.slug, Verb.ALARM, about)):
            return Do(Verb.ALARM, about, f"{run.environment}: {found.why}", run.environment)
        if found.asks:
            why = f"{run.environment}: {found.why}; whoever looked signs off with 'chairlift tested', or reverts it"
            return Ask(Party.PROJECT_TEAM, f"look {about}", why)
        return Wait(now + up.campaign.times.poll.rough, f"held in {run.environment}: {found.why}")

    def _worse(self, up: Upgrade, change: Change, seen: Seen, run: Running) -> Decision:
        ours = all(up.who(change, step) is Party.PROJECT_TEAM for step in (StepName.MERGE, StepName.DEPLOY))
        why = f"worse in {run.environment} since the deployment: {seen.verdicts[run.environment].why}"
        closed = seen.revert is not None and seen.revert.state == "closed"
        if ours and seen.merged_commit and not closed:
            return Do(Verb.REVERT, seen.merged_commit, why)
        whom = Party.PROJECT_TEAM if ours else Party.SQUAD
        but = "; the pull request that reverts it was closed" if closed else ""
        why = f"{why}{but}; revert it, or sign off with 'chairlift tested'"
        return Ask(whom, f"worse {run.environment} {seen.merged_commit}", why)

    def act(self, up: Upgrade, change: Change, seen: Seen, do: Do, ports: Ports) -> Done:
        """Tell people; or undo by a pull request of its own, merged at once, whatever part of that a crash left.

        The commit is made on top of the one that it undoes, so it is the same each time and nobody else's.
        """
        if do.verb is Verb.ALARM:
            key = f"alarm {up.campaign.slug} {up.service.name} {change.slug} {do.about}"
            ports.notifier.tell(Message(key, texts.everybody(up), *texts.alarm(up, change, do)))
            return Done("told; merges and deployments of this campaign wait")
        repo, branch = up.service.repo, up.branch(change, revert=True)
        url = ports.forge.git_url(repo)
        title, body = texts.revert(up, change, seen, do)
        ports.workspace.fetch(url, do.about)
        head = ports.workspace.revert(url, do.about, do.about, title).commit
        ports.workspace.push(url, head, branch, frozenset({head}))
        pull = ports.forge.ensure_pull(repo, branch, seen.default_branch, title, body, ("chairlift", "revert"))
        # Before the merge: after it, a process that was killed would never come back here.
        subject, text = texts.undone(up, change, do, pull)
        key = f"revert {up.campaign.slug} {up.service.name} {change.slug} {do.about}"
        ports.notifier.tell(Message(key, texts.contacts(up), subject, text))
        merged = ports.forge.merge(repo, pull.number, head, up.campaign.merge_method)
        return Done(f"reverted as {merged} (pull request {pull.number})")


def _cause(up: Upgrade, change: Change, seen: Seen) -> str:
    """What the log says about it; nothing where people reverted it for reasons of their own."""
    for (slug, environment, commit), verdict in up.said.verdicts.items():
        if (slug, commit) == (change.slug, seen.merged_commit) and verdict.health is Health.WORSE:
            return f", worse in {environment} ({verdict.why})"
    return ""
