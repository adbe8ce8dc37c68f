from django.conf.urls import url
from django.http import HttpResponse

from vouchers import views

urlpatterns = [
    url(r'^healthz$', lambda request: HttpResponse('ok')),
    url(r'^vouchers/$', views.make, name='make'),
    url(r'^vouchers/(?P<code>[A-Z0-9-]{14})/$', views.show, name='show'),
    url(r'^vouchers/(?P<code>[A-Z0-9-]{14})/spend/$', views.spend, name='spend'),
    url(r'^companies/(?P<pk>\d+)/$', views.company, name='company'),
    url(r'^widget/(?P<code>[A-Z0-9-]{14})/$', views.widget, name='widget'),
]
