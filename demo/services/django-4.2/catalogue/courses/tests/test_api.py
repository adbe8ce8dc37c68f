from datetime import timedelta

from ddt import data, ddt, unpack
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone
from waffle.testutils import override_switch

from courses.models import Course, Topic


@ddt
class ApiTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        today = timezone.localdate()
        science = Topic.objects.create(name='Science')
        maths = Topic.objects.create(name='Pure Maths', parent=science)
        for title, about in (('Algebra', 'Groups and rings'), ('Botany', 'Plants'), ('Calculus', 'Rings? No.')):
            course = Course.objects.create(title=title, slug=title.lower(), about=about, hours=20, published=True)
            course.topics.add(maths if title != 'Botany' else science)
            course.editions.create(starts=today + timedelta(days=30))
            course.editions.create(starts=today - timedelta(days=30))
        cls.algebra = Course.objects.get(slug='algebra')
        Course.objects.create(title='Draft', slug='draft', hours=1)

    def slugs(self, **query):
        return [course['slug'] for course in self.client.get('/api/courses/', query).json()['courses']]

    @data(
        ({}, ['algebra', 'botany', 'calculus']),
        ({'q': 'rings'}, ['algebra', 'calculus']),
        ({'q': 'rings groups'}, ['algebra']),
        ({'topic': 'pure-maths'}, ['algebra', 'calculus']),
        ({'topic': 'science'}, ['algebra', 'botany', 'calculus']),
        ({'recommended': '1'}, []),
    )
    @unpack
    def test_finds(self, query, slugs):
        self.assertEqual(self.slugs(**query), slugs)

    def test_recommends_only_what_the_board_decided(self):
        Course.objects.filter(slug='algebra').update(recommended=True)
        Course.objects.filter(slug='botany').update(recommended=False)
        self.assertEqual(self.slugs(recommended='1'), ['algebra'])

    def test_pages(self):
        Course.objects.create(title='Zoology', slug='zoology', hours=1, published=True)
        self.assertEqual(self.slugs(page=2), ['zoology'])
        for page in ('3', '0', 'x'):
            self.assertEqual(self.client.get('/api/courses/', {'page': page}).status_code, 404)

    def test_counts_open_editions(self):
        course = self.client.get('/api/courses/algebra/').json()
        self.assertEqual((course['open'], len(course['editions'])), (1, 1))
        self.assertEqual(course['path'], ['Science', 'Pure Maths'])

    def test_drafts_are_hidden(self):
        self.assertEqual(self.client.get('/api/courses/draft/').status_code, 404)

    def test_topics(self):
        self.assertEqual(self.client.get('/api/topics/').json(), {'science': 1, 'pure-maths': 2})

    def test_full_editions_are_not_open(self):
        starts = self.algebra.editions.last().starts
        call_command('mark_full', 'algebra', str(starts))
        self.assertEqual(self.client.get('/api/courses/algebra/').json()['open'], 0)
        with self.assertRaisesMessage(CommandError, 'no edition of algebra'):
            call_command('mark_full', 'algebra', '1999-01-01')

    def test_banner_is_for_the_shop(self):
        with override_switch('shop-banner', active=True):
            self.assertNotIn('banner', self.client.get('/api/courses/').json())
            self.assertIn('banner', self.client.get('/api/courses/', HTTP_X_CLIENT='shop').json())
        with override_switch('shop-banner', active=False):
            self.assertNotIn('banner', self.client.get('/api/courses/', HTTP_X_CLIENT='shop').json())
