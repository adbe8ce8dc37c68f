#!/bin/sh
# What CI runs: the suite and a look for missing migrations, on the version that the pins really bring.
set -eu
cd "$(dirname "$0")/.."
python=${DEMO_PYTHON:-$(uv python find --no-project "$(cat .python-version)")}

# An environment is kept by its pins, as the cache of any CI is; whoever makes it second throws theirs away.
key=$(echo "$python" | cat - requirements/*.txt | git hash-object --stdin)
home=${CHAIRLIFT_DEMO:-.}/environments/test-$key
if [ ! -d "$home" ]; then
    uv venv --quiet --no-project --python "$python" "$home.$$"
    install="uv pip install --quiet --python $home.$$/bin/python -r requirements/test.txt -r requirements/django.txt"
    $install --offline 2>/dev/null || $install
    "$python" -c 'import os, sys; os.rename(*sys.argv[1:])' "$home.$$" "$home" 2>/dev/null || rm -rf "$home.$$"
fi
python=$home/bin/python

export DJANGO_SETTINGS_MODULE=shortlink.settings.test
"$python" -c 'import django; print("Running on Django", django.__version__)'
"$python" manage.py test
"$python" manage.py makemigrations --check --dry-run
