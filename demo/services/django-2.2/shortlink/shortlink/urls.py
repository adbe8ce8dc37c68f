from django.conf.urls import include, url
from django.views.generic import TemplateView

urlpatterns = [
    url(r"^healthz$", TemplateView.as_view(template_name="links/healthz.txt", content_type="text/plain")),
    url(r"^api/links/", include("links.api_urls", namespace="api")),
    url(r"^", include("links.urls", namespace="links")),
]
