from decimal import Decimal

from django.test import SimpleTestCase

from moneta import CurrencyMismatch, Money


class MoneyTests(SimpleTestCase):
    def test_is_rounded_to_the_smallest_coin(self):
        self.assertEqual(Money('1.005', 'EUR').amount, Decimal('1.00'))
        self.assertEqual(Money('1.5', 'JPY').amount, Decimal('2'))
        self.assertEqual(Money('1.0005', 'TND').amount, Decimal('1.000'))

    def test_reads_what_it_writes(self):
        money = Money('12.5', 'EUR')
        self.assertEqual(str(money), 'EUR 12.50')
        self.assertEqual(Money.parse(str(money)), money)

    def test_refuses_what_is_no_currency(self):
        for currency in ('eur', 'EURO', '', None, 978):
            with self.assertRaises(ValueError):
                Money(1, currency)

    def test_refuses_what_is_no_amount(self):
        with self.assertRaisesMessage(ValueError, "'twelve' is no amount"):
            Money('twelve', 'EUR')

    def test_adds_and_subtracts(self):
        self.assertEqual(Money(3, 'EUR') + Money(4, 'EUR') - Money(5, 'EUR'), Money(2, 'EUR'))

    def test_does_not_add_apples_to_pears(self):
        with self.assertRaises(CurrencyMismatch):
            Money(1, 'EUR') + Money(1, 'USD')
        with self.assertRaises(TypeError):
            Money(1, 'EUR') + 1

    def test_is_multiplied_by_numbers_but_floats(self):
        self.assertEqual(Money('0.10', 'EUR') * 3, Money('0.30', 'EUR'))
        with self.assertRaises(TypeError):
            Money(1, 'EUR') * 1.5

    def test_is_split_without_losing_a_cent(self):
        shares = Money('1.00', 'EUR').allocate(3)
        self.assertEqual([str(s.amount) for s in shares], ['0.34', '0.33', '0.33'])
        self.assertEqual(sum(shares[1:], shares[0]), Money(1, 'EUR'))

    def test_is_split_into_one_share_at_least(self):
        with self.assertRaises(ValueError):
            Money(1, 'EUR').allocate(0)

    def test_compares_and_hashes(self):
        self.assertTrue(Money(1, 'EUR') < Money(2, 'EUR') <= Money(2, 'EUR'))
        self.assertEqual(len({Money(1, 'EUR'), Money('1.00', 'EUR'), Money(1, 'USD')}), 2)
        self.assertFalse(Money(0, 'EUR'))
