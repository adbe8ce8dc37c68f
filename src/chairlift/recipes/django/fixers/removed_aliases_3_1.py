"""Takes names from where they really live: Django 3.1 removed imports that were kept for compatibility.

https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import follow

fixer = Fixer(
    __name__,
    title="names that Django 3.1 no longer passes on, from where they live",
    link="https://docs.djangoproject.com/en/3.1/releases/3.1/#miscellaneous",
    breaks=(3, 1),
    items=(73, 74, 75, 76, 77),
)

follow(
    fixer,
    {
        "django.db.models.query.EmptyResultSet": "django.core.exceptions.EmptyResultSet",
        "django.db.models.sql.EmptyResultSet": "django.core.exceptions.EmptyResultSet",
        "django.db.models.sql.datastructures.EmptyResultSet": "django.core.exceptions.EmptyResultSet",
        "django.db.models.FieldDoesNotExist": "django.core.exceptions.FieldDoesNotExist",
        "django.db.models.fields.FieldDoesNotExist": "django.core.exceptions.FieldDoesNotExist",
        "django.forms.forms.pretty_name": "django.forms.utils.pretty_name",
        "django.forms.forms.BoundField": "django.forms.boundfield.BoundField",
        "django.template.base.Context": "django.template.context.Context",
        "django.template.base.ContextPopException": "django.template.context.ContextPopException",
        "django.template.base.RequestContext": "django.template.context.RequestContext",
        "django.contrib.admin.ACTION_CHECKBOX_NAME": "django.contrib.admin.helpers.ACTION_CHECKBOX_NAME",
    },
)
