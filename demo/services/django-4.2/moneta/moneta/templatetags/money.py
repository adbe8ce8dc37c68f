from django import template
from django.utils.formats import number_format
from django.utils.safestring import mark_safe

from moneta.money import DIGITS

register = template.Library()
NON_BREAKING_SPACE = mark_safe('&nbsp;')


@register.filter
def money(value):
    """Money in the language of the reader: '1,234.50&nbsp;EUR'."""
    if value is None:
        return ''
    digits = DIGITS.get(value.currency, 2)
    return mark_safe(number_format(value.amount, digits, force_grouping=True) + NON_BREAKING_SPACE + value.currency)
