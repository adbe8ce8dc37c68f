"""Services and campaign files on their way in: checked, shown, and loaded once, over the edition they began from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime, timedelta

from django.db import transaction

from chairlift.catalogues import Effect, Proposal, Suggestion
from chairlift.core.files import FileProblems, Problem, Roster, parse_campaign, parse_services
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.core.reading import quoted
from chairlift.server import actions
from chairlift.server.actions import NotPossible
from chairlift.server.models import Campaign, Draft, RosterFile

#: How long one waits to be loaded.
KEPT = timedelta(days=30)


class Meanwhile(NotPossible):
    """Somebody else has loaded another edition: both must be seen before one of them goes."""


def edition(text: str) -> str:
    """What differs when the text does."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def holds(campaign: Campaign | None) -> tuple[str, str, datetime | None]:
    """The text that holds now, the name of its file, and when it was loaded; of the services without a campaign."""
    row = campaign or RosterFile.objects.order_by("pk").last()
    return (row.text, row.file, row.loaded_at) if row else ("", "services.toml", None)


# Checking


def problems_of_services(text: str) -> tuple[Problem, ...]:
    try:
        parse_services(text, "services.toml")
    except FileProblems as error:
        return error.problems
    return ()


def problems_of_campaign(text: str, campaign: Campaign, roster: Roster, operator: bool) -> tuple[Problem, ...]:
    """All that keeps this text from being the campaign's new file; `operator` is True where one of them asks."""
    file = "campaign.toml"
    try:
        value = parse_campaign(text, file, [person.name for person in roster.people])
    except FileProblems as error:
        return error.problems
    if value.slug != campaign.slug:
        what = f"the slug is {quoted(value.slug)}, and this is {campaign.slug}"
        return (Problem(file, 1, what, "keep the slug; another campaign is loaded at the command line"),)
    if not operator and _runs(value) != _runs(campaign.value):
        what = "the recipe, its settings, or what a change runs would become otherwise"
        return (Problem(file, 1, what, "ask an operator to load it: it decides what runs on this server"),)
    try:
        actions.keeps_what_was_chosen(campaign, {level.name for level in value.levels})
    except NotPossible as error:
        what, _, remedy = str(error).partition(": ")
        return (Problem(file, 1, what, remedy or "keep it in the file"),)
    return ()


def _runs(value: CampaignValue) -> object:
    """All of a campaign that ends as programs on the server, with what is filled into them."""
    return value.recipe, value.settings, sorted((change.slug, change.recipe) for change in value.changes)


# Making


def make(campaign: Campaign | None, text: str, began: str, by: str, now: datetime) -> Draft:
    """A text that somebody wrote. It was checked before."""
    return _made(campaign, text, began, by, now)


def make_import(proposal: Proposal, began: str, by: str, now: datetime) -> Draft:
    """A services file that an import proposes, with the effect of each of its rows."""
    rows, asked = [astuple(each) for each in proposal.effects], [astuple(each) for each in proposal.suggestions]
    return _made(None, proposal.text, began, by, now, rows, asked)


def _made(
    campaign: Campaign | None, text: str, began: str, by: str, now: datetime, rows: Sequence[object] = (),
    asked: Sequence[object] = (),
) -> Draft:  # fmt: skip
    Draft.objects.filter(made_at__lt=now - KEPT).delete()
    return Draft.objects.create(
        campaign=campaign, text=text, began=began, rows=list(rows), asked=list(asked), by=by, made_at=now
    )


def effects(draft: Draft) -> list[Effect]:
    return [Effect(*each) for each in draft.rows]


def suggestions(draft: Draft) -> list[Suggestion]:
    return [Suggestion(*each) for each in draft.asked]


# Loading


def load(draft: Draft, roster: Roster, operator: bool, by: str, now: datetime, without_problems: bool = False) -> bool:
    """Let it hold from now on: False where it did already, and nothing is recorded a second time.

    Raises Meanwhile, NotPossible and FileProblems; then nothing has changed.
    """
    bad = sum(each.what == "problem" for each in effects(draft))
    if bad and not without_problems:
        raise NotPossible(
            f"{bad} rows have a problem and are not in this file: mend them, or say that they are left out"
        )
    with transaction.atomic():
        if not Draft.objects.filter(pk=draft.pk, loaded_at=None).update(loaded_at=now, loaded_by=by):
            return False
        text, file, at = _locked(draft.campaign)
        if edition(text) != draft.began:
            when = f" on {at:%F %H:%M} UTC" if at else ""
            raise Meanwhile(f"another file was loaded meanwhile{when}: see what differs, and begin from what holds now")
        if draft.campaign is None:
            actions.load_roster(draft.text, file, by, now)
            return True
        if problems := problems_of_campaign(draft.text, draft.campaign, roster, operator):
            raise FileProblems(problems)
        actions.load_campaign(draft.text, file, by, now)
    return True


def _locked(campaign: Campaign | None) -> tuple[str, str, datetime | None]:
    """What holds, read while nobody else can load: of two at once, the second sees what the first has loaded."""
    if campaign is not None:
        return holds(Campaign.objects.select_for_update().get(pk=campaign.pk))
    # The row is replaced by another when a file is loaded: wait for this one, then read anew.
    list(RosterFile.objects.select_for_update().values_list("pk"))
    return holds(None)
