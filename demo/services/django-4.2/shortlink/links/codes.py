"""Numbers as short words, and back; the words of neighbours look unlike each other."""
from django.conf import settings
from hashids import Hashids

SHORTEST = 5
ALPHABET = "abcdefghijkmnopqrstuvwxyz23456789"


def _hashids():
    return Hashids(settings.SHORTLINK_SALT, SHORTEST, ALPHABET)


def word(number):
    return _hashids().encode(number)


def number(word):
    """None for a word that we never gave out."""
    found = _hashids().decode(word)
    return found[0] if len(found) == 1 else None
