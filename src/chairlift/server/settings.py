"""Django's settings, from the environment: CHAIRLIFT_HOME says where everything is kept."""

from __future__ import annotations

import os
from pathlib import Path

from chairlift.server.database import database

HOME = Path(os.environ.get("CHAIRLIFT_HOME", ".chairlift")).absolute()

INSTALLED_APPS = ["chairlift.server"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
# No page is served yet; every installation makes its own key when it starts to serve them.
SECRET_KEY = os.environ.get("CHAIRLIFT_SECRET_KEY", "no page is signed with this")

DATABASES = {"default": database(HOME)}
