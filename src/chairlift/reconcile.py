"""Walks the ladder for one upgrade: look, decide, and stop at the first step that the world does not satisfy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chairlift.core.decision import (
    CONTESTED,
    ROUNDS,
    STEP_OF,
    THINKING,
    URGENT,
    Ask,
    Decision,
    Do,
    Party,
    Satisfied,
    StepName,
    Stop,
    Verb,
    Wait,
)
from chairlift.core.log import question, reminder
from chairlift.core.menu import Change
from chairlift.core.schedule import Rung, rungs
from chairlift.core.unit import Unit
from chairlift.core.upgrade import Deployment, Plan, PlanState, PullRequest, Seen, Upgrade, digest
from chairlift.core.verdict import Health
from chairlift.ports import Deployer, Message, Ports
from chairlift.steps import STEPS, texts
from chairlift.steps.base import Done, Step
from chairlift.steps.units import find_plan, plan_unit

#: How often an upgrade that is done, or was stopped, is looked at again: it may have slid back.
DAILY = timedelta(days=1)
SOON = timedelta(minutes=1)
#: What is healthy is looked at so many times less often.
QUIETER = 12
#: What is asked of the project team while the campaign does not go on.
PAUSED, BRAKED = "paused campaign", "braked campaign"


@dataclass(frozen=True)
class Reached:
    """Where an upgrade stands: the change and step that decided, and when to look again.

    `step` is None when all changes are through and the re-scan agrees (or is still being asked). `surveyed` is when to
    look again where somebody else sees to it that the forge stays as it was seen.
    """

    change: str
    step: StepName | None
    decision: Decision
    seen: Seen
    look_again: datetime
    surveyed: datetime
    walked: tuple[tuple[str, Seen], ...] = ()

    @property
    def done(self) -> bool:
        return self.step is None and isinstance(self.decision, Satisfied)


@dataclass(frozen=True)
class Known:
    """What was seen a moment ago, and what we have done since: where branches are, and the pull requests of some."""

    heads: Mapping[str, str]
    pulls: Mapping[str, PullRequest | None]


@dataclass(frozen=True)
class Stand:
    """One change that is not through, and the step that it stands at."""

    change: Change
    step: StepName
    decision: Decision
    seen: Seen


_Conclusion = tuple[StepName | None, Decision, Seen]


def reconcile(up: Upgrade, ports: Ports, now: datetime, known: Known | None = None) -> Reached:
    """Look at the world and decide; changes nothing. Raises Unavailable and Refused as the ports do.

    What is `known` is not asked again.
    """
    exempt = up.said.exempt_until
    if exempt and exempt > now:
        why = f"exempted until {exempt.date()}: {up.said.exempt_why}"
        return _reached(up, up.campaign.changes[0].slug, None, Wait(exempt, why), Seen(), now)
    ports = replace(ports, deployer=ports.deployer and _Once(ports.deployer))
    heads = known.heads if known else ports.workspace.heads(ports.forge.git_url(up.service.repo))
    default = heads["HEAD"]
    start = Seen(base=heads[default], default_branch=default, heads=heads)
    stands: list[Stand] = []
    walked: list[tuple[str, Seen]] = []
    for change in up.campaign.changes:
        if stands and stands[-1].step.rank <= change.after.rank:
            break
        step, decision, seen = _walk(up, change, start, known.pulls if known else {}, ports, now)
        walked.append((change.slug, seen))
        if step:
            stands.append(Stand(change, step, decision, seen))
    if not stands:
        reached = _finish(up, start, ports, now)
    else:
        first = most_pressing(stands)
        reached = _reached(up, first.change.slug, first.step, first.decision, first.seen, now)
    # A stopped change must not put the watch over another one to sleep.
    resting = [stand for stand in stands if not isinstance(stand.decision, Do)]
    others = [_look_again(up, stand.step, stand.decision, now) for stand in resting]
    others += [(again, again) for _, seen in walked if (again := _still_watched(up, seen, now))]
    look_again = min([reached.look_again, *(each for each, _ in others)])
    surveyed = min([reached.surveyed, *(each for _, each in others)])
    return replace(reached, look_again=look_again, surveyed=surveyed, walked=tuple(walked))


def conclude(up: Upgrade, change: Change, seen: Seen, now: datetime) -> tuple[StepName | None, Decision]:
    """Where one change stands in a world that was looked at already; the step is None when it is through."""
    step, decision, _ = _climb(up, change, seen, now, lambda step, seen: seen)
    return step, decision


def _walk(
    up: Upgrade, change: Change, seen: Seen, known: Mapping[str, PullRequest | None], ports: Ports, now: datetime
) -> _Conclusion:
    """Where one change stands; each step looks only when those before it are satisfied."""

    def pull(branch: str) -> PullRequest | None:
        return known[branch] if branch in known else ports.forge.pull_for(up.service.repo, branch)

    seen = replace(seen, pull=pull(up.branch(change)))
    if seen.merged:
        seen = replace(seen, revert=pull(up.branch(change, revert=True)))
    return _climb(up, change, seen, now, lambda step, seen: step.look(up, change, seen, ports, now))


def _climb(up: Upgrade, change: Change, seen: Seen, now: datetime, look: Callable[[Step, Seen], Seen]) -> _Conclusion:
    for step in STEPS:
        seen = look(step, seen)
        decision = step.decide(up, change, seen, now)
        if not isinstance(decision, Satisfied):
            return step.name, _guard(up, change, decision), seen
    return None, Satisfied(f"{change.slug} is through"), seen


def _guard(up: Upgrade, change: Change, decision: Decision) -> Decision:
    """What holds for every step: a paused campaign only undoes, and a squad's step is never done for it."""
    if not isinstance(decision, Do) or decision.verb in THINKING:
        return decision
    owner = STEP_OF.get(decision.verb)
    assert owner is None or up.who(change, owner) is Party.PROJECT_TEAM, f"{decision.verb} is not ours to do here"
    reason = up.paused or up.braked
    if reason and decision.verb not in URGENT:
        word, about = ("paused", PAUSED) if up.paused else ("braked", BRAKED)
        return Ask(Party.PROJECT_TEAM, about, f"the campaign is {word}: {reason}")
    return _contested(up, change, decision) or decision


