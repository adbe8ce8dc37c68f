"""Who is signed in where, and how each person wants the pages."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """What a browser's cookie names. Without a person it only waits for somebody to come back from a provider."""

    person = models.CharField(max_length=120, blank=True, db_index=True)
    how = models.CharField(max_length=120, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"a session of {self.person or 'nobody yet'}"

    @classmethod
    def clear(cls, now: datetime) -> int:
        """Forget those that are over; how many there were."""
        return cls.objects.filter(expire_date__lte=now).delete()[0]


class Preference(models.Model):
    """How one person wants the pages; empty where they said nothing."""

    person = models.CharField(max_length=120, unique=True)
    theme = models.CharField(max_length=10, blank=True)
    zone = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"what {self.person} likes"
