"""For every fixer of django-upgrade at least one file that it changes: path, target, text. Written for these tests."""

from __future__ import annotations

from chairlift.recipes.django.releases import Release

Example = tuple[str, Release, str]

_ADMIN = "from django.contrib import admin\n"
_MODELS = "from django.db import models\n"
_MAIL = "from django.core import mail\n"

EXAMPLES: dict[str, list[Example]] = {
    "admin_allow_tags": [
        ("a.py", (2, 0), _ADMIN + "def f(obj):\n    return ''\nf.allow_tags = True\n"),
    ],
    "admin_decorators": [
        ("a.py", (3, 2), _ADMIN + "def f(obj):\n    pass\nf.short_description = 'x'\n"),
        (
            "a.py",
            (3, 2),
            _ADMIN + "class A:\n    def f(self, obj):\n        pass\n    f . boolean  = True\n    x = 1\n",
        ),
        ("a.py", (3, 2), _ADMIN + "def f(a, request, qs):\n    pass\n(f.allowed_permissions) = ('x',)\n"),
        ("a.py", (3, 2), _ADMIN + "def f(obj):\n    pass\nf.empty_value_display = ''\nf.admin_order_field = 'x'\n"),
    ],
    "admin_lookup_needs_distinct": [
        (
            "a.py",
            (4, 0),
            "from django.contrib.admin.utils import lookup_needs_distinct\nlookup_needs_distinct(1, 2)\n",
        ),
    ],
    "admin_register": [
        ("x/admin.py", (1, 7), _ADMIN + "from m import M\nclass A:\n    pass\nadmin.site.register(M, A)\n"),
        ("x/admin.py", (1, 7), _ADMIN + "from m import M\nclass A:\n    pass\n(admin.site  # why\n).register(M, A)\n"),
        (
            "x/admin.py",
            (1, 7),
            _ADMIN + "from m import M, mysite\nclass AAdmin:\n    pass\nmysite.register(M, AAdmin)\n",
        ),
    ],
    "assert_form_error": [
        ("tests/test_a.py", (4, 1), "self.assertFormError(response, 'form', 'field', 'errors')\n"),
        ("tests/test_a.py", (4, 1), "self.assertFormsetError(response, 'form', 0, 'field', None)\n"),
    ],
    "assert_set_methods": [
        ("tests/test_a.py", (4, 2), "self.assertQuerysetEqual(a, b)\nself.assertFormsetError(form, 0, 'x', [])\n"),
    ],
    "check_constraint_condition": [
        ("a.py", (5, 1), _MODELS + "models.CheckConstraint(check=1)\n"),
    ],
    "compatibility_imports": [
        ("a.py", (1, 10), "from django.core.urlresolvers import reverse, other\n"),
        ("a.py", (1, 10), "from django . core \\\n  . urlresolvers import (\n    reverse,\n)\n"),
        ("a.py", (3, 1), "from django.contrib.postgres.fields import JSONField\n"),
        ("a.py", (2, 0), "from django.utils.functional import lru_cache\n"),
    ],
    "crypto_get_random_string": [
        ("a.py", (3, 1), "from django.utils import crypto\ncrypto.get_random_string()\n"),
        ("a.py", (3, 1), "from django.utils.crypto import get_random_string\nget_random_string(allowed_chars='a')\n"),
    ],
    "default_app_config": [
        ("x/__init__.py", (3, 2), "default_app_config = 'x.apps.X'\n"),
    ],
    "default_auto_field": [
        ("settings.py", (6, 0), "DEFAULT_AUTO_FIELD = 'django.db.models.' 'BigAutoField'\n"),
    ],
    "django_urls": [
        (
            "urls.py",
            (2, 0),
            "from django.conf.urls import include, url\nx = [url(r'^a/$', v), url('^b/', include(w))]\n",
        ),
        (
            "urls.py",
            (2, 0),
            "from django.conf.urls import include\nx = include('a')\nfrom django.urls import re_path\n",
        ),
        ("urls.py", (2, 0), "from django . conf . urls import url\nx = [url(r'^(?P<pk>\\d+)/$', v)]\n"),
        ("urls.py", (2, 0), "from django.conf.ｕｒｌｓ import url\nx = [url(r'^a/$', v)]\n"),
        ("urls.py", (2, 0), "from django.urls import re_path\nx = [re_path(r'^a/$', v)]\n"),
    ],
    "email_validator": [
        ("a.py", (3, 2), "from django.core.validators import EmailValidator\nEmailValidator(whitelist=['x'])\n"),
    ],
    "format_html": [
        ("a.py", (5, 0), "from django.utils.html import format_html\nformat_html('{}'.format(1))\n"),
    ],
    "forms_model_multiple_choice_field": [
        ("a.py", (3, 1), "from django import forms\nforms.ModelMultipleChoiceField(error_messages={'list': 'x'})\n"),
    ],
    "index_together": [
        ("x/models.py", (4, 2), _MODELS + "class A:\n    class Meta:\n        index_together = ['a', 'b']\n"),
    ],
    "mail_api_kwargs": [
        ("a.py", (6, 0), _MAIL + "mail.send_mail('a', 'b', 'c', ['d'], True)\n"),
        ("a.py", (6, 0), "from django.core.mail.message import EmailMessage\nEmailMessage(1, 2, 3, 4, 5)\n"),
    ],
    "mail_fail_silently": [
        ("a.py", (6, 1), _MAIL + "mail.mail_admins('a', 'b', fail_silently=False)\n"),
        ("a.py", (6, 1), "from django.core.mail import EmailMessage\nEmailMessage('a').send(fail_silently=False)\n"),
    ],
    "mail_get_connection": [
        ("a.py", (6, 1), _MAIL + "c = mail.get_connection()\n"),
    ],
    "management_commands": [
        ("x/management/commands/y.py", (3, 2), "class Command:\n    requires_system_checks = False\n"),
    ],
    "model_field_choices": [
        (
            "x/models.py",
            (5, 0),
            _MODELS + "class C(models.TextChoices):\n    A = 'a'\nx = models.CharField(choices=C.choices)\n",
        ),
    ],
    "null_boolean_field": [
        ("x/models.py", (3, 1), _MODELS + "x = models.NullBooleanField()\n"),
        ("x/models.py", (3, 1), "from django.db.models import NullBooleanField\nx = NullBooleanField('a')\n"),
    ],
    "on_delete": [
        ("a.py", (1, 9), _MODELS + "x = models.ForeignKey('a.B')\n"),
        ("a.py", (1, 9), _MODELS + "x = models.ForeignKey(B, on_delete=models.CASCADE)\ny = models.ForeignKey (B)\n"),
        ("a.py", (1, 9), _MODELS + "x = models.OneToOneField(B, help_text='on_delete=')\n"),
        ("a.py", (1, 9), _MODELS + "x = models.ForeignKey(B, default=f(on_delete=1))\n"),
        ("a.py", (1, 9), _MODELS + "x = models.ForeignKey(B, # on_delete=1\n null=True)\n"),
        ("a.py", (1, 9), _MODELS + "x = models.ForeignKey(on_delete == 1)\n"),
        ("a.py", (1, 9), _MODELS + "x = (models.ForeignKey\n)('a.B')\n"),
        ("a.py", (1, 9), _MODELS + "x = (models.ForeignKey)('a.B')\n"),
        ("a.py", (1, 9), "from django.db.models import OneToOneField\nx = OneToOneField(B)\n"),
    ],
    "password_reset_timeout_days": [
        ("settings.py", (3, 1), "PASSWORD_RESET_TIMEOUT_DAYS = 4\n"),
    ],
    "permalink": [
        (
            "a.py",
            (1, 11),
            _MODELS + "class A:\n    @models.permalink\n    def get(self):\n        return ('a', [self.pk])\n",
        ),
    ],
    "postgres_aggregate_order_by": [
        ("a.py", (5, 2), "from django.contrib.postgres.aggregates import ArrayAgg\nArrayAgg('x', ordering='x')\n"),
    ],
    "postgres_float_range_field": [
        ("a.py", (2, 2), "from django.contrib.postgres.fields import FloatRangeField\nx = FloatRangeField()\n"),
    ],
    "queryset_paginator": [
        ("a.py", (2, 2), "from django.core.paginator import QuerySetPaginator\nx = QuerySetPaginator(1)\n"),
        ("a.py", (2, 2), "from django.core import paginator\nx = paginator.QuerySetPaginator(1)\n"),
    ],
    "render_to_response": [
        (
            "a.py",
            (2, 0),
            "from django.shortcuts import render_to_response\ndef f(request):\n    return render_to_response('a')\n",
        ),
    ],
    "request_headers": [
        ("a.py", (2, 2), "request.META['HTTP_ACCEPT']\n"),
        ("a.py", (2, 2), "request.META.get('\\x48TTP_ACCEPT')\n"),
        ("a.py", (2, 2), "'CONTENT_TYPE' in self.request . META\n"),
        ("a.py", (2, 2), "(request # x\n.META)['CONTENT_LENGTH']\n"),
    ],
    "request_user_attributes": [
        ("a.py", (1, 10), "if request.user.is_anonymous():\n    pass\n"),
        ("a.py", (1, 10), "x = (self.request.user.is_authenticated # x\n)()\n"),
    ],
    "settings_admins_managers": [
        ("settings.py", (6, 0), "ADMINS = [('a', 'a@example.com')]\n"),
    ],
    "settings_database_postgresql": [
        ("settings.py", (1, 9), "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql_psycopg2'}}\n"),
        (
            "settings.py",
            (1, 9),
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql_\\x70sycopg2'}}\n",
        ),
    ],
    "settings_forms_urlfield_assume_https": [
        ("settings.py", (6, 0), "FORMS_URLFIELD_ASSUME_HTTPS = True\n"),
    ],
    "settings_storages": [
        ("settings.py", (4, 2), "STATICFILES_STORAGE = 'a.B'\nDEFAULT_FILE_STORAGE = 'c.D'\n"),
    ],
    "signal_providing_args": [
        ("a.py", (3, 1), "from django.dispatch import Signal\nx = Signal(providing_args=['a'])\n"),
        ("a.py", (3, 1), "from django import dispatch\nx = dispatch.Signal (\n  # why\n ['a'])\n"),
    ],
    "staticfiles_find_all": [
        ("a.py", (5, 2), "from django.contrib.staticfiles import finders\nfinders.find('a', all=True)\n"),
    ],
    "stringagg": [
        (
            "a.py",
            (6, 0),
            "from django.db.models import Value\nfrom django.contrib.postgres.aggregates import StringAgg\n"
            "StringAgg('a', ',')\n",
        ),
    ],
    "test_http_headers": [
        ("tests/a.py", (4, 2), "self.client.get('/', HTTP_ACCEPT='x')\n"),
        ("tests/a.py", (4, 2), "from django.test import RequestFactory\nRequestFactory(HTTP_ACCEPT='x')\n"),
    ],
    "testcase_databases": [
        ("tests/a.py", (2, 2), "class T:\n    multi_db = True\n"),
    ],
    "timezone_fixedoffset": [
        ("a.py", (2, 2), "from django.utils.timezone import FixedOffset\nFixedOffset(120, 'x')\n"),
    ],
    "transaction_savepoint": [
        ("a.py", (6, 1), "from django.db import transaction\ntransaction.savepoint()\n"),
    ],
    "use_l10n": [
        ("project/settings/base.py", (4, 0), "USE_L10N = True\n"),
    ],
    "utils_encoding": [
        ("a.py", (3, 0), "from django.utils.encoding import force_text, smart_text\nforce_text(smart_text(1))\n"),
        ("a.py", (3, 0), "from django.utils import encoding\nencoding . force_text(1)\n"),
    ],
    "utils_http": [
        ("a.py", (3, 0), "from django.utils.http import urlquote as q, is_safe_url\nis_safe_url(q(1))\n"),
    ],
    "utils_text": [
        ("a.py", (3, 0), "from django.utils.text import unescape_entities\nunescape_entities(1)\n"),
    ],
    "utils_timezone": [
        ("a.py", (4, 1), "import datetime\nimport os\nfrom django.utils.timezone import utc\nx = f(tzinfo=utc)\n"),
        ("a.py", (4, 1), "import os\nimport sys\nimport re\nfrom django.utils.timezone import utc\nx = utc\n"),
        ("a.py", (4, 1), "from django.utils import timezone\nx = timezone.utc\n"),
    ],
    "utils_translation": [
        ("a.py", (3, 0), "from django.utils.translation import ugettext as _, ungettext\n_(ungettext(1, 2, 3))\n"),
    ],
    "versioned_branches": [
        ("a.py", (3, 0), "import django\nif django.VERSION >= (2, 0):\n    x = 1\nelse:\n    x = 2\n"),
        ("a.py", (3, 0), "import django\nif (django # why\n  .VERSION) < (2, 0):\n    x = 1\n"),
    ],
    "versioned_test_skip_decorators": [
        (
            "a.py",
            (3, 0),
            "import unittest\nimport django\n\n\n@unittest.skipIf(django.VERSION < (2, 0), 'x')\ndef f():\n    pass\n",
        ),
        (
            "a.py",
            (3, 0),
            "import pytest\nimport django\nx = 1\n\n\n@pytest.mark.skipif(django.VERSION > (2, 0), reason='x')\n"
            "def f():\n    pass\n\n\ny = 1\n",
        ),
    ],
}

ALL = [(name, *example) for name, examples in EXAMPLES.items() for example in examples]
