from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from links import codes


def validate_target(target):
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=settings.SHORTLINK_HOSTS, require_https=True) or target.startswith("/"):
        raise ValidationError(_("Links lead to our own https pages only."), code="elsewhere")


class LinkQuerySet(models.QuerySet):
    def live(self, now):
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def find(self, word):
        """Raises Link.DoesNotExist."""
        return self.get(pk=codes.number(word))

    def popular(self):
        return self.annotate(clicked=Count("clicks")).order_by("-clicked", "pk")


class Link(models.Model):
    target = models.URLField(_("target"), max_length=2000, validators=[validate_target])
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self):
        return f"{self.word} -> {self.target}"

    @property
    def word(self):
        return codes.word(self.pk)

    def get_absolute_url(self):
        return reverse("links:follow", kwargs={"word": self.word})


class Click(models.Model):
    link = models.ForeignKey(Link, related_name="clicks", on_delete=models.CASCADE)
    at = models.DateTimeField(default=timezone.now)
    referrer = models.CharField(max_length=200, blank=True)
    mobile = models.BooleanField(null=True)
