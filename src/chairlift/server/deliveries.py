"""Delivers entries of the log to the operator's webhooks: each queued once, tried for days, then given up."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.urls import reverse

from chairlift.adapters import webhooks
from chairlift.adapters.webhooks import Answer
from chairlift.core.files.installation import Webhook
from chairlift.ports import Refused, Unavailable
from chairlift.server.models import LEASE, Campaign, Delivery, Endpoint, Entry

logger = logging.getLogger("chairlift")

#: The pause after each try; after the last one it is given up, three days after the first.
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
#: How many deliveries are queued by one query.
BATCH = 500
#: A transaction may end after one that began later: so far back entries are looked for once more.
LATE, LATE_FOR = 500, timedelta(hours=1)
#: How often the log is looked at, and the longest rest of an endpoint that does not answer.
EVERY, LONGEST_REST = timedelta(seconds=1), timedelta(minutes=1)
STATES = ("waiting", "sent", "lost")
_STUCK = timedelta(minutes=10)
_GONE = 410
_PASSWORD = re.compile(r"(\w+://)[^/@\s]+@")


class Courier:
    """Serves one endpoint. Any number of them, in any number of processes, may serve the same one."""

    def __init__(self, hook: Webhook) -> None:
        self.hook = hook
        self._queued: datetime | None = None
        self._rest_until: datetime | None = None
        self._failed = 0

    def once(self, now: datetime) -> bool:
        """Queue what is new, and try one delivery whose time has come. False when there is nothing to do at once."""
        if self._queued is None or not timedelta(0) <= now - self._queued < EVERY:
            self._queued = now
            queue(self.hook, now)
        if self._rest_until and now < self._rest_until <= now + LONGEST_REST:
            return False
        row = _claim(self.hook, now)
        if row is None:
            return False
        fine = _try(row, self.hook, now)
        self._failed = 0 if fine else self._failed + 1
        # One that is down is not asked about each of a thousand entries at once.
        self._rest_until = None if fine else now + min(EVERY * 2 ** min(self._failed, 6), LONGEST_REST)
        return True


def queue(hook: Webhook, now: datetime) -> int:
    """A delivery for each new entry that this endpoint wants; what was there before it is not delivered."""
    newest = Entry.objects.aggregate(newest=Max("pk"))["newest"] or 0
    end, new = Endpoint.objects.get_or_create(name=hook.name, defaults={"began": newest, "queued": newest})
    if new:
        return 0
    late = Q(pk__gt=max(end.began, end.queued - LATE), at__gt=now - LATE_FOR)
    wanted = Entry.objects.filter(Q(pk__gt=end.queued) | late)
    if hook.kinds:
        wanted = wanted.filter(kind__in=hook.kinds)
    if hook.campaigns:
        wanted = wanted.filter(campaign__slug__in=hook.campaigns)
    there = Delivery.objects.filter(endpoint=hook.name, entry=OuterRef("pk"))
    found = list(wanted.filter(~Exists(there)).order_by("pk").values_list("pk", flat=True)[:BATCH])
    rows = [Delivery(endpoint=hook.name, entry_id=pk, next_at=now) for pk in found]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    up_to = found[-1] if len(found) == BATCH else newest
    Endpoint.objects.filter(pk=end.pk, queued__lt=up_to).update(queued=up_to)
    return len(found)


def _claim(hook: Webhook, now: datetime) -> Delivery | None:
    """The oldest whose time has come and that nobody holds, by one conditional UPDATE."""
    free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + 2 * LEASE)
    # A time that lies too far ahead was written before the clock jumped back.
    come = Q(next_at__lte=now) | Q(next_at__gt=now + 2 * PAUSES[-1])
    rows = Delivery.objects.filter(free & come, endpoint=hook.name, state="waiting")
    for pk in rows.order_by("next_at", "pk").values_list("pk", flat=True)[:5]:
        if rows.filter(pk=pk).update(leased_until=now + LEASE):
            entries = Delivery.objects.select_related("entry__campaign", "entry__upgrade__service")
            return entries.get(pk=pk)
    return None


def _try(row: Delivery, hook: Webhook, now: datetime) -> bool:
    """One try, with no transaction open; whatever comes of it is recorded."""
    mine = Delivery.objects.filter(pk=row.pk, state="waiting")
    try:
        secret = webhooks.key_in(hook.secret_env)
    except Refused as error:
        # The operator mends it: none of the tries is used up.
        mine.update(leased_until=None, next_at=now + _STUCK, why=str(error))
        logger.error("webhook %s: %s", hook.name, error)
        return False
    data = body(row.entry)
    try:
        answer = webhooks.post(hook.url, webhooks.headers(_name(row), data, secret, now), data, hook.seconds)
    except Unavailable as error:
        answer = Answer(0, str(error))
    mine.update(leased_until=None, tried_at=now, tries=F("tries") + 1, **_came_of(row, answer, now))
    return 200 <= answer.code < 300


def _came_of(row: Delivery, answer: Answer, now: datetime) -> dict[str, Any]:
    code = answer.code or None
    if 200 <= answer.code < 300:
        return {"state": "sent", "code": code, "why": "", "next_at": None}
    if answer.code == _GONE or row.tries >= len(PAUSES):
        why = "the endpoint says that it is gone for good" if answer.code == _GONE else _said(answer)
        return {"state": "lost", "code": code, "why": why, "next_at": None}
    pause = max(PAUSES[row.tries], timedelta(seconds=answer.after))
    return {"code": code, "why": _said(answer), "next_at": now + pause}


def _said(answer: Answer) -> str:
    if 300 <= answer.code < 400:
        return "it leads elsewhere, which is not followed: put the final address in chairlift.toml"
    return answer.words or f"it answers {answer.code}"


def _name(row: Delivery) -> str:
    """By which the other side knows it again when it comes twice."""
    about = f"{row.endpoint} {row.entry_id} {row.entry.at.isoformat()}"
    return f"msg_{hashlib.sha256(about.encode('utf-8', 'replace')).hexdigest()[:32]}"


def body(entry: Entry) -> bytes:
    """The message: an entry of the log as everybody who is signed in reads it, the same each time."""
    service = entry.upgrade.service if entry.upgrade else None
    slug = entry.campaign.slug if entry.campaign else ""
    where = reverse("service", args=[slug, service.name]) if service else reverse("menu", args=[slug]) if slug else "/"
    data = {
        "id": entry.pk,
        "by": entry.by,
        "kind": entry.kind,
        "campaign": slug,
        "service": service.name if service else "",
        "squad": service.squad if service else "",
        "change": entry.change,
        "step": entry.step,
        "about": _clean(entry.about),
        "text": _clean(entry.text),
        "data": {name: _clean(value) for name, value in entry.data.items()},
        "url": settings.URL + where,
    }
    message = {"type": f"entry.{entry.kind.replace(' ', '_')}", "timestamp": entry.at.isoformat(), "data": data}
    return json.dumps(message, sort_keys=True).encode()


def _clean(value: object) -> object:
    """Without the name and password that an address may hold."""
    return _PASSWORD.sub(r"\1", value) if isinstance(value, str) else value


# What people see


def rows_of(campaign: Campaign, state: str = "") -> QuerySet[Delivery]:
    """The deliveries of a campaign's entries, newest first."""
    rows = Delivery.objects.filter(entry__campaign=campaign).select_related("entry__upgrade__service")
    return (rows.filter(state=state) if state in STATES else rows).order_by("-pk")


def counts(campaign: Campaign) -> Mapping[str, int]:
    found = Delivery.objects.filter(entry__campaign=campaign).order_by().values_list("state")
    return {**dict.fromkeys(STATES, 0), **dict(found.annotate(Count("pk")))}
