"""Webhooks of forges as they come in: each once, and all that one does is to ask for an early look."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.db.models import F

from chairlift import plugins
from chairlift.core.files import Installation, Roster
from chairlift.core.hook import Hook
from chairlift.ports import Refused
from chairlift.server.models import Arrived, ForgeState, Upgrade

#: The longest body that is read, in bytes: what is longer is lost, and seen by a survey.
MOST = 5_000_000
#: Deliveries are remembered so long, and so many of them.
KEPT, REMEMBERED = timedelta(days=1), 50_000
#: Several deliveries that come together are one look.
_TOGETHER = timedelta(seconds=3)


class Answer(StrEnum):
    """What became of a delivery."""

    TAKEN = "taken"
    SEEN = "seen before"
    REFUSED = "refused"
    UNKNOWN = "no such forge"
    CLOSED = "no secret"
    TOO_LARGE = "too large"


#: How many deliveries were answered so in this process: what is refused is not worth a row.
answered: Counter[Answer] = Counter()


def take(
    installation: Installation, roster: Roster, forge: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> tuple[Answer, str]:
    """One delivery to this forge's address, and what its sender is told. Its meaning is ignored."""
    answer, why = _take(installation, roster, forge, headers, body, now)
    answered[answer] += 1
    return answer, why


def _take(
    installation: Installation, roster: Roster, forge: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> tuple[Answer, str]:
    variable = installation.hook_secrets.get(forge)
    if forge not in installation.forges or variable is None:
        return (
            Answer.UNKNOWN,
            "no forge of this name takes webhooks: add hook_secret_env to it in chairlift.toml",
        )
    if len(body) > MOST:
        return Answer.TOO_LARGE, f"more than {MOST} bytes"
    secret = os.environ.get(variable, "")
    if not secret:
        return Answer.CLOSED, f"the variable {variable} holds no secret: set it, and start Chairlift again"
    kind = str(installation.forges[forge].get("kind", ""))
    try:
        check: Hook = plugins.load("hook", kind)
        sent = check(headers, body, secret, now)
    except plugins.BadConfiguration as error:
        return Answer.UNKNOWN, str(error)
    except Refused as error:
        return Answer.REFUSED, str(error)
    names = services_of(roster, forge, sent.repo)
    digest = sha256(body).hexdigest()
    # An id may hold anything, and of any length.
    delivery = sha256(sent.delivery.encode("utf-8", "surrogatepass")).hexdigest() if sent.delivery else digest
    if not _once(forge, delivery, digest, names, now):
        return Answer.SEEN, "it came before"
    return Answer.TAKEN, f"of {len(names)} services here"


def services_of(roster: Roster, forge: str, repo: str) -> list[str]:
    """Those whose repository it is; forges write its name in whatever case."""
    wanted = repo.strip("/").casefold()
    if not wanted:
        return []
    return [
        service.name
        for service in roster.services
        if service.forge == forge and service.repo.strip("/").casefold() == wanted
    ]


def _once(forge: str, delivery: str, digest: str, names: list[str], now: datetime) -> bool:
    """Remember it and ask for the looks, both or neither. False where it was taken before, under this id or another.

    One of a repository that is none of ours leaves no row: there is nothing that it could do twice.
    """
    try:
        with transaction.atomic():
            if names:
                Arrived.objects.create(forge=forge, delivery=delivery, digest=digest, at=now)
                Upgrade.objects.filter(service__name__in=names).nudge(now + _TOGETHER)
            ForgeState.objects.get_or_create(forge=forge)
            ForgeState.objects.filter(forge=forge).update(hooked_at=now, hooks=F("hooks") + 1)
    except IntegrityError:
        return False
    return True


def clear(now: datetime) -> None:
    """Forget the old ones, and the oldest of too many."""
    Arrived.objects.filter(at__lte=now - KEPT).delete()
    last = Arrived.objects.order_by("-pk").values_list("pk", flat=True)[REMEMBERED : REMEMBERED + 1].first()
    if last:
        Arrived.objects.filter(pk__lte=last).delete()
