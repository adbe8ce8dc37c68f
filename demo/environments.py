"""Python environments made by uv from pinned requirements, kept by what is in them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class CannotMake(Exception):
    """The environment cannot be made; the text is what uv said."""


def interpreter(checkout: Path) -> Path:
    """The Python of a repository: $DEMO_PYTHON, else the one that its `.python-version` names."""
    if given := os.environ.get("DEMO_PYTHON"):
        return Path(given)
    wanted = (checkout / ".python-version").read_text().strip()
    found = _uv("python", "find", "--no-project", wanted)
    return Path(found.strip())


@contextmanager
def environment(checkout: Path) -> Iterator[Path]:
    """The interpreter of an environment with what the checkout pins for production.

    Kept in `$CHAIRLIFT_DEMO/environments`, where that is set. Raises CannotMake.
    """
    files = [checkout / "requirements" / name for name in ("base.txt", "django.txt")]
    if home := os.environ.get("CHAIRLIFT_DEMO"):
        yield kept(files, interpreter(checkout), Path(home) / "environments")
        return
    with tempfile.TemporaryDirectory() as folder:
        yield kept(files, interpreter(checkout), Path(folder))


def compiled(python: Path) -> dict[str, str]:
    """Surroundings in which this interpreter keeps its bytecode with its environment, never beside the source."""
    unset = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME"}
    bytecode = {"PYTHONPYCACHEPREFIX": str(python.parent.parent / "bytecode")}
    return {name: value for name, value in os.environ.items() if name not in unset} | bytecode


def kept(files: Sequence[Path], python: Path, folder: Path) -> Path:
    """The interpreter of the one environment with these contents, made if there is none. Raises CannotMake."""
    content = b"\0".join([str(python).encode(), *(file.read_bytes() for file in files)])
    home = folder / hashlib.sha256(content).hexdigest()[:16]
    if not home.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder))
        try:
            _install(files, python, made)
            # Nobody ever finds half an environment; whoever comes second throws theirs away.
            os.rename(made, home)
        except OSError:
            if not home.exists():
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return home / "bin" / "python"


def _install(files: Sequence[Path], python: Path, home: Path) -> None:
    _uv("venv", "--quiet", "--clear", "--no-project", "--python", str(python), str(home))
    wanted = [f"--requirement={file}" for file in files]
    install = ["pip", "install", "--quiet", "--python", str(home / "bin" / "python"), *wanted]
    try:
        _uv(*install, "--offline")
    except CannotMake:
        _uv(*install)


def _uv(*arguments: str) -> str:
    ran = subprocess.run(["uv", *arguments], capture_output=True, text=True)
    if ran.returncode:
        raise CannotMake(f"uv {arguments[0]} failed: {ran.stderr.strip()}")
    return ran.stdout
