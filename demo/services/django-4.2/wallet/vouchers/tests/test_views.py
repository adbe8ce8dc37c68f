from datetime import date, timedelta

from django.test import TestCase

from vouchers.models import Company


class ViewTests(TestCase):
    def setUp(self):
        self.company = Company.objects.create(name='Acme', verified=True)
        self.voucher = self.company.vouchers.create(worth=3, made_on=date.today() - timedelta(days=9))
        self.path = f'/vouchers/{self.voucher.code}/'

    def post(self, path, content):
        return self.client.post(path, content, content_type='application/json')

    def test_make(self):
        answer = self.post('/vouchers/', {'company': self.company.pk, 'worth': 7})
        self.assertEqual((answer.status_code, answer.json()['left']), (201, 7))

    def test_only_verified_companies_make(self):
        for verified in (False, None):
            Company.objects.update(verified=verified)
            self.assertEqual(self.post('/vouchers/', {'company': self.company.pk, 'worth': 7}).status_code, 404)

    def test_show(self):
        self.assertEqual(self.client.get(self.path).json()['url'], 'https://example.com' + self.path)
        self.assertEqual(self.client.get('/vouchers/AAAA-BBBB-CCCC/').status_code, 404)

    def test_spend(self):
        self.assertEqual(self.post(self.path + 'spend/', {'credits': 2, 'course': 'a'}).json()['left'], 1)
        answer = self.post(self.path + 'spend/', {'credits': 2, 'course': 'a'})
        self.assertEqual((answer.status_code, answer.json()['error']), (409, 'empty'))

    def test_company(self):
        Company.objects.update(verified=None)
        page = f'/companies/{self.company.pk}/'
        self.assertContains(self.client.get(page), 'Nobody has looked')
        numbers = self.client.get(page, HTTP_X_REQUESTED_WITH='XMLHttpRequest').json()
        self.assertEqual(numbers, {'left': 3, 'verified': None})

    def test_widget_is_framed_by_our_own_pages(self):
        answer = self.client.get(f'/widget/{self.voucher.code}/')
        self.assertContains(answer, 'three credits')
        self.assertEqual(answer['X-Frame-Options'], 'SAMEORIGIN')
