from django.core.management.base import BaseCommand, CommandError

from courses.models import Edition


class Command(BaseCommand):
    help = 'Marks an edition as full: mark_full algebra 2021-09-01'

    def add_arguments(self, parser):
        parser.add_argument('slug')
        parser.add_argument('starts')

    def handle(self, slug, starts, **options):
        if not Edition.objects.filter(course__slug=slug, starts=starts).update(full=True):
            raise CommandError(f'no edition of {slug} starts on {starts}')
