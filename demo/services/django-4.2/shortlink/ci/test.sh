#!/bin/sh
# What CI runs: a fresh environment from the pins, the version that it really holds, the suite, missing migrations.
set -eu
cd "$(dirname "$0")/.."
python=${DEMO_PYTHON:-$(uv python find --no-project "$(cat .python-version)")}
uv venv --quiet --clear --no-project --python "$python" .venv
install="uv pip install --quiet --python .venv/bin/python -r requirements/test.txt -r requirements/django.txt"
$install --offline 2>/dev/null || $install
export DJANGO_SETTINGS_MODULE=shortlink.settings.test
.venv/bin/python -c 'import django; print("Running on Django", django.__version__)'
.venv/bin/python manage.py test
.venv/bin/python manage.py makemigrations --check --dry-run
