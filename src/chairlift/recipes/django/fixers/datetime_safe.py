"""Uses Python's datetime, whose strftime() knows all years, in place of datetime_safe, which Django 5.0 removed.

https://docs.djangoproject.com/en/4.0/releases/4.0/#miscellaneous-1
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import flag, follow
from chairlift.recipes.django.releases import notes

fixer = Fixer(
    __name__,
    title="datetime for django.utils.datetime_safe",
    link=notes((4, 0), "miscellaneous-1"),
    since=(1, 11),
    breaks=(5, 0),
    items=(404,),
)

follow(
    fixer,
    {
        "django.utils.datetime_safe.date": "datetime.date",
        "django.utils.datetime_safe.datetime": "datetime.datetime",
        "django.utils.datetime_safe.time": "datetime.time",
    },
    gone=("django.utils.datetime_safe",),
)
flag(
    fixer,
    {
        "django.utils.datetime_safe.new_date": "Copy the date: datetime.date(d.year, d.month, d.day).",
        "django.utils.datetime_safe.new_datetime": "Use the datetime as it is.",
        "django.utils.datetime_safe.strftime": "Call strftime() of the date.",
    },
)
