from datetime import date

from django.test import TestCase
from django.urls import reverse

from books.models import Account, Entry
from moneta import Money
from people.models import Person


class ViewTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        Account.objects.create(code='1200', name='Bank', kind='asset')
        Account.objects.create(code='4400', name='Course fees', kind='income')
        Entry.objects.post(date(2021, 6, 1), 'A course', {'1200': Money(1500, 'EUR'), '4400': Money(-1500, 'EUR')})
        cls.kim = Person.objects.create_superuser('kim', 'kim@example.org', 'secret', department='Finance')

    def test_balance(self):
        answer = self.client.get('/balance/').json()
        self.assertEqual(answer, {'balances': {'1200': '1500.00', '4400': '-1500.00'}, 'sum': '0.00'})

    def test_balance_of_a_day(self):
        answer = self.client.get('/balance/', {'until': '2021-05-31'}).json()
        self.assertEqual(answer['balances']['1200'], '0.00')

    def test_balance_of_rubbish(self):
        for until in ('yesterday', '2021-13-01', '2021'):
            self.assertEqual(self.client.get('/balance/', {'until': until}).status_code, 400)

    def test_statement_needs_a_person(self):
        self.assertEqual(self.client.get(reverse('books:statement', args=['1200'])).status_code, 302)

    def test_statement(self):
        self.client.force_login(self.kim)
        self.assertContains(self.client.get('/accounts/1200/'), '<td>1,500.00&nbsp;EUR</td>', html=True)
        self.assertEqual(self.client.get('/accounts/9999/').status_code, 404)

    def test_admin(self):
        self.client.force_login(self.kim)
        self.assertContains(self.client.get('/admin/people/person/'), 'Finance')
        self.assertContains(self.client.get('/admin/books/entry/'), 'A course')

    def test_people_sign_in(self):
        self.assertTrue(self.client.login(username='kim', password='secret'))
        self.assertFalse(self.client.login(username='kim', password='guess'))

    def test_health(self):
        self.assertEqual(self.client.get('/healthz').content, b'ok')
