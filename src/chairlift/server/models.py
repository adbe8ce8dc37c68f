"""What is remembered: campaigns, services, upgrades with the time of their next look, units, and the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q, QuerySet

from chairlift.core import log
from chairlift.core.files import Roster, parse_campaign, parse_services
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.core.upgrade import Said
from chairlift.core.upgrade import Service as ServiceValue
from chairlift.core.upgrade import Upgrade as UpgradeValue

# Django looks for models here alone.
from chairlift.server.sessions import Preference as Preference
from chairlift.server.sessions import Session as Session

#: How long a worker may go without a word before its row is anybody's again.
LEASE = timedelta(minutes=3)
#: The longest rest after the world was away.
AWAY_LIMIT = timedelta(minutes=10)


class Campaign(models.Model):
    """One campaign, as its file says; the file's text is the truth."""

    slug = models.SlugField(max_length=80, unique=True)
    file = models.CharField(max_length=500)
    text = models.TextField()
    loaded_at = models.DateTimeField()
    paused_why = models.TextField(blank=True)
    braked_why = models.TextField(blank=True)
    tended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.slug

    @property
    def value(self) -> CampaignValue:
        return _campaign(self.text, self.file)


@lru_cache(maxsize=64)
def _campaign(text: str, file: str) -> CampaignValue:
    return parse_campaign(text, file)


class RosterFile(models.Model):
    """The services file that holds now: who owns what. There is one."""

    file = models.CharField(max_length=500)
    text = models.TextField()
    loaded_at = models.DateTimeField()

    @property
    def value(self) -> Roster:
        return _roster(self.text, self.file)

    @classmethod
    def now(cls) -> Roster:
        row = cls.objects.order_by("pk").last()
        return row.value if row else Roster()

    @classmethod
    def version(cls) -> tuple[object, ...] | None:
        """What differs once another file was loaded; cheap, where the text of thousands of services is not."""
        return cls.objects.order_by("-pk").values_list("pk", "loaded_at").first()


@lru_cache(maxsize=2)
def _roster(text: str, file: str) -> Roster:
    return parse_services(text, file)


class Service(models.Model):
    """One service of the file, with what people have said of it since."""

    name = models.CharField(max_length=120, unique=True)
    squad = models.CharField(max_length=120, db_index=True)
    deploy_docs = models.TextField(blank=True)
    docs_promised = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class UpgradeQuerySet(QuerySet["Upgrade"]):
    """Reads and the claim of the loop."""

    def due(self, now: datetime) -> UpgradeQuerySet:
        """Rows to look at, longest waiting first: their time has come and nobody holds them.

        A lease or a look that lies too far ahead was written before the clock jumped back; it holds nobody up.
        """
        free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + 2 * LEASE)
        come = Q(look_again_at__lte=now) | Q(looked_at__gt=now + LEASE)
        return self.filter(come).filter(free).order_by("look_again_at")

    def claim(self, pk: int, owner: str, now: datetime) -> bool:
        """One conditional UPDATE: of any number of workers, one gets the row."""
        return self.due(now).order_by().filter(pk=pk).update(leased_by=owner, leased_until=now + LEASE) == 1

    def nudge(self, now: datetime) -> int:
        """All that a webhook, a comment or a finished unit does: ask for an early look.

        A row in the middle of a look is due already; its time moves all the same, so that the look's end sees it.
        """
        rests = Q(look_again_at__gt=now) | Q(look_again_at=None)
        return self.filter(rests | ~Q(leased_by="")).update(look_again_at=now)


class Upgrade(models.Model):
    """One service's passage through one campaign. What it stands at is the last conclusion, never a command."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="upgrades")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="upgrades")
    level = models.CharField(max_length=120, blank=True)
    admitted_at = models.DateTimeField(null=True)
    waits_for = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    change = models.CharField(max_length=80, blank=True)
    step = models.CharField(max_length=20, blank=True)
    decision = models.CharField(max_length=20, blank=True)
    why = models.TextField(blank=True)
    whom = models.CharField(max_length=20, blank=True)
    question = models.TextField(blank=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    evidence = models.JSONField(default=dict)

    look_again_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)
    troubles = models.PositiveIntegerField(default=0)
    comments_read = models.BigIntegerField(default=0)

    objects = UpgradeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "service"], name="one_passage")]
        indexes: ClassVar = [
            models.Index(fields=["look_again_at"], name="due"),
            # All that the start page counts and sorts by: it reads no row of those that it does not show.
            models.Index(fields=["campaign", "decision", "whom", "until", "level", "service"], name="whose_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} in {self.campaign_id}"

    def said(self) -> Said:
        """The facts that the log of this upgrade adds up to."""
        rows = Entry.objects.filter(upgrade=self).exclude(kind__in=log.TOLD).order_by("pk")
        entries = rows.values_list("at", "by", "kind", "change", "step", "about", "text", "data")
        return log.said(log.Entry(at, by, log.Kind(kind), *rest) for at, by, kind, *rest in entries)

    def snapshot(self, roster: Roster) -> UpgradeValue:
        """The frozen value that the ladder decides about."""
        campaign = self.campaign.value
        return UpgradeValue(
            campaign=campaign,
            service=service_value(self.service, roster),
            said=self.said(),
            admitted=self.admitted_at is not None,
            admitted_why=self.waits_for,
            paused=self.campaign.paused_why,
            braked=self.campaign.braked_why,
            team=team(campaign, roster),
        )


def service_value(row: Service, roster: Roster) -> ServiceValue:
    """The service of the file, with what people have said of its deploy documentation laid over it.

    Raises LookupError when the services file no longer names it.
    """
    service = roster.service(row.name)
    return replace(
        service,
        deploy_docs=row.deploy_docs or service.deploy_docs,
        docs_promised=row.docs_promised or service.docs_promised,
    )


def team(campaign: CampaignValue, roster: Roster) -> frozenset[str]:
    """All names that the project team's people go by, case folded."""
    return roster.voices((campaign.lead, campaign.manager, *campaign.reviewers))


