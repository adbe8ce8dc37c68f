from django.core.exceptions import ValidationError
from django.db import models
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _

from moneta import forms
from moneta.money import Money


class MoneyField(models.CharField):
    """Money in one column, as 'EUR 12.50'."""

    description = _('An amount of money')

    def __init__(self, *args, **kwargs):
        kwargs.setdefault('max_length', 24)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value, expression, connection):
        return Money.parse(value) if value else None

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, Money):
            return value or None
        try:
            return Money.parse(force_str(value))
        except ValueError as error:
            raise ValidationError(force_str(error), code='invalid')

    def run_validators(self, value):
        super().run_validators(self.get_prep_value(value))

    def get_prep_value(self, value):
        return force_str(value) if isinstance(value, Money) else super().get_prep_value(value)

    def value_to_string(self, obj):
        return self.get_prep_value(self.value_from_object(obj))

    def formfield(self, **kwargs):
        kwargs.setdefault('form_class', forms.MoneyField)
        return super().formfield(**kwargs)
