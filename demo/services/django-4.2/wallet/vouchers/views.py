import json
from datetime import date

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from vouchers.models import Company, Voucher


def as_json(voucher):
    left = voucher.worth - voucher.used
    return {'code': voucher.code, 'left': left, 'expires_on': voucher.expires_on, 'url': voucher.get_absolute_url()}


@csrf_exempt
@require_POST
def make(request):
    """POST {"company": 1, "worth": 10, "rules": {"courses": […]}}"""
    wanted = json.loads(request.body.decode())
    company = get_object_or_404(Company, pk=wanted['company'], verified=True)
    voucher = company.vouchers.create(worth=wanted['worth'], rules=wanted.get('rules', {}), made_on=date.today())
    return JsonResponse(as_json(voucher), status=201)


def show(request, code):
    return JsonResponse(as_json(get_object_or_404(Voucher, code=code)))


@csrf_exempt
@require_POST
def spend(request, code):
    """POST {"credits": 2, "course": "algebra"}"""
    voucher = get_object_or_404(Voucher, code=code)
    wanted = json.loads(request.body.decode())
    try:
        voucher.spend(wanted['credits'], wanted['course'], date.today())
    except ValidationError as error:
        return JsonResponse({'error': error.code, 'text': error.messages[0]}, status=409)
    return JsonResponse(as_json(voucher))


def company(request, pk):
    found = get_object_or_404(Company, pk=pk)
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return JsonResponse({'left': found.left(), 'verified': found.verified})
    return render(request, 'vouchers/company.html', {'company': found})


def widget(request, code):
    """The box that the shop, on the same origin, shows in a frame."""
    return render(request, 'vouchers/widget.html', {'voucher': get_object_or_404(Voucher, code=code)})
