from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Sum
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from vouchers.signals import spent

LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
MONTHS = 12


def new_code():
    return '-'.join(get_random_string(4, LETTERS) for _part in range(3))


class Company(models.Model):
    name = models.CharField(_('name'), max_length=120, unique=True)
    verified = models.BooleanField(_('verified'), null=True)
    terms = models.JSONField(_('terms'), default=dict, blank=True)

    class Meta:
        verbose_name_plural = _('companies')

    def __str__(self):
        return self.name

    def left(self):
        return self.vouchers.aggregate(left=Sum(F('worth') - F('used')))['left'] or 0


class Voucher(models.Model):
    """So many credits, for the learners of a company, until a day."""

    code = models.CharField(_('code'), max_length=14, unique=True, default=new_code)
    company = models.ForeignKey(Company, related_name='vouchers', on_delete=models.PROTECT)
    worth = models.PositiveIntegerField(_('worth'))
    used = models.PositiveIntegerField(_('used'), default=0)
    rules = models.JSONField(_('rules'), default=dict, blank=True)
    made_on = models.DateField(_('made on'))
    expires_on = models.DateField(_('expires on'), blank=True)

    def save(self, *args, **kwargs):
        if self.expires_on is None:
            self.expires_on = self.made_on + relativedelta(months=self.company.terms.get('months', MONTHS))
        super().save(*args, **kwargs)

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return 'https://{}{}'.format(Site.objects.get_current().domain, reverse('show', args=[self.code]))

    def spend(self, credits, course, today):
        """Take credits off; raises ValidationError with a code and leaves everything as it was."""
        if today > self.expires_on:
            raise ValidationError(_('expired on %(day)s'), code='expired', params={'day': self.expires_on})
        if course not in self.rules.get('courses', [course]):
            raise ValidationError(_('not for %(course)s'), code='course', params={'course': course})
        with transaction.atomic():
            enough = Voucher.objects.filter(pk=self.pk, used__lte=F('worth') - credits)
            if not enough.update(used=F('used') + credits):
                raise ValidationError(_('not enough left'), code='empty')
            spent.send(sender=Voucher, voucher=self, credits=credits, course=course)
        self.refresh_from_db()


class Movement(models.Model):
    """What was taken off, for the company's records."""

    voucher = models.ForeignKey(Voucher, related_name='movements', on_delete=models.CASCADE)
    credits = models.IntegerField()
    what = models.JSONField(default=dict)
    at = models.DateTimeField(default=datetime.now)

    class Meta:
        index_together = [['voucher', 'at']]
