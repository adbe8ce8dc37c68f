from io import StringIO

from django.core.management import CommandError, call_command
from django.test import TestCase

from books.models import Account, Month
from people.models import Person


class CloseMonthTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.kim = Person.objects.create_user('kim', is_book_keeper=True)
        Person.objects.create_user('lou')

    def close(self, month='2021-06', by='kim'):
        out = StringIO()
        call_command('close_month', month, by=by, stdout=out)
        return out.getvalue()

    def test_closes(self):
        self.assertEqual(self.close(), 'closed 2021-06\n')
        self.assertEqual(Month.objects.get().closed_by, self.kim)

    def test_closes_once(self):
        self.close()
        with self.assertRaisesMessage(CommandError, '2021-06 is closed already'):
            self.close()

    def test_is_for_book_keepers(self):
        with self.assertRaisesMessage(CommandError, "no book-keeper called 'lou'"):
            self.close(by='lou')

    def test_waits_for_reconciliation(self):
        Account.objects.create(code='1200', name='Bank', kind='asset', reconciled=False)
        Account.objects.create(code='1300', name='Till', kind='asset', reconciled=None)
        with self.assertRaisesMessage(CommandError, 'not reconciled: 1200'):
            self.close()

    def test_explains_months(self):
        with self.assertRaisesMessage(CommandError, 'write 2021-06'):
            self.close('June')
