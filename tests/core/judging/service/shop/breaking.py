"""Views that work on one Django and no longer on a later one, as code does that nobody upgraded."""

import datetime

from django.dispatch import Signal
from django.http import HttpResponse
from django.template import engines
from django.utils import timezone

from shop.models import Customer, Order


def _template(text):
    return HttpResponse(engines["django"].from_string(text).render({"words": ["one"]}))


def utils_six(request):
    from django.utils import six

    return HttpResponse(six.text_type("six"))


def lru_cache(request):
    from django.utils.lru_cache import lru_cache

    return HttpResponse(lru_cache()(str)(1))


def render_to_response(request):
    from django.shortcuts import render_to_response

    return HttpResponse(render_to_response)


def available_attrs(request):
    from django.utils.decorators import available_attrs

    return HttpResponse(available_attrs(str))


def cookie_date(request):
    from django.utils.http import cookie_date

    return HttpResponse(cookie_date(1))


def staticfiles_tags(request):
    return _template("{% load staticfiles %}")


def xreadlines(request):
    return HttpResponse(request.xreadlines())


def file_charset(request):
    from django.conf import settings

    return HttpResponse(settings.FILE_CHARSET)


def distinct_delete(request):
    return HttpResponse(Order.objects.distinct().delete())


def ugettext(request):
    from django.utils.translation import ugettext

    return HttpResponse(ugettext("Yes"))


def force_text(request):
    from django.utils.encoding import force_text

    return HttpResponse(force_text("Yes"))


def is_ajax(request):
    return HttpResponse(request.is_ajax())


def urls_url(request):
    from django.conf.urls import url

    return HttpResponse(url("x", is_ajax))


def providing_args(request):
    return HttpResponse(Signal(providing_args=["order"]))


def ifequal(request):
    return _template("{% ifequal 1 1 %}yes{% endifequal %}")


def random_string(request):
    from django.utils.crypto import get_random_string

    return HttpResponse(get_random_string())


def localize(request):
    return HttpResponse(timezone.get_default_timezone().localize(datetime.datetime(2021, 1, 1)))  # noqa: DTZ001


def orders_of_nobody(request):
    return HttpResponse(len(Customer(email="new").orders.all()))


def timezone_utc(request):
    return HttpResponse(timezone.utc)


def length_is(request):
    return _template("{{ words|length_is:1 }}")


def is_dst(request):
    return HttpResponse(timezone.make_aware(datetime.datetime(2021, 1, 1), is_dst=False))  # noqa: DTZ001


def storage_class(request):
    from django.core.files.storage import get_storage_class

    return HttpResponse(get_storage_class())


def random_password(request):
    from django.contrib.auth.models import User

    return HttpResponse(User.objects.make_random_password())


def datetime_safe(request):
    from django.utils import datetime_safe

    return HttpResponse(datetime_safe.datetime(2021, 1, 1))


def baseconv(request):
    from django.utils.baseconv import base62

    return HttpResponse(base62.encode(1))


def filter_by_unsaved(request):
    return HttpResponse(len(Order.objects.filter(customer=Customer(email="new"))))


#: Name of what broke: view, and the Django since which it is broken.
BREAKING = {
    "django.utils.six": (utils_six, (3, 0)),
    "django.utils.lru_cache": (lru_cache, (3, 0)),
    "render_to_response": (render_to_response, (3, 0)),
    "available_attrs": (available_attrs, (3, 0)),
    "cookie_date": (cookie_date, (3, 0)),
    "load staticfiles": (staticfiles_tags, (3, 0)),
    "request.xreadlines": (xreadlines, (3, 0)),
    "settings.FILE_CHARSET": (file_charset, (3, 1)),
    "distinct().delete()": (distinct_delete, (3, 2)),
    "ugettext": (ugettext, (4, 0)),
    "force_text": (force_text, (4, 0)),
    "request.is_ajax": (is_ajax, (4, 0)),
    "django.conf.urls.url": (urls_url, (4, 0)),
    "providing_args": (providing_args, (4, 0)),
    "ifequal": (ifequal, (4, 0)),
    "get_random_string()": (random_string, (4, 0)),
    "timezone.localize": (localize, (4, 0)),
    "relation of an unsaved object": (orders_of_nobody, (4, 1)),
    "timezone.utc": (timezone_utc, (5, 0)),
    "length_is": (length_is, (5, 1)),
    "is_dst": (is_dst, (5, 0)),
    "get_storage_class": (storage_class, (5, 1)),
    "make_random_password": (random_password, (5, 1)),
    "django.utils.datetime_safe": (datetime_safe, (5, 0)),
    "django.utils.baseconv": (baseconv, (5, 0)),
    "filter by an unsaved object": (filter_by_unsaved, (5, 0)),
}
