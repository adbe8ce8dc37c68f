from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Person(AbstractUser):
    """Whoever signs in; a book-keeper may close a month."""

    department = models.CharField(_('department'), max_length=80, blank=True)
    is_book_keeper = models.BooleanField(_('book-keeper'), default=False)

    class Meta:
        verbose_name = _('person')
        verbose_name_plural = _('people')
