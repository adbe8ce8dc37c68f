from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, render

from books.models import Account


def trial_balance(request):
    """Every account with its balance; `?until=2021-06-30` looks back."""
    try:
        until = date(*map(int, request.GET['until'].split('-'))) if 'until' in request.GET else None
    except (TypeError, ValueError):
        return HttpResponseBadRequest('until is a day such as 2021-06-30')
    balances = {account.code: account.balance(until).amount for account in Account.objects.all()}
    return JsonResponse({'balances': balances, 'sum': sum(balances.values())})


@login_required
def statement(request, code):
    account = get_object_or_404(Account, code=code)
    postings = account.postings.select_related('entry').order_by('entry__day', 'id')
    return render(request, 'books/statement.html', {'account': account, 'postings': postings})
