"""Environments really built by uv: from every kind of file, kept by what is in them, and reasons where it fails."""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import replace

import pytest

from chairlift.programs import run
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.environments import built
from chairlift.recipes.django.proving.evidence import Wish
from chairlift.recipes.django.proving.interpreters import choose, uv
from chairlift.recipes.django.proving.order import Order, Store, settings
from chairlift.recipes.django.proving.wanted import find
from tests.recipes.django.proving.services import STORE, in_a_sandbox, on_django, service

pytestmark = [in_a_sandbox, on_django((2, 2)), on_django((3, 2))]

OLD = Wish((2, 2))
SETUP = """
from setuptools import setup
setup(
    name="{name}", version="1.0", packages=["shop"],
    install_requires=["django>=2.2,<2.3"], extras_require={{"test": ["ddt"]}},
)
"""


def order(folder, wish=OLD, files=(), **said):
    made = service(folder, said)
    return Order(made, find(Project(made), files), choose(wish.django, made), wish)


def make(ordered, store=STORE):
    with built(ordered, store) as (home, found):
        return home, found


def test_it_holds_what_was_pinned(tmp_path):
    home, found = make(order(tmp_path))
    assert found.ok, found
    assert found.installed["django"] == "2.2.28"
    ran = run(
        [str(home / "bin" / "python"), "-c", "import django; print(django.__version__)"], cwd=tmp_path, seconds=20
    )
    assert ran.out.strip() == "2.2.28"


def test_it_is_kept_by_what_went_into_it(tmp_path):
    first, _ = make(order(tmp_path / "one"))
    second, found = make(order(tmp_path / "two"))
    assert (first, found.kept) == (second, True)
    ordered = order(tmp_path / "one", **{"requirements.txt": "django==2.2.27\n"})
    assert ordered.key != first.name
    assert order(tmp_path / "one", replace(OLD, extra=("ddt",))).key != ordered.key
    assert replace(ordered, wish=replace(OLD, newest="2022-01-01")).key != ordered.key


def test_source_code_does_not_make_it_another(tmp_path):
    first = order(tmp_path).key
    (tmp_path / "shop" / "models.py").write_text("# changed")
    assert order(tmp_path).key == first


def test_old_ones_make_room_but_not_those_in_use(tmp_path):
    store = Store(tmp_path / "store", most=1)
    _borrow_cache(store)
    with built(order(tmp_path / "a"), store) as (used, _):
        make(order(tmp_path / "b", **{"requirements.txt": "django==3.2.25\n"}), store)
        assert used.exists()
    make(order(tmp_path / "c", **{"requirements.txt": "django==2.2.28\nddt==1.4.1\n"}), store)
    assert len([each for each in store.environments.iterdir() if each.is_dir()]) == 1


def test_its_files_are_linked_to_the_cache(tmp_path):
    home, _ = make(order(tmp_path))
    assert next(home.glob("lib/python*/site-packages/django/__init__.py")).stat().st_nlink > 1


def test_what_django_stands_on_gives_way_when_it_is_moved(tmp_path):
    ordered = order(tmp_path, Wish((4, 2), bump=True), **{"requirements.txt": "django==3.2.25\nasgiref==3.3.4\n"})
    _, found = make(ordered)
    assert found.ok, found.log
    assert found.installed["django"].startswith("4.2")
    assert "asgiref" in found.notes[0]


def test_a_package_is_installed_with_its_extras_and_leaves_the_checkout_alone(tmp_path):
    ordered = order(tmp_path, **{"setup.py": SETUP.format(name="x-service")})
    (tmp_path / "requirements.txt").unlink()
    ordered = replace(ordered, wanted=find(Project(tmp_path)))
    before = sorted(tmp_path.rglob("*"))
    _, found = make(ordered)
    assert found.ok, found.log
    assert {"django", "ddt", "x-service"} <= set(found.installed)
    assert sorted(tmp_path.rglob("*")) == before


LOCKS = {
    "poetry.lock": '[[package]]\nname = "django"\nversion = "2.2.28"\n[[package]]\nname = "ddt"\nversion = "1.4.1"\n',
    "Pipfile.lock": '{"default": {"django": {"version": "==2.2.28"}}, "develop": {"ddt": {"version": "==1.4.1"}}}',
}


