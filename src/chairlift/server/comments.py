"""Words as commands: `/chairlift hold REASON` in a comment or review, from people of the squad or the project team."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from chairlift.core.files import Roster
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.core.upgrade import Review
from chairlift.core.upgrade import Upgrade as UpgradeValue
from chairlift.ports import Ports
from chairlift.reconcile import Reached
from chairlift.server import actions, choices
from chairlift.server.models import Entry, Upgrade
from chairlift.steps import texts

_COMMAND = re.compile(r"^[ \t]*/chairlift\b[ \t]*(\S*)[ \t]*(.*)$", re.MULTILINE)

#: A forge may show a review so long after it was made, and after one that was made later.
LATE = timedelta(minutes=10)

#: So many commands of one comment are obeyed: forges refuse an answer, and people a log, that grows without end.
MOST = 10

HELP = (
    "`/chairlift hold REASON` stops everything here · `resume` goes on · `deployed ENVIRONMENT` says that it runs there"
    " · `tested [NOTE]` signs off what runs · `level NAME` chooses another service level · `blocker TEXT` records what"
    " is in the way · `update TEXT` says how things are · `help` shows this."
)


@dataclass(frozen=True)
class _Words:
    """What somebody wrote at once: `key` is the same each time it is read, `change` whose pull request it stands on."""

    key: str
    by: str
    text: str
    change: str


@dataclass(frozen=True)
class _Order:
    """One command as it was given: `change` is whose pull request it stands on, empty on an issue."""

    row: Upgrade
    change: str
    rest: str
    by: str
    roster: Roster
    now: datetime


def read(row: Upgrade, up: UpgradeValue, ports: Ports, roster: Roster, now: datetime) -> bool:
    """Obey the commands in comments that were not read yet, and answer each comment once. True if there were any.

    A command and its record under the comment's own key are one transaction, and what was read is only moved on
    afterwards: a crash in the middle repeats the reading, not the effect.
    """
    repo = up.service.repo
    comments = ports.forge.comments(repo, row.comments_read)
    if not comments:
        return False
    ours = _numbers(up, ports)
    obeyed = False
    for comment in comments:
        if comment.number in ours:
            words = _Words(str(comment.id), comment.by, comment.text, ours[comment.number])
            answer = _answer(row, words, roster, now)
            if answer:
                ports.forge.ensure_comment(repo, comment.number, f"answer-{comment.id}", answer)
                obeyed = True
        Upgrade.objects.filter(pk=row.pk).update(comments_read=comment.id)
        row.comments_read = comment.id
    return obeyed


def read_reviews(row: Upgrade, up: UpgradeValue, reached: Reached, ports: Ports, roster: Roster, now: datetime) -> bool:
    """The same for the words of reviews, of pull requests as they were just looked at: nothing is asked for it."""
    obeyed = False
    for change, seen in reached.walked:
        for pull in filter(None, (seen.pull, seen.revert)):
            for review in sorted(_unread(row, pull.number, pull.reviews, now), key=lambda review: review.at):
                words = _Words(_key(review), review.by, review.text, change)
                answer = _answer(row, words, roster, now)
                if answer:
                    ports.forge.ensure_comment(up.service.repo, pull.number, f"answer-{words.key}", answer)
                    obeyed = True
                _was_read(row, pull.number, review.at)
    return obeyed


def _key(review: Review) -> str:
    return f"review-{review.id[:100]}"


def _unread(row: Upgrade, number: int, reviews: Sequence[Review], now: datetime) -> Iterator[Review]:
    """Those that were not read yet; what somebody writes into one afterwards is no command of who wrote it."""
    last = row.reviews_read.get(str(number)) or row.reviews_read.get("")
    until = datetime.fromisoformat(last) if last else None
    for review in filter(lambda review: review.id, reviews):
        if until is None or review.at > until or (review.at > now - LATE and _is_news(row, review)):
            yield review


def _is_news(row: Upgrade, review: Review) -> bool:
    """Whether it holds a command that nobody has heard."""
    key = f"{row.pk}:comment:{_key(review)}:0"
    return bool(_COMMAND.search(review.text)) and not Entry.objects.filter(key=key).exists()


def _was_read(row: Upgrade, number: int, at: datetime) -> None:
    last = row.reviews_read.get(str(number), "")
    if not last or datetime.fromisoformat(last) < at:
        row.reviews_read = {**row.reviews_read, str(number): at.isoformat()}
        Upgrade.objects.filter(pk=row.pk).update(reviews_read=row.reviews_read)


def _numbers(up: UpgradeValue, ports: Ports) -> Mapping[int, str]:
    """The pull requests and the issue of this upgrade, with their changes: a command elsewhere is not meant for it.

    Those of earlier attempts and those that undo are this upgrade's as well.
    """
    repo = up.service.repo
    found: dict[int, str] = {}
    for change in up.campaign.changes:
        for attempt in range(1, up.said.attempts.get(change.slug, 1) + 1):
            for revert in (False, True):
                pull = ports.forge.pull_for(repo, up.campaign.branch(change.slug, attempt, revert))
                if pull:
                    found[pull.number] = change.slug
    issue = ports.forge.issue(repo, up.campaign.slug)
    return found | ({issue.number: ""} if issue else {})


def _answer(row: Upgrade, words: _Words, roster: Roster, now: datetime) -> str:
    """One answer for all its commands; empty where there is none."""
    found = [*islice(_COMMAND.finditer(words.text), MOST + 1)]
    lines = [
        _once(
            _Order(row, words.change, each[2].strip(), words.by, roster, now), each[1].lower(), f"{words.key}:{place}"
        )
        for place, each in enumerate(found[:MOST])
    ]
    if len(found) > MOST:
        lines.append(f"Only the first {MOST} commands of a comment are read: write another one for the rest.")
    return "\n\n".join(dict.fromkeys(lines))


def _once(order: _Order, word: str, place: str) -> str:
    """The answer to one command, which is obeyed when it is read for the first time."""
    row = order.row
    key = f"{row.pk}:comment:{place}"
    with transaction.atomic():
        # Locked, since a worker that has lost its lease may be at the same comment still.
        Upgrade.objects.select_for_update().values_list("pk").get(pk=row.pk)
        answer = Entry.objects.filter(key=key).values_list("text", flat=True).first()
        if answer is None:
            answer = _obey(order, word)
            about = f"/chairlift {word} {order.rest}"[:200]
            Entry.write(row, Line(order.now, order.by, Kind.ANSWERED, order.change, about=about, text=answer), key=key)
    return answer


def _obey(order: _Order, word: str) -> str:
    """Do one command; what cannot be done is answered with the reason."""
    command = _COMMANDS.get(word)
    try:
        # First of all whose word it is: a stranger learns nothing but that.
        actions.voice(order.row, order.roster, order.by)
        if command is None:
            return f"There is no command {texts.quote(word, 40)}. {HELP}" if word else HELP
        return command(order)
    except (actions.NotPossible, LookupError) as error:
        return f"Not done: {texts.quote(str(error), 600)}"


def _hold(order: _Order) -> str:
    actions.hold(order.row, order.rest, order.by, order.roster, order.now)
    return "Held: nothing is merged or deployed here until somebody writes `/chairlift resume`."


def _resume(order: _Order) -> str:
    actions.resume(order.row, order.rest, order.by, order.roster, order.now)
    return "Goes on."


def _deployed(order: _Order) -> str:
    actions.deployed(order.row, order.rest, order.by, order.roster, order.now, order.change)
    place = texts.quote(order.rest, 100)
    return f"Noted: it runs in {place}. Where a deployer can see the running version, that decides."


def _tested(order: _Order) -> str:
    actions.sign_off(order.row, order.rest, order.by, order.roster, order.now, change=order.change)
    return "Signed off by name: what runs now was tested."


def _level(order: _Order) -> str:
    level = choices.choose(order.row, order.rest, order.by, "by comment", order.roster, order.now)
    return f"Level {texts.quote(level.name, 120)} from now on; steps that have begun stay as they are."


def _blocker(order: _Order) -> str:
    name = actions.block(order.row, order.rest, order.by, order.roster, order.now)
    return f"Recorded as blocker {texts.quote(name, 40)}: merging waits."


def _update(order: _Order) -> str:
    if not order.rest:
        raise actions.NotPossible("say how things are, after the word 'update'")
    actions.say(order.row, Kind.SAID, order.by, order.roster, order.now, text=order.rest)
    return "Thank you, noted."


def _help(order: _Order) -> str:
    return HELP


_COMMANDS: dict[str, Callable[[_Order], str]] = {
    "hold": _hold,
    "object": _hold,
    "resume": _resume,
    "deployed": _deployed,
    "tested": _tested,
    "level": _level,
    "blocker": _blocker,
    "update": _update,
    "help": _help,
}
