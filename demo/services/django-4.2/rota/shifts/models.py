from datetime import datetime, time, timedelta
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

REST = timedelta(hours=11)


@lru_cache(maxsize=256)
def monday(year, week):
    """The Monday of an ISO week. Raises ValueError."""
    return datetime.strptime(f'{year} {week} 1', '%G %V %u').date()


class Room(models.Model):
    name = models.CharField(_('name'), max_length=40, unique=True)
    seats = models.PositiveSmallIntegerField(_('seats'), default=12)

    def __str__(self):
        return self.name


class ShiftQuerySet(models.QuerySet):
    def between(self, start, end):
        return self.filter(start__lt=end, end__gt=start)

    def of_week(self, year, week):
        start = timezone.make_aware(datetime.combine(monday(year, week), time.min))
        end = timezone.make_aware(datetime.combine(monday(year, week) + timedelta(days=7), time.min))
        return self.between(start, end).select_related('room', 'teacher')


class Shift(models.Model):
    teacher = models.ForeignKey(settings.AUTH_USER_MODEL, related_name='shifts', on_delete=models.CASCADE)
    room = models.ForeignKey(Room, related_name='shifts', on_delete=models.PROTECT)
    course = models.CharField(_('course'), max_length=80)
    start = models.DateTimeField(_('start'))
    end = models.DateTimeField(_('end'))
    confirmed = models.BooleanField(_('confirmed'), editable=False, null=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        index_together = [['room', 'start', 'end'], ['teacher', 'start']]
        ordering = ['start', 'room__name']

    def __str__(self):
        return f'{self.course} {timezone.localtime(self.start):%Y-%m-%d %H:%M}'

    def get_absolute_url(self):
        return reverse('shift', kwargs={'pk': self.pk})

    def clean(self):
        if not self.start or not self.end:
            return
        if self.start >= self.end:
            raise ValidationError({'end': _('A shift ends after it begins.')})
        others = Shift.objects.exclude(pk=self.pk)
        if self.room_id and others.between(self.start, self.end).filter(room=self.room_id).exists():
            raise ValidationError(_('The room is taken.'), code='room')
        near = others.between(self.start - REST, self.end + REST)
        if self.teacher_id and near.filter(teacher=self.teacher_id).exclude(start__date=self.start.date()).exists():
            raise ValidationError(_('Eleven hours of rest lie between two days.'), code='rest')