class LogIsAppendOnly(Exception):
    """Somebody tried to change or delete an entry of the log: write a new one that says what is different."""


class EntryQuerySet(QuerySet["Entry"]):
    """Entries are added and read."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise LogIsAppendOnly(LogIsAppendOnly.__doc__)

    def delete(self) -> NoReturn:
        raise LogIsAppendOnly(LogIsAppendOnly.__doc__)


class Entry(models.Model):
    """One line of the append-only log; the database itself refuses to change or delete it."""

    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="entries")
    upgrade = models.ForeignKey(Upgrade, null=True, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    change = models.CharField(max_length=80, blank=True)
    step = models.CharField(max_length=20, blank=True)
    about = models.TextField(blank=True)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True, unique=True)

    objects = EntryQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.by} {self.kind} {self.about}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise LogIsAppendOnly(LogIsAppendOnly.__doc__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise LogIsAppendOnly(LogIsAppendOnly.__doc__)

    @classmethod
    def write(cls, upgrade: Upgrade | None, entry: log.Entry, campaign: Campaign | None = None, key: str = "") -> None:
        """Append. An entry whose key is there already is not written again."""
        row = cls(
            campaign=campaign or (upgrade.campaign if upgrade else None),
            upgrade=upgrade,
            at=entry.at,
            by=entry.by[:120],
            kind=entry.kind,
            change=entry.change,
            step=entry.step,
            about=entry.about,
            text=entry.text,
            data=dict(entry.data),
            key=key or None,
        )
        cls.objects.bulk_create([row], ignore_conflicts=bool(key))


class UnitQuerySet(QuerySet["Unit"]):
    """The claim of the hands: deployments before plans before tests, which is how the kinds sort."""

    def ready(self, now: datetime) -> UnitQuerySet:
        """To be done now; a time that lies too far ahead was written before the clock jumped back."""
        free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + 2 * LEASE)
        come = Q(ready_at__lte=now) | Q(ready_at__gt=now + AWAY_LIMIT + LEASE)
        return self.filter(come, state="running").filter(free).order_by("kind", "ready_at", "pk")

    def claim(self, pk: int, owner: str, now: datetime) -> bool:
        lease = {"leased_by": owner, "leased_until": now + LEASE, "tries": F("tries") + 1}
        return self.ready(now).order_by().filter(pk=pk).update(**lease) == 1


class Unit(models.Model):
    """Long work: asked for by name, done once, its result kept."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    service = models.CharField(max_length=120, db_index=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="units")
    inputs = models.JSONField()
    state = models.CharField(max_length=10, default="running")
    result = models.JSONField(default=dict)
    output = models.TextField(blank=True)
    why = models.TextField(blank=True)
    tries = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "ready_at"], name="ready")]

    def __str__(self) -> str:
        return self.name


class SheetState(models.Model):
    """The shared spreadsheet of a campaign: when it was last the same on both sides, and what is in the way."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="sheet_state")
    tab_id = models.BigIntegerField(null=True)
    layout = models.TextField(blank=True)
    synced_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    troubles = models.PositiveIntegerField(default=0)
    trouble = models.TextField(blank=True)
    problems = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"the sheet of {self.campaign_id}"


class SheetLine(models.Model):
    """What Chairlift has last written into one service's row: heading -> texts, two while the writing is under way."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="sheet_lines")
    service = models.CharField(max_length=120)
    known = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "service"], name="one_sheet_line")]

    def __str__(self) -> str:
        return self.service


class SheetConflict(models.Model):
    """A cell of the shared spreadsheet that a person must settle; until then neither side overwrites the other."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="sheet_conflicts")
    service = models.CharField(max_length=120)
    heading = models.CharField(max_length=40)
    ours = models.TextField(blank=True)
    theirs = models.TextField(blank=True)
    why = models.TextField()
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "service", "heading"], name="one_sheet_conflict")
        ]

    def __str__(self) -> str:
        return f"{self.service}, {self.heading}: {self.theirs!r} in the sheet, {self.ours!r} in Chairlift"


class SignInLink(models.Model):
    """A link that signs one person in, once. Only its digest is kept: who reads the database cannot use it."""

    digest = models.CharField(max_length=64, unique=True)
    person = models.CharField(max_length=120)
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"a link for {self.person}"


class ApiToken(models.Model):
    """What a program says to be heard as one person. Only its digest is kept: who reads the database cannot use it."""

    digest = models.CharField(max_length=64, unique=True)
    person = models.CharField(max_length=120)
    name = models.CharField(max_length=120, blank=True)
    scopes = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"a token of {self.person}"
