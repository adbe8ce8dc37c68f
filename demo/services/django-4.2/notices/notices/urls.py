from django.urls import path, re_path
from django.http import HttpResponse

from inbox import views

urlpatterns = [
    path('events/', views.events, name='events'),
    re_path(r'^inbox/(?P<learner>[\w.@+-]+)/$', views.inbox, name='inbox'),
    re_path(r'^unsubscribe/(?P<token>[\w:=-]+)/$', views.unsubscribe, name='unsubscribe'),
    path('healthz', lambda request: HttpResponse('ok')),
]
