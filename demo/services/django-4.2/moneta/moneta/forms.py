from django import forms
from django.core.exceptions import ValidationError
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from moneta.money import Money


class MoneyField(forms.CharField):
    default_error_messages = {'invalid': _('Write money as EUR 12.50.')}

    def to_python(self, value):
        if isinstance(value, Money):
            return value
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            return Money.parse(text.upper())
        except ValueError:
            raise ValidationError(self.error_messages['invalid'], code='invalid')

    def run_validators(self, value):
        super().run_validators(self.prepare_value(value))

    def prepare_value(self, value):
        return force_str(value) if isinstance(value, Money) else value
