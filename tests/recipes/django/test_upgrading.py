"""Whole upgrades of tiny services, on real Djangos."""

from __future__ import annotations

from pathlib import Path

import pytest

from chairlift.ports import RecipeFailed
from chairlift.recipes.django.changing import Choice, NoSuchFixer
from chairlift.recipes.django.recipe import DjangoRecipe
from chairlift.recipes.django.releases import Stage
from chairlift.recipes.django.report.model import Report, State
from chairlift.recipes.django.upgrading import CannotUpgrade, Wanted, preview, upgrade
from chairlift.testing.contracts.recipe import Example, ProverContract, RecipeContract, Suites
from chairlift.testing.recipes import read_files
from tests.recipes.django.dependencies.wheels import wheel
from tests.recipes.django.index import served
from tests.recipes.django.proving.services import GREEN, in_a_sandbox, on_django, service, with_user

real = pytest.mark.usefixtures("own_cache")
SIGNALS = "from django.dispatch import Signal\n\ndone = Signal(providing_args=['x'])\n"
REMOVED = """\
from django.utils.encoding import python_2_unicode_compatible


@python_2_unicode_compatible
class A:
    pass
"""


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Environments are kept where the other tests keep theirs."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path(__file__).parents[3] / ".tools" / "upgrading"))


def told(report: Report) -> list[str]:
    rows = [f"{run.what} {run.state} {run.django[:3]}" for run in report.baseline]
    return rows + [f"{part.stage} {run.state} {run.django[:3]}" for part in report.parts for run in part.runs]


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
def test_what_the_bump_alone_breaks_is_mended_and_proven(tmp_path: Path) -> None:
    files = {"shop/signals.py": SIGNALS, "shop/old.py": REMOVED}
    made = service(tmp_path, files, tests=GREEN + "\n    def test_old(self):\n        import shop.old, shop.signals\n")
    before = read_files(made)
    report = preview(made, Wanted((3, 2), seconds=600))
    assert read_files(made) == before, "a preview changes nothing"
    assert told(report) == [
        "before passed 2.2",
        "Django alone failed 3.2",
        "prepare passed 2.2",
        "upgrade passed 3.2",
        "clean-up passed 3.2",
    ]
    assert report.state is State.GREEN
    prepare, done, _ = report.parts
    assert "signal_providing_args" in {each.name for each in prepare.reasons}
    assert {bump.name for bump in done.bumps} >= {"django"}
    assert [each.path for each in done.files] == ["requirements.txt", "site_settings.py"]


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
def test_red_before_is_never_called_green(tmp_path: Path) -> None:
    made = service(tmp_path, tests=GREEN + "\n    def test_red(self):\n        self.fail('always')\n")
    report = preview(made, Wanted((3, 2), stages=(Stage.UPGRADE,), seconds=600))
    assert report.state in (State.RED, State.OPEN)
    assert any("the default branch itself is not green" in text for text in report.parts[0].unproven)


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
def test_a_distribution_that_cannot_do_it_is_moved_to_its_oldest_release_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = "from django.utils.encoding import python_2_unicode_compatible\n", "VALUE = 1\n"
    for version, text in (("1.0", old), ("1.1", old), ("1.2", new), ("1.3", new), ("2.0", new)):
        wheel(tmp_path / "index", "tick", version, files={"tick/__init__.py": text})
    tests = GREEN + "\n    def test_tick(self):\n        import tick\n"
    made = service(tmp_path / "shop", {"requirements.txt": "django==2.2.28\ntick==1.0\n"}, tests=tests)
    with served(tmp_path / "index") as url:
        monkeypatch.setenv("UV_INDEX", url)
        report = preview(made, Wanted((3, 2), stages=(Stage.UPGRADE,), seconds=900))
    (part,) = report.parts
    assert part.state is State.GREEN, (part.repairs, part.runs)
    (bump,) = (each for each in part.bumps if each.name == "tick")
    assert (bump.before, bump.after) == ("1.0", "1.2")
    assert "does not work on the target" in bump.why
    assert any(text.startswith("tick 1.0 -> 1.2") for text in part.repairs)


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
def test_distributions_that_only_work_together_move_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = "from django.utils.encoding import python_2_unicode_compatible\n"
    for version in ("1.0", "1.1", "1.2"):
        first = old if version == "1.0" else "import tock\n"
        wheel(tmp_path / "index", "tick", version, files={"tick/__init__.py": first})
        second = "VALUE = 1\n" if version != "1.0" else old
        wheel(tmp_path / "index", "tock", version, files={"tock/__init__.py": second})
    tests = GREEN + "\n    def test_tick(self):\n        import tick\n"
    pins = {"requirements.txt": "django==2.2.28\ntick==1.0\ntock==1.0\n"}
    made = service(tmp_path / "shop", pins, tests=tests)
    with served(tmp_path / "index") as url:
        monkeypatch.setenv("UV_INDEX", url)
        report = preview(made, Wanted((3, 2), stages=(Stage.UPGRADE,), seconds=900))
    (part,) = report.parts
    assert part.state is State.GREEN, (part.repairs, part.runs)
    moved = {each.name: (each.before, each.after) for each in part.bumps if each.name in ("tick", "tock")}
    assert moved == {"tick": ("1.0", "1.1"), "tock": ("1.0", "1.1")}, "both, and no further than they must"
    assert all("does not work on the target" in each.why for each in part.bumps if each.name in moved)


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
def test_what_no_traceback_names_is_found_by_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = "def value():\n    try:\n        from tick import inner\n        return inner.X\n"
    quiet += "    except ImportError:\n        return 0\n"
    old = "from django.utils.encoding import python_2_unicode_compatible\nX = 1\n"
    for version, text in (("1.0", old), ("1.1", "X = 1\n"), ("2.0", "X = 1\n")):
        wheel(tmp_path / "index", "tick", version, files={"tick/__init__.py": quiet, "tick/inner.py": text})
    for version in ("1.0", "2.0"):
        # Missing on 2.2, too, where it did no harm: no suspect.
        never = "from django.utils.encoding import never_there\n"
        wheel(tmp_path / "index", "knock", version, files={"knock/__init__.py": "", "knock/inner.py": never})
    tests = GREEN + "\n    def test_tick(self):\n        import tick\n        self.assertEqual(tick.value(), 1)\n"
    pins = {"requirements.txt": "django==2.2.28\ntick==1.0\nknock==1.0\n"}
    made = service(tmp_path / "shop", pins, tests=tests)
    with served(tmp_path / "index") as url:
        monkeypatch.setenv("UV_INDEX", url)
        report = preview(made, Wanted((3, 2), stages=(Stage.UPGRADE,), seconds=900))
    (part,) = report.parts
    assert part.state is State.GREEN, (part.repairs, part.runs)
    assert {each.name: each.after for each in part.bumps if each.name != "django"}.get("tick") == "1.1"
    assert not any("knock" in text for text in part.repairs), part.repairs


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
@pytest.mark.parametrize(
    ("drifted", "unknown", "said"),
    [
        (False, False, ""),
        (True, False, "it was missing before the upgrade already"),
        (False, True, "whether it was missing before the upgrade already could not be told"),
    ],
)
def test_only_migrations_that_the_target_brings_are_written(
    tmp_path: Path, drifted: bool, unknown: bool, said: str
) -> None:
    made = with_user(tmp_path)
    models, settings = made / "shop" / "models.py", made / "site_settings.py"
    if drifted:
        models.write_text(models.read_text().replace("max_length=20", "max_length=21"))
    if unknown:
        settings.write_text(settings.read_text() + "import django\nassert django.VERSION > (3,)\n")
    before = {*(made / "shop" / "migrations").glob("*.py")}
    (part,) = upgrade(made, Wanted((3, 2), stages=(Stage.UPGRADE,), seconds=600)).parts
    written = [] if said else ["shop/migrations/0003_alter_user_first_name.py"]
    assert list(part.migrations) == written
    assert {*(made / "shop" / "migrations").glob("*.py")} - before == {made / each for each in written}
    told = [each.text for each in part.findings if each.code == "migration" and "was not written" in each.text]
    assert [said in each for each in told] == ([True] if said else [])


