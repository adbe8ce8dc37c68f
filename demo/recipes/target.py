"""The one option that all the recipes have."""

from __future__ import annotations

import argparse

from releases import RELEASES, Release


def target(about: str | None) -> Release:
    """What `--target` of the command line names."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--target", required=True, choices=sorted(RELEASES))
    return RELEASES[parser.parse_args().target]
