from django.urls import path, re_path
from django.contrib.auth.views import LoginView
from django.http import HttpResponse

from shifts import views

urlpatterns = [
    path('healthz', lambda request: HttpResponse('ok')),
    path('sign-in/', LoginView.as_view(template_name='shifts/form.html'), name='sign-in'),
    path('', views.Week.as_view(), name='week'),
    re_path(r'^(?P<year>[0-9]{4})/(?P<week>[0-9]{1,2})/$', views.Week.as_view(), name='week'),
    path('shifts/new/', views.NewShift.as_view(), name='new-shift'),
    path('shifts/<int:pk>/', views.OneShift.as_view(), name='shift'),
    path('shifts/<int:pk>/swap/', views.Swap.as_view(), name='swap'),
    path('mine.ics', views.calendar, name='calendar'),
]
