from django.urls import path, re_path
from django.http import HttpResponse

from vouchers import views

urlpatterns = [
    path('healthz', lambda request: HttpResponse('ok')),
    path('vouchers/', views.make, name='make'),
    re_path(r'^vouchers/(?P<code>[A-Z0-9-]{14})/$', views.show, name='show'),
    re_path(r'^vouchers/(?P<code>[A-Z0-9-]{14})/spend/$', views.spend, name='spend'),
    path('companies/<int:pk>/', views.company, name='company'),
    re_path(r'^widget/(?P<code>[A-Z0-9-]{14})/$', views.widget, name='widget'),
]
