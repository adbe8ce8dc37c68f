from django.core import serializers
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from django.template import Context, Template
from django.test import TestCase
from django.utils import translation

from moneta import Money
from tests.models import Invoice


class MoneyFieldTests(TestCase):
    def test_survives_the_database(self):
        Invoice.objects.create(total=Money('9.99', 'EUR'))
        invoice = Invoice.objects.get()
        self.assertEqual(invoice.total, Money('9.99', 'EUR'))
        self.assertIsNone(invoice.paid)

    def test_is_found_by_value(self):
        Invoice.objects.create(total=Money(1, 'EUR'))
        Invoice.objects.create(total=Money(2, 'EUR'))
        found = Invoice.objects.filter(total=Money(2, 'EUR')).values_list('total', flat=True)
        self.assertQuerysetEqual(found, [Money(2, 'EUR')])

    def test_survives_serializers(self):
        Invoice.objects.create(total=Money(1, 'EUR'), paid=Money(0, 'EUR'))
        text = serializers.serialize('json', Invoice.objects.all())
        copy = next(serializers.deserialize('json', text)).object
        self.assertEqual(copy.paid, Money(0, 'EUR'))

    def test_refuses_rubbish(self):
        with self.assertRaises(ValidationError):
            Invoice(total='a lot').full_clean()
        Invoice(total='EUR 5').full_clean()

    def test_refuses_what_does_not_fit(self):
        with self.assertRaises(ValidationError):
            Invoice(total=Money('9' * 24, 'JPY')).full_clean()

    def test_form_reads_money(self):
        form = modelform_factory(Invoice, fields=['total', 'paid'])({'total': 'eur 5', 'paid': ''})
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.cleaned_data, {'total': Money(5, 'EUR'), 'paid': None})

    def test_form_explains_itself(self):
        form = modelform_factory(Invoice, fields=['total'])({'total': '5'})
        self.assertEqual(form.errors, {'total': ['Write money as EUR 12.50.']})

    def test_form_shows_money(self):
        form = modelform_factory(Invoice, fields=['total'])(instance=Invoice(total=Money(5, 'EUR')))
        self.assertIn('value="EUR 5.00"', str(form['total']))

    def test_filter_follows_the_language(self):
        template = Template('{% load money %}{{ total|money }}{{ nothing|money }}')
        context = Context({'total': Money('1234.5', 'EUR'), 'nothing': None})
        self.assertEqual(template.render(context), '1,234.50&nbsp;EUR')
        with translation.override('de'):
            self.assertEqual(template.render(context), '1.234,50&nbsp;EUR')