NAMED = '[project]\nname = "shop"\nversion = "1"\ndescription = "A shop"\ndependencies = ["django==2.2.28"]\n'
OF_SETUPTOOLS = '[build-system]\nrequires = ["setuptools>=64"]\nbuild-backend = "setuptools.build_meta"\n' + NAMED
OF_FLIT = '[build-system]\nrequires = ["flit_core>=3.2,<4"]\nbuild-backend = "flit_core.buildapi"\n' + NAMED
PACKAGE = {"shop/__init__.py": "", "tests/__init__.py": "", "requirements.txt": ""}


@pytest.mark.parametrize(
    "said",
    [
        {"setup.py": SETUP.format(name="shop")},
        {"pyproject.toml": OF_SETUPTOOLS},
        {"setup.py": SETUP.format(name="shop"), "requirements.txt": "-e .\n"},
    ],
)
def test_tests_beside_an_editable_package_can_be_imported(said, tmp_path):
    home, found = make(order(tmp_path, **{**PACKAGE, **said}))
    assert found.ok, found.log
    # The name of the checkout inside the sandbox.
    assert "/box/checkout" in [path.read_text().strip() for path in home.rglob("*.pth")]


STRICT = """
from setuptools.build_meta import *
from setuptools import build_meta

def build_wheel(folder, config_settings=None, metadata_directory=None):
    if config_settings:
        raise ValueError(f"unknown: {sorted(config_settings)}")
    return build_meta.build_wheel(folder, None, metadata_directory)
"""


def test_a_backend_that_refuses_settings_is_built_without_them(tmp_path):
    system = '[build-system]\nrequires = ["setuptools>=64"]\nbuild-backend = "strict"\nbackend-path = ["."]\n'
    said = {"setup.py": SETUP.format(name="shop"), "requirements.txt": "-e .\n./pump\n", "pump/strict.py": STRICT}
    said |= {"pump/pump.py": "", "pump/pyproject.toml": system + NAMED.replace("shop", "pump")}
    said["pump/pyproject.toml"] += '[tool.setuptools]\npy-modules = ["pump"]\n'
    _, found = make(order(tmp_path, **{**PACKAGE, **said}))
    assert found.ok, found.log
    assert {"shop", "pump"} <= set(found.installed)


def test_other_backends_are_not_told_the_settings_of_setuptools(tmp_path):
    _, found = make(order(tmp_path, **PACKAGE, **{"pyproject.toml": OF_FLIT}))
    assert found.ok, found.log
    assert "shop" in found.installed


@pytest.mark.parametrize("name", LOCKS)
def test_locks_are_installed(name, tmp_path):
    _, found = make(order(tmp_path, **{name: LOCKS[name]}))
    assert (found.sources, found.installed["django"], found.installed["ddt"]) == ((name,), "2.2.28", "1.4.1")


def test_uvs_own_lock_is_installed(tmp_path):
    text = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["django==2.2.28"]\n'
    files = {"pyproject.toml": text}
    made = service(tmp_path, files)
    assert run([str(uv()), "lock", "--no-progress"], cwd=made, seconds=60).ok
    _, found = make(order(tmp_path, **files))
    assert found.ok, found.log
    assert (found.sources, found.installed["django"]) == (("uv.lock",), "2.2.28")


def test_requirements_that_include_and_constrain_are_followed(tmp_path):
    files = {"requirements/base.txt": "django\n", "requirements/c.txt": "django==2.2.28\n"}
    ordered = order(tmp_path, **files, **{"requirements/test.txt": "-r base.txt\n-c c.txt\n"})
    _, found = make(replace(ordered, wanted=find(Project(tmp_path), ("requirements/test.txt",))))
    assert found.installed["django"] == "2.2.28"


def test_a_file_that_includes_itself_ends(tmp_path):
    _, found = make(order(tmp_path, **{"requirements.txt": "-r requirements.txt\ndjango==2.2.28\n"}))
    assert found.ok or found.why


