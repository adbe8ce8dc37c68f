"""Uses the names without `u` and `text`: the old ones were for Python 2, warn from 3.0 on, and are gone in 4.0.

https://docs.djangoproject.com/en/3.0/releases/3.0/#features-deprecated-in-3-0
"""

from __future__ import annotations

from chairlift.recipes.django.fixing import Fixer
from chairlift.recipes.django.moves import follow

fixer = Fixer(
    __name__,
    title="ugettext, force_text, urlquote and their like under their lasting names",
    link="https://docs.djangoproject.com/en/3.0/releases/3.0/#features-deprecated-in-3-0",
    since=(2, 0),
    breaks=(4, 0),
    items=(
        233,
        234,
        235,
        238,
    ),
)

follow(
    fixer,
    {
        "django.utils.translation.ugettext": "django.utils.translation.gettext",
        "django.utils.translation.ugettext_lazy": "django.utils.translation.gettext_lazy",
        "django.utils.translation.ugettext_noop": "django.utils.translation.gettext_noop",
        "django.utils.translation.ungettext": "django.utils.translation.ngettext",
        "django.utils.translation.ungettext_lazy": "django.utils.translation.ngettext_lazy",
        "django.utils.encoding.force_text": "django.utils.encoding.force_str",
        "django.utils.encoding.smart_text": "django.utils.encoding.smart_str",
        "django.utils.http.urlquote": "urllib.parse.quote",
        "django.utils.http.urlquote_plus": "urllib.parse.quote_plus",
        "django.utils.http.urlunquote": "urllib.parse.unquote",
        "django.utils.http.urlunquote_plus": "urllib.parse.unquote_plus",
        "django.utils.text.unescape_entities": "html.unescape",
    },
)
