from django.conf.urls import url
from django.http import HttpResponse

from inbox import views

urlpatterns = [
    url(r'^events/$', views.events, name='events'),
    url(r'^inbox/(?P<learner>[\w.@+-]+)/$', views.inbox, name='inbox'),
    url(r'^unsubscribe/(?P<token>[\w:=-]+)/$', views.unsubscribe, name='unsubscribe'),
    url(r'^healthz$', lambda request: HttpResponse('ok')),
]
