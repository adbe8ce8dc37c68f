from datetime import date

from django.core.exceptions import ValidationError
from django.test import TestCase

from books.models import Account, Entry, Month, Posting
from moneta import Money
from people.models import Person


def euros(amount):
    return Money(amount, 'EUR')


class EntryTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.bank = Account.objects.create(code='1200', name='Bank', kind='asset')
        cls.fees = Account.objects.create(code='4400', name='Course fees', kind='income')

    def post(self, day=date(2021, 6, 1), amount=100, **amounts):
        return Entry.objects.post(day, 'A course', amounts or {'1200': euros(amount), '4400': euros(-amount)})

    def test_balances(self):
        self.post(amount=100)
        self.post(amount=20)
        self.assertEqual(self.bank.balance(), euros(120))
        self.assertEqual(self.fees.balance(), euros(-120))

    def test_looks_back(self):
        self.post(date(2021, 6, 1))
        self.post(date(2021, 7, 1))
        self.assertEqual(self.bank.balance(until=date(2021, 6, 30)), euros(100))

    def test_refuses_what_does_not_balance(self):
        with self.assertRaises(ValidationError) as caught:
            Entry.objects.post(date(2021, 6, 1), 'x', {'1200': euros(1), '4400': euros(-2)})
        self.assertEqual(caught.exception.code, 'unbalanced')
        self.assertQuerysetEqual(Entry.objects.all(), [])

    def test_refuses_unknown_accounts(self):
        with self.assertRaisesMessage(ValidationError, 'no account 9999'):
            Entry.objects.post(date(2021, 6, 1), 'x', {'1200': euros(1), '9999': euros(-1)})
        self.assertFalse(Posting.objects.exists())

    def test_refuses_closed_months(self):
        keeper = Person.objects.create_user('kim', is_book_keeper=True)
        Month.objects.create(year=2021, month=6, closed_by=keeper)
        with self.assertRaises(ValidationError) as caught:
            self.post(date(2021, 6, 30))
        self.assertEqual(caught.exception.code, 'closed')
        self.post(date(2021, 7, 1))

    def test_reads_well(self):
        self.assertEqual(str(self.post()), '2021-06-01 A course')
        self.assertEqual(str(self.bank), '1200 Bank')