def _contested(up: Upgrade, change: Change, do: Do) -> Ask | None:
    """The same was done often enough: somebody, or somebody's program, takes it back each time."""
    times = up.said.deeds.get((change.slug, do.verb, do.about), 0)
    if do.verb not in CONTESTED or times < ROUNDS:
        return None
    why = (
        f"Chairlift has done this {times} times, and each time it was taken back ({do.why}): "
        f"find out by whom, perhaps another program; after that {texts.RETRY} goes on"
    )
    return Ask(Party.PROJECT_TEAM, f"contested {do.verb} {do.about}", why)


def most_pressing(stands: Sequence[Stand]) -> Stand:
    """Of changes that go on side by side: what to undo, then what Chairlift can do, then what needs somebody.

    Nothing is done on top of a change that was reverted or runs worse.
    """
    for stand in stands:
        if isinstance(stand.decision, Do) and stand.decision.verb in URGENT:
            return stand
    for stand in stands:
        if stand.seen.reverted or any(verdict.health is Health.WORSE for verdict in stand.seen.verdicts.values()):
            return stand
    for kind in (Do, Stop, Ask):
        for stand in stands:
            if isinstance(stand.decision, kind):
                return stand
    return stands[0]


def _finish(up: Upgrade, start: Seen, ports: Ports, now: datetime) -> Reached:
    """Every change is through: scan the default branch again, and close the squad's issue."""
    url = ports.forge.git_url(up.service.repo)
    scans: list[tuple[Change, Plan]] = []
    todo: list[Unit] = []
    for change in up.campaign.changes:
        found = _scan(up, change, url, start.base, ports)
        if isinstance(found, Unit):
            todo.append(found)
        else:
            scans.append((change, found))
    issue = None if todo else ports.forge.issue(up.service.repo, up.campaign.slug)
    seen = replace(start, todo=tuple(todo), issue=issue)
    last = up.campaign.changes[-1]
    return _reached(up, last.slug, None, finishing(up, seen, scans, now), seen, now)


