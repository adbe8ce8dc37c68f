from datetime import date

from django.contrib.auth import get_user_model
from django.test import TestCase

from courses.models import Course, Edition, Topic


class AdminTests(TestCase):
    def setUp(self):
        self.client.force_login(get_user_model().objects.create_superuser('kim', 'kim@example.org', 'secret'))
        self.course = Course.objects.create(title='Algebra', slug='algebra', hours=20)

    def test_lists_courses_in_our_style(self):
        page = self.client.get('/admin/courses/course/')
        self.assertContains(page, 'Algebra')
        self.assertContains(page, '/static/catalogue/admin.css')

    def test_publishes(self):
        content = {'action': 'publish', '_selected_action': [self.course.pk]}
        answer = self.client.post('/admin/courses/course/', content, follow=True)
        self.assertContains(answer, '1 course published')
        self.assertQuerysetEqual(Course.objects.filter(published=True), [self.course])

    def test_names(self):
        edition = Edition(course=self.course, starts=date(2021, 9, 1))
        self.assertEqual(str(edition), 'Algebra, 2021-09-01')
        self.assertEqual(Topic.objects.create(name='Pure Maths').slug, 'pure-maths')
