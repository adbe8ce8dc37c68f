"""Finds names that Django 5.1 removed and for which somebody has to decide, or data must change first.

https://docs.djangoproject.com/en/5.1/releases/5.1/#features-removed-in-5-1
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.gone import flag_all
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="gone in Django 5.1",
    link=notes((5, 1), "features-removed-in-5-1"),
    breaks=(5, 1),
    items=(
        463,
        464,
        465,
    ),
    only_flags=True,
)

flag_all(
    fixer,
    {
        "django.contrib.auth.hashers.SHA1PasswordHasher": (
            "Wrap the hashes that are left in a stronger one by a data migration, before the upgrade."
        ),
        "django.contrib.auth.hashers.UnsaltedSHA1PasswordHasher": "Wrap or reset the hashes that are left.",
        "django.contrib.auth.hashers.UnsaltedMD5PasswordHasher": "Wrap or reset the hashes that are left.",
        "django.contrib.postgres.fields.CICharField": (
            'Use CharField(db_collation="case_insensitive") with a migration that creates the collation first: '
            'CreateCollation("case_insensitive", provider="icu", locale="und-u-ks-level2", deterministic=False).'
        ),
        "django.contrib.postgres.fields.CIEmailField": "As for CICharField: EmailField(db_collation=…).",
        "django.contrib.postgres.fields.CITextField": "As for CICharField: TextField(db_collation=…).",
        "django.contrib.postgres.fields.CIText": "As for CICharField: a db_collation on the field.",
        "django.contrib.postgres.fields.citext.CICharField": "As for django.contrib.postgres.fields.CICharField.",
        "django.contrib.postgres.fields.citext.CIEmailField": "EmailField(db_collation=…).",
        "django.contrib.postgres.fields.citext.CITextField": "TextField(db_collation=…).",
        "django.contrib.postgres.fields.citext.CIText": "A db_collation on the field.",
    },
)
