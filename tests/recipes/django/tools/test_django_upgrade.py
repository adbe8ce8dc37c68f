from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import django
import django_upgrade.data as theirs
import pytest
from django_upgrade.data import FIXERS, Settings, State

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release
from chairlift.recipes.django.scanning import Scanner
from chairlift.recipes.django.source import NotPython, Source
from chairlift.recipes.django.tools import triggers
from chairlift.recipes.django.tools.django_upgrade import EVERY_REPAIR, DjangoUpgrade, Repair, plainly
from chairlift.recipes.django.tools.visiting import visit
from chairlift.testing.recipes import write_files
from tests.recipes.django.tools.examples import ALL, EXAMPLES

BARE = frozenset[Repair]()


def ours(path: str, text: str, target: Release, repairs: frozenset[Repair] = BARE, root: Path = Path("nowhere")) -> str:
    tool = DjangoUpgrade(target, repairs)
    data = text.encode()
    names = tool.may_change(path, data, Scanner(tool.literals).found(data))
    return tool.run(Source(path, data), names, Project(root)).text if names else text


def real_files() -> Iterator[tuple[str, bytes]]:
    """Django itself and what stands beside it: thousands of files that use it in every way."""
    packages = Path(django.__file__).parent.parent
    for path in sorted(packages.glob("*/**/*.py")):
        yield str(path.relative_to(packages)), path.read_bytes()


def test_there_is_an_example_for_every_fixer_and_all_were_read() -> None:
    assert EXAMPLES.keys() == FIXERS.keys()
    assert triggers.unread() == []


@pytest.mark.parametrize(("name", "path", "target", "text"), ALL)
def test_an_example_is_changed_by_its_fixer_as_the_command_would(
    name: str, path: str, target: Release, text: str
) -> None:
    expected = theirs_alone(name, path, target, text)
    assert expected != text
    tool = DjangoUpgrade(target, BARE, frozenset(FIXERS) - {name})
    names = tool.may_change(path, text.encode(), Scanner(tool.literals).found(text.encode()))
    assert names == (name,)
    assert tool.run(Source.of(text, path), names, Project(Path("nowhere"))).text == expected


def theirs_alone(name: str, path: str, target: Release, text: str) -> str:
    from django_upgrade.main import apply_fixers

    return apply_fixers(text, Settings(target, only_fixers={name}), path)


@pytest.mark.parametrize("target", [(2, 2), (3, 2), (4, 2), (5, 2), (6, 1)])
def test_all_fixers_together_make_what_the_command_makes(target: Release) -> None:
    for _, path, _, text in ALL:
        for variant in (text, "x = 1\n\n\n" + text, text + "\n\n# end\nx = 1\n", "'''é'''\n" + text + "y = 'é'"):
            assert ours(path, variant, target) == plainly(variant, path, target)
            crlf = variant.replace("\n", "\r\n")
            assert ours(path, crlf, target) == plainly(crlf, path, target)


def test_a_file_that_holds_all_examples_is_as_the_command_makes_it() -> None:
    text = "\n\n".join(text for _, _, _, text in ALL)
    for path in ("a.py", "tests/settings/models.py", "x/management/commands/admin.py"):
        assert ours(path, text, (6, 1)) == plainly(text, path, (6, 1))


@pytest.mark.parametrize("target", [(2, 2), (6, 1)])
def test_no_real_file_is_changed_that_its_literals_rule_out(target: Release) -> None:
    """For each fixer alone: what it does to a file that `may_change` does not name, it does not do to the text."""
    tool = DjangoUpgrade(target, BARE)
    scanner = Scanner(tool.literals)
    called = changed = 0
    for path, data in real_files():
        try:
            source = Source(path, data)
            tree = source.tree
        except NotPython:
            continue
        state = State(Settings(target), path, defaultdict(set))
        enabled = [name for name, each in FIXERS.items() if each.min_version <= target]
        enabled = [name for name in enabled if (can := FIXERS[name].condition) is None or can(state)]
        said = {name for each in visit(tree, state, enabled).values() for name, _, _ in each}
        named = set(tool.may_change(path, data, scanner.found(data)))
        for name in said - named:
            called += 1
            assert theirs_alone(name, path, target, source.text) == source.text, (path, name)
        changed += bool(named)
    # The corpus must try it: there are files that a fixer looks at for nothing, and files that one may change.
    assert called > 20
    assert changed > 20


