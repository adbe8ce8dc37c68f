from django.conf.urls import url

from courses import views

urlpatterns = [
    url(r'^courses/$', views.courses, name='courses'),
    url(r'^courses/(?P<slug>[-\w]+)/$', views.course, name='course'),
    url(r'^topics/$', views.topics, name='topics'),
]
