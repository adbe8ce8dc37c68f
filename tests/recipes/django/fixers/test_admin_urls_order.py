from __future__ import annotations

import pytest

from chairlift.recipes.django.fixers.admin_urls_order import fixer
from chairlift.testing.fixers import check_unchanged


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("urlpatterns = [path('admin/', admin.site.urls), path('admin/doc/', x)]\n", 1),
        ("urlpatterns = [url(r'^admin/', include(admin.site.urls)), url(r'^admin/doc/', x)]\n", 1),
        ("urlpatterns = [path('', site.site.urls), path('a/', x), path('b/', x)]\n", 2),
        ("urlpatterns = [path('admin/doc/', x), path('admin/', admin.site.urls)]\n", 0),
        ("urlpatterns = [path('admin/', admin.site.urls), path('a/', x)]\n", 0),
        ("urlpatterns = [path('admin/', admin.site.urls), *more, path(NAME, x)]\n", 0),
        ("x = admin.site.urls\n", 0),
    ],
)
def test_leaves_alone(text: str, findings: int) -> None:
    assert len(check_unchanged(fixer, text).findings) == findings
