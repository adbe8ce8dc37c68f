from django.conf.urls import url

from books import views

app_name = 'books'
urlpatterns = [
    url(r'^balance/$', views.trial_balance, name='balance'),
    url(r'^accounts/(?P<code>[0-9]{4})/$', views.statement, name='statement'),
]
