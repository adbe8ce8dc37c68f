"""The append-only log: what its entries can say, and the fold that turns them into facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from chairlift.core.decision import Party, StepName, Verb
from chairlift.core.upgrade import Blocker, Said, SignOff
from chairlift.core.verdict import Health, Verdict


class Kind(StrEnum):
    """What an entry says. Those of people come first; then what Chairlift meant to do, did and saw."""

    CHOSE = "chose"
    PROMISED = "promised"
    DOCUMENTED = "documented"
    SAID = "said"
    HELD = "held"
    RESUMED = "resumed"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    DEPLOYED = "deployed"
    TESTED = "tested"
    RETRIED = "retried"
    EXEMPTED = "exempted"
    ADVISED = "asked for advice"
    PAUSED = "paused"
    RESTARTED = "restarted"
    LOADED = "loaded"
    # Of the installation, not of a campaign: what lets somebody in.
    MADE = "made"
    ENDED = "ended"
    BEGAN = "began"
    MEANT = "meant to"
    DID = "did"
    ASKED = "asked"
    REMINDED = "reminded"
    PLANNED = "planned"
    RUNS = "runs"
    JUDGED = "judged"
    STANDS = "stands"
    TROUBLE = "trouble"
    BRAKED = "braked"
    ANSWERED = "answered"


#: Kinds that only tell a reader how it went: the fold leaves them out, so a look need not load them.
TOLD = frozenset({Kind.STANDS, Kind.TROUBLE, Kind.ANSWERED, Kind.LOADED, Kind.MADE, Kind.ENDED})

#: Kinds of the installation, which no campaign's log holds.
INSTALLED = frozenset({Kind.MADE, Kind.ENDED})

#: What the id of a blocker begins with that is a known problem; behind it stands its name.
PROBLEM = "problem:"

#: A person's word from a squad: what "we have not heard of them" counts from.
_HEARD = frozenset(
    {Kind.CHOSE, Kind.PROMISED, Kind.DOCUMENTED, Kind.SAID, Kind.HELD, Kind.RESUMED, Kind.BLOCKED}
    | {Kind.UNBLOCKED, Kind.DEPLOYED, Kind.TESTED}
)


@dataclass(frozen=True)
class Entry:
    """One line of the log: who said or did what, when, about what and why."""

    at: datetime
    by: str
    kind: Kind
    change: str = ""
    step: str = ""
    about: str = ""
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def question(change: str, step: StepName | None, about: str) -> str:
    """The stable key of a question, under which it was asked and reminded of."""
    return f"{change}/{step or 'done'}/{about}"


def reminder(asked: str, rung: int) -> str:
    """The key of one rung of a question's ladder: the same reminder is never sent twice."""
    return f"{asked}#{rung}"


def was_reminded(facts: Said, asked: str) -> bool:
    """Whether any reminder of this question was sent; the first may have been skipped over a long week-end."""
    return any(name.startswith(f"{asked}#") for name in facts.reminded)


def said(entries: Iterable[Entry]) -> Said:
    """The facts that these entries of one upgrade, oldest first, add up to."""
    facts = Said()
    for entry in entries:
        fold = _FOLDS.get(entry.kind)
        if fold:
            facts = fold(facts, entry)
        if entry.kind in _HEARD:
            facts = replace(facts, heard=entry.at)
    return facts


def _chose(facts: Said, entry: Entry) -> Said:
    return replace(facts, level=entry.about, chosen_by=entry.by, chosen_at=entry.at, chosen_why=entry.text)


def _began(facts: Said, entry: Entry) -> Said:
    key = (entry.change, StepName(entry.step))
    return facts if key in facts.begun else replace(facts, begun={**facts.begun, key: entry.about})


def _meant(facts: Said, entry: Entry) -> Said:
    # The intent counts, not the deed: after a crash between the two, the commit on the branch is still ours.
    key = (entry.change, entry.about)
    match entry.data.get("verb"):
        # Of a rebase it is our own commit, below those of others: what lies on top is still theirs.
        case Verb.OPEN | Verb.UPDATE | Verb.REBASE:
            return replace(facts, ours=facts.ours | {entry.about})
        case Verb.ANNOUNCE if key not in facts.announcing:
            return replace(facts, announcing={**facts.announcing, key: entry.at})
        case Verb.WITHDRAW:
            return replace(facts, withdrawn=facts.withdrawn | {key})
    return facts