def _scan(up: Upgrade, change: Change, url: str, base: str, ports: Ports) -> Plan | Unit:
    """What the recipe finds on the default branch; or the unit that is to find it.

    A transitional change finds its own work gone again, and would do it once more. It has nothing left to do when the
    changes after it, made on top of that, end where the default branch is.
    """
    unit = plan_unit(up, change, url, base, ports.recipe)
    plan = find_plan(ports, unit)
    if plan is None:
        return unit
    if plan.state is not PlanState.PLANNED or not change.transitional:
        return plan
    top = plan
    for later in up.campaign.changes[up.campaign.changes.index(change) + 1 :]:
        unit = plan_unit(up, later, url, top.commit, ports.recipe)
        found = find_plan(ports, unit)
        if found is None:
            return unit
        if found.state in (PlanState.RUNNING, PlanState.FAILED):
            return found
        top = found if found.state is PlanState.PLANNED else top
    return Plan(PlanState.NOTHING, base) if top.tree == ports.workspace.tree(url, base) else plan


def finishing(up: Upgrade, seen: Seen, scans: Sequence[tuple[Change, Plan]], now: datetime) -> Decision:
    """What is left when every change is through, given what the recipe finds on the default branch now."""
    return _guard(up, up.campaign.changes[-1], _finishing(up, seen, scans, now))


def _finishing(up: Upgrade, seen: Seen, scans: Sequence[tuple[Change, Plan]], now: datetime) -> Decision:
    if seen.todo:
        return Do(Verb.PLAN, seen.todo[0].name, "scan the default branch once more")
    for change, plan in scans:
        if plan.state in (PlanState.PLANNED, PlanState.FAILED):
            found = plan.why if plan.state is PlanState.FAILED else f"{plan.files} files are to be changed. {plan.why}"
            why = f"the re-scan of {seen.base[:10]} disagrees about {change.slug}: {found}"
            return Ask(Party.PROJECT_TEAM, f"rescan {change.slug} {seen.base}", why.rstrip())
    if any(plan.state is PlanState.RUNNING for _, plan in scans):
        return Wait(now + SOON, "scanning the default branch once more", told=True)
    if seen.issue and seen.issue.state == "open":
        return Do(Verb.FILE, digest(*texts.issue_done(up)), "close the squad's issue: all is done")
    return Satisfied("every change is merged and runs, and the re-scan agrees")


def _reached(up: Upgrade, change: str, step: StepName | None, decision: Decision, seen: Seen, now: datetime) -> Reached:
    return Reached(change, step, decision, seen, *_look_again(up, step, decision, now))


def _look_again(up: Upgrade, step: StepName | None, decision: Decision, now: datetime) -> tuple[datetime, datetime]:
    """When to look again, and when where the forge is surveyed: what runs and its errors no forge knows of."""
    poll = max(up.campaign.times.poll.rough, timedelta(milliseconds=50))
    elsewhere = step in (StepName.DEPLOY, StepName.TEST)
    surveyed = poll if elsewhere else max(DAILY, poll)
    if isinstance(decision, Wait) and decision.told:
        return _by(decision, now, poll), now + surveyed
    return _by(decision, now, poll), _by(decision, now, surveyed)


def _still_watched(up: Upgrade, seen: Seen, now: datetime) -> datetime | None:
    """When to look again at what is healthy already, and can turn until its watch is over."""
    until = max((judged.until for judged in seen.verdicts.values() if judged.final and judged.until), default=now)
    return min(until, now + QUIETER * up.campaign.times.poll.rough) if until > now else None


def _by(decision: Decision, now: datetime, poll: timedelta) -> datetime:
    match decision:
        case Do():
            return now
        case Wait(until=until):
            assert until > now, "waiting is always for something in the future"
            return min(until, now + poll)
        case Ask():
            return now + poll
    return now + max(DAILY, poll)


