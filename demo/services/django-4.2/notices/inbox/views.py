import json

from django.core.signing import BadSignature
from django.http import HttpResponseBadRequest, HttpResponseNotFound, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import make_aware
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from inbox import receivers  # noqa: F401
from inbox.models import Learner
from inbox.signals import happened


@csrf_exempt
@require_POST
def events(request):
    """Other services post `{"email", "kind", "course", "at"}` here."""
    try:
        event = json.loads(request.body.decode())
        email, kind, course, at = event['email'], event['kind'], event['course'], parse_datetime(event['at'])
    except (KeyError, TypeError, ValueError) as error:
        return HttpResponseBadRequest(f'not an event: {error}')
    if at is None:
        return HttpResponseBadRequest('not an event: at is no time')
    if at.tzinfo is None:
        at = make_aware(at, is_dst=False)
    learner, _ = Learner.objects.get_or_create(email=email, defaults={'language': get_language()})
    happened.send(sender=events, learner=learner, kind=kind, course=course, at=at)
    return JsonResponse({'notices': learner.notices.count()}, status=201)


def inbox(request, learner):
    notices = get_object_or_404(Learner, email=learner).notices.all()
    if request.headers.get("x-requested-with") == "XMLHttpRequest":
        return JsonResponse({'kinds': notices.count_by_kind()})
    return render(request, 'inbox/inbox.html', {'notices': notices})


def unsubscribe(request, token):
    try:
        learner = Learner.of_token(token)
    except (BadSignature, Learner.DoesNotExist):
        return HttpResponseNotFound('This link is not ours.')
    if request.method == 'POST':
        learner.muted = True
        learner.save(update_fields=['muted'])
    return render(request, 'inbox/unsubscribe.html', {'learner': learner})
