"""Upgrade: the checkout runs on the newer Django; what was needed only on the way is marked as transitional."""

from __future__ import annotations

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
    # After the clean-up, what was transitional must not come back.
    transitional = release.transitional if checkout.runs(release.previous) else {}
    checkout.edit(checkout.requirements(), partial(_required, release=release))
    checkout.edit(checkout.named("setup.py"), partial(requirements.widened, old=old, new=new))
    checkout.django_upgrade(release.target)
    for path in checkout.named("apps.py"):
        checkout.edit([path], partial(sources.app_name, package=".".join(path.parent.parts)))
    for name, value in release.kept.items():
        checkout.edit(checkout.settings(), partial(settings.added, name=name, value=value))
    marked = partial(settings.with_transitional, wanted=transitional, previous=release.previous)
    checkout.edit(checkout.settings(), marked)
    migrations.make(Path(), f"django_{release.target.replace('.', '_')}")
    checkout.report()


def _required(text: str, release: Release) -> str:
    text = requirements.moved(text, constraint(release.previous), constraint(release.target))
    text = requirements.pinned(text, release.pins)
    return requirements.with_needed(text, release.needs)


if __name__ == "__main__":
    main(target(__doc__))
