"""The settings of a server whose clock stands still."""

from chairlift.server.settings import *  # noqa: F403
from tests.browser.cast import NOW


def CLOCK():
    return NOW
