"""Settings that every environment shares."""
import os
from os.path import abspath, dirname, join

ROOT = dirname(dirname(dirname(abspath(__file__))))

SECRET_KEY = os.environ.get('SECRET_KEY', 'not for production')
DEBUG = False
ALLOWED_HOSTS = ['*']

INSTALLED_APPS = [
    'courses',
    'django.contrib.admin',
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.sessions',
    'django.contrib.messages',
    'django.contrib.staticfiles',
    'waffle',
]

MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
    'waffle.middleware.WaffleMiddleware',
]

ROOT_URLCONF = 'catalogue.urls'
WSGI_APPLICATION = 'catalogue.wsgi.application'

TEMPLATES = [
    {
        'BACKEND': 'django.template.backends.django.DjangoTemplates',
        'APP_DIRS': True,
        'OPTIONS': {
            'context_processors': [
                'django.template.context_processors.request',
                'django.contrib.auth.context_processors.auth',
                'django.contrib.messages.context_processors.messages',
            ],
        },
    },
]

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.sqlite3',
        'NAME': os.environ.get('DATABASE', join(ROOT, 'catalogue.sqlite3')),
    }
}

LANGUAGE_CODE = 'en'
USE_I18N = True
USE_TZ = True
STATIC_URL = '/static/'
STATICFILES_STORAGE = 'django.contrib.staticfiles.storage.StaticFilesStorage'
PAGE = 20
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
