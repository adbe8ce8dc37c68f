"""Services, upgrades with the time of their next look, units, and the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q, QuerySet

from chairlift.core import log
from chairlift.core.files import Roster
from chairlift.core.menu import Campaign as CampaignValue
from chairlift.core.upgrade import Said
from chairlift.core.upgrade import Service as ServiceValue
from chairlift.core.upgrade import Upgrade as UpgradeValue
from chairlift.server.models.campaigns import Campaign

#: How long a worker may go without a word before its row is anybody's again.
LEASE = timedelta(minutes=3)
#: Databases bound how many numbers or names one question may hold.
AT_ONCE = 500
#: The longest rest after the world was away.
AWAY_LIMIT = timedelta(minutes=10)


class Service(models.Model):
    """One service of the file, with what people have said of it since."""

    name = models.CharField(max_length=120, unique=True)
    squad = models.CharField(max_length=120, db_index=True)
    wave = models.PositiveIntegerField(default=0)
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

    def change(self, pks: Sequence[int], now: datetime, **fields: Any) -> None:
        """Set these fields of however many rows, none among them, and ask for an early look at each."""
        for start in range(0, len(pks), AT_ONCE):
            rows = self.filter(pk__in=pks[start : start + AT_ONCE])
            if fields:
                rows.update(**fields)
            rows.nudge(now)

    def named(self, names: Sequence[str]) -> Iterator[Upgrade]:
        """Those of the services of these names, however many."""
        for start in range(0, len(names), AT_ONCE):
            # No join: where PostgreSQL takes its tables for empty, soon after a load, it compares all with all.
            services = {each.pk: each for each in Service.objects.filter(name__in=names[start : start + AT_ONCE])}
            for row in self.filter(service__in=list(services)):
                row.service = services[row.service_id]
                yield row


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
    # What of this one holds the others of its campaign.
    alarm = models.CharField(max_length=400, blank=True)

    look_again_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)
    troubles = models.PositiveIntegerField(default=0)
    comments_read = models.BigIntegerField(default=0)
    # By the number of a pull request, when the last of its reviews was made whose words were read; "" is for all.
    reviews_read = models.JSONField(default=dict)
    # What the forge was surveyed as; empty where it is polled instead.
    mark = models.CharField(max_length=64, blank=True)

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
            alarmed=self.campaign.alarmed_why,
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

    class Meta:
        # Exemptions and known problems are few among millions.
        indexes: ClassVar = [models.Index(fields=["campaign", "kind"], name="kinds")]

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
        cls.objects.bulk_create([cls._row(upgrade, entry, campaign, key)], ignore_conflicts=bool(key))

    @classmethod
    def write_once(cls, upgrade: Upgrade, entries: Sequence[tuple[log.Entry, str]]) -> None:
        """Append one after the other, each with its key; those whose key is there already are not written again."""
        rows = [cls._row(upgrade, entry, key=key) for entry, key in entries]
        cls.objects.bulk_create(rows, AT_ONCE, ignore_conflicts=True)

    @classmethod
    def write_all(cls, entries: Sequence[tuple[Upgrade, log.Entry]]) -> None:
        """Append one after the other, none of which has a key."""
        cls.objects.bulk_create([cls._row(upgrade, entry) for upgrade, entry in entries], AT_ONCE)

    @classmethod
    def _row(cls, upgrade: Upgrade | None, entry: log.Entry, campaign: Campaign | None = None, key: str = "") -> Entry:
        return cls(
            campaign_id=campaign.pk if campaign else upgrade.campaign_id if upgrade else None,
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