def test_without_tests_nothing_is_proven(tmp_path: Path) -> None:
    made = service(tmp_path, {"shop/signals.py": SIGNALS})
    report = upgrade(made, Wanted((3, 2), choice=Choice(offline=True), proves=False, stages=(Stage.PREPARE,)))
    assert report.state is State.OPEN
    assert (made / "shop/signals.py").read_text() == SIGNALS.replace("providing_args=['x']", "")
    again = upgrade(made, Wanted((3, 2), choice=Choice(offline=True), proves=False, stages=(Stage.PREPARE,)))
    assert again.state is State.NOTHING


@pytest.mark.parametrize(("target", "said"), [((3, 2), 0), ((5, 2), 1)])
def test_a_jump_over_long_term_releases_is_said(tmp_path: Path, target: tuple[int, int], said: int) -> None:
    wanted = Wanted(target, choice=Choice(offline=True), proves=False, stages=(Stage.PREPARE,))
    found = [each for each in upgrade(service(tmp_path), wanted).findings if each.code == "jump"]
    assert [each.how.split(",")[0] for each in found] == ["go to 3.2"] * said


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Wanted((9, 9)), "Django 9.9 is not known here"),
        (Wanted((2, 0)), "on Django 2.2 already, which is newer than 2.0"),
        (Wanted((3, 2), current=(1, 4)), "too old or too new"),
    ],
)
def test_what_cannot_begin_says_why(tmp_path: Path, wanted: Wanted, why: str) -> None:
    with pytest.raises(CannotUpgrade, match=why):
        upgrade(service(tmp_path), wanted)


def test_a_checkout_that_says_nothing_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(CannotUpgrade, match="say it with --from"):
        upgrade(tmp_path, Wanted((3, 2)))
    with pytest.raises(CannotUpgrade, match="is no folder"):
        upgrade(tmp_path / "gone", Wanted((3, 2)))


