"""What the recipes know of the releases of Django that they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Release:
    """One step from an older release to a newer one; `pins` are the versions known to work with the newer.

    `needs` are packages that the older Django did without. Settings, as Python writes them: `kept` ones hold the older
    default, so that nothing changes unasked; `early` ones hold the newer default and come with the preparation, and
    `transitional` ones let both versions run side by side. The clean-up removes the last two.
    """

    target: str
    previous: str
    pins: Mapping[str, str]
    needs: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    early: Mapping[str, str] = field(default_factory=dict)
    transitional: Mapping[str, str] = field(default_factory=dict)

    @property
    def factor(self) -> str:
        """As tox and CI name it: django32."""
        return factor(self.target)

    @property
    def previous_factor(self) -> str:
        return factor(self.previous)


def factor(version: str) -> str:
    return "django" + version.replace(".", "")


def constraint(version: str) -> str:
    """All bugfix releases of a version: '>=3.2,<3.3'."""
    major, minor = version.split(".")
    return f">={version},<{major}.{int(minor) + 1}"


RELEASES = {
    release.target: release
    for release in (
        Release(
            target="3.2",
            previous="2.2",
            pins={"django": "3.2.25", "acme-moneta": "1.5.0"},
            needs={"asgiref": "3.4.1"},
            # https://docs.djangoproject.com/en/3.2/releases/3.2/#customizing-type-of-auto-created-primary-keys
            kept={"DEFAULT_AUTO_FIELD": "'django.db.models.AutoField'"},
            # https://docs.djangoproject.com/en/3.2/releases/3.1/#default-hashing-algorithm-settings
            transitional={"DEFAULT_HASHING_ALGORITHM": "'sha1'"},
        ),
        Release(
            target="5.2",
            previous="4.2",
            pins={"django": "5.2.19", "acme-moneta": "2.4.0"},
            # https://docs.djangoproject.com/en/5.2/releases/5.0/#features-deprecated-in-5-0
            early={"FORM_RENDERER": "'django.forms.renderers.DjangoDivFormRenderer'"},
        ),
    )
}
