"""Comments as commands: `/chairlift hold REASON` on a pull request or issue, from people of the squad or the team."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction

from chairlift.core.files import Roster
from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.core.upgrade import Upgrade as UpgradeValue
from chairlift.ports import Comment, Ports
from chairlift.server import actions
from chairlift.server.models import Entry, Upgrade
from chairlift.steps import texts

_COMMAND = re.compile(r"^[ \t]*/chairlift\b[ \t]*(\S*)[ \t]*(.*)$", re.MULTILINE)

HELP = (
    "`/chairlift hold REASON` stops everything here · `resume` goes on · `deployed ENVIRONMENT` says that it runs there"
    " · `tested [NOTE]` signs off what runs · `level NAME` chooses another service level · `blocker TEXT` records what"
    " is in the way · `update TEXT` says how things are · `help` shows this."
)


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
            for answer in _answers(row, comment, roster, now):
                ports.forge.ensure_comment(repo, comment.number, f"answer-{comment.id}", answer)
                obeyed = True
        Upgrade.objects.filter(pk=row.pk).update(comments_read=comment.id)
        row.comments_read = comment.id
    return obeyed


def _numbers(up: UpgradeValue, ports: Ports) -> frozenset[int]:
    """The pull requests and the issue of this upgrade: a command elsewhere is not meant for it."""
    pulls = [ports.forge.pull_for(up.service.repo, up.branch(change)) for change in up.campaign.changes]
    issue = ports.forge.issue(up.service.repo, up.campaign.slug)
    return frozenset([*(pull.number for pull in pulls if pull), *([issue.number] if issue else [])])


def _answers(row: Upgrade, comment: Comment, roster: Roster, now: datetime) -> Iterator[str]:
    """One answer for all commands of a comment; none where there is no command."""
    lines = []
    for place, found in enumerate(_COMMAND.finditer(comment.text)):
        key = f"{row.pk}:comment:{comment.id}:{place}"
        earlier = Entry.objects.filter(key=key).values_list("text", flat=True).first()
        if earlier is None:
            with transaction.atomic():
                earlier = _obey(row, comment, found[1].lower(), found[2].strip(), roster, now)
                Entry.write(row, Line(now, comment.by, Kind.ANSWERED, about=found[0][:200], text=earlier), key=key)
        lines.append(earlier)
    if lines:
        yield "\n\n".join(lines)


def _obey(row: Upgrade, comment: Comment, word: str, rest: str, roster: Roster, now: datetime) -> str:
    """Do one command; what cannot be done is answered with the reason."""
    command = _COMMANDS.get(word)
    try:
        # First of all whose word it is: a stranger learns nothing but that.
        actions.voice(row, roster, comment.by)
        if command is None:
            return f"There is no command {texts.quote(word, 40)}. {HELP}" if word else HELP
        return command(row, rest, comment.by, roster, now)
    except (actions.NotPossible, LookupError) as error:
        return f"Not done: {texts.quote(str(error), 600)}"


def _hold(row: Upgrade, rest: str, by: str, roster: Roster, now: datetime) -> str:
    actions.hold(row, rest, by, roster, now)
    return "Held: nothing is merged or deployed here until somebody writes `/chairlift resume`."


def _resume(row: Upgrade, rest: str, by: str, roster: Roster, now: datetime) -> str:
    actions.say(row, Kind.RESUMED, by, roster, now, text=rest)
    return "Goes on."


def _deployed(row: Upgrade, rest: str, by: str, roster: Roster, now: datetime) -> str:
    actions.deployed(row, rest, by, roster, now)
    return f"Noted: it runs in {texts.quote(rest, 100)}. Where a deployer can see the running version, that decides."


def _tested(row: Upgrade, rest: str, by: str, roster: Roster, now: datetime) -> str:
    actions.sign_off(row, rest, by, roster, now)
    return "Signed off by name: what runs now was tested."


def _level(row: Upgrade, rest: str, by: str, roster: Roster, now: datetime) -> str:
    level = actions.choose(row, rest, by, "by comment", roster, now)
    return f"Level {texts.quote(level.name, 120)} from now on; steps that have begun stay as they are."


def _blocker(row: Upgrade, rest: str, by: str, roster: Roster, now: datetime) -> str:
    return f"Recorded as blocker {texts.quote(actions.block(row, rest, by, roster, now), 40)}: merging waits."


def _update(row: Upgrade, rest: str, by: str, roster: Roster, now: datetime) -> str:
    if not rest:
        raise actions.NotPossible("say how things are, after the word 'update'")
    actions.say(row, Kind.SAID, by, roster, now, text=rest)
    return "Thank you, noted."


def _help(row: Upgrade, rest: str, by: str, roster: Roster, now: datetime) -> str:
    return HELP


_COMMANDS: dict[str, Callable[[Upgrade, str, str, Roster, datetime], str]] = {
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
