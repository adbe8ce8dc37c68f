"""The measure's finer rules: what had to move, what is written otherwise, and what only serves other hunks."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from bench.hunks import meaning
from bench.hunks.alike import says_so
from bench.hunks.history import History, Hunk
from bench.hunks.instead import same_place, serves
from bench.hunks.judging import Three, Verdict, judge
from bench.hunks.kinds import Need, Sort, need_of
from bench.hunks.pins import Evidence, Moves, pins
from bench.hunks.taste import is_taste
from bench.hunks.tidying import tidy, with_items
from bench.hunks.unconcerned import concerned

LEG = ((2, 2), (3, 2))


def hunk(path: str, removed: str, added: str, start: int = 1) -> Hunk:
    return Hunk(path, path, start, tuple(removed.splitlines()), start, tuple(added.splitlines()))


# ---- What had to move ----


def test_pins_of_every_kind_of_list() -> None:
    lock = '[[package]]\nname = "Django_Filter"\nversion = "2.4.0"\n'
    assert pins([("a.txt", "six==1.1  # via x\ndjango>=2\n"), ("poetry.lock", lock), ("setup.py", "a==1")]) == {
        "six": "1.1",
        "django-filter": "2.4.0",
    }
    assert pins([("poetry.lock", "not toml =")]) == {}


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    """A Django 3.2, and releases of a distribution that lie where the measure puts them, so that nothing is asked."""
    found = Evidence(tmp_path, (3, 2))
    _distribution(
        tmp_path / "django--3.2.x", "Django", "3.2.1", {"django/__init__.py": "", "django/utils.py": "a = 1\n"}
    )
    for version, code, needs in (
        ("1", "from django.utils import six\n", ""),
        ("2", "from django.utils import a\n", "Requires-Dist: Django (<3,>=2)\n"),
        ("3", "from django.utils import a\n", 'Requires-Dist: django<4\nRequires-Dist: django<2 ; extra == "x"\n'),
    ):
        _distribution(tmp_path / f"drf--{version}", "drf", version, {"drf.py": code}, needs)
    return found


def _distribution(site: Path, name: str, version: str, files: dict[str, str], needs: str = "") -> None:
    info = f"{name}-{version}.dist-info"
    files = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"}
    for path, text in {**files, f"{info}/RECORD": "".join(f"{each},,\n" for each in files)}.items():
        file = site / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.mark.parametrize(("version", "works"), [("1", False), ("2", False), ("3", True)])
def test_a_release_works_by_what_it_declares_and_takes(evidence: Evidence, version: str, works: bool) -> None:
    assert evidence.works("DRF", version) is works


def test_what_is_known_to_stop_before_the_target_does_not_work(evidence: Evidence) -> None:
    assert evidence.works("django-rest-swagger", "2.2.0") is False


@pytest.mark.parametrize(
    ("base", "removed", "added", "counted"),
    [
        ("1", "drf==1", "drf==3", {"drf"}),
        ("3", "drf==3", "drf==4", set()),
        ("3", "", "drf<4", set()),
        ("1", "", "drf<4", {"drf"}),
        ("3", "Django==2.2.1\ndrf==3", "Django==3.2.1\ndrf==4", {"django"}),
        ("1", "drf==1  # why", "drf==1", set()),
        ("1", "", "another", {"another"}),
        ("1", 'django = "^2.2"', 'django = "^3.2"', {"django"}),
        ("1", 'drf = {version = "1", extras = ["x"]}', 'drf = "3"', {"drf"}),
    ],
)
def test_only_what_had_to_move_counts(
    evidence: Evidence, base: str, removed: str, added: str, counted: set[str]
) -> None:
    assert Moves(evidence, {"drf": base}).counted(hunk("a.in", removed, added)) == counted


def test_what_ours_moved_to_another_release_that_works_is_done(evidence: Evidence) -> None:
    theirs = hunk("a.in", "drf==1", "drf==9")
    for ours, verdict in (("3", "equivalent"), ("2", "none"), ("1", "none")):
        moves = Moves(evidence, {"drf": "1"}, {"drf": ours})
        limits = meaning.Limits(counted=moves.counted(theirs), mended=moves.mended)
        assert meaning.of_requirements(theirs, f"drf=={ours}\n", LEG, limits) == verdict


def test_what_did_not_have_to_move_is_no_part_of_a_hunk() -> None:
    theirs = hunk("a.in", "Django<3\ndrf<2", "Django<4\ndrf<3")
    limits = meaning.Limits(counted=frozenset({"django"}))
    assert meaning.of_requirements(theirs, "Django<4\ndrf<2\n", LEG, limits) == "equivalent"
    assert meaning.of_requirements(theirs, "Django<4\ndrf<2\n", LEG, meaning.Limits()) == "partial"


def test_requirements_as_tools_write_them() -> None:
    assert meaning.requirements(
        ['django = "^3.2"', "  'Six<2',", 'version = "1.0"', 'b = {extras = ["c"], version = "~1"}']
    ) == {
        "django": SpecifierSet(">=3.2,<4"),
        "six": SpecifierSet("<2"),
        "b": SpecifierSet(">=1,<2"),
    }


# ---- What the upgrade did not need ----


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    def commit(**files: str) -> None:
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        for argv in (["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
            subprocess.run(["git", *argv], cwd=tmp_path, check=True)

    subprocess.run(["git", "init", "-qb", "main"], cwd=tmp_path, check=True)
    commit(
        Makefile="all:\n\tsed 's/x//' known.txt > a\n", **{"old.in": "pip\n", "setup.py": "import setuptools, pip\n"}
    )
    commit(**{"pip.in": "# why\npip\nsetuptools\n", "web.in": "django\n"})
    return tmp_path


@pytest.mark.parametrize(
    ("added", "unneeded"),
    [
        ("\tpip-compile -o pip.txt pip.in", True),
        ("\tpip-compile -o web.txt web.in", False),
        ("\tpip-compile -o old.txt old.in", False),
        ("\tpip-compile -o pip.txt pip.in\n\techo", False),
    ],
)
def test_a_new_list_of_tools_is_compiled(repo: Path, added: str, unneeded: bool) -> None:
    assert concerned(History(repo, "HEAD~1", "HEAD")).only_compiles(hunk("Makefile", "", added)) is unneeded


@pytest.mark.parametrize(
    ("added", "unneeded"),
    [
        ("\tsed 's/Django<2.3//g' common.txt > common.tmp\n\tmv common.tmp common.txt", True),
        ("\tsed 's/Django<2.3//g' known.txt > known.tmp", False),
        ("\tsed 's/Django<2.3//g' common.txt > common.tmp\n\techo", False),
    ],
)
def test_a_limit_that_came_after_the_base_keeps_nothing_back_there(repo: Path, added: str, unneeded: bool) -> None:
    assert concerned(History(repo, "HEAD~1", "HEAD")).frees_what_came(hunk("Makefile", "", added)) is unneeded


@pytest.mark.parametrize(
    ("removed", "added", "need"),
    [
        ("x = '{}, {}'.format(a, 'b')", "x = f'{a}, b'", Need.CLEAN_UP),
        ("x = 'a %s b' % (c,)", "x = f'a {c} b'", Need.CLEAN_UP),
        ("x = '{d} b'.format(d=c.e)", "x = '%s b' % c.e", Need.CLEAN_UP),
        ("x = '{:>3} b'.format(c)", "x = f'{c} b'", Need.REQUIRED),
        ("x = '{!r} b'.format(c)", "x = f'{c} b'", Need.REQUIRED),
        ("x = '{} b'.format(c)", "x = f'{d} b'", Need.REQUIRED),
        ("self.a = 1", "self.maxDiff = None\nself.a = 1", Need.CLEAN_UP),
        ("x = {'context_processors': ['a', 'b']}", "x = {'context_processors': ['b', 'a', 'b']}", Need.CLEAN_UP),
        ("x = {'context_processors': ['a', 'b']}", "x = {'context_processors': ['b', 'a']}", Need.REQUIRED),
        ("x = {'middleware': ['a', 'b']}", "x = {'middleware': ['b', 'a', 'b']}", Need.REQUIRED),
    ],
)
def test_what_is_written_otherwise(removed: str, added: str, need: Need) -> None:
    before = f"y = 1\n{removed}\n"
    assert need_of(hunk("a.py", removed, added, 2), Sort.CODE, before, tidy("a.py", before, LEG)) is need


def test_a_loop_over_items() -> None:
    before = "for key in a:\n    if b[key] > a[key]['x']:\n        a[key] = 2\nfor key in c:\n    print(key)\n"
    after = (
        "for key, value in a.items():\n    if b[key] > value['x']:\n        a[key] = 2\nfor key in c:\n    print(key)\n"
    )
    assert with_items(before) == after
    assert with_items("for é in a: print(é, a[é])\n") == "for é, value in a.items(): print(é, value)\n"
    assert with_items("print 1\n") == "print 1\n"


@pytest.mark.parametrize(
    ("removed", "added", "taste"),
    [
        ("from django.test.client import Client", "from django.test import Client", True),
        ("from django.test.client import Client", "from django.test import RequestFactory", False),
        ("from ours.a.b import Client", "from ours.a import Client", False),
        ("from django.utils import timezone", "from django.conf import timezone", False),
    ],
)
def test_a_name_from_a_module_around_its_own(removed: str, added: str, taste: bool) -> None:
    assert is_taste(hunk("a.py", removed, added), f"{removed}\n", f"{added}\n") is taste


# ---- What ours did instead ----

BEFORE = "def f(a):\n    put(\n        a._headers.copy(),\n        1,\n    )\n"
THEIRS = BEFORE.replace("a._headers.copy()", "headers(a)")


@pytest.mark.parametrize(
    ("ours", "same"),
    [
        (BEFORE.replace("a._headers.copy()", "dict(a.items())"), True),
        (BEFORE.replace("a._headers.copy()", "a._headers.get()"), False),
        (BEFORE.replace("        1,", "        2,"), False),
        (BEFORE, False),
        (f"{BEFORE}put(dict(a.items()), 1)\n", False),
    ],
)
def test_another_way_to_do_without_a_name(ours: str, same: bool) -> None:
    assert same_place(BEFORE, THEIRS, ours) is same


def test_a_name_that_theirs_keeps_is_no_such() -> None:
    assert not same_place("put(a.b, 1)\n", "put(a.b.c, 1)\n", "put(d, 1)\n")


USING = "import os\n\n\ndef headers(a):\n    return a\n\n\nput(headers(1))\nget(headers(2))\n"


@pytest.mark.parametrize(("lines", "serving"), [((8, 9), True), ((8,), False), ((), False)])
def test_a_function_for_others_counts_as_these(lines: tuple[int, ...], serving: bool) -> None:
    helper = Hunk("a.py", "a.py", 3, (), 4, ("def headers(a):", "    return a", ""))
    done = [Hunk("a.py", "a.py", each, ("x",), each, ("y",)) for each in lines]
    assert serves(helper, USING, done) is serving


@pytest.mark.parametrize(
    ("removed", "added", "serving"),
    [
        ("def t(rf):", "def t(rf, mocker):", True),
        ("def t(rf, a):", "def t(mocker):", False),
        ("def t(rf):", "def t(rf, other):", False),
        ("def u(rf):", "x = 1", False),
    ],
)
def test_a_parameter_for_others_counts_as_these(removed: str, added: str, serving: bool) -> None:
    theirs = f"def a(mocker):\n    mocker.x()\n\n\n{added}\n    y = M(mocker)\n    return rf\n"
    one = Hunk("a.py", "a.py", 5, (removed,), 5, (added,))
    assert serves(one, theirs, [Hunk("a.py", "a.py", 6, ("y = M()",), 6, ("y = M(mocker)",))]) is serving


@pytest.mark.parametrize(
    ("path", "removed", "added", "ours", "said"),
    [
        (
            "CHANGELOG.rst",
            "",
            "[1.2] - 2021\n* Added support for django 3.2",
            "Unreleased\n* Supports Django 3.2.\n",
            True,
        ),
        ("CHANGELOG.rst", "", "* Fixed a bug", "* Supports Django 3.2.\n", False),
        ("CHANGELOG.rst", "", "* Django 3.2", "* nothing\n", False),
        ("a/__init__.py", "__version__ = '1.1.1'", "__version__ = '2.0.0'", "__version__ = '1.2.0'\n", True),
        ("a/__init__.py", "__version__ = '1.1.1'", "__version__ = '2.0.0'", "__version__ = '1.1.1'\n", False),
        ("package.json", '  "version": "1.1.1",', '  "version": "1.2.0",', '  "version": "1.2.0",\n', True),
        ("a.py", "x = '1.1.1'", "x = '2.0.0'", "x = '1.2.0'\n", False),
    ],
)
def test_what_a_library_says_of_itself(path: str, removed: str, added: str, ours: str, said: bool) -> None:
    assert says_so(hunk(path, removed, added), f"{removed}\n", ours, LEG[1]) is said


@pytest.mark.parametrize(("ours", "verdict"), [("ignore::a.B", Verdict.EQUIVALENT), ("ignore::a.C", Verdict.NONE)])
def test_a_filter_of_any_message_names_none(ours: str, verdict: Verdict) -> None:
    before, theirs = "filterwarnings =\n    error\n", hunk("pytest.ini", "", "    ignore:.*:a.B", 2)
    assert judge(theirs, Sort.OTHER, Three(before, "", f"{before}    {ours}\n"), (), LEG) is verdict
