from django.urls import path, re_path

from links import views

app_name = "api"
urlpatterns = [
    path("", views.links, name="links"),
    re_path(r"^(?P<word>[a-z0-9]{5,12})/expire$", views.expire, name="expire"),
]
