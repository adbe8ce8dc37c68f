"""Django's settings, from the environment: CHAIRLIFT_HOME says where everything is kept."""

from __future__ import annotations

import os
from pathlib import Path

HOME = Path(os.environ.get("CHAIRLIFT_HOME", ".chairlift")).absolute()

INSTALLED_APPS = ["chairlift.server"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
# No page is served yet; every installation makes its own key when it starts to serve them.
SECRET_KEY = os.environ.get("CHAIRLIFT_SECRET_KEY", "no page is signed with this")

_URL = os.environ.get("CHAIRLIFT_DATABASE", "")
DATABASES: dict[str, dict[str, object]]
if _URL.startswith("postgres"):
    from urllib.parse import unquote, urlsplit

    _parts = urlsplit(_URL)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _parts.path.lstrip("/"),
            "USER": unquote(_parts.username or ""),
            "PASSWORD": unquote(_parts.password or ""),
            "HOST": unquote(_parts.hostname or ""),
            "PORT": str(_parts.port or ""),
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(HOME / "db.sqlite3"),
            "OPTIONS": {
                "timeout": 30,
                # A transaction that reads first and writes later would fail under another writer instead of waiting.
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }
