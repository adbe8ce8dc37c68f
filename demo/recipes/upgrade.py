"""Upgrade: the checkout runs on the newer Django; what was needed only on the way is marked as transitional."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import migrations
import requirements
import settings
import sources
from checkout import Checkout
from releases import Release, constraint
from target import target


def main(release: Release) -> None:
    checkout = Checkout()
    old, new = constraint(release.previous), constraint(release.target)
    checkout.edit(checkout.requirements(), partial(_required, release=release))
    bumped = bool(checkout.changed)
    checkout.edit(checkout.named("setup.py"), partial(requirements.widened, old=old, new=new))
    checkout.django_upgrade(release.target)
    for path in checkout.named("apps.py"):
        checkout.edit([path], partial(sources.app_name, package=".".join(path.parent.parts)))
    bases = [path for path in checkout.python() if settings.is_base(path.read_text(errors="replace"))]
    # Only with the bump itself: after the clean-up they must not come back.
    checkout.edit(bases, partial(_set, release=release, transitional=bumped))
    migrations.make(Path(), f"django_{release.target.replace('.', '_')}")
    checkout.report()


def _required(text: str, release: Release) -> str:
    text = requirements.moved(text, constraint(release.previous), constraint(release.target))
    text = requirements.pinned(text, release.pins)
    return requirements.with_needed(text, release.needs)


def _set(text: str, release: Release, transitional: bool) -> str:
    for name, value in release.kept.items():
        text = settings.added(text, name, value)
    if transitional and re.search(r"(?m)^MIDDLEWARE = ", text):
        for name, value in release.transitional.items():
            text = settings.added(text, name, value, settings.MARK.format(previous=release.previous))
    return text


if __name__ == "__main__":
    main(target(__doc__))
