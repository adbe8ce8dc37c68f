"""Merge: announce, wait out the notice, and merge that very commit in the squad's hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from chairlift.core.decision import Ask, Decision, Do, Party, Satisfied, StepName, Verb, Wait
from chairlift.core.menu import Change
from chairlift.core.upgrade import PullRequest, Seen, Upgrade
from chairlift.ports import Message, Ports
from chairlift.steps import texts
from chairlift.steps.base import Done
from chairlift.steps.gates import closed, stands_in_the_way

#: A queue tells nobody when it is through, where there are no webhooks.
SOON = timedelta(minutes=1)


class Merge:
    """Satisfied when the change is on the default branch, by whomever."""

    name = StepName.MERGE

    def look(self, up: Upgrade, change: Change, seen: Seen, ports: Ports, now: datetime) -> Seen:
        return seen

    def decide(self, up: Upgrade, change: Change, seen: Seen, now: datetime) -> Decision:
        if seen.past_merge:
            return Satisfied("merged")
        pull = seen.pull
        assert pull is not None
        if up.who(change, self.name) is Party.SQUAD:
            why = f"pull request {pull.number} is reviewed and green: {up.service.squad.name} merges it"
            # Counted from the last approval: before that there was nothing to merge.
            approved = max((r.at for r in pull.reviews if r.state == "approved"), default=pull.opened_at)
            return Ask(Party.SQUAD, f"merge {pull.number}", why, due=up.due(self.name, approved or now), since=approved)
        return (
            stands_in_the_way(up, change, now)
            or self._notice(up, change, pull, now)
            or closed(up, now)
            or self._queued(pull, now)
            or Do(Verb.MERGE, pull.head, "reviewed, green and announced on this head; nothing stands in the way")
        )

    def _notice(self, up: Upgrade, change: Change, pull: PullRequest, now: datetime) -> Decision | None:
        if not up.level_of(change, self.name).notice:
            return None
        key = (change.slug, pull.head)
        announced = up.said.announced.get(key)
        if announced is None:
            why = f"tell {up.service.squad.name} that {pull.head[:10]} will be merged"
            return Do(Verb.ANNOUNCE, pull.head, why, since=up.said.announcing.get(key, now))
        ends = up.calendar.add(announced, up.campaign.times.notice)
        if now < ends:
            return Wait(ends, f"notice to {up.service.squad.name}: merges when it ends, unless somebody objects")
        return None

    def _queued(self, pull: PullRequest, now: datetime) -> Wait | None:
        """Its forge merges it by itself; asking once more would send it back to the end."""
        if not pull.queued:
            return None
        return Wait(now + SOON, f"pull request {pull.number} is in the merge queue of its forge", told=True)

    def act(self, up: Upgrade, change: Change, seen: Seen, do: Do, ports: Ports) -> Done:
        pull = seen.pull
        assert pull is not None
        if do.verb is Verb.ANNOUNCE:
            subject, text = texts.notice(up, change, pull)
            key = f"notice {up.campaign.slug} {up.service.name} {change.slug} {pull.number} {do.about}"
            ports.notifier.tell(Message(key, texts.contacts(up), subject, text, do.since))
            ports.forge.ensure_comment(up.service.repo, pull.number, "notice", text)
            return Done(f"notice of {up.campaign.times.notice} begins")
        merged = ports.forge.merge(up.service.repo, pull.number, do.about, up.campaign.merge_method)
        return Done(f"merged as {merged}" if merged else "put into the merge queue")
