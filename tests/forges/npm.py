"""Files of npm packages that tests are held to, and packages that run; fetched by npm itself, and never committed."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / ".tools"
CACHE = TOOLS / "npm"
#: How the reason begins where a test is skipped for want of a package; whoever reports it loudly finds it by this.
LOUD = "SKIPPED:"
SKIPPED = f"{LOUD} a stand-in was held to nothing, for want of"
NO_NPM = "there is no npm here: 'apt-get install npm' brings one"


def npm_file(package: str, version: str, member: str) -> Path:
    """One file of a package; the test is skipped where it cannot be had."""
    kept = CACHE / f"{package.replace('/', '+')}@{version}" / member
    if not kept.exists():
        with alone():
            if not kept.exists():
                _fetch(package, version, member, kept)
    return kept


@contextmanager
def alone() -> Iterator[None]:
    """Several processes test at the same time; one of them fetches."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(package: str, version: str, member: str, kept: Path) -> None:
    npm = shutil.which("npm")
    why = NO_NPM
    if npm:
        command = [npm, "pack", "--silent", f"{package}@{version}"]
        ran = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, check=False, timeout=300)
        if ran.returncode == 0:
            archive = CACHE / ran.stdout.split()[-1]
            with tarfile.open(archive) as opened:
                found = opened.extractfile(f"package/{member}")
                assert found, f"{package}@{version} has no {member}"
                kept.parent.mkdir(parents=True, exist_ok=True)
                partly = kept.with_suffix(".part")
                partly.write_bytes(found.read())
            partly.rename(kept)
            archive.unlink()
            return
        why = f"npm cannot fetch it: {ran.stderr.strip()[-200:]}"
    pytest.skip(f"{SKIPPED} {package}@{version}; {why}")
