from django.urls import path, re_path

from books import views

app_name = 'books'
urlpatterns = [
    path('balance/', views.trial_balance, name='balance'),
    re_path(r'^accounts/(?P<code>[0-9]{4})/$', views.statement, name='statement'),
]