def test_statements_that_keep_a_fixer_from_a_change_are_visited() -> None:
    for path, text in (
        ("settings.py", "STORAGES = {}\n\nSTATICFILES_STORAGE = 'a.B'\n"),
        ("a.py", "from django.utils.timezone import FixedOffset\nx = FixedOffset\ny = FixedOffset(1)\n"),
        (
            "a/admin.py",
            "from django.contrib import admin\nclass A:\n  x = 1\nclass A:\n  x = 2\nadmin.site.register(M, A)\n",
        ),
    ):
        assert ours(path, text, (6, 1)) == plainly(text, path, (6, 1)) == text


def test_our_walk_finds_what_theirs_finds() -> None:
    for _, path, _, text in ALL:
        tree = ast.parse(text)
        state = State(Settings((6, 1)), path, defaultdict(set))
        enabled = [name for name, each in FIXERS.items() if each.condition is None or each.condition(state)]
        mine = {at: len(each) for at, each in visit(tree, state, enabled).items()}
        assert mine == {at: len(each) for at, each in theirs.visit(ast.parse(text), Settings((6, 1)), path).items()}


def test_literals_are_words_of_the_fixer_that_they_are_for() -> None:
    for name in FIXERS.keys() - {"compatibility_imports"}:
        code = Path(__import__(f"django_upgrade.fixers.{name}", fromlist=["x"]).__file__).read_text()
        shared = Path(theirs.__file__).with_name("ast.py").read_text()
        for words in triggers.alternatives(name, (6, 1)) or ():
            for word in words:
                assert word.decode() in code + shared, (name, word)


def test_a_fixer_whose_code_was_not_read_sees_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(triggers._READ, "use_l10n", "another")
    assert triggers.unread() == ["use_l10n"]
    tool = DjangoUpgrade((4, 0), BARE)
    assert tool.may_change("settings.py", b"x = 1\n", frozenset()) == ("use_l10n",)


def test_names_in_other_forms_and_encodings_are_found() -> None:
    scanner = Scanner([b"utc", b"META"])
    assert scanner.found("x = timezone.ｕｔｃ\n".encode()) == {b"utc"}
    assert scanner.found(b"# coding: utf-7\nx = 1\n") == {b"utc", b"META"}
    assert scanner.found(b"# coding: nonsense\nx = 1\n") == {b"utc", b"META"}
    assert scanner.found(b"# coding: latin-1\nx = '\xe9' # META\n") == {b"META"}
    assert scanner.found(b"import encodings\nx = 1\n") == frozenset()


def test_the_target_is_the_newest_that_it_knows() -> None:
    assert DjangoUpgrade((99, 0)).version == (6, 1)
    assert DjangoUpgrade((2, 2)).version == (2, 2)
    assert ours("x/__init__.py", "default_app_config = 'x'\n", (3, 1)) == "default_app_config = 'x'\n"


# Repairs: each one test where it does something, one where it does not, and one without it.

_IMPORT = "from django.conf.urls import url\nfrom app import views\n"
_BOOK = _IMPORT + "urlpatterns = [url(r'^(?P<pk>\\d+)/$', views.book)]\n"
_PATH = "path('<int:pk>/'"


@pytest.mark.parametrize(
    ("view", "safe"),
    [
        ("def book(request, pk):\n    return get_object_or_404(Book, pk=pk)\n", True),
        ("def book(request, pk):\n    return Book.objects.get(id=int(pk))\n", True),
        ("def book(request, pk):\n    return Book.objects.filter(author_id=pk)\n", True),
        ("def book(request, pk):\n    return pk == '7'\n", False),
        ("def book(request, pk):\n    return get_object_or_404(Book, title=pk)\n", False),
        ("def book(request, pk):\n    return pages[pk]\n", False),
        ("def book(request, **kwargs):\n    return None\n", False),
        ("def book(request, pk):\n    return locals()\n", False),
        ("@cached\ndef book(request, pk):\n    return None\n", False),
        ("def book(request, pk):\n    return None\ndef book(request, pk):\n    return pk + 'x'\n", False),
        ("book = something()\n", False),
    ],
)
def test_a_converter_that_changes_the_type_is_made_only_where_the_view_bears_it(
    tmp_path: Path, view: str, safe: bool
) -> None:
    write_files(tmp_path, {"app/__init__.py": "", "app/views.py": view})
    made = ours("site/urls.py", _BOOK, (3, 2), EVERY_REPAIR, tmp_path)
    assert (_PATH in made) == safe
    assert safe or "re_path(r'^(?P<pk>\\d+)/$'" in made
    assert _PATH in ours("site/urls.py", _BOOK, (3, 2), EVERY_REPAIR - {Repair.TYPES}, tmp_path)


