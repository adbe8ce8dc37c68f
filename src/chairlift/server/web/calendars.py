"""The address under which a person's calendar program reads a squad's dates, without a session."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from chairlift.core.log import Entry as Line
from chairlift.core.log import Kind
from chairlift.server import dates, queries
from chairlift.server.models import CalendarKey, Entry
from chairlift.server.web import errors
from chairlift.server.web.access import Request, reader_of
from chairlift.server.web.answering import known


def _signer() -> signing.Signer:
    # Under a salt of its own: what is signed for something else opens no calendar, nor this anything else.
    return signing.Signer(salt="chairlift.calendar", sep="~")


def address(person: str, squad: str) -> str:
    """Of this person's feed of the squad; empty where they have none."""
    key = CalendarKey.objects.filter(person=person, squad=squad).first()
    if key is None:
        return ""
    return settings.URL + reverse("calendar", args=[_signer().sign(f"{key.pk}.{key.nonce}")])


def renew(person: str, squad: str, now: datetime) -> None:
    """A new address; the old one ends. That it was made is written down."""
    fields = {"nonce": secrets.token_urlsafe(16), "made_at": now}
    with transaction.atomic():
        CalendarKey.objects.update_or_create(person=person, squad=squad, defaults=fields)
        Entry.write(None, Line(now, person, Kind.MADE, about=called(person, squad)))


def called(person: str, squad: str) -> str:
    """What people know an address by: nobody has two for one squad."""
    return f"the calendar of {squad} for {person}"


def key_of(secret: str) -> CalendarKey | None:
    """Whose address this is; None for one that ended or never was."""
    try:
        pk, _, nonce = _signer().unsign(secret).partition(".")
    except signing.BadSignature:
        return None
    return CalendarKey.objects.filter(pk=int(pk), nonce=nonce).first()


def feed(request: Request, secret: str) -> HttpResponse:
    """The dates, for as long as the person is in the services file; "not changed" where they are what is known."""
    key = key_of(secret)
    if key is None or reader_of(key.person, request.roster) is None:
        return errors.page(
            request, 404, "There is no such calendar.", "Its squad's page in Chairlift gives a new address."
        )
    data = dates.ics(key.squad, dates.dates(key.squad), settings.URL)
    return known(request, HttpResponse(data, content_type="text/calendar; charset=utf-8"))


def make(request: Request, slug: str) -> HttpResponse:
    """What the button of the squad's page does."""
    campaign = queries.campaign(slug)
    squad = queries.squad(request.roster, request.POST.get("squad", ""))
    assert request.reader
    renew(request.reader.name, squad.name, request.now)
    messages.success(
        request, f"The dates of {squad.name} have a new address for your calendar; an older one has ended."
    )
    return redirect("squad", slug=campaign.slug, squad=squad.name)
