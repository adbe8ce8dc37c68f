from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonetaConfig(AppConfig):
    name = 'moneta'
    verbose_name = _('Money')
