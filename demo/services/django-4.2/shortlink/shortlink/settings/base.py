import os

HERE = os.path.dirname(os.path.abspath(__file__))

SECRET_KEY = os.environ.get("SECRET_KEY", "not for production")
DEBUG = False
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "links.apps.LinksConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "links.middleware.CacheMarks",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

ROOT_URLCONF = "shortlink.urls"
WSGI_APPLICATION = "shortlink.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth"]},
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DATABASE", os.path.join(HERE, "..", "..", "shortlink.sqlite3")),
    }
}

USE_TZ = True
USE_I18N = True
APPEND_SLASH = False

# Links may only lead here, and be made with this salt.
SHORTLINK_HOSTS = {"shop.example.org", "learn.example.org"}
SHORTLINK_SALT = os.environ.get("SHORTLINK_SALT", "salt")
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
