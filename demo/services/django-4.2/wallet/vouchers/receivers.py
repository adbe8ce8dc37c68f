from django.dispatch import receiver

from vouchers.models import Movement
from vouchers.signals import spent


@receiver(spent, dispatch_uid='note')
def note(sender, voucher, credits, course, **kwargs):
    Movement.objects.create(voucher=voucher, credits=-credits, what={'course': course})
