"""Says whose shop a request is for."""

from django.utils.deprecation import MiddlewareMixin


class Tenant(MiddlewareMixin):
    """By the query string."""

    def process_view(self, request, view, args, kwargs):
        if request.GET.get("tenant") == "nobody":
            raise RuntimeError("no tenant for request 17")
