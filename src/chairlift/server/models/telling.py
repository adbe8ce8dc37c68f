"""What is worked out of the log, and told to other programs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from chairlift.server.models.campaigns import Campaign
from chairlift.server.models.upgrades import Entry


class Outlook(models.Model):
    """The forecast of a campaign as the loop worked it out last: `found` is plain data, `newest` its last entry."""

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="outlook")
    next_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(null=True)
    newest = models.BigIntegerField(default=0)
    found = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"the forecast of {self.campaign_id}"


class Endpoint(models.Model):
    """Behind which entry the deliveries to a webhook of the operator began, and up to which they are queued."""

    name = models.CharField(max_length=120, unique=True)
    began = models.BigIntegerField()
    queued = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One entry of the log on its way to one endpoint; `state` is waiting, sent or lost, `code` that of the answer."""

    endpoint = models.CharField(max_length=120)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=10, default="waiting")
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    code = models.PositiveIntegerField(null=True)
    why = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["endpoint", "entry"], name="one_delivery")]
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="to_deliver")]

    def __str__(self) -> str:
        return f"entry {self.entry_id} to {self.endpoint}"
