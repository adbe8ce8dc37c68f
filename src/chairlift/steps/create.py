"""Create: one branch, one pull request; or, where the squad creates it, an issue with all it needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chairlift.core.decision import Ask, Decision, Do, Party, Satisfied, StepName, Stop, Verb, Wait
from chairlift.core.log import question, was_reminded
from chairlift.core.menu import Change
from chairlift.core.upgrade import PullRequest, Seen, Upgrade, digest
from chairlift.ports import Ports, Refused
from chairlift.steps import texts
from chairlift.steps.base import Done
from chairlift.steps.gates import held
from chairlift.steps.watching import needed

#: Admission to a wave nudges the upgrade; this is only for the nudge that got lost.
SOON = timedelta(minutes=5)


class Create:
    """Satisfied when a pull request is open for this change, or the change is on the default branch anyway."""

    name = StepName.CREATE

    def look(self, up: Upgrade, change: Change, seen: Seen, ports: Ports, now: datetime) -> Seen:
        if seen.past_merge or up.level is None:
            return seen
        if up.who(change, self.name) is Party.PROJECT_TEAM:
            return self._look_below(up, seen, ports)
        if seen.pull:
            return seen
        url = ports.forge.git_url(up.service.repo)
        plan = seen.plan
        assert plan is not None
        patch = ports.workspace.patch(url, plan.base, plan.commit)
        issue = ports.forge.issue(up.service.repo, up.campaign.slug)
        return replace(seen, issue=issue, issue_digest=digest(*texts.issue(up, change, seen, patch)))

    def _look_below(self, up: Upgrade, seen: Seen, ports: Ports) -> Seen:
        """Others' commits on top of ours conflict with the base: would they lie as well on ours made again?"""
        pull, plan, ours = seen.pull, seen.plan, up.said.ours
        if not (pull and plan and plan.commit and pull.state == "open" and pull.conflicted) or pull.head in ours:
            return seen
        url = ports.forge.git_url(up.service.repo)
        return replace(seen, rebased=ports.workspace.rebase(url, pull.head, ours, plan.commit) or "")

    def decide(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        if seen.past_merge and (up.level or not needed(up, change, seen)):
            return self._moot(up, change, seen) or Satisfied("on the default branch")
        if up.level is None:
            why = f"{up.service.squad.name} has not chosen a service level yet; until then there is only the plan"
            return Ask(Party.SQUAD, "choose", why, due=up.campaign.choose_by)
        who = up.who(change, self.name)
        if seen.pull and not _withdrawn(up, change, seen.pull):
            return self._existing(up, change, seen, seen.pull, who)
        if who is Party.SQUAD:
            return self._by_squad(up, change, seen, now)
        if not up.admitted:
            return Wait(now + SOON, up.admitted_why or "waits for its wave", told=True)
        assert seen.plan is not None
        return held(up) or Do(Verb.OPEN, seen.plan.commit, f"open a pull request: {change.title}")

    def _existing(self, up: Upgrade, change: Change, seen: Seen, pull: PullRequest, who: Party) -> Decision:
        if pull.state == "closed":
            return self._closed(up, change, pull)
        if pull.base != seen.default_branch:
            word = "was merged into" if pull.state == "merged" else "is for"
            why = f"pull request {pull.number} {word} {pull.base!r}: the change is wanted on {seen.default_branch!r}"
            return Ask(who, f"base {pull.number} {pull.base}", why)
        if not pull.conflicted:
            return Satisfied(f"pull request {pull.number} is open")
        assert seen.plan is not None
        if who is Party.PROJECT_TEAM and pull.head in up.said.ours and pull.head != seen.plan.commit:
            why = f"pull request {pull.number} conflicts: make the change again on {seen.base[:10]}"
            return held(up) or Do(Verb.UPDATE, seen.plan.commit, why)
        if who is Party.PROJECT_TEAM and pull.head not in up.said.ours and seen.rebased:
            why = f"pull request {pull.number} conflicts: make our change again below the commits of others"
            return held(up) or Do(Verb.REBASE, seen.plan.commit, why)
        whose = (
            "it holds commits of other people, which Chairlift never overwrites" if who is Party.PROJECT_TEAM else ""
        )
        why = f"pull request {pull.number} conflicts with {seen.default_branch}; {whose or 'rebase or merge it'}"
        return Ask(Party.SQUAD, f"conflict {pull.head}", why)

    def _moot(self, up: Upgrade, change: Change, seen: Seen) -> Decision | None:
        """Its change landed in another way: what is wholly ours is tidied away, and what is not is its owner's."""
        pull = seen.pull
        if not seen.moot or pull is None:
            return None
        if up.who(change, self.name) is not Party.PROJECT_TEAM or pull.head not in up.said.ours:
            return None
        why = f"close pull request {pull.number}: {seen.default_branch} holds its change already"
        return held(up) or Do(Verb.WITHDRAW, pull.key, why)

    def _closed(self, up: Upgrade, change: Change, pull: PullRequest) -> Decision:
        """Closing is an answer: ask why, once, and then leave it."""
        way_out = f"reopen it, or run {texts.RETRY} for a new one, at another level if you choose that first"
        by = f" by {pull.closed_by}" if pull.closed_by else ""
        about = f"closed {pull.number}"
        heard, closed = up.said.heard, pull.closed_at
        answered = heard is not None and closed is not None and heard > closed
        if answered or was_reminded(up.said, question(change.slug, self.name, about)):
            return Stop(f"pull request {pull.number} was closed{by}; to go on, {way_out}")
        why = f"pull request {pull.number} was closed{by}: why? To go on, {way_out}"
        return Ask(Party.SQUAD, about, why, since=closed)

    def _by_squad(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        issue = seen.issue
        if issue is None or issue.digest != seen.issue_digest or issue.state != "open":
            return Do(Verb.FILE, seen.issue_digest, f"show {up.service.squad.name} the plan, the patch and the command")
        why = f"{up.service.squad.name} creates the pull request itself: issue {issue.number} has the patch"
        about = f"create {up.branch(change)}"
        # From when the squad could: a later change is theirs to make long after they have chosen.
        since = up.said.asked.get(question(change.slug, self.name, about), now)
        return Ask(Party.SQUAD, about, why, due=up.due(self.name, since), since=since)

    def act(self, up: Upgrade, change: Change, seen: Seen, do: Do, ports: Ports) -> Done:
        repo = up.service.repo
        url = ports.forge.git_url(repo)
        plan = seen.plan
        assert plan is not None
        if do.verb is Verb.FILE:
            patch = ports.workspace.patch(url, plan.base, plan.commit)
            title, body = texts.issue(up, change, seen, patch)
            return Done(f"issue {ports.forge.ensure_issue(repo, up.campaign.slug, title, body).number}")
        if do.verb is Verb.WITHDRAW:
            assert seen.pull is not None
            ports.forge.ensure_comment(repo, seen.pull.number, "moot", texts.moot(seen))
            ports.forge.withdraw(repo, seen.pull.number, seen.pull.head)
            return Done(f"closed pull request {seen.pull.number}")
        branch = up.branch(change)
        if do.verb is Verb.REBASE:
            assert seen.pull is not None
            # Only over the very head that was looked at: what is pushed meanwhile is not in it.
            ports.workspace.push(url, seen.rebased, branch, frozenset({seen.pull.head}), seen.heads.get(branch, ""))
            return Done(f"pull request {seen.pull.number}: ours again, and {seen.pull.head[:10]} on top")
        there = seen.heads.get(branch, "")
        if do.verb is Verb.UPDATE or not there or there in up.said.ours:
            ports.workspace.push(url, do.about, branch, up.said.ours | {do.about}, there)
        elif there == seen.base:
            raise Refused(f"branch {branch} exists and is empty: delete it, and Chairlift makes its own")
        title, body = texts.pull_request(up, change, seen)
        pull = ports.forge.ensure_pull(repo, branch, seen.default_branch, title, body, ("chairlift", up.campaign.slug))
        return Done(f"pull request {pull.number}", opened=pull)


def _withdrawn(up: Upgrade, change: Change, pull: PullRequest) -> bool:
    """Nobody's answer: should its change be wanted again after all, it is opened again."""
    return pull.state == "closed" and (change.slug, pull.key) in up.said.withdrawn
