"""Flags private names that Django 3.0 and 3.1 removed and for which there is no other name.

https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import flag

fixer = Fixer(
    __name__,
    title="removed, and nothing takes its place",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#removed-private-python-2-compatibility-apis",
    breaks=(3, 0),
    items=(17, 55),
    only_flags=True,
)

flag(
    fixer,
    {
        "django.test.utils.patch_logger": "use self.assertLogs(logger, level) of unittest.TestCase: it gives records, "
        "and fails where nothing was logged",
        "django.contrib.gis.db.models.functions.ForceRHR": "use ForcePolygonCW, which orients the rings the same way",
        "django.contrib.gis.db.models.ForceRHR": "use ForcePolygonCW, which orients the rings the same way",
    },
)
