"""Builds the environment of a service's tests with uv, and keeps it by what went into it.

Whatever a build runs (an old setup.py) runs in the sandbox: with the network, but without our home and secrets, and
with one folder writable that holds uv's cache and the environments, as hard links do not cross two.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from chairlift.recipes.django.proving.evidence import Built
from chairlift.recipes.django.proving.installing import Tries
from chairlift.recipes.django.proving.order import Order, Store
from chairlift.recipes.django.proving.sandbox import CHECKOUT

_PROBE = (
    'import os, sys; p = os.environ.get("CHAIRLIFT_PROBE"); '
    'p and (sys.path.append(p), __import__("chairlift_probe").install(), sys.path.remove(p))\n'
)


@contextlib.contextmanager
def built(order: Order, store: Store) -> Iterator[tuple[Path, Built]]:
    """The folder of the environment, for as long as it is used; it is there only if the result is `ok`."""
    # Seen from inside the sandbox, no folder on the way may be a link.
    store = replace(store, folder=store.folder.resolve())
    store.cache.mkdir(parents=True, exist_ok=True)
    store.environments.mkdir(parents=True, exist_ok=True)
    home = store.environments / order.key
    with open(home.with_suffix(".lock"), "a") as lock:
        # Who comes second waits for the first, and then finds what it made.
        fcntl.flock(lock, fcntl.LOCK_EX)
        begun = time.monotonic()
        found = _kept(home, order) or _make(home, order, store)
        fcntl.flock(lock, fcntl.LOCK_SH)
        _forget(store)
        yield home, replace(found, seconds=time.monotonic() - begun)


def _kept(home: Path, order: Order) -> Built | None:
    if not (home / ".complete").exists():
        return None
    os.utime(home)
    notes = tuple((home / ".complete").read_text().splitlines())
    return Built(order.python.shown, _installed(home), order.wanted.sources, notes=notes, kept=True)


def _forget(store: Store) -> None:
    """Remove the environments longest unused; never one that somebody is using."""
    homes = sorted(
        (each for each in store.environments.iterdir() if each.is_dir()), key=lambda each: each.stat().st_mtime
    )
    for home in homes[: max(len(homes) - store.most, 0)]:
        with open(home.with_suffix(".lock"), "a") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(home, ignore_errors=True)


def _make(home: Path, order: Order, store: Store) -> Built:
    """Build it, with a remedy for each known reason that it cannot be; the last failure is the result."""
    shutil.rmtree(home, ignore_errors=True)
    tries = Tries(home, order, store)
    failure = tries.run()
    if failure:
        shutil.rmtree(home, ignore_errors=True)
        return replace(failure, python=order.python.shown, sources=order.wanted.sources, notes=tuple(tries.notes))
    site = next(home.glob("lib/python*/site-packages"))
    (site / "zz_chairlift_probe.pth").write_text(_PROBE)
    if tries.bare or (not tries.editable and _without_copy(site)):
        folders = [CHECKOUT, *(f"{CHECKOUT}/{name}" for name in ("src", "lib") if (order.checkout / name).is_dir())]
        (site / "zz_checkout.pth").write_text("\n".join(folders) + "\n")
    home.chmod(0o755)
    (home / ".complete").write_text("\n".join(tries.notes))
    return Built(order.python.shown, _installed(home), order.wanted.sources, notes=tuple(tries.notes))


def _without_copy(site: Path) -> bool:
    """Take a copy of the checkout out again, but for its metadata; false where there is none.

    Else the tests would test the copy, or stumble over being there twice.
    """
    found = False
    for told in site.glob("*.dist-info/direct_url.json"):
        if f"file://{CHECKOUT}" not in told.read_text():
            continue
        found = True
        for row in (told.parent / "RECORD").read_text().splitlines():
            path = site / row.rpartition(",")[0].rpartition(",")[0].strip('"')
            if path.is_file() and path.parent != told.parent and path.resolve().is_relative_to(site.resolve()):
                path.unlink()
                # What is empty would still be found as a package without a name.
                with contextlib.suppress(OSError):
                    path.parent.rmdir()
    return found


def _installed(home: Path) -> dict[str, str]:
    found = {}
    for folder in home.glob("lib/python*/site-packages/*.dist-info"):
        name, _, version = folder.name.removesuffix(".dist-info").partition("-")
        found[canonicalize_name(name)] = version
    return dict(sorted(found.items()))
