"""What has to be installed, from whatever a service has."""

from __future__ import annotations

import json

import pytest

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.toxfile import ToxFile
from chairlift.recipes.django.proving.wanted import find


def project(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Project(folder)


@pytest.mark.parametrize(
    ("files", "sources"),
    [
        ({"requirements.txt": "django==2.2\n"}, ("requirements.txt",)),
        ({"requirements/test.txt": "-r base.txt\n", "requirements/base.txt": "Django\n"}, ("requirements/test.txt",)),
        (
            {
                "requirements/test.txt": "ddt\n",
                "requirements/base.txt": "x\n",
                "requirements/django.txt": "Django==2.2\n",
            },
            ("requirements/django.txt", "requirements/test.txt"),
        ),
        (
            {"requirements.txt": "Django\n", "dev-requirements.txt": "pytest\n"},
            ("requirements.txt", "dev-requirements.txt"),
        ),
        ({"requirements.txt": "Django\n", "requirements-test.txt": "-rrequirements.txt\n"}, ("requirements-test.txt",)),
        ({"requirements.in": "django\n", "requirements.txt": "django==2.2\n"}, ("requirements.txt",)),
        ({"requirements.in": "django\n"}, ("requirements.in",)),
        (
            {"requirements/production.txt": "django\n", "requirements/docs.txt": "sphinx\n"},
            ("requirements/production.txt",),
        ),
        ({"deploy/notes.txt": "django\n"}, ()),
    ],
)
def test_files_are_chosen_so_that_django_is_among_them(files, sources, tmp_path):
    assert find(project(tmp_path, files)).sources == sources


def test_files_that_were_said_are_taken(tmp_path):
    wanted = find(project(tmp_path, {"a.txt": "django==3.2\n", "requirements.txt": "django\n"}), ("a.txt",))
    assert (wanted.lines, wanted.names, wanted.pinned) == (("-r /box/checkout/a.txt",), frozenset({"django"}), True)


def test_a_file_that_includes_itself_ends(tmp_path):
    wanted = find(project(tmp_path, {"requirements.txt": "-r requirements.txt\ndjango==2.2 # x\n"}))
    assert wanted.names == {"django"}


def test_pins_are_known_with_hashes_markers_and_continued_lines(tmp_path):
    text = (
        'django==2.2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nfoo==1 ; python_version < "3"\n--index-url x\n'
    )
    assert find(project(tmp_path, {"requirements.txt": text})).pinned
    assert not find(project(tmp_path, {"requirements.txt": text + "bar>1\n"})).pinned
    assert not find(project(tmp_path, {"requirements.txt": text + "-e git+https://x/y#egg=z\n"})).pinned


def test_toxs_own_goes_before_files(tmp_path):
    tox = ToxFile("[testenv]\nskip_install = true\ndeps =\n    Django<3\n    -rreq/test.txt\n    -c req/c.txt\n")
    wanted = find(project(tmp_path, {"req/test.txt": "ddt\n"}), (), tox.environment("py38"))
    assert wanted.lines == ("Django<3", "-r /box/checkout/req/test.txt", "-c /box/checkout/req/c.txt")
    assert wanted.names == {"django", "ddt"}
    assert not wanted.itself


def test_tox_installs_a_package_itself(tmp_path):
    tox = ToxFile("[testenv]\ndeps = Django<3\nextras = test\n").environment("py38")
    wanted = find(project(tmp_path, {"setup.py": "from setuptools import setup\nsetup()\n"}), (), tox)
    assert (wanted.itself, wanted.extras) == (True, ("test",))


def test_tox_without_a_word_of_what_to_install_leaves_it_to_files(tmp_path):
    tox = ToxFile("[testenv]\ncommands = pytest\n").environment("py38")
    assert find(project(tmp_path, {"requirements.txt": "django\n"}), (), tox).sources == ("requirements.txt",)


POETRY = """
[[package]]
name = "django"
version = "2.2.28"
optional = false

[[package]]
name = "odd"
version = "1.0"
markers = "sys_platform == 'win32'"

[[package]]
name = "never"
version = "1.0"
optional = true

[[package]]
name = "forked"
version = "0.1"
[package.source]
type = "git"
url = "https://example.com/forked.git"
resolved_reference = "abc"
"""


def test_poetrys_lock(tmp_path):
    wanted = find(project(tmp_path, {"poetry.lock": POETRY, "pyproject.toml": "[tool.poetry]\n"}))
    assert wanted.lines == (
        "django==2.2.28",
        "odd==1.0 ; sys_platform == 'win32'",
        "forked @ git+https://example.com/forked.git@abc",
    )


def test_pipenvs_lock(tmp_path):
    lock = {
        "default": {"django": {"version": "==2.2.28", "markers": "python_version >= '3.6'"}},
        "develop": {"ddt": {"version": "==1.4", "extras": ["a"]}, "g": {"git": "https://x/g", "ref": "abc"}},
    }
    wanted = find(project(tmp_path, {"Pipfile.lock": json.dumps(lock)}))
    assert wanted.lines == ("ddt[a]==1.4", "django==2.2.28 ; python_version >= '3.6'", "g @ git+https://x/g@abc")


def test_uvs_lock_is_left_to_uv(tmp_path):
    files = {"uv.lock": '[[package]]\nname = "django"\n', "pyproject.toml": '[project]\nname = "x"\n'}
    wanted = find(project(tmp_path, files))
    assert (wanted.export, wanted.names) == (True, frozenset({"django"}))


@pytest.mark.parametrize(
    ("files", "extras", "lines"),
    [
        ({"setup.py": "setup(extras_require={'test': ['a'], 'docs': []}, tests_require=['ddt'])"}, ("test",), ("ddt",)),
        ({"setup.py": "setup(extras_require={'dev': read('x')})"}, ("dev",), ()),
        ({"setup.py": "setup()", "setup.cfg": "[options.extras_require]\ntesting =\n  x\n"}, ("testing",), ()),
        ({"pyproject.toml": '[project]\nname="x"\n[project.optional-dependencies]\ntests = ["x"]\n'}, ("tests",), ()),
    ],
)
def test_a_package_is_installed_with_its_extras_for_tests(files, extras, lines, tmp_path):
    wanted = find(project(tmp_path, files))
    assert (wanted.itself, wanted.extras, wanted.lines) == (True, extras, lines)


@pytest.mark.parametrize("text", ["", "[[package", "{", "[[package]]\n", "[]"])
def test_broken_locks_are_no_locks(text, tmp_path):
    files = {"poetry.lock": text, "Pipfile.lock": text, "uv.lock": text, "requirements.txt": "django\n"}
    assert find(project(tmp_path, files)).sources == ("requirements.txt",)


def test_nothing_wants_nothing(tmp_path):
    assert find(project(tmp_path, {"a.py": ""})).lines == ()
