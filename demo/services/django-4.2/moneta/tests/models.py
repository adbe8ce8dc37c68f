from django.db import models

from moneta.fields import MoneyField


class Invoice(models.Model):
    total = MoneyField()
    paid = MoneyField(blank=True, null=True)

    class Meta:
        index_together = [['total', 'paid']]
