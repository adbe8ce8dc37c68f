"""Whole proofs of tiny services on real Djangos, with every bad habit: what is not proven is not green."""

from __future__ import annotations

import json

import pytest

from chairlift.recipes.django.proving import prove as proving
from chairlift.recipes.django.proving.evidence import Result, State, Wish, of_data
from chairlift.recipes.django.proving.prove import prove, prove_upgrade, side_by_side
from chairlift.recipes.django.proving.sandbox import Bounds
from tests.recipes.django.proving.services import GREEN, STORE, in_a_sandbox, on_django, service

pytestmark = [in_a_sandbox, on_django((2, 2)), on_django((3, 2))]

OLD = Wish((2, 2), checks=False)
NEW = Wish((3, 2), bump=True, checks=False)


def proof(folder, tests=GREEN, wish=OLD, files=None, bounds=None, django="django==2.2.28"):
    made = prove(service(folder, files, django, tests), wish, STORE, bounds)
    assert of_data(json.loads(json.dumps(made.data()))) == made
    return made


# ---- what really ran ----


def test_green_says_what_ran(tmp_path):
    found = proof(tmp_path)
    assert found.state is State.PASSED, found
    assert found.why == "2 tests passed on Django 2.2.28"
    assert found.ran.django == ("2.2.28",)
    assert found.ran.python[0].startswith("3.")
    assert found.ran.databases[0].startswith("sqlite 3.")
    assert [case.id for case in found.tests] == ["shop.tests.Tests.test_saves", "shop.tests.Tests.test_two"]
    assert (found.sandboxed, found.unverified) == (True, ())


def test_nothing_in_the_checkout_changes(tmp_path):
    made = service(tmp_path, tests=GREEN)
    before = sorted(path.relative_to(made) for path in made.rglob("*"))
    prove(made, OLD, STORE)
    assert sorted(path.relative_to(made) for path in made.rglob("*")) == before


def test_another_django_than_meant_is_not_green(tmp_path):
    found = proof(tmp_path, wish=Wish((3, 2), checks=False))
    assert found.state is State.UNPROVEN
    assert found.why == "meant was Django 3.2, but the tests ran on 2.2.28"
    assert found.unverified


def test_bumping_moves_django_whatever_is_pinned(tmp_path):
    found = proof(tmp_path, wish=NEW)
    assert found.state is State.PASSED, found.why
    assert found.ran.django[0].startswith("3.2.")


def test_pytest_is_recorded_too(tmp_path):
    tests = GREEN + (
        "import pytest\n"
        "@pytest.mark.skip\ndef test_skipped(): pass\n"
        "@pytest.mark.xfail\ndef test_expected(): assert False\n"
        "@pytest.mark.parametrize('n', [1, 2])\ndef test_n(n): assert n == 1, 'not one'\n"
        "@pytest.fixture\ndef broken(): raise RuntimeError('no')\n"
        "def test_broken(broken): pass\n"
    )
    files = {
        "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = site_settings\npython_files = tests.py\n",
        "requirements.txt": "django==2.2.28\npytest<8\npytest-django\npytest-xdist\n",
    }
    for command in ("pytest", "pytest -n 2 -p no:cacheprovider"):
        found = proof(tmp_path, tests, Wish((2, 2), tests=command, checks=False, reruns=0), files)
        results = {case.id.rpartition("::")[2]: case.result for case in found.tests}
        assert results == {
            "test_saves": Result.PASSED,
            "test_two": Result.PASSED,
            "test_skipped": Result.SKIPPED,
            "test_expected": Result.XFAILED,
            "test_n[1]": Result.PASSED,
            "test_n[2]": Result.FAILED,
            "test_broken": Result.ERROR,
        }
        failures = {case.id.rpartition("::")[2]: case.failure for case in found.red}
        assert failures["test_n[2]"].message.startswith("not one")
        assert failures["test_n[2]"].frame.startswith("shop/tests.py:")
        assert failures["test_broken"].kind == "RuntimeError"
        assert found.ran.django == ("2.2.28",)


def test_parallel_tests_of_django_are_counted_once(tmp_path):
    tests = GREEN + "class More(TestCase):\n    def test_red(self):\n        self.assertEqual(1, 2)\n"
    # Without tblib Django cannot bring a failure over from another process.
    wish = Wish((2, 2), tests="python manage.py test --parallel 2", extra=("tblib",), checks=False, reruns=0)
    found = proof(tmp_path, tests, wish)
    assert len(found.tests) == 3
    assert [case.id for case in found.red] == ["shop.tests.More.test_red"]


