"""Which of django-upgrade's fixers the upgrade itself needs: those whose old spelling the target no longer knows."""

from __future__ import annotations

from django_upgrade.data import FIXERS

from chairlift.recipes.django.releases import Leg, Release, Stage
from chairlift.recipes.django.tools.django_upgrade import DjangoUpgrade

#: The version that removed what a fixer replaces, from Django's own list of deprecations. What is not here still works.
REMOVED: dict[str, Release] = {
    "queryset_paginator": (3, 1),
    "timezone_fixedoffset": (3, 1),
    "postgres_float_range_field": (3, 1),
    "testcase_databases": (3, 1),
    "render_to_response": (3, 0),
    "utils_encoding": (4, 0),
    "utils_http": (4, 0),
    "utils_text": (4, 0),
    "utils_translation": (4, 0),
    "django_urls": (4, 0),
    "crypto_get_random_string": (4, 0),
    "null_boolean_field": (4, 0),
    "signal_providing_args": (4, 0),
    "password_reset_timeout_days": (4, 0),
    "compatibility_imports": (4, 0),
    "email_validator": (4, 1),
    "management_commands": (4, 1),
    "admin_lookup_needs_distinct": (5, 0),
    "use_l10n": (5, 0),
    "utils_timezone": (5, 0),
    "assert_form_error": (5, 0),
    "assert_set_methods": (5, 1),
    "index_together": (5, 1),
    "settings_storages": (5, 1),
    "format_html": (6, 0),
    "check_constraint_condition": (6, 0),
}

#: What a fixer of ours does with more care: this one takes the line out also where nothing else finds the class.
OURS = frozenset({"default_app_config"})


def for_leg(leg: Leg) -> DjangoUpgrade | None:
    """django-upgrade as this run wants it: in the upgrade itself only what fails without it, mostly nothing."""
    if leg.stage is not Stage.UPGRADE:
        return DjangoUpgrade(leg.floor, skip=OURS)
    needed = {name for name, removed in REMOVED.items() if leg.current < removed <= leg.target}
    skip = frozenset(FIXERS) - needed
    return DjangoUpgrade(leg.floor, skip=skip) if needed else None
