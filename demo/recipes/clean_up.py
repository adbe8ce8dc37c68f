"""Clean up: what was transitional goes, and so does the older Django from tox and CI."""

from __future__ import annotations

from functools import partial

import matrix
import settings
from checkout import Checkout
from releases import Release
from target import target


def main(release: Release) -> None:
    checkout = Checkout()
    checkout.edit(checkout.python(), settings.without_transitional)
    checkout.edit(checkout.matrix(), partial(matrix.dropped, old=release.previous_factor, new=release.factor))
    checkout.report()


if __name__ == "__main__":
    main(target(__doc__))