def test_a_failure_is_told_by_its_own_frame(tmp_path):
    files = {"shop/deep.py": "def inner(value):\n    return value._headers\n"}
    tests = """
        from django.http import HttpResponse
        from shop.deep import inner
        class Tests(SimpleTestCase):
            def test_it(self):
                inner(HttpResponse())
            def test_sub(self):
                for n in (1, 2):
                    with self.subTest(n=n):
                        self.assertEqual(n, 1)
    """
    found = proof(tmp_path, tests, NEW, files)
    assert found.state is State.FAILED
    failures = {case.id.rpartition(".")[2]: case.failure for case in found.red}
    assert failures["test_it"].cause == "AttributeError: 'HttpResponse' object has no attribute '_headers'"
    assert failures["test_it"].frame == "shop/deep.py:2 inner"
    assert failures["test_sub"].kind == "AssertionError"


def test_warnings_are_told_by_who_gave_rise_to_them(tmp_path):
    tests = """
        warnings.simplefilter("ignore")
        from django.utils.translation import ugettext

        class Tests(SimpleTestCase):
            def test_it(self):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    ugettext("x")
                with self.assertWarns(DeprecationWarning):
                    warnings.warn("mine", DeprecationWarning)
    """
    found = proof(tmp_path, tests, NEW)
    assert found.state is State.PASSED, found.why
    by = {(each.category, each.path): each for each in found.warnings}
    assert by["RemovedInDjango40Warning", "shop/tests.py"].line == 13
    assert by["DeprecationWarning", "shop/tests.py"].text == "mine"


def test_the_three_legs_of_an_upgrade(tmp_path):
    tests = """
        from django.http import HttpResponse
        class Tests(SimpleTestCase):
            def test_headers(self):
                self.assertTrue({}(HttpResponse()))
            def test_more(self):
                pass
    """
    before = service(tmp_path / "before", tests=tests.format("(lambda r: r._headers)"))
    after = service(tmp_path / "after", tests=tests.format("(lambda r: r.items())"), django="django==3.2.25")
    found = prove_upgrade(before, after, OLD, Wish((3, 2), checks=False), STORE)
    assert [each.state for each in (found.before, found.bumped, found.after)] == ["passed", "failed", "passed"]
    assert found.comparison.state is State.PASSED


def test_several_go_side_by_side(tmp_path):
    slow = "class Tests(SimpleTestCase):\n    def test_it(self): time.sleep(2)\n"
    made = [service(tmp_path / str(n), tests=slow) for n in (1, 2)]
    prove(made[0], OLD, STORE)
    found = side_by_side([(each, OLD) for each in made], STORE)
    assert [each.state for each in found] == ["passed", "passed"]


# ---- flaky, red before ----


def test_a_flaky_test_is_told_apart(tmp_path):
    # What differs between two runs of one copy: the clock, and what is random.
    tests = (
        GREEN
        + "class Odd(SimpleTestCase):\n    def test_odd(self):\n        self.assertTrue(int(time.time() / 2) % 2)\n"
    )
    for _ in range(8):
        found = proof(tmp_path, tests, Wish((2, 2), checks=False, reruns=6))
        if found.flaky:
            break
    assert found.flaky == ("shop.tests.Odd.test_odd",)
    assert found.state is State.PASSED
    assert "1 of them flaky" in found.why


def test_a_test_that_fails_each_time_is_not_flaky(tmp_path):
    tests = GREEN + "class Red(SimpleTestCase):\n    def test_red(self):\n        self.fail('always')\n"
    found = proof(tmp_path, tests)
    assert (found.state, found.flaky) == (State.FAILED, ())
    assert found.why == "1 of 3 tests failed; the first: shop.tests.Red.test_red: AssertionError: always"


# ---- what is never green ----


def test_no_tests_are_absent(tmp_path):
    found = proof(tmp_path, "")
    assert found.state is State.ABSENT
    assert "no test was executed" in found.why


def test_no_sign_of_tests_is_absent(tmp_path):
    (tmp_path / "module.py").write_text("")
    found = prove(tmp_path, OLD, STORE)
    assert found.state is State.ABSENT
    assert "no tests were found" in found.why


@pytest.mark.parametrize(
    ("command", "state", "words"),
    [
        ("true", State.UNPROVEN, "no Python of the environment told what it ran"),
        ("python -c pass", State.ABSENT, "no test was executed"),
        ("python -m unittest shop.never", State.UNPROVEN, "never loaded Django"),
        ("python manage.py check", State.ABSENT, "no test was executed"),
        ("python manage.py test; true", State.FAILED, "1 of 1 tests failed"),
        ("python manage.py test shop.nothing && true", State.FAILED, "nothing"),
        ("no-such-program", State.UNPROVEN, "exit code 127"),
        ("echo 'Ran 5 tests' && echo OK", State.UNPROVEN, "no Python"),
    ],
)
def test_an_exit_code_proves_nothing(command, state, words, tmp_path):
    red = "class Tests(SimpleTestCase):\n    def test_it(self):\n        self.fail()\n"
    files = {"shop/never.py": "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): pass\n"}
    found = proof(tmp_path, red, Wish((2, 2), tests=command, checks=False), files)
    assert found.state is state, found.why
    assert words in found.why
    assert found.state is State.FAILED or found.unverified