def test_releases_after_a_day_can_be_left_out(tmp_path):
    _, found = make(order(tmp_path, replace(OLD, newest="2021-01-01"), **{"requirements.txt": "django<3\n"}))
    assert found.ok, found.log
    assert found.installed["django"] == "2.2.17"


def test_requirements_that_contradict_are_told(tmp_path):
    _, found = make(order(tmp_path, **{"requirements.txt": "django==2.2.28\nsqlparse<0.1\nasgiref\ndjango<2\n"}))
    assert found.why == "the environment could not be built: the requirements contradict each other"
    assert "django" in found.log


BROKEN = "raise RuntimeError('no compiler today')\n"


def test_what_cannot_be_built_here_is_left_out_and_named(tmp_path):
    (tmp_path / "broken").mkdir(parents=True)
    (tmp_path / "broken" / "setup.py").write_text(BROKEN)
    _, found = make(order(tmp_path, **{"requirements.txt": "django==2.2.28\nbroken @ file:///box/checkout/broken\n"}))
    assert found.ok
    assert "broken" not in found.installed
    assert found.installed["django"] == "2.2.28"
    assert any(note.startswith("left out: broken") and "no compiler today" in note for note in found.notes)


def test_a_build_that_fails_names_the_distribution_and_the_lines(tmp_path):
    names = [f"broken{number}" for number in range(5)]
    for name in names:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "setup.py").write_text(BROKEN)
    lines = "".join(f"{name} @ file:///box/checkout/{name}\n" for name in names)
    _, found = make(order(tmp_path, **{"requirements.txt": f"django==2.2.28\n{lines}"}))
    assert not found.ok
    assert "broken" in found.culprit
    assert "no compiler today" in found.log


def test_what_a_build_runs_sees_no_secret_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    (tmp_path / "nosy").mkdir(parents=True)
    (tmp_path.parent / "private").write_text("x")
    seen = f"str(dict(os.environ)) + str(pathlib.Path('{tmp_path.parent}/private').exists())"
    script = f"import os, pathlib\nraise RuntimeError({seen})\n"
    (tmp_path / "nosy" / "setup.py").write_text(script)
    _, found = make(order(tmp_path, **{"requirements.txt": "django==2.2.28\n./nosy\n"}))
    assert "RuntimeError" in found.log
    assert "hunter2" not in found.log
    assert "}False" in found.log


@pytest.fixture
def away(monkeypatch):
    """An index at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


def test_an_index_that_is_away_is_told(tmp_path, away):
    store = Store(tmp_path / "store")
    _, found = make(order(tmp_path / "a"), store)
    assert not found.ok
    assert found.why.startswith("the environment could not be built: ")
    assert "the package index is away" in " ".join([found.why, *found.notes])


def test_settings_of_the_index_pass_but_ours_do_not(monkeypatch):
    for name in (
        "UV_INDEX_COMPANY_PASSWORD",
        "UV_EXTRA_INDEX_URL",
        "https_proxy",
        "UV_CACHE_DIR",
        "TOKEN",
        "UV_PYTHON",
    ):
        monkeypatch.setenv(name, "x")
    assert {"UV_INDEX_COMPANY_PASSWORD", "UV_EXTRA_INDEX_URL", "https_proxy"} <= set(settings())
    assert not {"UV_CACHE_DIR", "TOKEN", "UV_PYTHON"} & set(settings())


def test_half_an_environment_is_made_again(tmp_path):
    ordered = order(tmp_path, **{"requirements.txt": "django==2.2.28\nddt==1.4.0\n"})
    home, _ = make(ordered)
    (home / ".complete").unlink()
    shutil.rmtree(next(home.glob("lib/python*/site-packages/django")))
    _, found = make(ordered)
    assert (found.ok, found.kept) == (True, False)
    assert next(home.glob("lib/python*/site-packages/django")).exists()


def _borrow_cache(store: Store) -> None:
    """Hard links to the wheels that other tests have fetched."""
    STORE.cache.mkdir(parents=True, exist_ok=True)
    store.folder.mkdir(parents=True)
    shutil.copytree(STORE.cache, store.cache, copy_function=os.link, symlinks=True)
