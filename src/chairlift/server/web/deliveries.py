"""What was delivered to the operator's webhooks, and sending it again."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render

from chairlift.server import actions, deliveries, queries
from chairlift.server.web import rows
from chairlift.server.web.access import Request


def log(request: Request, slug: str) -> HttpResponse:
    """One page of them; POST sends one again."""
    campaign = queries.campaign(slug)
    if request.method == "POST":
        assert request.reader
        number = rows.number(request.POST.get("delivery", "")) or 0
        actions.deliver_again(campaign, number, request.reader.name, request.roster, request.now)
        messages.success(request, "It is sent again.")
        return redirect("deliveries", slug=campaign.slug)
    state = request.GET.get("state", "")
    page = Paginator(deliveries.rows_of(campaign, state), rows.A_PAGE).get_page(request.GET.get("page", "1"))
    counts = deliveries.counts(campaign)
    context = {
        "campaign": campaign, "value": campaign.value, "page": page, "rows": list(page), "state": state,
        "counts": counts.items(), "lost": counts["lost"],
    }  # fmt: skip
    return render(request, "web/deliveries.html", context)
