"""An address for each view: `ordinary/0/` and so on, in their order."""

from django.urls import path

from shop import breaking, views

urlpatterns = [
    path(f"{kind}/{place}/", view)
    for kind, found in (("ordinary", views.ORDINARY), ("others", views.OTHERS), ("breaking", breaking.BREAKING))
    for place, (view, _) in enumerate(found.values())
]
