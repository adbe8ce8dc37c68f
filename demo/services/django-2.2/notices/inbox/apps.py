from django.apps import AppConfig
from django.utils.translation import ugettext_lazy as _


class InboxConfig(AppConfig):
    name = 'notices.apps.inbox'
    verbose_name = _('Inbox')
