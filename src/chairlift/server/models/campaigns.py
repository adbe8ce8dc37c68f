"""Campaigns, the services file, and files on their way in."""

from __future__ import annotations

from functools import lru_cache

from django.db import models

from chairlift.core.files import Roster, parse_campaign, parse_services
from chairlift.core.menu import Campaign as CampaignValue


class Campaign(models.Model):
    """One campaign, as its file says; the file's text is the truth."""

    slug = models.SlugField(max_length=80, unique=True)
    file = models.CharField(max_length=500)
    text = models.TextField()
    loaded_at = models.DateTimeField()
    paused_why = models.TextField(blank=True)
    braked_why = models.TextField(blank=True)
    alarmed_why = models.TextField(blank=True)
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


@lru_cache(maxsize=4)
def _roster(text: str, file: str) -> Roster:
    return parse_services(text, file)


class Draft(models.Model):
    """A services or campaign file that somebody wrote or had made, and that does not hold yet.

    `began` is the edition of the file that it was made from; `rows` and `asked` are what an import says of itself.
    """

    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.CASCADE, related_name="drafts")
    text = models.TextField()
    began = models.CharField(max_length=64)
    rows = models.JSONField(default=list)
    asked = models.JSONField(default=list)
    by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    loaded_at = models.DateTimeField(null=True)
    loaded_by = models.CharField(max_length=120, blank=True)

    @property
    def roster(self) -> Roster:
        """Of a draft of the services file."""
        return _roster(self.text, "services.toml")

    def __str__(self) -> str:
        return f"draft {self.pk} of {self.campaign_id or 'the services'}"
