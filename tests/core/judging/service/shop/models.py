"""What the shop keeps."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.signals import post_save
from django.dispatch import receiver


class Customer(models.Model):
    """Who orders."""

    email = models.CharField(max_length=50, unique=True)
    city = models.CharField(max_length=20, default="")


class Order(models.Model):
    """What was ordered."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="orders")
    number = models.IntegerField(default=0)
    note = models.CharField(max_length=20, default="")

    def clean(self):
        if self.number < 0:
            raise ValidationError("The number must not be below zero.")


@receiver(post_save, sender=Order)
def count_stock(sender, instance, **kwargs):
    """What is sold is no longer there."""
    if instance.note == "unknown":
        raise LookupError(f"no stock of article {instance.number}")
