from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from moneta import Money
from moneta.fields import MoneyField

CURRENCY = 'EUR'
KINDS = [('asset', _('asset')), ('debt', _('debt')), ('income', _('income')), ('cost', _('cost'))]


class Account(models.Model):
    code = models.CharField(_('code'), max_length=8, unique=True)
    name = models.CharField(_('name'), max_length=80)
    kind = models.CharField(_('kind'), max_length=8, choices=KINDS)
    reconciled = models.BooleanField(_('reconciled'), help_text=_('Empty: nobody has looked yet.'), null=True)

    class Meta:
        ordering = ['code']

    def __str__(self):
        return f'{self.code} {self.name}'

    def balance(self, until=None):
        """All that went in, less all that went out, on days up to `until`."""
        postings = self.postings.all() if until is None else self.postings.filter(entry__day__lte=until)
        return sum((p.amount for p in postings), Money(0, CURRENCY))


class Month(models.Model):
    """A month that is closed: nothing is entered into it any more."""

    year = models.PositiveSmallIntegerField(_('year'))
    month = models.PositiveSmallIntegerField(_('month'))
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    closed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        unique_together = [('year', 'month')]

    @classmethod
    def covers(cls, day):
        return cls.objects.filter(year=day.year, month=day.month).exists()


class EntryQuerySet(models.QuerySet):
    @transaction.atomic
    def post(self, day, text, amounts, by=None):
        """One balanced entry; `amounts` maps account codes to signed Money. Raises ValidationError."""
        if Month.covers(day):
            raise ValidationError(_('%(day)s lies in a closed month'), code='closed', params={'day': day})
        if sum(amounts.values(), Money(0, CURRENCY)):
            raise ValidationError(_('the entry does not balance'), code='unbalanced')
        accounts = {a.code: a for a in Account.objects.filter(code__in=amounts)}
        unknown = sorted(set(amounts) - set(accounts))
        if unknown:
            raise ValidationError(_('no account %(codes)s'), code='unknown', params={'codes': ', '.join(unknown)})
        entry = self.create(day=day, text=text, by=by)
        Posting.objects.bulk_create(
            Posting(entry=entry, account=accounts[code], amount=amount) for code, amount in sorted(amounts.items())
        )
        return entry


class Entry(models.Model):
    day = models.DateField(_('day'), db_index=True)
    text = models.CharField(_('text'), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ['day', 'id']
        index_together = [['day', 'by']]
        verbose_name_plural = _('entries')

    def __str__(self):
        return f'{self.day:%Y-%m-%d} {self.text}'


class Posting(models.Model):
    entry = models.ForeignKey(Entry, related_name='postings', on_delete=models.CASCADE)
    account = models.ForeignKey(Account, related_name='postings', on_delete=models.PROTECT)
    amount = MoneyField(_('amount'))
