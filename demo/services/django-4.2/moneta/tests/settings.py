SECRET_KEY = 'only for tests'
INSTALLED_APPS = ['moneta', 'tests']
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}]
USE_I18N = True
USE_TZ = True
LANGUAGE_CODE = 'en'
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
