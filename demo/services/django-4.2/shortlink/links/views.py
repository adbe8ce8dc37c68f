import json

from django.contrib.auth.decorators import login_required
from django.http import HttpResponseGone, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from links import codes
from links.forms import LinkForm
from links.models import Link


def follow(request, word):
    link = get_object_or_404(Link, pk=codes.number(word))
    if not Link.objects.live(timezone.now()).filter(pk=link.pk).exists():
        return HttpResponseGone("This link has expired.")
    agent = request.headers.get("user-agent")
    link.clicks.create(
        referrer=request.headers.get("referer", "")[:200], mobile=None if agent is None else "Mobi" in agent
    )
    return HttpResponseRedirect(link.target)


def counts(request, word):
    """The page that shows how often a link was followed, or its numbers for scripts."""
    link = get_object_or_404(Link, pk=codes.number(word))
    clicks = link.clicks.all()
    numbers = {"clicks": clicks.count(), "mobile": clicks.filter(mobile=True).count()}
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return JsonResponse(numbers)
    return render(request, "links/counts.html", {"link": link, "numbers": numbers})


@csrf_exempt
@require_http_methods(["GET", "POST"])
def links(request):
    """GET: the most popular links. POST {"target": …}: a new one, or the same again for the same target."""
    if request.method == "GET":
        popular = Link.objects.popular()[:10]
        return JsonResponse({"links": [{"word": x.word, "target": x.target, "clicks": x.clicked} for x in popular]})
    try:
        form = LinkForm(json.loads(request.body.decode()))
    except ValueError:
        return JsonResponse({"errors": {"body": ["not JSON"]}}, status=400)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400)
    known = Link.objects.filter(target=form.cleaned_data["target"], expires_at=form.cleaned_data["expires_at"])
    link = known.first() or form.save()
    return JsonResponse({"word": link.word, "url": request.build_absolute_uri(link.get_absolute_url())}, status=201)


@login_required(login_url="/sign-in")
@require_http_methods(["POST"])
def expire(request, word):
    link = get_object_or_404(Link, pk=codes.number(word), owner=request.user)
    link.expires_at = timezone.now()
    link.save()
    return JsonResponse({"expired": link.word})
