"""Tags of the shop."""

from django import template

register = template.Library()


@register.simple_tag
def share(part, whole):
    """In percent."""
    return 100 * part / whole
