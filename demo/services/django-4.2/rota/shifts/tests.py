from datetime import date, datetime, timedelta

import pytz
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase

from shifts.models import Room, Shift, monday

VIENNA = pytz.timezone('Europe/Vienna')


def at(day, hour):
    return VIENNA.localize(datetime(2021, 6, day, hour))


class MondayTests(SimpleTestCase):
    def test_is_a_monday(self):
        self.assertEqual(monday(2021, 1), date(2021, 1, 4))
        self.assertEqual(monday(2020, 53), date(2020, 12, 28))
        with self.assertRaises(ValueError):
            monday(2021, 60)


class RotaCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ada, cls.bob = (get_user_model().objects.create_user(name) for name in ('ada', 'bob'))
        cls.blue, cls.red = (Room.objects.create(name=name) for name in ('Blue', 'Red'))

    def shift(self, teacher=None, room=None, day=1, hour=9, hours=2, course='Algebra'):
        start = at(day, hour)
        end = start + timedelta(hours=hours)
        return Shift(teacher=teacher or self.ada, room=room or self.blue, course=course, start=start, end=end)


class ShiftTests(RotaCase):
    def refused(self, shift):
        with self.assertRaises(ValidationError) as caught:
            shift.full_clean()
        return caught.exception.messages

    def test_needs_a_free_room(self):
        self.shift().save()
        self.assertEqual(self.refused(self.shift(teacher=self.bob, hour=10)), ['The room is taken.'])
        self.shift(teacher=self.bob, hour=11).full_clean()
        self.shift(teacher=self.bob, room=self.red, hour=10).full_clean()

    def test_ends_after_it_begins(self):
        self.assertEqual(self.refused(self.shift(hours=0)), ['A shift ends after it begins.'])

    def test_leaves_time_to_sleep(self):
        self.shift(day=1, hour=20).save()
        self.assertEqual(self.refused(self.shift(day=2, hour=8)), ['Eleven hours of rest lie between two days.'])
        self.shift(day=2, hour=9).full_clean()

    def test_weeks_begin_on_local_mondays(self):
        self.shift(day=7, hour=0, hours=1).save()
        self.assertEqual(Shift.objects.of_week(2021, 22).count(), 0)
        self.assertEqual(Shift.objects.of_week(2021, 23).count(), 1)


class PageTests(RotaCase):
    def test_week(self):
        self.shift().save()
        self.client.force_login(self.ada)
        self.assertContains(self.client.get('/2021/22/'), 'Algebra 2021-06-01 09:00</a>, Blue (you)')
        self.assertContains(self.client.get('/2021/23/'), 'A free week.')
        self.assertEqual(self.client.get('/2021/60/').status_code, 404)
        self.assertContains(self.client.get('/'), '/static/rota.css')

    def test_one_shift(self):
        shift = self.shift()
        shift.save()
        self.assertContains(self.client.get(shift.get_absolute_url()), 'not confirmed yet')

    def test_new_shift(self):
        content = {
            'teacher': self.ada.pk, 'room': self.red.pk, 'course': ' Linear   algebra ',
            'start': '2021-06-01 09:00', 'end': '2021-06-01 11:00',
        }
        self.assertRedirects(self.client.post('/shifts/new/', content), '/sign-in/?next=/shifts/new/')
        self.client.force_login(self.ada)
        self.client.post('/shifts/new/', content)
        self.assertEqual(str(Shift.objects.get()), 'Linear algebra 2021-06-01 09:00')

    def test_swap(self):
        shift = self.shift()
        shift.save()
        path = shift.get_absolute_url() + 'swap/'
        self.client.force_login(self.ada)
        self.assertContains(self.client.post(path, {'teacher': 'ada'}), 'Name somebody else.')
        answer = self.client.post(path, {'teacher': 'bob'}, follow=True)
        self.assertContains(answer, 'bob takes over.')
        self.assertEqual(answer.redirect_chain, [(f'/?swapped={shift.pk}', 302)])
        self.assertEqual(Shift.objects.get().teacher, self.bob)

    def test_swap_only_ones_own(self):
        shift = self.shift(teacher=self.bob)
        shift.save()
        path = shift.get_absolute_url() + 'swap/'
        self.assertEqual(self.client.get(path).status_code, 403)
        self.assertEqual(self.client.get(path, HTTP_X_REQUESTED_WITH='XMLHttpRequest').status_code, 401)
        self.client.force_login(self.ada)
        self.assertEqual(self.client.get(path).status_code, 404)

    def test_calendar(self):
        self.shift().save()
        self.client.force_login(self.ada)
        text = self.client.get('/mine.ics').content.decode()
        self.assertIn('DTSTART:20210601T070000Z\r\nDTEND:20210601T090000Z\r\nSUMMARY:Algebra (Blue)', text)
