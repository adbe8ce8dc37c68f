from datetime import datetime
from io import StringIO

import pytz
from django.core import mail
from django.core.management import call_command
from django.test import TestCase
from django.urls import reverse

from inbox.letters import letter, send
from inbox.models import Learner, Notice
from inbox.signals import told

NOON = datetime(2021, 6, 1, 12, tzinfo=pytz.utc)
EVENT = {'email': 'ada@example.org', 'kind': 'enrolled', 'course': 'Algebra', 'at': '2021-06-01T12:00:00Z'}


class EventTests(TestCase):
    def post(self, **changed):
        return self.client.post('/events/', dict(EVENT, **changed), content_type='application/json')

    def test_is_kept(self):
        self.assertEqual(self.post().status_code, 201)
        self.assertEqual(str(Notice.objects.get()), 'ada@example.org: enrolled/Algebra/2021-06-01')

    def test_is_kept_once_a_day(self):
        self.post()
        self.assertEqual(self.post(at='2021-06-01T13:00:00Z').json(), {'notices': 1})
        self.assertEqual(self.post(at='2021-06-02T13:00:00Z').json(), {'notices': 2})

    def test_rubbish_is_refused(self):
        for changed in ({'at': 'noon'}, {'at': '2021-13-01T12:00:00'}, {'at': None}):
            self.assertEqual(self.post(**changed).status_code, 400, changed)
        self.assertEqual(self.client.post('/events/', 'x', content_type='text/plain').status_code, 400)
        self.assertEqual(self.client.get('/events/').status_code, 405)

    def test_times_without_a_zone_are_ours(self):
        self.post(at='2021-06-01T12:00:00')
        self.assertEqual(Notice.objects.get().happened_at, NOON)

    def test_new_learners_keep_their_language(self):
        self.client.post('/events/', EVENT, content_type='application/json', HTTP_ACCEPT_LANGUAGE='de')
        self.assertEqual(Learner.objects.get().language, 'de')


class LetterTests(TestCase):
    def setUp(self):
        self.learner = Learner.objects.create(email='ada@example.org', zone='Asia/Kolkata')
        self.notice = self.learner.notices.create(key='k', kind='passed', course='Ökologie', happened_at=NOON)

    def test_is_in_the_readers_time(self):
        sent = letter(self.notice)
        self.assertEqual(sent.subject, 'You passed Ökologie')
        self.assertIn('2021-06-01 17:30', sent.body)

    def test_has_a_logo(self):
        html, _ = letter(self.notice).alternatives[0]
        self.assertIn('src="https://static.example.org/logo.png"', html)

    def test_is_sent_once(self):
        out = StringIO()
        call_command('send_notices', stdout=out)
        call_command('send_notices', stdout=out)
        self.assertEqual(out.getvalue(), 'sent 1\nsent 0\n')
        self.assertEqual(len(mail.outbox), 1)

    def test_is_not_sent_to_the_muted(self):
        Learner.objects.update(muted=True)
        call_command('send_notices', stdout=StringIO())
        self.assertEqual(mail.outbox, [])

    def test_others_may_listen(self):
        heard = []

        def listen(sender, notice, **kwargs):
            heard.append(notice)

        told.connect(listen)
        self.addCleanup(told.disconnect, listen)
        send(self.notice, NOON)
        self.assertEqual(heard, [self.notice])


class PageTests(TestCase):
    def setUp(self):
        self.learner = Learner.objects.create(email='ada@example.org')
        for course in ('Algebra', 'Botany'):
            self.learner.notices.create(key=course, kind='passed', course=course, happened_at=NOON)

    def test_inbox(self):
        self.assertContains(self.client.get('/inbox/ada@example.org/'), '<li>passed: Botany</li>')
        self.assertEqual(self.client.get('/inbox/bob@example.org/').status_code, 404)

    def test_empty_inbox(self):
        Notice.objects.all().delete()
        self.assertContains(self.client.get('/inbox/ada@example.org/'), 'Nothing yet')

    def test_inbox_counts_for_scripts(self):
        answer = self.client.get('/inbox/ada@example.org/', HTTP_X_REQUESTED_WITH='XMLHttpRequest')
        self.assertEqual(answer.json(), {'kinds': {'passed': 2}})

    def test_unsubscribing_asks_first(self):
        self.client.get(self.learner.unsubscribe_path)
        self.assertFalse(Learner.objects.get().muted)
        self.assertContains(self.client.post(self.learner.unsubscribe_path), 'no more letters')
        self.assertTrue(Learner.objects.get().muted)

    def test_unsubscribing_needs_our_link(self):
        self.assertEqual(self.client.get(reverse('unsubscribe', args=['forged:x:y'])).status_code, 404)