def test_all_skipped_proves_nothing(tmp_path):
    found = proof(
        tmp_path, "import unittest\nclass T(TestCase):\n    @unittest.skip('x')\n    def test_it(self): pass\n"
    )
    assert found.state is State.UNPROVEN
    assert "all 1 tests were skipped" in found.why


def test_an_exit_code_beside_green_tests_is_believed(tmp_path):
    found = proof(tmp_path, wish=Wish((2, 2), tests="python manage.py test && exit 2", checks=False))
    assert found.state is State.FAILED
    assert "exit code 2, though none of 2 tests failed" in found.why


BAD = {
    "hang": ("time.sleep(999)", State.FAILED, "the tests hung: stopped after 12 seconds"),
    "network": ("socket.create_connection(('192.0.2.1', 80), 2)", State.UNPROVEN, "1 of 2 tests need a network"),
    "name": ("socket.create_connection(('example.com', 80), 2)", State.UNPROVEN, "need a network"),
    "database": (
        "from django.db.utils import OperationalError\n"
        "        raise OperationalError('could not connect to server: Connection refused')",
        State.UNPROVEN,
        "need a database",
    ),
    "secret": ("os.environ['STRIPE_API_KEY']", State.UNPROVEN, "a setting of the environment ('STRIPE_API_KEY')"),
    "outside": ("open('/usr/planted', 'w')", State.FAILED, "Read-only file system"),
    "parent": ("os.kill(os.getppid(), signal.SIGKILL); os.kill(os.getpid(), signal.SIGKILL)", State.FAILED, ""),
    "forks": ("[os.fork() for _ in range(30)]", State.FAILED, ""),
    "disk": ("open('big', 'wb').write(b'x' * (80 << 20))", State.FAILED, ""),
    "memory": ("bytearray(1 << 40)", State.FAILED, "MemoryError"),
    "exit": ("os._exit(0)", State.FAILED, "1 of 2 tests failed; the first: shop.tests.Tests.test_b: DidNotEnd"),
}


@pytest.mark.parametrize("habit", BAD)
def test_bad_habits_are_never_green(habit, tmp_path, monkeypatch):
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live")
    body, state, words = BAD[habit]
    tests = f"class Tests(SimpleTestCase):\n    def test_a(self): pass\n    def test_b(self):\n        {body}\n"
    bounds = Bounds(processes=60, disk_bytes=60 << 20, memory_bytes=2 << 30)
    found = proof(tmp_path, tests, Wish((2, 2), checks=False, seconds=12, reruns=0), bounds=bounds)
    assert found.state is not State.PASSED
    assert found.state is state or habit == "forks", found.why
    assert words in found.why
    assert found.state is State.FAILED or found.unverified


def test_results_that_call_nothing_they_override_are_heard(tmp_path):
    runner = """
        import sys, unittest, django
        class Silent(unittest.TextTestResult):
            def addSuccess(self, test): pass
            def addFailure(self, test, err): pass
        class T(unittest.TestCase):
            def test_green(self): pass
            def test_red(self): self.fail("x")
        unittest.main(testRunner=unittest.TextTestRunner(resultclass=Silent), module="run_tests")
    """
    found = proof(
        tmp_path, files={"run_tests.py": runner}, wish=Wish((2, 2), tests="python run_tests.py", checks=False)
    )
    assert {case.id.rpartition(".")[2]: case.result for case in found.tests} == {
        "test_green": Result.PASSED,
        "test_red": Result.FAILED,
    }
    assert found.state is State.FAILED


def test_a_python_that_is_missing_is_told(tmp_path):
    found = proof(tmp_path, wish=Wish((2, 2), python=(3, 12)))
    assert found.state is State.UNPROVEN
    assert "Django 2.2 does not run on Python 3.12" in found.why
    assert found.unverified == (f"everything: {found.why}",)


def test_a_django_that_is_not_known_is_told(tmp_path):
    found = proof(tmp_path, wish=Wish((9, 9)))
    assert found.state is State.UNPROVEN
    assert "Django 9.9 is not known here" in found.why


def test_what_cannot_be_built_is_told(tmp_path):
    found = proof(tmp_path, files={"requirements.txt": "django==2.2.28\nno-such-distribution-anywhere-1234\n"})
    assert found.state is State.UNPROVEN
    assert found.built.culprit == "no-such-distribution-anywhere-1234"
    assert "no-such-distribution-anywhere-1234" in found.why


def test_too_many_records_are_told(tmp_path):
    suite = proving.Suite(
        confined=proving.tests.Confined(proving.tests.sandbox.Ran(0, "", 1.0)),
        cases=(),
        ran=proof(tmp_path).ran,
        warnings=(),
        left_out=3,
    )
    found = proving.judge(suite, frozenset(), OLD, proving.commands.Command("x", "y"))
    assert found.unverified[0] == "3 records of the tests were left out: there were too many"
