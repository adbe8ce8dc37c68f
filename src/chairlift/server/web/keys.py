"""The secret key of an installation: made once, kept in its home, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

VARIABLE = "CHAIRLIFT_SECRET_KEY"


def secret_key(home: Path) -> str:
    """The key that the environment gives, or the home's own. Where there is no home yet, one for this process."""
    if given := os.environ.get(VARIABLE):
        return given
    file = home / "secret-key"
    if not home.is_dir():
        return secrets.token_urlsafe(50)
    try:
        if not file.exists():
            _make(file)
        return file.read_text(encoding="ascii")
    except OSError:
        # What needs the home says so itself, better than a key could.
        return secrets.token_urlsafe(50)


def _make(file: Path) -> None:
    """Whole or not at all, and the first of two processes wins."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secret-key-")
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(50))
    try:
        os.link(name, file)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)
