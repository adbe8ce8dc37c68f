"""Runs inside the service's environment: loads its settings as its tests would, and tells which servers they name.

Arguments: manage.py or nothing, the settings module or nothing. Django is not set up, and nothing is contacted.
"""

import os
import runpy
import sys
from typing import Any, Callable, List

#: Every process of the environment has loaded it; it is found in no folder that we would know of.
probe: Any = sys.modules.get("chairlift_probe")


def arrive(manage: str, settings: str, then: Callable[[], None], verb: str) -> None:
    """Run manage.py up to where it calls Django, and do this instead: paths and settings are then as it makes them."""
    if settings:
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
    sys.path[0] = os.path.dirname(os.path.abspath(manage)) if manage else os.getcwd()
    from django.core import management

    looked: List[bool] = []

    def instead(argv: Any = None) -> None:
        looked.append(True)
        then()

    management.execute_from_command_line = instead
    management.call_command = instead  # type: ignore[assignment]
    if manage:
        sys.argv = [manage, verb]
        runpy.run_path(manage, run_name="__main__")
    if not looked:
        then()


def look() -> None:
    from django.conf import settings

    # Whichever is asked for: only then are they loaded.
    assert settings.DATABASES is not None
    probe.wants.Settings(settings).tell()
    probe.tell(kind="settings", name=str(getattr(settings, "SETTINGS_MODULE", "")))


if __name__ == "__main__":
    arrive(sys.argv[1], sys.argv[2], look, "test")
