"""Django's settings, from the environment.

CHAIRLIFT_HOME says where everything is kept, CHAIRLIFT_URL under which address people reach the pages.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import django_htmx

from chairlift.server.database import database
from chairlift.server.web import clock
from chairlift.server.web.keys import secret_key

HOME = Path(os.environ.get("CHAIRLIFT_HOME", ".chairlift")).absolute()
URL = os.environ.get("CHAIRLIFT_URL", "http://127.0.0.1:8400").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "chairlift.server",
]
MIDDLEWARE = [
    "chairlift.server.web.policy.Policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "chairlift.server.web.live.Live",
    "chairlift.server.web.access.Access",
]
ROOT_URLCONF = "chairlift.server.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "chairlift.server.web.access.who",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"chairlift": "chairlift.server.web.tags"},
            "builtins": ["chairlift.server.web.tags"],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "web" / "static", Path(django_htmx.__file__).parent / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

ALLOWED_HOSTS = [urlsplit(URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [URL]
CSRF_COOKIE_HTTPONLY = SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = URL.startswith("https:")
CSRF_FAILURE_VIEW = "chairlift.server.web.errors.forged"
SESSION_ENGINE = "chairlift.server.web.sessions"
SESSION_COOKIE_NAME = "chairlift-session"
CSRF_COOKIE_NAME = "chairlift-csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

#: A squad may choose for thousands of services in one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 25_000

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
SECRET_KEY = secret_key(HOME)
#: A mistyped address, or one that leads here under another name, is its reader's to see, not the operator's.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Who came in and who went out is said, too.
        "chairlift.sign_in": {"level": "INFO"},
    },
}
#: Who sends it as a bearer token reads the metrics; without one nobody does.
METRICS_TOKEN = os.environ.get("CHAIRLIFT_METRICS_TOKEN", "")
#: Where a request learns what time it is.
CLOCK = clock.now

DATABASES = {"default": database(HOME)}
