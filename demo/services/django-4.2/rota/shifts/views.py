from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, FormView, ListView

from shifts.access import teachers_only
from shifts.forms import ShiftForm, SwapForm
from shifts.models import Shift


class Week(ListView):
    template_name = 'shifts/week.html'
    context_object_name = 'shifts'

    def get_queryset(self):
        today = timezone.localdate().isocalendar()
        year, week = int(self.kwargs.get('year', today[0])), int(self.kwargs.get('week', today[1]))
        try:
            return Shift.objects.of_week(year, week)
        except ValueError:
            raise Http404


class OneShift(DetailView):
    queryset = Shift.objects.select_related('room', 'teacher')
    template_name = 'shifts/shift.html'


class NewShift(LoginRequiredMixin, CreateView):
    form_class = ShiftForm
    template_name = 'shifts/form.html'


@method_decorator(teachers_only, name='dispatch')
class Swap(FormView):
    form_class = SwapForm
    template_name = 'shifts/form.html'

    def get_form_kwargs(self):
        shift = get_object_or_404(Shift, pk=self.kwargs['pk'], teacher=self.request.user)
        return dict(super().get_form_kwargs(), shift=shift)

    def form_valid(self, form):
        form.shift.confirmed = None
        form.shift.save()
        messages.success(self.request, _('%s takes over.') % form.cleaned_data['teacher'])
        return super().form_valid(form)

    def get_success_url(self):
        return reverse('week') + '?' + urlencode({'swapped': self.kwargs['pk']})


@teachers_only
def calendar(request):
    lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:rota']
    for shift in request.user.shifts.select_related('room'):
        times = [f'{t.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}' for t in (shift.start, shift.end)]
        lines += ['BEGIN:VEVENT', f'UID:{shift.pk}', 'DTSTART:' + times[0], 'DTEND:' + times[1]]
        lines += [f'SUMMARY:{shift.course} ({shift.room})', 'END:VEVENT']
    return HttpResponse('\r\n'.join(lines + ['END:VCALENDAR', '']), content_type='text/calendar')
