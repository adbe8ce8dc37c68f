"""Keeps a campaign's shared spreadsheet and the database the same: choices in, the sheet out, differences shown."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from chairlift.core.decision import Party, StepName
from chairlift.core.files import FileProblems, Roster
from chairlift.core.files.installation import SharedSheet
from chairlift.core.log import Kind
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.core.reading import nearest, quoted
from chairlift.plugins import BadConfiguration
from chairlift.ports import Refused, Unavailable
from chairlift.server import actions, choices, sheet
from chairlift.server.models import (
    AWAY_LIMIT,
    LEASE,
    Campaign,
    RosterFile,
    SheetConflict,
    SheetLine,
    SheetState,
    Upgrade,
)  # fmt: skip
from chairlift.server.outside import Outside
from chairlift.sheets import as_table
from chairlift.sheets.merging import (  # fmt: skip
    LEVEL,
    SERVICE,
    Difference,
    Known,
    Merged,
    Place,
    locate,
    meant,
    merge,
    typed_levels,
    untouched,
)
from chairlift.spreadsheets import Edits, Formula, Spreadsheet, Tab

logger = logging.getLogger("chairlift")

#: RGB of cells that begin with these words: the fills that people know from "good" and "neutral".
COLOURS = {Party.PROJECT_TEAM.value: "C6EFCE", Party.SQUAD.value: "FFEB9C"}
#: The reason in the log where a level was typed without a name.
UNNAMED = "typed in the shared sheet without a name"
_STEPS = tuple(step.capitalize() for step in StepName)
#: The most that a cell of a Google Sheet holds.
_LONGEST_CELL = 50_000
_AWAY = timedelta(seconds=30)
_STUCK = timedelta(minutes=10)


@dataclass(frozen=True)
class Synced:
    """What one sync did: choices taken in, cells written, and all that people should see."""

    taken: tuple[str, ...] = ()
    written: int = 0
    problems: tuple[str, ...] = ()
    conflicts: int = 0


def sync_due(outside: Outside, now: datetime) -> int:
    """Every spreadsheet whose time has come; returns how many there were. Trouble of one keeps none of the others."""
    count = 0
    for slug, config in outside.installation.sheets.items():
        campaign = Campaign.objects.filter(slug=slug).first()
        if campaign and _claim(campaign, now, due=True):
            count += 1
            _one(outside, campaign, config, now)
    return count


def _one(outside: Outside, campaign: Campaign, config: SharedSheet, now: datetime) -> None:
    state = SheetState.objects.get(campaign=campaign)
    trouble, rest = "", config.every.rough
    try:
        sync(campaign, outside.spreadsheet(campaign.slug), config, RosterFile.now(), now)
    except Unavailable as error:
        rest = min(_AWAY * 2 ** min(state.troubles, 10), AWAY_LIMIT)
        rest = max(rest, timedelta(seconds=error.after or 0))
        trouble = f"will try again: {error}"
    except (Refused, BadConfiguration, FileProblems, LookupError) as error:
        trouble, rest = str(error.args[0] if error.args else error), max(rest, _STUCK)
    except Exception:
        logger.exception("a bug while syncing the spreadsheet of %s", campaign.slug)
        trouble, rest = "an error inside Chairlift: see the server's log", _STUCK
    if trouble and trouble != state.trouble:
        logger.warning("the spreadsheet of %s: %s", campaign.slug, trouble)
    troubles = state.troubles + 1 if trouble else 0
    SheetState.objects.filter(campaign=campaign).update(
        leased_until=None, next_at=now + rest, trouble=trouble, troubles=troubles
    )


def sync_now(outside: Outside, campaign: Campaign, now: datetime) -> Synced:
    """At once, for a person. Raises NotPossible where it is under way, and what the spreadsheet raises."""
    spreadsheet = outside.spreadsheet(campaign.slug)
    if not _claim(campaign, now, due=False):
        raise actions.NotPossible(f"the spreadsheet of {campaign.slug} is being synced at this moment: wait a minute")
    try:
        return sync(campaign, spreadsheet, outside.installation.sheets[campaign.slug], RosterFile.now(), now)
    finally:
        SheetState.objects.filter(campaign=campaign).update(leased_until=None)


def _claim(campaign: Campaign, now: datetime, due: bool) -> bool:
    """One conditional UPDATE: of any number of workers, one syncs."""
    SheetState.objects.get_or_create(campaign=campaign)
    free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + 4 * LEASE)
    come = Q(next_at=None) | Q(next_at__lte=now) | Q(next_at__gt=now + timedelta(days=30))
    rows = SheetState.objects.filter(free & come if due else free, campaign=campaign)
    # Asked first, since this is asked many times a minute and an UPDATE, even of nothing, keeps other writers waiting.
    return rows.exists() and rows.update(leased_until=now + 2 * LEASE) == 1


def sync(
    campaign: Campaign, spreadsheet: Spreadsheet, config: SharedSheet, roster: Roster, now: datetime
) -> Synced:  # fmt: skip
    """Read once, choose what people chose there, and write what differs; nothing where nothing does.

    No transaction is open while Google is asked. Raises Unavailable and Refused.
    """
    state, _ = SheetState.objects.get_or_create(campaign=campaign)
    value, title = campaign.value, config.tab or campaign.slug
    tab = spreadsheet.read(title)
    known: Known = dict(SheetLine.objects.filter(campaign=campaign).values_list("service", "known"))
    problems = []
    if tab is None and state.tab_id is not None:
        if renamed := spreadsheet.tabs().get(state.tab_id):
            what = f"the tab {title!r} is called {renamed!r} now: rename it back, or write tab = {renamed!r}"
            return _finish(campaign, Synced(problems=(f"{what} into chairlift.toml",)), now)
        problems.append(f"the tab {title!r} was deleted: it is written anew")
        known = {}
    ours = _texts(campaign, now)
    rows = tab.rows if tab else ()
    place, found = locate(rows, ours, [level.name for level in value.levels], known)
    problems += found
    if place is None:
        return _finish(campaign, Synced(problems=tuple(problems)), now)
    named = _Levels(value)
    choosing = _Choosing(campaign, config, roster, place, rows, known, now)
    for service, both in typed_levels(place, rows, ours, known, named).items():
        choosing.take(service, ours[service][LEVEL], both)
    if choosing.taken:
        ours = _texts(campaign, now)
    merged = merge(place, rows, ours, known, choosing.taken.keys(), named)
    written = _write(campaign, spreadsheet, state, title, tab, place, rows, merged, known)
    _show(campaign, merged.differences, choosing.refused, now)
    lines = tuple(choosing.taken.values())
    all_problems = (*problems, *merged.notes)
    return _finish(campaign, Synced(lines, written, all_problems, len(merged.differences)), now)


def _finish(campaign: Campaign, done: Synced, now: datetime) -> Synced:
    fields = {"synced_at": now, "problems": list(done.problems), "trouble": "", "troubles": 0}
    SheetState.objects.filter(campaign=campaign).update(**fields)
    return done


def _texts(campaign: Campaign, now: datetime) -> dict[str, dict[str, str]]:
    """The sheet as a spreadsheet can hold it."""
    headings, rows = as_table(sheet.sheet(campaign, now))
    return {row[0]: dict(zip(headings, map(_cell, row), strict=True)) for row in rows}


def _cell(text: str) -> str:
    clean = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return clean.encode("utf-8", "replace").decode()[:_LONGEST_CELL].strip()


class _Levels:
    """The level that a text names, as the menu writes it; a text that names none stays as it is."""

    def __init__(self, value: CampaignValue) -> None:
        self._value = value

    def __call__(self, text: str) -> str:
        try:
            return self._value.level(text).name
        except KeyError:
            return text.strip()


@dataclass
class _Choosing:
    """Makes choices of levels that people typed."""

    campaign: Campaign
    config: SharedSheet
    roster: Roster
    place: Place
    rows: Sequence[Sequence[str]]
    known: Known
    now: datetime

    def __post_init__(self) -> None:
        self.taken: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    def take(self, service: str, mine: str, both: bool) -> None:
        """Where `both` sides have changed it, a person decides; else it is chosen, or refused with the reason."""
        if both:
            self.refused[service] = "it was changed here and in Chairlift since the last sync"
            return
        theirs = self.place.text(self.rows, service, LEVEL)
        try:
            if isinstance(theirs, Formula):
                raise actions.NotPossible("a formula stands here: pick a level from the list")
            if not theirs.strip():
                raise actions.NotPossible("a choice cannot be taken back: pick another level")
            docs = self._docs(service)
            by, why = self._who(service), self._changed(service, "Why")
            if not self._changed(service, "Chosen by"):
                # The log must not say more than is known: anybody may have typed it.
                why = f"{why} ({UNNAMED})" if why else UNNAMED
            chosen = choose(self.campaign, service, mine, theirs, by, why, docs, self.roster, self.now)
        except (actions.NotPossible, LookupError) as error:
            self.refused[service] = str(error.args[0] if error.args else error)
        else:
            self.taken[service] = f"{service}: {mine or 'not chosen'} -> {chosen}"

    def _who(self, service: str) -> str:
        """Whoever was written there with the new level; a name that we wrote ourselves is of whom chose before."""
        who = self._changed(service, "Chosen by") or self.config.by or self._text(service, "Chosen by")
        if not who:
            raise actions.NotPossible("the row does not say who chose: write a name under Chosen by")
        return who

    def _docs(self, service: str) -> date | None:
        text = self._changed(service, "Docs promised")
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise actions.NotPossible(f"{quoted(text)} is no date: write it as 2021-10-15") from None

    def _changed(self, service: str, heading: str) -> str:
        text = self._text(service, heading)
        return "" if untouched(text, self.known.get(service, {}).get(heading)) else text

    def _text(self, service: str, heading: str) -> str:
        text = self.place.text(self.rows, service, heading)
        if isinstance(text, Formula):
            raise actions.NotPossible(f"a formula stands under {heading}: type what it says")
        return text.strip()


def choose(
    campaign: Campaign, service: str, mine: str, level: str, by: str, why: str, docs: date | None, roster: Roster,
    now: datetime,
) -> str:  # fmt: skip
    """The choice, unless somebody has made another one meanwhile. Raises NotPossible."""
    with transaction.atomic():
        rows = Upgrade.objects.select_for_update(of=("self",)).select_related("campaign", "service")
        row = rows.get(campaign=campaign, service__name=service)
        if row.level != mine:
            raise actions.NotPossible(f"it was changed to {row.level!r} in Chairlift at the same time")
        try:
            campaign.value.level(level)
        except KeyError:
            names = [known.name for known in campaign.value.levels]
            raise actions.NotPossible(f"there is no level called {quoted(level)}: {nearest(level, names)}") from None
        return choices.choose(row, level, by, why, roster, now, docs).name


def _write(
    campaign: Campaign, spreadsheet: Spreadsheet, state: SheetState, title: str, tab: Tab | None, place: Place,
    rows: Sequence[Sequence[str]], merged: Merged, known: Known,
) -> int:  # fmt: skip
    """What is meant is remembered before it is written, what is written after it: a killed sync is no person's edit."""
    edits = _edits(campaign, state, tab, place, merged.cells)
    if edits:
        _remember(campaign, meant(place, rows, merged, known), known)
        state.tab_id = spreadsheet.write(title, tab, edits)
        state.layout = _layout(campaign, place, tab.id if tab else state.tab_id)
        state.save(update_fields=["tab_id", "layout"])
    elif tab and state.tab_id != tab.id:
        SheetState.objects.filter(pk=state.pk).update(tab_id=tab.id)
    before: Known = dict(SheetLine.objects.filter(campaign=campaign).values_list("service", "known"))
    _remember(campaign, merged.known, before)
    return len(edits.cells)


