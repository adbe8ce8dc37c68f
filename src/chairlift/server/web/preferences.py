"""How a person wants the pages: light or dark, and in which zone times are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from chairlift.core.schedule import parse_zone
from chairlift.server.actions import NotPossible
from chairlift.server.models import Preference

#: In words; the first follows the browser.
THEMES = {"": "as the browser has it", "light": "light", "dark": "dark"}


@dataclass(frozen=True)
class Wanted:
    """`zone` is None where times are shown in the squad's."""

    theme: str = ""
    zone: tzinfo | None = None
    zone_name: str = ""


def of(person: str) -> Wanted:
    """What they said; nothing where the zone is no longer known here."""
    row = Preference.objects.filter(person=person).first()
    if row is None:
        return Wanted()
    try:
        zone: ZoneInfo | None = parse_zone(row.zone) if row.zone else None
    except ValueError:
        zone = None
    return Wanted(row.theme if row.theme in THEMES else "", zone, row.zone if zone else "")


def of_reader(request: Any) -> Wanted:
    """What who looks at the pages said; asked for once in a request."""
    reader = getattr(request, "reader", None)
    if reader is None:
        return Wanted()
    if not hasattr(request, "wanted"):
        request.wanted = of(reader.name)
    found: Wanted = request.wanted
    return found


def keep(person: str, theme: str, zone: str) -> None:
    """Raises NotPossible for what there is not."""
    if theme not in THEMES:
        raise NotPossible(f"there is no theme {theme[:80]!r}; there are: {', '.join(THEMES.values())}")
    if zone and zone not in zones():
        raise NotPossible(f"there is no time zone {zone[:80]!r}; pick one of the list")
    Preference.objects.update_or_create(person=person, defaults={"theme": theme, "zone": zone})


@cache
def zones() -> tuple[str, ...]:
    """Those that people know by a place, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))