def test_only_and_skip_name_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFixer, match=r"docs/fixers\.md"):
        Choice(only=frozenset({"no_such"}))
    made = service(tmp_path, {"shop/signals.py": SIGNALS})
    skip = Choice(skip=frozenset({"signal_providing_args"}), offline=True)
    report = upgrade(made, Wanted((3, 2), choice=skip, proves=False, stages=(Stage.PREPARE,)))
    assert (made / "shop/signals.py").read_text() == SIGNALS
    assert report.state is State.NOTHING


class TestRecipe(RecipeContract):
    @pytest.fixture
    def recipe(self) -> DjangoRecipe:
        return DjangoRecipe()

    @pytest.fixture
    def example(self) -> Example:
        before = {"requirements.txt": "django==2.2.28\n", "shop/signals.py": SIGNALS}
        after = {**before, "shop/signals.py": SIGNALS.replace("providing_args=['x']", "")}
        return Example(before, after, {"target": "3.2", "stage": "prepare", "offline": True}, {"target": "soon"})


@in_a_sandbox
@on_django((2, 2))
@on_django((3, 2))
@real
class TestProver(ProverContract):
    @pytest.fixture
    def prover(self) -> DjangoRecipe:
        return DjangoRecipe()

    @pytest.fixture
    def suites(self, tmp_path_factory: pytest.TempPathFactory) -> Suites:
        def files(tests: str, django: str = "django==3.2.25") -> dict[str, str]:
            return read_files(
                service(tmp_path_factory.mktemp("suite"), {"requirements.txt": django + "\n"}, tests=tests)
            )

        red = GREEN + "\n    def test_red(self):\n        self.fail('always')\n"
        without = {"requirements.txt": "django==3.2.25\n"}
        elsewhere = files(GREEN, "django==2.2.28")
        return Suites(
            files(GREEN), files(red), without, elsewhere, {"target": "3.2", "stage": "upgrade", "prove": True}
        )


@pytest.mark.parametrize(
    ("stage", "changed", "django"),
    [("prepare", True, None), ("upgrade", False, None), ("upgrade", True, "3.2"), ("clean-up", True, "3.2")],
)
def test_what_must_have_run_depends_on_the_change(stage: str, changed: bool, django: str | None) -> None:
    settings = {"target": "3.2", "stage": stage, "prove": True, "tests": "pytest -q", "skip": ["djade"]}
    order = DjangoRecipe().order(settings, changed)
    kept = {"stage": stage, "target": "3.2", "tests": "pytest -q"}
    assert order == kept | ({"django": django} if django else {}), "and nothing that cannot matter"


def test_a_checkout_that_says_nothing_cannot_be_proven(tmp_path: Path) -> None:
    with pytest.raises(RecipeFailed, match=r'give the recipe current = "2\.2"'):
        DjangoRecipe().prove(tmp_path, {}, 60)
    with pytest.raises(RecipeFailed, match="soon"):
        DjangoRecipe().prove(service(tmp_path), {"stage": "upgrade", "target": "soon"}, 60)
    with pytest.raises(RecipeFailed, match="needs the setting 'target'"):
        DjangoRecipe().prove(service(tmp_path), {"stage": "upgrade"}, 60)


def test_the_recipe_is_done_where_the_target_is_reached(tmp_path: Path) -> None:
    made = service(tmp_path, {"requirements.txt": "django==3.2.25\n"})
    for stage in ("prepare", "upgrade"):
        said = DjangoRecipe().apply(made, {"target": "3.2", "stage": stage, "offline": True}, 60)
        assert (said.done, said.summary) == (True, "it is on Django 3.2 already")


def test_what_a_person_must_see_ends_with_its_release_note(tmp_path: Path) -> None:
    old = "from django.db.models import Avg\n\nboth = Avg('a', 'b')\n"
    made = service(tmp_path, {"requirements.txt": "django==4.2.20\n", "shop/totals.py": old})
    settings = {"target": "5.2", "stage": "prepare", "offline": True, "only": ["aggregate_arguments"]}
    (said,) = [each for each in DjangoRecipe().apply(made, settings, 60).findings if "Avg()" in each]
    assert said == (
        "shop/totals.py:3: Avg() takes one argument (Give it one expression; several columns need one aggregate each.)"
        "; see https://docs.djangoproject.com/en/5.2/releases/5.2/#miscellaneous"
    )


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"target": "3.2"}, "stage"),
        ({"target": "3.2", "stage": "party"}, "'clean-up'"),
        ({"target": "3.2", "stage": "prepare", "prov": True}, "no setting 'prov'; it has: current,"),
        ({"target": "3.2", "stage": "prepare", "prove": "yes"}, "prove must be true or false"),
        ({"target": "3.2", "stage": "prepare", "only": "x"}, "only must be a list"),
        ({"target": "3.2", "stage": "prepare", "skip": ["no_such"]}, "no fixer called 'no_such'"),
    ],
)
def test_settings_that_cannot_work_are_said(tmp_path: Path, settings: dict[str, object], why: str) -> None:
    with pytest.raises(RecipeFailed, match=why):
        DjangoRecipe().apply(service(tmp_path), settings, 60)
