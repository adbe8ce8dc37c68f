"""Whatever stands in a configuration file, reading and editing it comes to an end, and breaks nothing."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from chairlift.recipes.django.config import detect, edits
from chairlift.recipes.django.config.machine import Machine
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Stage
from tests.recipes.django.config.kit import run

#: Each kind of file, with an example: its words are shuffled.
EXAMPLES = {
    "requirements.txt": "Django == 2.2 ;\\\n-r requirements.txt\n-c https://x.org/c.txt\n-r requirements/base.in # a\n",
    "requirements/base.in": "Django>=2.2,<3 --hash=sha256:0\n-r base.in\n-r ../x.txt\n-e .[a]\n",
    "Pipfile": '[packages]\ndjango = {version = "==2.2"}\nDjango = "<3"\n[requires]\npython_version = "3.6"\n',
    "pyproject.toml": '[project]\ndependencies = ["Django<3"]\n[tool.poetry.dependencies]\ndjango.version = "^2.2"\n',
    "setup.cfg": "[metadata]\nname = x\n[options]\ninstall_requires =\n  Django<3\n[options.extras_require]\na = b\n",
    "setup.py": "from setuptools import setup\nsetup(name='x', install_requires=['Django<3'], **a)\n",
    "environment.yml": "dependencies: &a\n  - django=2.2\n  - pip:\n    - Django==2.2\nb: *a\n<<: *a\n",
    "Dockerfile": "ARG A=3.6\nFROM python:$A AS b\nFROM python:3.6\nRUN pip install \\\n  Django==2.2 <<EOF\nEOF\n",
    "tox.ini": "[tox]\nenvlist = py{36,38}-django{22,30}, a\n[testenv]\ndeps =\n  django22: Django==2.2\n"
    "  {[testenv]deps}\n  {[testenv:a]deps}\ncommands = tox {posargs}\n[testenv:a]\ndeps = {[testenv:a]deps}\n",
    "noxfile.py": "import nox\n\n@nox.session(python=['3.8'])\n@nox.parametrize('django', ['2.2'])\n"
    "def a(session, django):\n    session.install(f'Django=={django}')\n    session.run('nox')\n",
    ".github/workflows/a.yml": "jobs:\n  a:\n    strategy:\n      matrix: &a\n        django: ['2.2']\n"
    "        include:\n          - b: null\n    steps:\n    - run: pip install Django==${{ matrix.django }}\n"
    "      if: *a\n    - run: |\n        make\n        tox\n        pytest\n",
    ".gitlab-ci.yml": "include: .gitlab-ci.yml\ndefault: &a\n  image: python:3.8\na:\n  extends: b\n  parallel:\n"
    "    matrix:\n    - D: ['2.2']\nb:\n  extends: a\n  <<: *a\n  script: [pip install Django==$D, pytest]\n",
    ".travis.yml": "language: python\npython: 3.8\nenv:\n  - D=2.2\njobs:\n  include:\n    - env: D=2.2\n"
    "  exclude:\n    - python: 3.8\ninstall: pip install Django==$D\nscript: tox\nmatrix: []\n",
    ".circleci/config.yml": "version: 2.1\njobs:\n  a:\n    parameters:\n      d: {type: string}\n    steps:\n"
    "      - run: pip install Django==<< parameters.d >>\n      - run: pytest\n      - b\ncommands:\n  b:\n"
    "    steps: [b]\nworkflows:\n  c:\n    jobs:\n      - a:\n          matrix:\n            parameters:\n"
    "              d: ['2.2']\n",
    "Makefile": "include Makefile\nD = $(D)\nD := 2.2\na: b\n\tpip install Django==$(D)\n\t$(MAKE) a\nb: a\n"
    "\tsed -i s/2.2/3.2/ $(shell ls)\nifdef D\nelse\nendif\n.PHONY: a\n",
    "run.sh": "./run.sh\nbash run.sh && (a) || `b`\nfor x in 2.2; do\npip install Django==$x\ndone\n"
    "if a; then\npytest\nfi\ncase a in\nesac\ncat <<EOF\n$(b)\nEOF\n",
    "poetry.lock": '[[package]]\nname = "django"\nversion = "2.2"\n',
    "uv.lock": 'version = 1\n[[package]]\nname = "django"\nversion = "2.2"\n',
    "Pipfile.lock": '{"default": {"django": {"version": "==2.2"}}, "a": [null, 1]}',
    ".python-version": "3.6\npypy\nsystem\n",
    "runtime.txt": "python-3.6\n",
    "CHANGELOG.md": "# Changes\n\n## Unreleased\n- a\n\n## 1.0\n====\n",
}
#: So that rubbish is met on the way to something.
AROUND = {
    ".github/workflows/z.yml": "jobs:\n  z:\n    steps:\n      - run: |\n          make a\n          ./run.sh\n"
    "          tox\n          nox\n          pip install -r requirements.txt -e .\n          pytest\n"
}
anything = st.text(st.characters(codec="utf-8"), max_size=12)
blanks = st.sampled_from([*" -[]{}:,#'\"", "\n", "\n    ", "\r\n", "\t", "\ufeff"])


def texts(path: str) -> st.SearchStrategy[str]:
    """The example with a part of it elsewhere, or words of it in any order."""
    words = re.findall(r"\s+|[\w.]+|[^\w\s]+", EXAMPLES[path])
    pieces = st.one_of(st.sampled_from(words), st.sampled_from(words), blanks, anything)
    shuffled = st.lists(pieces, max_size=30).map("".join)
    places = st.integers(0, len(EXAMPLES[path]))
    cut = st.builds(
        lambda at, until, new: EXAMPLES[path][:at] + new + EXAMPLES[path][until:],
        places,
        places,
        st.lists(pieces, max_size=4).map("".join),
    )
    return st.one_of(cut, shuffled)


def files(path: str) -> st.SearchStrategy[bytes]:
    return st.one_of(
        texts(path).map(str.encode), texts(path).map(lambda text: text.encode("utf-16")), st.binary(max_size=40)
    )


@pytest.mark.parametrize("path", EXAMPLES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), stage=st.sampled_from(Stage))
def test_rubbish_is_read_to_its_end(path: str, data: st.DataObject, stage: Stage) -> None:
    written = {**{name: text.encode() for name, text in AROUND.items()}, path: data.draw(files(path))}
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        root, leg = Path(folder), Leg((2, 2), (3, 2), stage)
        for _ in ("once", "again"):
            for name, body in written.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(body)
            done = edits(Project(root), leg, detect(Project(root), lambda _: b"Django<3\n-c https://x.org/c.txt\n"))
            written = {each.path: each.data for each in done.edits}
        assert written == {}, "a second run changes something"
    assert time.process_time() - began < 10, "it did not come to its end soon"


def steps(command: str) -> dict[str, str]:
    return {".github/workflows/a.yml": f"jobs:\n  a:\n    steps:\n      - run: {command}\n"}


LAUGHS = "x0: &x0 [pytest]\n" + "".join(f"x{n + 1}: &x{n + 1} [{','.join([f'*x{n}'] * 10)}]\n" for n in range(10))
NINE = "[1, 2, 3, 4, 5, 6, 7, 8, 9]"
TOX = "[tox]\nenvlist = {}\n[testenv]\ndeps = Django==2.2\ncommands =\n{}  pytest\n"


@pytest.mark.parametrize(
    "files",
    [
        {**steps("make"), "Makefile": "V = $(V) $(V) $(V) $(V) $(V) $(V)\na:\n\techo $(V)\n"},
        {**steps("make"), "Makefile": "".join(f"a{n}: b{n} c{n}\nb{n}: a{n + 1}\nc{n}: a{n + 1}\n" for n in range(25))},
        {**steps("./run.sh"), "run.sh": "#!/bin/sh\n" + "./run.sh\n" * 10},
        {**steps("tox"), "tox.ini": TOX.format("-".join(f"{{a{n},b{n},c{n}}}" for n in range(20)), "")},
        {**steps("tox"), "tox.ini": TOX.format("a,b,c", "  tox -e a,b,c\n" * 6)},
        {**steps("nox"), "noxfile.py": "import nox\n@nox.session\ndef a(session):\n" + "    session.run('nox')\n" * 6},
        {".gitlab-ci.yml": f"{LAUGHS}a:\n  script: *x10\n"},
        {".gitlab-ci.yml": "a: &a\n  script: [pytest]\n  variables: *a\n"},
        {
            ".gitlab-ci.yml": "".join(
                f"j{n}:\n  extends: [j{n + 1}, k{n + 1}]\nk{n}:\n  extends: [j{n + 1}, k{n + 1}]\n" for n in range(30)
            )
        },
        {".travis.yml": f"os: {NINE}\ndist: {NINE}\npython: {NINE}\nenv: {NINE}\nscript: pytest\n"},
        {".travis.yml": f"env: {'A' * 50_000}\nscript: pytest\n"},
        {"app/requirements.txt": f"Django=={'9' * 5000}\n"},
        {"tox.ini": f"[tox]\nenvlist{' ' * 20_000}x\n"},
        {"requirements.txt": "-r r0.txt\n", **{f"r{n}.txt": f"-r r{n + 1}.txt\n" for n in range(150)}},
    ],
)
def test_what_goes_round_or_grows_comes_to_an_end(files: dict[str, str]) -> None:
    began = time.process_time()
    run({"requirements.txt": "Django==2.2.28\n", **files})
    assert time.process_time() - began < 20


def followed(root: Path, tox: str, command: str) -> Machine:
    (root / "tox.ini").write_text(tox)
    machine = Machine(Project(root))
    machine.run(command)
    return machine


NESTED = "[testenv]\ndeps = Django==2.2\ncommands = pytest\n[testenv:all]\ndeps =\ncommands = tox -e {}\n"


def test_an_environment_that_another_has_run_before_still_counts_for_both(tmp_path: Path) -> None:
    machine = followed(tmp_path, NESTED.format("a"), "tox -e a,all,all")
    assert [(run.env, run.series, run.tested) for run in machine.runs] == [("a", (2, 2), True)]
    assert machine.unknown == []


def test_an_environment_that_runs_itself_is_told_and_left(tmp_path: Path) -> None:
    machine = followed(tmp_path, NESTED.format("all,a"), "tox -e all")
    assert [(run.env, run.series, run.tested) for run in machine.runs] == [("a", (2, 2), True)]
    assert machine.unknown == ["all: all runs itself, which never ends"]


def test_environments_that_all_run_all_are_followed_once_each(tmp_path: Path) -> None:
    before = Machine(Project(tmp_path)).left[0]
    machine = followed(tmp_path, EXAMPLES["tox.ini"], "tox")
    assert before - machine.left[0] < 100


@pytest.mark.parametrize("address", ["https://x.org/", "https://-c", "https://x.org/..", "https://x.org/a%2Fb"])
def test_an_address_whose_end_is_no_name_of_a_file_is_told_and_not_copied(tmp_path: Path, address: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"Django==2.2\n-c {address}\n")
    leg, project = Leg((2, 2), (3, 2), Stage.UPGRADE), Project(tmp_path)
    done = edits(project, leg, detect(project, lambda _: b"Django<3\n"))
    assert [each.path for each in done.edits] == ["requirements.txt"]
    assert "constraint-blocks" in {each.code for each in done.findings}


def test_constraints_that_include_others_by_address_are_copied_at_once(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("Django==2.2\n-c https://x.org/b.txt\n")
    leg = Leg((2, 2), (3, 2), Stage.UPGRADE)
    for made in (["b.txt", "c.txt", "requirements.txt"], []):
        done = edits(Project(tmp_path), leg, detect(Project(tmp_path), lambda _: b"Django<3\n-c https://x.org/c.txt\n"))
        assert [each.path for each in done.edits] == made
        for each in done.edits:
            (tmp_path / each.path).write_bytes(each.data)