@pytest.mark.parametrize(
    ("view", "safe"),
    [
        ("from django.views.generic import DetailView\nclass book(DetailView):\n    model = 1\n", True),
        ("from django.views import generic\nclass book(generic.DetailView):\n    model = 1\n", True),
        (
            "from django.views.generic import DetailView\nclass book(DetailView):\n"
            "    def get(self, request):\n        return self.kwargs['pk']\n",
            False,
        ),
        ("from elsewhere import Base\nclass book(Base):\n    pass\n", False),
        ("class book:\n    pass\n", False),
    ],
)
def test_views_that_are_classes(tmp_path: Path, view: str, safe: bool) -> None:
    write_files(tmp_path, {"app/__init__.py": "", "app/views.py": view})
    text = _BOOK.replace("views.book", "views.book.as_view()")
    assert (_PATH in ours("site/urls.py", text, (3, 2), EVERY_REPAIR, tmp_path)) == safe


def test_what_is_included_may_take_the_argument_as_it_likes(tmp_path: Path) -> None:
    text = "from django.conf.urls import include, url\nx = [url(r'^(?P<pk>[0-9]+)/', include('a.urls'))]\n"
    assert "re_path(r'^(?P<pk>[0-9]+)/'" in ours("urls.py", text, (3, 2), EVERY_REPAIR, tmp_path)


def test_text_stays_text(tmp_path: Path) -> None:
    text = "from django.conf.urls import url\nx = [url(r'^(?P<name>[^/]+)/$', v)]\n"
    assert "path('<str:name>/', v)" in ours("urls.py", text, (3, 2), EVERY_REPAIR, tmp_path)


def test_a_regular_expression_without_an_anchor_stays_one() -> None:
    text = "from django.conf.urls import url\nx = [url(r'books/$', v), url(r'^a/$', v), url('', include(w))]\n"
    made = ours("urls.py", text, (3, 2), EVERY_REPAIR)
    assert "re_path(r'books/$', v)" in made
    assert "path('a/', v)" in made
    assert "path('', include(w))" in made
    assert "path('books/', v)" in ours("urls.py", text, (3, 2), EVERY_REPAIR - {Repair.ANCHORS})


def test_another_encoding_is_kept_and_changed_only_with_the_repair() -> None:
    text = "# coding: latin-1\nfrom django.utils.encoding import force_text\nx = 'é' + force_text('é')\n"
    source = Source("a.py", text.encode("latin-1"))
    with_it = DjangoUpgrade((3, 2)).run(source, ("utils_encoding",), Project(Path("nowhere")))
    assert with_it.text == text.replace("force_text", "force_str")
    without = DjangoUpgrade((3, 2), EVERY_REPAIR - {Repair.ENCODINGS})
    assert without.run(source, ("utils_encoding",), Project(Path("nowhere"))).text == text


def test_a_fixer_that_fails_is_a_finding_and_the_file_is_left_alone() -> None:
    # A name in another form: django-upgrade looks for the token `force_text`, runs off the end, and dies.
    text = "from django.utils.encoding import ｆorce_text\nx = 1\n"
    rewritten = DjangoUpgrade((3, 2)).run(Source.of(text), ("utils_encoding",), Project(Path("nowhere")))
    assert rewritten.text == text
    (finding,) = rewritten.findings
    assert "utils_encoding failed: IndexError" in finding.text
    with pytest.raises(IndexError):
        plainly(text, "a.py", (3, 2))


def test_what_would_not_be_python_is_left_alone() -> None:
    # Each of the two lines is taken out because the other one is there.
    text = "class Base:\n    USE_L10N = True\n    USE_L10N = True\n"
    rewritten = DjangoUpgrade((4, 0)).run(Source.of(text, "settings.py"), ("use_l10n",), Project(Path("nowhere")))
    assert rewritten.text == text
    assert "would not be Python after use_l10n" in rewritten.findings[0].text
    assert ours("settings.py", text, (4, 0)) == plainly(text, "settings.py", (4, 0)) == "class Base:\n"


def test_each_fixer_is_counted_for_what_it_changed() -> None:
    text = (
        "from django.conf.urls import url\nfrom django.utils.translation import ugettext as _\n"
        "from django.db.models import ForeignKey\nx = ForeignKey('a', on_delete=1)\n_('a')\n"
    )
    names = ("django_urls", "utils_translation", "on_delete")
    rewritten = DjangoUpgrade((3, 2), BARE).run(Source.of(text), names, Project(Path("nowhere")))
    assert rewritten.made == {"utils_translation": 1}


def test_a_second_run_changes_nothing() -> None:
    for _, path, target, text in ALL:
        once = ours(path, text, target, EVERY_REPAIR)
        assert ours(path, once, target, EVERY_REPAIR) == once
        assert re.search(r"\S", text)
