from django.conf.urls import url
from django.contrib.auth.views import LoginView
from django.http import HttpResponse

from shifts import views

urlpatterns = [
    url(r'^healthz$', lambda request: HttpResponse('ok')),
    url(r'^sign-in/$', LoginView.as_view(template_name='shifts/form.html'), name='sign-in'),
    url(r'^$', views.Week.as_view(), name='week'),
    url(r'^(?P<year>[0-9]{4})/(?P<week>[0-9]{1,2})/$', views.Week.as_view(), name='week'),
    url(r'^shifts/new/$', views.NewShift.as_view(), name='new-shift'),
    url(r'^shifts/(?P<pk>\d+)/$', views.OneShift.as_view(), name='shift'),
    url(r'^shifts/(?P<pk>\d+)/swap/$', views.Swap.as_view(), name='swap'),
    url(r'^mine\.ics$', views.calendar, name='calendar'),
]
