"""Turns notices into letters, in the language and the time of their readers."""
import pytz
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from inbox.signals import told

SUBJECTS = {
    'enrolled': 'Welcome to %(course)s',
    'passed': 'You passed %(course)s',
    'expires': 'Your access to %(course)s ends soon',
}


def letter(notice):
    learner = notice.learner
    with translation.override(learner.language), timezone.override(pytz.timezone(learner.zone)):
        subject = gettext(SUBJECTS.get(notice.kind, 'News of %(course)s')) % {'course': notice.course}
        context = {'notice': notice, 'subject': subject, 'stop': settings.SITE + learner.unsubscribe_path}
        mail = EmailMultiAlternatives(subject, render_to_string('inbox/letter.txt', context), to=[learner.email])
        mail.attach_alternative(render_to_string('inbox/letter.html', context), 'text/html')
    return mail


def send(notice, now):
    """Marks before it sends: a letter too few is better than one every minute."""
    notice.sent_at = now
    notice.save(update_fields=['sent_at'])
    letter(notice).send()
    told.send(sender=send, notice=notice)
