"""What lets people and programs in, of which only digests are kept; and forms that were sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


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


class CalendarKey(models.Model):
    """Lets the calendar program of one person read the dates of one squad; who gets a new one ends the old one."""

    person = models.CharField(max_length=120)
    squad = models.CharField(max_length=120)
    nonce = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "squad"], name="one_calendar_key")]

    def __str__(self) -> str:
        return f"the calendar of {self.squad} for {self.person}"


class SentForm(models.Model):
    """The number of a form that somebody has sent: a second one of that number is the same form."""

    person = models.CharField(max_length=120)
    number = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "number"], name="one_sent_form")]

    def __str__(self) -> str:
        return f"form {self.number} of {self.person}"
