"""What is known of each forge beside its repositories: what may still be asked of it, surveys, and its webhooks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Spending(models.Model):
    """What one identity has spent at its forge: a `core.ledger` as plain data; `edition` grows with each change."""

    identity = models.CharField(max_length=200, unique=True)
    edition = models.BigIntegerField(default=0)
    ledger = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.identity


class ForgeState(models.Model):
    """One forge of chairlift.toml: the identity it was last asked under, how its survey stands, and what it sent.

    `cursor` is the last upgrade that the present survey has passed, in so many `calls`, and `next_at` when it goes on;
    `surveyed_at` is when one came to its end, `why` why the last try did not, `troubles` how many failed in a row.
    """

    forge = models.CharField(max_length=120, unique=True)
    identity = models.CharField(max_length=200, blank=True)
    cursor = models.BigIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    surveyed_at = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)
    troubles = models.PositiveIntegerField(default=0)
    why = models.TextField(blank=True)
    hooked_at = models.DateTimeField(null=True)
    hooks = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.forge


class Arrived(models.Model):
    """A delivery of a forge's webhook that was taken, so that it is not taken twice: its id, and a digest of it."""

    forge = models.CharField(max_length=120)
    delivery = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["forge", "delivery"], name="one_arrival"),
            models.UniqueConstraint(fields=["forge", "digest"], name="no_replay"),
        ]

    def __str__(self) -> str:
        return f"a delivery of {self.forge}"
