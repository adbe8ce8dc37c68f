from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("healthz", TemplateView.as_view(template_name="links/healthz.txt", content_type="text/plain")),
    path("api/links/", include("links.api_urls", namespace="api")),
    path("", include("links.urls", namespace="links")),
]
