"""Flags settings that are left to defaults which changed: uploads' permissions, frames, sniffing and the referrer.

https://docs.djangoproject.com/en/3.0/releases/3.0/#new-default-values-for-security-settings
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django import settings
from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import Release, notes, show

fixer = Fixer(
    __name__,
    title="settings whose default changed in Django 3.0 and 3.1",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#new-default-values-for-security-settings",
    breaks=(3, 0),
    items=(27, 29, 30, 89),
    only_flags=True,
)

#: Setting, the release that changed it, what must be in the settings for it to matter, and what there is to say.
_CHANGED: tuple[tuple[str, Release, str, Weight, str, str], ...] = (
    (
        "X_FRAME_OPTIONS",
        (3, 0),
        "XFrameOptionsMiddleware",
        Weight.LOOK,
        "pages can no longer be shown in a frame, not even by this site itself: DENY was SAMEORIGIN",
        'X_FRAME_OPTIONS = "SAMEORIGIN" keeps it as it was',
    ),
    (
        "SECURE_CONTENT_TYPE_NOSNIFF",
        (3, 0),
        "SecurityMiddleware",
        Weight.NOTE,
        "responses say X-Content-Type-Options: nosniff, so scripts and styles need their right content type",
        "SECURE_CONTENT_TYPE_NOSNIFF = False keeps it as it was",
    ),
    (
        "SECURE_REFERRER_POLICY",
        (3, 1),
        "SecurityMiddleware",
        Weight.LOOK,
        "other sites no longer get a referrer: same-origin was nothing",
        "SECURE_REFERRER_POLICY = None keeps it as it was; look at payment, sign-in and embedding by other sites",
    ),
    (
        "FILE_UPLOAD_PERMISSIONS",
        (3, 0),
        "MEDIA_ROOT",
        Weight.LOOK,
        "uploaded files are readable for all users of the host: 0o644 was what the upload handler left",
        "FILE_UPLOAD_PERMISSIONS = None keeps it as it was",
    ),
)


@fixer.on(ast.Assign, "INSTALLED_APPS")
def apps(looking: Looking, node: ast.Assign, parents: Parents) -> Iterator[Finding]:
    if not settings.is_base(looking, node, parents):
        return
    for name, release, needed, weight, text, how in _CHANGED:
        new = looking.leg.current < release <= looking.leg.target
        if new and settings.mentions(looking, needed) and not settings.is_set(looking, name):
            yield looking.source.finding(
                node, f"{name} is not set; from {show(release)} on {text}", how, weight, notes(release)
            )
