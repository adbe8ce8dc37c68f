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
