from django.urls import re_path

from links import views

app_name = "links"
urlpatterns = [
    re_path(r"^(?P<word>[a-z0-9]{5,12})$", views.follow, name="follow"),
    re_path(r"^(?P<word>[a-z0-9]{5,12})/counts$", views.counts, name="counts"),
]
