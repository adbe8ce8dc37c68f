from django.conf import settings
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.db.models import Count
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from waffle import switch_is_active

from courses.models import Course, Topic


def as_json(course):
    return {
        'slug': course.slug,
        'title': course.title,
        'hours': course.hours,
        'open': course.open,
        'topics': [topic.slug for topic in course.topics.all()],
    }


def courses(request):
    """Page by page; `?q=` searches, `?topic=` narrows, `?recommended=1` leaves the best."""
    found = Course.objects.visible(timezone.localdate()).prefetch_related('topics')
    found = found.matching(request.GET.get('q', ''))
    if 'topic' in request.GET:
        topic = get_object_or_404(Topic, slug=request.GET['topic'])
        found = found.filter(topics__in=[topic] + list(topic.children.all())).distinct()
    if request.GET.get('recommended'):
        found = found.filter(recommended=True)
    paginator = Paginator(found, settings.PAGE)
    try:
        page = paginator.page(request.GET.get('page', 1))
    except (EmptyPage, PageNotAnInteger):
        raise Http404(_('There is no such page.'))
    answer = {'courses': [as_json(course) for course in page], 'pages': paginator.num_pages}
    if request.headers.get('x-client') == 'shop' and switch_is_active('shop-banner'):
        answer['banner'] = _('New courses in autumn!')
    return JsonResponse(answer)


def course(request, slug):
    found = get_object_or_404(Course.objects.visible(timezone.localdate()), slug=slug)
    editions = found.editions.filter(starts__gt=timezone.localdate())
    answer = dict(as_json(found), about=found.about, path=[t.name for t in found.topics.first().path()])
    answer['editions'] = [{'starts': e.starts, 'full': e.full} for e in editions]
    return JsonResponse(answer)


def topics(request):
    """How many courses each topic has."""
    counts = Topic.objects.filter(courses__published=True).annotate(n=Count('courses'))
    return JsonResponse({topic.slug: topic.n for topic in counts})
