from django.conf.urls import url

from links import views

app_name = "api"
urlpatterns = [
    url(r"^$", views.links, name="links"),
    url(r"^(?P<word>[a-z0-9]{5,12})/expire$", views.expire, name="expire"),
]
