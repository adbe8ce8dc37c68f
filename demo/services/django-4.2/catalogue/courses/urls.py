from django.urls import path, re_path

from courses import views

urlpatterns = [
    path('courses/', views.courses, name='courses'),
    re_path(r'^courses/(?P<slug>[-\w]+)/$', views.course, name='course'),
    path('topics/', views.topics, name='topics'),
]
