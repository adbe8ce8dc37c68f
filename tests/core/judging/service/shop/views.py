"""Views that each fail in an ordinary way, whatever the Django: bad data, bad input, small mistakes."""

import json

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files.storage import FileSystemStorage
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.views.generic import TemplateView

from shop.forms import Ordering
from shop.models import Customer, Order


def _customer():
    return Customer.objects.get_or_create(email="one@example.org", city="Bonn")[0]


def missing_order(request):
    return HttpResponse(Order.objects.get(pk=999))


def two_customers(request):
    for email in ("a@example.org", "b@example.org"):
        Customer.objects.create(email=email, city="Twin")
    return HttpResponse(Customer.objects.get(city="Twin"))


def taken_address(request):
    Customer.objects.create(email="c@example.org")
    Customer.objects.create(email="c@example.org")


def negative_number(request):
    Order(customer=_customer(), number=-1, note="x").full_clean()


def unknown_filter(request):
    return render(request, "shop/filter.html", {"order": Order(number=7)})


def no_template(request):
    return HttpResponse(get_template("shop/receipt.html").render())


def no_such_address(request):
    return render(request, "shop/link.html", {"order": Order(number=7)})


def word_for_number(request):
    return HttpResponse(Order.objects.filter(pk=request.GET["pk"]))


def no_such_field(request):
    return HttpResponse(Order.objects.filter(colour="red"))


def nothing_posted(request):
    return HttpResponse(request.POST["amount"])


def _forbidden(request):
    return HttpResponse("never")


def forbidden(request):
    request.user = AnonymousUser()
    try:
        return permission_required("shop.add_order", raise_exception=True)(_forbidden)(request)
    except PermissionDenied as error:
        raise PermissionDenied("user 12 may not order") from error


def outside_the_folder(request):
    return HttpResponse(FileSystemStorage("/tmp/shop").open("../../secret"))


def no_such_key(request):
    return HttpResponse({"red": 1}[request.GET["colour"]])


def divided_by_nothing(request):
    return render(request, "shop/share.html")


def nobody(request):
    return HttpResponse(Customer.objects.filter(city="Nowhere").first().email)


def surcharge_is_text(request):
    return HttpResponse(Ordering({"number": "3", "surcharge": "1"}).is_valid())


def not_json(request):
    return HttpResponse(json.loads(request.body.decode()))


def no_such_table(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM shop_invoice")


def out_of_stock(request):
    return HttpResponse(Order.objects.create(customer=_customer(), number=4711, note="unknown"))


def page_of_nothing(request):
    return HttpResponse(Paginator(Order.objects.order_by("pk"), 10).page(99))


def fine(request):
    return HttpResponse("fine")


about = TemplateView.as_view(template_name="shop/about_us.html")

#: Name of the error: view, query string. `no_own_frame` is a view without a line of the shop's own.
ORDINARY = {
    "DoesNotExist": (missing_order, ""),
    "MultipleObjectsReturned": (two_customers, ""),
    "IntegrityError": (taken_address, ""),
    "ValidationError": (negative_number, ""),
    "TemplateSyntaxError": (unknown_filter, ""),
    "TemplateDoesNotExist": (no_template, ""),
    "NoReverseMatch": (no_such_address, ""),
    "ValueError of a filter": (word_for_number, "pk=abc"),
    "FieldError": (no_such_field, ""),
    "MultiValueDictKeyError": (nothing_posted, ""),
    "PermissionDenied": (forbidden, ""),
    "SuspiciousFileOperation": (outside_the_folder, ""),
    "KeyError": (no_such_key, "colour=blue"),
    "ZeroDivisionError in a tag": (divided_by_nothing, ""),
    "AttributeError of None": (nobody, ""),
    "TypeError in a form": (surcharge_is_text, ""),
    "JSONDecodeError": (not_json, ""),
    "OperationalError": (no_such_table, ""),
    "LookupError in a signal": (out_of_stock, ""),
    "EmptyPage": (page_of_nothing, ""),
}
#: Beside the twenty: what runs through no view of the shop, or through none of its code at all.
OTHERS = {
    "RuntimeError in a middleware": (fine, "tenant=nobody"),
    "TemplateDoesNotExist of Django's own view": (about, ""),
}
