"""What a service's own CI has: servers, their versions, and the environment of the job that runs the tests."""

from __future__ import annotations

import textwrap

import pytest

from chairlift.recipes.django.proving.servers.asked import asked, version
from chairlift.recipes.django.proving.servers.planning import KINDS

POSTGRES = KINDS["PostgreSQL"].image

GITHUB = """
    on: push
    env:
      FROM_TOP: "1"
    jobs:
      lint:
        runs-on: ubuntu-latest
        env: {OF_LINT: "1"}
        steps: [{run: flake8}]
      test:
        runs-on: ubuntu-latest
        strategy: {matrix: {pg: [12, 14]}}
        env:
          DATABASE_URL: postgres://u:p@localhost:5432/x
          SECRET: ${{ secrets.SECRET }}
          GITHUB_TOKEN: x
          PATH: /nowhere
        services:
          postgres:
            image: postgres:${{ matrix.pg }}
            env: {POSTGRES_PASSWORD: p}
        steps:
          - run: pip install django==2.2.28
          - run: python manage.py test
            env: {OF_STEP: "${{ matrix.pg }}"}
"""


def checkout(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    return folder


def test_the_job_that_tests_says_the_environment(tmp_path):
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "ci.yml").write_text(textwrap.dedent(GITHUB))
    found = asked(tmp_path, (2, 2))
    assert dict(found.env) == {
        "FROM_TOP": "1",
        "DATABASE_URL": "postgres://u:p@localhost:5432/x",
        "OF_STEP": "12",
    }
    assert found.image(POSTGRES) == "postgres:12"
    assert found.services[0].env == {"POSTGRES_PASSWORD": "p"}
    assert found.source == "the job test of .github/workflows/ci.yml"


def test_the_job_of_this_django_goes_first(tmp_path):
    jobs = "".join(
        f"""
  t{at}:
    env: {{WHICH: "{at}"}}
    steps: [{{run: "pip install django=={at}"}}, {{run: pytest}}]"""
        for at in ("2.2.28", "3.2.25")
    )
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "ci.yml").write_text(f"on: push\njobs:{jobs}\n")
    assert asked(tmp_path, (3, 2)).env["WHICH"] == "3.2.25"
    assert asked(tmp_path, (2, 2)).env["WHICH"] == "2.2.28"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            ".gitlab-ci.yml",
            """
            variables: {DB: x}
            services: ["postgres:12"]
            test:
              script: [pip install django==2.2.28, DB_HOST=postgres pytest]
            """,
        ),
        (
            ".travis.yml",
            """
            language: python
            services: [postgresql]
            addons: {postgresql: "12"}
            env: [DB=x]
            install: pip install django==2.2.28
            script: [export DB_HOST=postgres, pytest]
            """,
        ),
        (
            ".circleci/config.yml",
            """
            jobs:
              build:
                docker:
                  - image: cimg/python:3.8
                    environment: {DB: x}
                  - image: cimg/postgres:12
                steps:
                  - run: pip install django==2.2.28
                  - run: {command: pytest, environment: {DB_HOST: postgres}}
            """,
        ),
    ],
)
def test_every_ci_says_it_in_its_own_way(name, text, tmp_path):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(textwrap.dedent(text))
    found = asked(tmp_path, (2, 2))
    assert found.env["DB"] == "x"
    assert found.env["DB_HOST"] == "postgres"
    assert version(found.image(POSTGRES)) == "12"


def test_without_servers_in_ci_a_compose_file_says_them(tmp_path):
    compose = """
        services:
          app: {build: ., depends_on: [db]}
          db: {image: "postgres:${PG:-9.6}", environment: ["POSTGRES_USER=u"]}
    """
    found = asked(checkout(tmp_path, **{"docker-compose_DOT_yml": compose}), (2, 2))
    assert dict(found.env) == {}
    assert version(found.image(POSTGRES)) == "9.6"
    assert found.services[0].env == {"POSTGRES_USER": "u"}


def test_a_job_that_only_has_docker_starts_a_compose_file(tmp_path):
    files = {
        "_DOT_travis_DOT_yml": "services: [docker]\nscript: [pytest]\n",
        "_DOT_travis__docker-compose-travis_DOT_yml": "services: {db: {image: 'mysql:5.7'}}\n",
    }
    assert asked(checkout(tmp_path, **files), (2, 2)).image(KINDS["MySQL"].image) == "mysql:5.7"


def test_extensions_that_a_script_creates_are_known(tmp_path):
    script = 'psql -d template1 -c "create extension if not exists \\"uuid-ossp\\"; CREATE EXTENSION hstore;"\n'
    assert asked(checkout(tmp_path, **{"docker__init_DOT_sh": script}), (2, 2)).extensions == ("hstore", "uuid-ossp")


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("postgres:12", "12"),
        ("postgis/postgis:12-3.0", "12"),
        ("circleci/postgres:9.6-alpine-ram", "9.6"),
        ("registry:5000/mysql", ""),
        ("registry:5000/mysql:5.7", "5.7"),
        ("mysql:latest", ""),
        ("redis@sha256:12ab", ""),
        ("", ""),
    ],
)
def test_a_tag_says_the_version(image, expected):
    assert version(image) == expected
