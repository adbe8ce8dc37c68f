from django.conf.urls import url

from links import views

app_name = "links"
urlpatterns = [
    url(r"^(?P<word>[a-z0-9]{5,12})$", views.follow, name="follow"),
    url(r"^(?P<word>[a-z0-9]{5,12})/counts$", views.counts, name="counts"),
]
