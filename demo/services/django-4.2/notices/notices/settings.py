"""Settings of the notice service; `settings_test` changes what tests want otherwise."""
import os

BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

SECRET_KEY = os.environ.get('SECRET_KEY', 'not for production')
DEBUG = False
ALLOWED_HOSTS = ['*']

INSTALLED_APPS = (
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.staticfiles',
    'inbox',
)

MIDDLEWARE = (
    'django.middleware.security.SecurityMiddleware',
    'django.middleware.locale.LocaleMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
)

ROOT_URLCONF = 'notices.urls'
WSGI_APPLICATION = 'notices.wsgi.application'

TEMPLATES = [{
    'BACKEND': 'django.template.backends.django.DjangoTemplates',
    'APP_DIRS': True,
    'OPTIONS': {'context_processors': ['django.template.context_processors.i18n']},
}]

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.sqlite3',
        'NAME': os.environ.get('DATABASE', os.path.join(BASE_DIR, 'notices.sqlite3')),
    }
}

LANGUAGE_CODE = 'en'
LANGUAGES = [('en', 'English'), ('de', 'Deutsch')]
USE_I18N = True
USE_TZ = True
USE_DEPRECATED_PYTZ = True
TIME_ZONE = 'UTC'
STATIC_URL = 'https://static.example.org/'
DEFAULT_FROM_EMAIL = 'notices@example.org'
SITE = 'https://notices.example.org'
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
