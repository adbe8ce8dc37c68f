"""The shared spreadsheet, and one that somebody shows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from chairlift.server.models.campaigns import Campaign


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


class SheetDraft(models.Model):
    """A spreadsheet that somebody has shown, and may record once they have seen what it does."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="sheet_drafts")
    person = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    data = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} of {self.person}"