def _did(facts: Said, entry: Entry) -> Said:
    key = (entry.change, entry.about)
    deed = (entry.change, str(entry.data.get("verb")), entry.about)
    facts = replace(facts, deeds={**facts.deeds, deed: facts.deeds.get(deed, 0) + 1})
    match entry.data.get("verb"):
        case Verb.ANNOUNCE if key not in facts.announced:
            return replace(facts, announced={**facts.announced, key: entry.at})
        case Verb.APPROVE:
            return replace(facts, approved=facts.approved | {key})
    return facts


def _held(facts: Said, entry: Entry) -> Said:
    return replace(facts, hold=SignOff(entry.by, entry.at, entry.text))


def _resumed(facts: Said, entry: Entry) -> Said:
    return replace(facts, hold=None)


def _blocked(facts: Said, entry: Entry) -> Said:
    due = entry.data.get("due")
    when = datetime.fromisoformat(due) if due else None
    blocker = Blocker(entry.about, entry.text, Party(entry.data.get("owner", Party.SQUAD)), entry.by, entry.at, when)
    if entry.data.get("problem"):
        return replace(facts, problems=(*(b for b in facts.problems if b.id != blocker.id), blocker))
    return replace(facts, blockers=(*(b for b in facts.blockers if b.id != blocker.id), blocker))


def _unblocked(facts: Said, entry: Entry) -> Said:
    return replace(
        facts,
        blockers=tuple(b for b in facts.blockers if b.id != entry.about),
        problems=tuple(b for b in facts.problems if b.id != entry.about),
    )


def _deployed(facts: Said, entry: Entry) -> Said:
    word = SignOff(entry.by, entry.at, entry.text, entry.about)
    return replace(facts, deployed={**facts.deployed, (entry.change, entry.about): word})


def _tested(facts: Said, entry: Entry) -> Said:
    word = SignOff(entry.by, entry.at, entry.text, entry.about)
    return replace(facts, tested={**facts.tested, entry.change: (*facts.tested.get(entry.change, ()), word)})


def _retried(facts: Said, entry: Entry) -> Said:
    facts = replace(facts, retries=facts.retries + 1, deeds={})
    if not entry.data.get("again"):
        return facts
    # A new pull request is a new beginning, even where it holds the very commit that was closed before.
    attempt = facts.attempts.get(entry.change, 1) + 1
    return replace(
        facts,
        attempts={**facts.attempts, entry.change: attempt},
        begun={key: level for key, level in facts.begun.items() if key[0] != entry.change},
        announcing={key: at for key, at in facts.announcing.items() if key[0] != entry.change},
        announced={key: at for key, at in facts.announced.items() if key[0] != entry.change},
        approved=frozenset(key for key in facts.approved if key[0] != entry.change),
    )


def _exempted(facts: Said, entry: Entry) -> Said:
    return replace(facts, exempt_until=datetime.fromisoformat(entry.about), exempt_why=entry.text)


def _asked(facts: Said, entry: Entry) -> Said:
    return facts if entry.about in facts.asked else replace(facts, asked={**facts.asked, entry.about: entry.at})


def _reminded(facts: Said, entry: Entry) -> Said:
    return replace(facts, reminded=facts.reminded | {entry.about})


def _planned(facts: Said, entry: Entry) -> Said:
    return replace(facts, planned=facts.planned | {entry.change})


def _runs(facts: Said, entry: Entry) -> Said:
    key = (entry.change, entry.data["environment"], entry.about)
    since = datetime.fromisoformat(entry.data["since"])
    return facts if key in facts.running else replace(facts, running={**facts.running, key: since})


def _judged(facts: Said, entry: Entry) -> Said:
    key = (entry.change, entry.data["environment"], entry.about)
    verdict = Verdict(Health(entry.data["health"]), entry.text, final=True)
    return replace(facts, verdicts={**facts.verdicts, key: verdict})


_FOLDS = {
    Kind.CHOSE: _chose,
    Kind.BEGAN: _began,
    Kind.MEANT: _meant,
    Kind.DID: _did,
    Kind.HELD: _held,
    Kind.RESUMED: _resumed,
    Kind.BLOCKED: _blocked,
    Kind.UNBLOCKED: _unblocked,
    Kind.DEPLOYED: _deployed,
    Kind.TESTED: _tested,
    Kind.RETRIED: _retried,
    Kind.EXEMPTED: _exempted,
    Kind.ASKED: _asked,
    Kind.REMINDED: _reminded,
    Kind.PLANNED: _planned,
    Kind.RUNS: _runs,
    Kind.JUDGED: _judged,
}


def promised(entries: Iterable[Entry]) -> date | None:
    """The newest promised date of deploy documentation."""
    dates = [date.fromisoformat(e.about) for e in entries if e.kind is Kind.PROMISED]
    return dates[-1] if dates else None
