"""Prepare: edits after which a checkout runs on the older Django and on the newer, and tests both."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import matrix
import migrations
import settings
import sources
from checkout import Checkout
from releases import Release, constraint
from target import target

SETTINGS = {
    "3.2": (settings.with_request_processor, settings.with_frames_kept),
    "5.2": (settings.with_zones_kept, settings.without_lost_hashers, settings.without_pytz),
}


def main(release: Release) -> None:
    checkout = Checkout()
    checkout.django_upgrade(release.previous)
    checkout.edit(checkout.python(), partial(sources.fixed, fixers=sources.PYTHON[release.target]))
    checkout.edit(checkout.templates(), partial(sources.fixed, fixers=sources.TEMPLATES[release.target]))
    checkout.edit(checkout.settings(), partial(sources.fixed, fixers=SETTINGS[release.target]))
    if checkout.runs(release.previous):
        early = {"wanted": release.early, "previous": release.previous}
        checkout.edit(checkout.settings(), partial(settings.with_transitional, **early))
    requirement = f"Django{constraint(release.target)}"
    names = {"old": release.previous_factor, "new": release.factor, "requirement": requirement}
    checkout.edit(checkout.matrix(), partial(matrix.added, **names))
    if checkout.changed & set(checkout.models()):
        migrations.make(Path(), f"before_django_{release.target.replace('.', '_')}")
    for path in [*checkout.python(), *checkout.templates()]:
        for line, text in sources.leftovers(path.read_text(errors="replace"), release.target):
            print(f"finding: left alone: {path}:{line}: {text}")
    checkout.report()


if __name__ == "__main__":
    main(target(__doc__))