def _layout(campaign: Campaign, place: Place, tab_id: int) -> str:
    words = (str(tab_id), str(place.header), *(level.name for level in campaign.value.levels))
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _edits(
    campaign: Campaign, state: SheetState, tab: Tab | None, place: Place, cells: Mapping[tuple[int, int], str]
) -> Edits:
    """The cells; and how they look, where it is not so already. People may freeze and hide as they like afterwards."""
    edits = Edits(cells)
    steps = [place.columns[step] for step in _STEPS if step in place.columns]
    missing = {word: rgb for word, rgb in COLOURS.items() if not tab or word not in tab.coloured}
    if steps and missing:
        edits = replace(edits, colours=missing, coloured_columns=(min(steps), max(steps) + 1))
    grows = tab is not None and any(row >= tab.height for row, _ in cells)
    new = tab is None or state.layout != _layout(campaign, place, tab.id)
    if new or grows:
        words = tuple(level.name for level in campaign.value.levels)
        edits = replace(edits, menu=((place.header + 1, place.columns[LEVEL]), words))
    if new:
        edits = replace(edits, frozen=(place.header + 1, place.columns[SERVICE] + 1))
    return edits


def _remember(campaign: Campaign, lines: Known, before: Known) -> None:
    rows = [
        SheetLine(campaign=campaign, service=service, known={heading: list(texts) for heading, texts in known.items()})
        for service, known in lines.items()
        if before.get(service) != known
    ]
    SheetLine.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["campaign", "service"], update_fields=["known"], batch_size=500
    )