def act(up: Upgrade, reached: Reached, ports: Ports) -> Done:
    """Do what was decided, once; safe to repeat."""
    do = reached.decision
    assert isinstance(do, Do)
    if reached.step is None:
        return Done(_act_finish(up, reached, do, ports))
    step = next(step for step in STEPS if step.name is reached.step)
    return step.act(up, up.campaign.change(reached.change), reached.seen, do, ports)


def afterwards(up: Upgrade, reached: Reached, done: Done) -> Known | None:
    """What need not be asked again at once. Asking for long work leaves the world as it was; None: look at it anew."""
    assert isinstance(reached.decision, Do)
    heads, pulls = reached.seen.heads, dict[str, PullRequest | None]()
    for slug, seen in reached.walked:
        change = up.campaign.change(slug)
        pulls[up.branch(change)] = seen.pull
        if seen.merged:
            pulls[up.branch(change, revert=True)] = seen.revert
    opened = done.opened
    # One that was merged in between has moved the default branch, too.
    if opened and opened.state == "open":
        return Known({**heads, opened.branch: opened.head}, {**pulls, opened.branch: opened})
    return Known(heads, pulls) if reached.decision.verb in THINKING else None


def _act_finish(up: Upgrade, reached: Reached, do: Do, ports: Ports) -> str:
    if do.verb is Verb.FILE:
        title, body = texts.issue_done(up)
        issue = ports.forge.ensure_issue(up.service.repo, up.campaign.slug, title, body, closed=True)
        return f"issue {issue.number} closed"
    for unit in reached.seen.todo:
        ports.engine.start(unit)
    return f"{len(reached.seen.todo)} scans asked for"


@dataclass(frozen=True)
class Chase:
    """What the ladder of reminders wants: a message now, if any, with the key of its rung, and when the next one is."""

    question: str
    message: Message | None
    next_rung: datetime | None
    rung: str = ""


def chase(up: Upgrade, reached: Reached, now: datetime) -> Chase | None:
    """The reminder that is due for the question that an upgrade stands at; None when nothing is asked.

    Rungs that were missed are skipped: nobody gets five reminders after a long week-end. A paused campaign chases no
    squad.
    """
    ask = reached.decision
    if not isinstance(ask, Ask):
        return None
    key = question(reached.change, reached.step, ask.about)
    since = up.said.asked.get(key) or now
    calendar = up.service.squad.calendar
    ladder = rungs(since, ask.due, up.campaign.times.silence, calendar)
    later = [rung for rung in ladder if rung.at > now]
    next_rung = later[0].at if later else None
    quiet = bool(up.paused or up.braked) and ask.whom is Party.SQUAD
    rung = _rung_due(up, key, ladder, now)
    if quiet or rung is None:
        return Chase(key, None, next_rung)
    name = reminder(key, rung.number)
    mail_key = f"{up.campaign.slug} {up.service.name} {name}"
    return Chase(key, texts.reminder(up, reached.change, reached.step, ask, rung, mail_key), next_rung, name)


def _rung_due(up: Upgrade, key: str, ladder: tuple[Rung, ...], now: datetime) -> Rung | None:
    """The highest rung that has come, unless it (or a higher one) was reminded of already."""
    come = [rung for rung in ladder if rung.at <= now]
    if not come or reminder(key, come[-1].number) in up.said.reminded:
        return None
    return come[-1]


class _Once:
    """A deployer that is asked once per look, however many changes want to know."""

    def __init__(self, deployer: Deployer) -> None:
        self._deployer = deployer
        self._known: dict[str, Deployment | None] = {}

    def running(self, service: str, environment: str) -> Deployment | None:
        if environment not in self._known:
            self._known[environment] = self._deployer.running(service, environment)
        return self._known[environment]

    def deploy(self, service: str, environment: str, commit: str) -> None:
        self._deployer.deploy(service, environment, commit)
