from datetime import date, datetime, timedelta

from django.core import serializers
from django.core.exceptions import ValidationError
from django.test import TestCase

from vouchers.models import Company, Movement, Voucher

TODAY = date(2021, 6, 1)


class VoucherTests(TestCase):
    def setUp(self):
        self.company = Company.objects.create(name='Acme', verified=True, terms={'months': 3})
        self.voucher = self.company.vouchers.create(worth=10, made_on=TODAY, rules={'courses': ['algebra', 'botany']})

    def refused(self, credits=1, course='algebra', today=TODAY):
        with self.assertRaises(ValidationError) as caught:
            self.voucher.spend(credits, course, today)
        self.assertEqual(Voucher.objects.get().used, 0)
        self.assertFalse(Movement.objects.exists())
        return caught.exception.code

    def test_lasts_as_long_as_the_terms_say(self):
        self.assertEqual(self.voucher.expires_on, date(2021, 9, 1))

    def test_lasts_a_year_otherwise(self):
        other = Company.objects.create(name='Other')
        self.assertEqual(other.vouchers.create(worth=1, made_on=date(2020, 2, 29)).expires_on, date(2021, 2, 28))

    def test_is_spent(self):
        self.voucher.spend(4, 'algebra', TODAY)
        self.assertEqual(self.voucher.used, 4)
        self.assertEqual(self.company.left(), 6)

    def test_spending_leaves_a_record(self):
        self.voucher.spend(4, 'algebra', TODAY)
        movement = Movement.objects.get()
        self.assertEqual((movement.credits, movement.what), (-4, {'course': 'algebra'}))
        self.assertLess(datetime.now() - movement.at, timedelta(minutes=1))

    def test_refuses_more_than_there_is(self):
        self.assertEqual(self.refused(credits=11), 'empty')

    def test_refuses_other_courses(self):
        self.assertEqual(self.refused(course='cooking'), 'course')

    def test_refuses_when_expired(self):
        self.assertEqual(self.refused(today=date(2021, 9, 2)), 'expired')

    def test_codes_are_easy_to_read_out(self):
        self.assertRegex(self.voucher.code, r'^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$')


class JSONFieldTests(TestCase):
    def test_survives_the_database(self):
        for terms in ({}, {'a': [1, 'ü', None]}, [], 'text', 0):
            Company.objects.update_or_create(name='Acme', defaults={'terms': terms})
            self.assertEqual(Company.objects.get().terms, terms)

    def test_survives_serializers(self):
        Company.objects.create(name='Acme', terms={'day': 'one'})
        copy = next(serializers.deserialize('json', serializers.serialize('json', Company.objects.all()))).object
        self.assertEqual(copy.terms, {'day': 'one'})
