from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from books.models import Account, Month


class Command(BaseCommand):
    help = 'Closes a month, such as 2021-06, so that nothing is entered into it any more.'

    def add_arguments(self, parser):
        parser.add_argument('month')
        parser.add_argument('--by', required=True, help='the user name of a book-keeper')

    def handle(self, month, by, **options):
        try:
            year, number = map(int, str(month).split('-'))
        except ValueError:
            raise CommandError(f'{month!r} is no month: write 2021-06')
        person = get_user_model().objects.filter(username=by, is_book_keeper=True).first()
        if person is None:
            raise CommandError(f'no book-keeper called {by!r}')
        open_accounts = [a.code for a in Account.objects.filter(reconciled=False)]
        if open_accounts:
            raise CommandError('not reconciled: {}'.format(', '.join(open_accounts)))
        try:
            with transaction.atomic():
                Month.objects.create(year=year, month=number, closed_by=person)
        except IntegrityError:
            raise CommandError(f'{month} is closed already')
        self.stdout.write(f'closed {month}')
