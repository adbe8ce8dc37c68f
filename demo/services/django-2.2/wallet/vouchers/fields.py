import json

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import ugettext_lazy as _


class JSONField(models.TextField):
    """Plain data in a text column, on every database."""

    description = _('Plain data')

    def from_db_value(self, value, expression, connection, context):
        return None if value is None else json.loads(value)

    def to_python(self, value):
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ValidationError(_('This is not JSON.'), code='invalid')

    def get_prep_value(self, value):
        return None if value is None else json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True)

    def value_to_string(self, obj):
        return self.get_prep_value(self.value_from_object(obj))
