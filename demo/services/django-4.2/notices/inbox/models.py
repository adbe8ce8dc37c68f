from django.core import signing
from django.db import models
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

SALT = 'unsubscribe'


class Learner(models.Model):
    email = models.EmailField(_('e-mail'), unique=True)
    language = models.CharField(_('language'), max_length=8, default='en')
    zone = models.CharField(_('time zone'), max_length=40, default='UTC')
    muted = models.BooleanField(_('wants no mail'), default=False)

    def __str__(self):
        return self.email

    @property
    def unsubscribe_path(self):
        return reverse('unsubscribe', args=[signing.dumps(self.email, salt=SALT)])

    @classmethod
    def of_token(cls, token):
        """Whom an unsubscribe link was made for. Raises BadSignature and DoesNotExist."""
        return cls.objects.get(email=signing.loads(token, salt=SALT))


class NoticeQuerySet(models.QuerySet):
    def unsent(self):
        return self.filter(sent_at=None).exclude(learner__muted=True)

    def count_by_kind(self):
        """How many of each kind, as a dict."""
        return dict(self.order_by().values_list('kind').annotate(models.Count('pk')))


class Notice(models.Model):
    """Something that happened to a learner; `key` makes sure that it is told once."""

    learner = models.ForeignKey(Learner, related_name='notices', on_delete=models.CASCADE)
    key = models.CharField(max_length=120)
    kind = models.CharField(_('kind'), max_length=40)
    course = models.CharField(_('course'), max_length=120)
    happened_at = models.DateTimeField(_('happened at'))
    sent_at = models.DateTimeField(_('sent at'), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ['-happened_at', 'pk']
        unique_together = [('learner', 'key')]

    def __str__(self):
        return f'{force_str(self.learner)}: {self.key}'
