from django.core.management.base import BaseCommand
from django.utils import timezone

from inbox.letters import send
from inbox.models import Notice


class Command(BaseCommand):
    help = 'Sends what was not sent yet; run it every minute.'

    def handle(self, **options):
        notices = Notice.objects.unsent().select_related('learner')
        for notice in notices:
            send(notice, timezone.now())
        self.stdout.write(f'sent {len(notices)}')
