from django.dispatch import receiver

from inbox.models import Notice
from inbox.signals import happened


@receiver(happened, dispatch_uid='keep')
def keep(sender, learner, kind, course, at, **kwargs):
    """The same thing on the same day is one notice."""
    key = f'{kind}/{course}/{at:%Y-%m-%d}'
    Notice.objects.get_or_create(
        learner=learner, key=key, defaults={'kind': kind, 'course': course, 'happened_at': at}
    )
