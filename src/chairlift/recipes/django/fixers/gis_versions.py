"""Says that a service with maps needs newer libraries, which no requirements file names: PostGIS, GDAL, GEOS, PROJ.

https://docs.djangoproject.com/en/5.2/ref/contrib/gis/install/geolibs/
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.releases import Release, show

fixer = Fixer(
    __name__,
    title="Libraries of maps that are too old for the target",
    link="https://docs.djangoproject.com/en/5.2/ref/contrib/gis/install/geolibs/",
    items=(10, 11, 12, 140, 175, 176, 269, 270, 342, 363, 364, 432, 433, 434, 435, 475, 476),
    only_flags=True,
)

#: Release -> what it raised. Later ones win.
_NEEDED: tuple[tuple[Release, dict[str, str]], ...] = (
    ((3, 0), {"PostGIS": "2.2", "SpatiaLite": "4.3", "GDAL": "2.0", "GEOS": "3.5"}),
    ((3, 2), {"PostGIS": "2.3"}),
    ((4, 0), {"PostGIS": "2.4", "GDAL": "2.1", "GEOS": "3.6"}),
    ((4, 1), {"PostGIS": "2.5", "GDAL": "2.2"}),
    ((4, 2), {"PROJ": "5"}),
    ((5, 0), {"GDAL": "2.4", "GEOS": "3.8"}),
    ((5, 1), {"PostGIS": "3.0", "PROJ": "6", "GDAL": "3.0"}),
    ((5, 2), {"PostGIS": "3.1", "GDAL": "3.1"}),
    ((6, 1), {"PostGIS": "3.2", "GDAL": "3.3", "GEOS": "3.10"}),
)


@fixer.on(ast.Constant, "django.contrib.gis")
def installed(looking: Looking, node: ast.Constant, parents: Parents) -> Iterator[Finding]:
    if not isinstance(parents[-1], ast.List | ast.Tuple):
        return
    needed: dict[str, str] = {}
    for release, raised in _NEEDED:
        if looking.leg.current < release <= looking.leg.target:
            needed |= raised
    if needed:
        what = ", ".join(f"{name} {least}" for name, least in sorted(needed.items()))
        text = f"Django {show(looking.leg.target)} needs {what} or newer"
        yield looking.source.finding(node, text, "Look into the images and hosts that it runs on.")