@transaction.atomic
def _show(campaign: Campaign, differences: Sequence[Difference], refused: Mapping[str, str], now: datetime) -> None:
    """The conflicts that there are now; those that are there already keep their time."""
    there = {(row.service, row.heading): row for row in SheetConflict.objects.filter(campaign=campaign)}
    for each in differences:
        why = "it was changed here and in Chairlift since the last sync"
        if not each.both:
            why = "Chairlift writes this column: what stands here is kept, but not read"
        if each.heading == LEVEL:
            why = refused.get(each.service, why)
        row = there.pop((each.service, each.heading), None)
        fields = {"ours": each.ours, "theirs": each.theirs, "why": why}
        if row is None:
            SheetConflict.objects.create(
                campaign=campaign, service=each.service, heading=each.heading, since=now, **fields
            )
        elif {name: getattr(row, name) for name in fields} != fields:
            SheetConflict.objects.filter(pk=row.pk).update(**fields)
    SheetConflict.objects.filter(pk__in=[row.pk for row in there.values()]).delete()


def settle(conflict: SheetConflict, take: str, by: str, roster: Roster, now: datetime) -> str:
    """A person decides: `sheet` makes the typed level the choice, `chairlift` has the next sync write ours over it.

    Returns what happens now. Raises NotPossible.
    """
    rows = Upgrade.objects.select_related("campaign", "service")
    row = rows.get(campaign=conflict.campaign_id, service__name=conflict.service)
    where = f"{conflict.service}, {conflict.heading}"
    if take == "sheet":
        if conflict.heading != LEVEL:
            raise actions.NotPossible(f"{conflict.heading} is not read from the sheet: take 'chairlift'")
        level = choose(row.campaign, conflict.service, conflict.ours, conflict.theirs, by, "", None, roster, now)
        outcome = f"{where}: {conflict.ours or 'not chosen'} -> {level}"
    elif take == "chairlift":
        with transaction.atomic():
            text = f"the sheet's {quoted(conflict.theirs)} gives way to {quoted(conflict.ours)}"
            actions.say(row, Kind.SAID, by, roster, now, about=conflict.heading, text=text)
            line, _ = SheetLine.objects.get_or_create(campaign=row.campaign, service=conflict.service)
            # Then what stands there counts as ours, so that the next sync writes over it, and over nothing newer.
            line.known = {**line.known, conflict.heading: [conflict.theirs]}
            line.save()
        outcome = f"{where}: the next sync writes {conflict.ours!r}"
    else:
        raise actions.NotPossible(f"take {take!r} means nothing: take 'sheet' or 'chairlift'")
    SheetConflict.objects.filter(pk=conflict.pk).delete()
    return outcome
