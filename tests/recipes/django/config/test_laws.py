"""Laws over random formatting: what is not about Django stays, the second run is empty, and jobs follow."""

from __future__ import annotations

import contextlib
import tomllib

import hypothesis.strategies as st
from hypothesis import given, settings

from chairlift.recipes.django.config import ini, toml, yamls
from chairlift.recipes.django.config.specifiers import admitted, narrowed, opened, shifted, specifier
from chairlift.recipes.django.releases import SERIES
from tests.recipes.django.config.kit import CLEAN_UP, PREPARE, UPGRADE, changed, run

few = settings(max_examples=300, deadline=None)
blanks = st.sampled_from(["", " ", "  "])
comments = st.sampled_from(["", "  # why", ' # it\'s "odd": [x]', "  # Django 1.0"])
ends = st.sampled_from(["\n", "\r\n"])
LONG_TERM = [(3, 2), (4, 2), (5, 2)]


@st.composite
def workflows(draw: st.DrawFn) -> str:
    quote = draw(st.sampled_from(["'", '"']))
    values = draw(st.sampled_from([["2.2"], ["2.2", "3.0"], ["3.1", "3.0", "2.2"]]))
    texts = [f"{quote}{value}{quote}" for value in values]
    indent, note = draw(st.sampled_from(["  ", "    "])), draw(comments)
    deep = indent * 4
    if draw(st.booleans()):
        axis = [f"{deep}django: [{draw(blanks)}{(',' + draw(blanks)).join(texts)}{draw(blanks)}]{note}"]
    else:
        step = draw(st.sampled_from(["", "  "]))
        axis = [f"{deep}django:{note}", *(f"{deep}{step}- {text}{draw(comments)}" for text in texts)]
    anchor = draw(st.booleans())
    lines = [
        f"name: CI{draw(comments)}",
        "on: [push]",
        "jobs:",
        f"{indent}test:{draw(comments)}",
        f"{indent * 2}runs-on: ubuntu-latest",
        f"{indent * 2}strategy:",
        f"{indent * 3}matrix:",
        *([f"{deep}python: &pythons ['3.10']"] if anchor else [f"{deep}python: ['3.10']"]),
        *axis,
        *([f"{deep}again: *pythons"] if anchor else []),
        f"{indent * 2}steps:",
        f"{indent * 2}- uses: actions/setup-python@v4{draw(comments)}",
        f"{indent * 2}  with: {{python-version: '${{{{ matrix.python }}}}'}}",
        f"{indent * 2}- run: |",
        f'{indent * 2}    pip install "django~=${{{{ matrix.django }}}}.0"',
        f"{indent * 2}    pytest",
    ]
    newline = draw(ends)
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


@few
@given(workflows(), st.sampled_from(LONG_TERM))
def test_a_workflow_tests_the_target_then_only_the_target(text: str, target: tuple[int, int]) -> None:
    path = ".github/workflows/ci.yml"
    prepared = run({path: text, "requirements.txt": "Django==2.2.28\n"}, PREPARE, target=target)
    tested = {each for job in prepared.edited.jobs for each in job.tests}
    assert {(2, 2), target} <= tested
    assert prepared.musts == []
    assert len(changed(text, prepared.files[path])) <= 2
    yamls.compose(prepared.files[path])
    cleaned = run(prepared.files, CLEAN_UP, target=target)
    assert {each for job in cleaned.edited.jobs for each in job.tests} == {target}
    kept = [line for line in text.splitlines() if "2.2" not in line and "3." not in line]
    assert [line for line in cleaned.files[path].splitlines() if line in kept] == kept


@st.composite
def toxes(draw: st.DrawFn) -> str:
    tab = draw(st.sampled_from(["    ", "\t", "  "]))
    name = draw(st.sampled_from(["py310-django{22,30}", "{py310}-django{22,30}", "py310-{django22,django30}"]))
    head = draw(st.sampled_from(["envlist = ", "envlist=", "env_list = ", f"envlist ={{}}{tab}"]))
    newline = draw(ends)
    lines = [
        f"[tox]{draw(comments).replace('[x]', 'x')}",
        f"{head.format(newline)}{name}{draw(comments)}",
        "skipsdist = true",
        "",
        "[pytest]",
        "DJANGO_SETTINGS_MODULE = Some.Settings",
        "[testenv]",
        "deps =",
        f"{tab}# by version",
        f"{tab}django22: Django>=2.2,<2.3{draw(comments)}",
        f"{tab}django30:{draw(st.sampled_from([' ', '  ']))}Django~=3.0.0{draw(comments)}",
        f"{tab}six",
        "commands = pytest",
    ]
    return newline.join(lines) + draw(st.sampled_from(["", newline]))


@few
@given(toxes(), st.sampled_from(LONG_TERM))
def test_tox_tests_the_target_then_only_the_target(text: str, target: tuple[int, int]) -> None:
    files = {"tox.ini": text, ".travis.yml": "python: '3.10'\ninstall: pip install tox\nscript: tox\n"}
    prepared = run(files, PREPARE, target=target)
    assert target in {each for job in prepared.edited.jobs for each in job.tests}
    assert len(changed(text, prepared.files["tox.ini"])) <= 3
    ini.parse(prepared.files["tox.ini"])
    cleaned = run(prepared.files, CLEAN_UP, target=target)
    assert {each for job in cleaned.edited.jobs for each in job.tests} == {target}
    for line in ("skipsdist = true", "DJANGO_SETTINGS_MODULE = Some.Settings", "# by version", "six"):
        assert line in cleaned.files["tox.ini"]


@st.composite
def manifests(draw: st.DrawFn) -> str:
    """A pyproject.toml: its dependencies on one line or several, in either quotes, with comments and any line ends."""
    quote, gap, end = draw(st.sampled_from(["'", '"'])), draw(blanks), draw(ends)
    names = draw(st.permutations(["six", f"Django{draw(blanks)}=={draw(blanks)}2.2.28", "pytz>=2020.1"]))
    words = [f"{quote}{name}{quote}" for name in names]
    if draw(st.booleans()):
        rows = [f"dependencies{gap}={gap}[{gap}{(',' + gap).join(words)}{gap}]{draw(comments)}"]
    else:
        rows = ["dependencies = [", *(f"\t{word},{draw(comments)}" for word in words), f"]{draw(comments)}"]
    lines = [f"[project]{draw(comments)}", "name = 'shop'", "version = '1.0'", *rows, "", "[tool.black]", "x = [ 1,2 ]"]
    return end.join(lines) + draw(st.sampled_from(["", end]))


@few
@given(manifests())
def test_a_manifest_asks_for_the_target_and_nothing_else_of_it_changes(text: str) -> None:
    files = {"pyproject.toml": text, "manage.py": "import shop.settings\n"}
    ran = run(files, UPGRADE)
    tomllib.loads(ran.files["pyproject.toml"])
    assert ran.files["pyproject.toml"] == text.replace("2.2.28", "3.2.*")


releases = st.sampled_from([each.release for each in SERIES if each.release >= (2, 0)])
version = releases.map(lambda each: f"{each[0]}.{each[1]}")


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    low, high = sorted([draw(version), draw(version)])
    gap = draw(blanks)
    forms = [
        f"=={gap}{low}.3",
        f"=={low}.*",
        f"~={gap}{low}",
        f"~={low}.1",
        f"^{low}",
        f"~{low}",
        f"{low}.4",
        f">={low}",
    ]
    return draw(
        st.sampled_from([*forms, f">={gap}{low},{gap}<{high}", f"<{high}", f"<={high}.9", f">={low},<{high[0]}", "*"])
    )


@settings(max_examples=400, deadline=None)
@given(comparisons(), releases)
def test_what_is_raised_lets_the_target_in_and_is_never_lowered(text: str, target: tuple[int, int]) -> None:
    before = specifier(text)
    assert before is not None
    had = admitted(before)
    after = shifted(text, target)
    now = admitted(specifier(after) or before)
    if had and had[-1] < target:
        assert max(now, default=(0, 0)) >= target, after
    elif had:
        assert after == text
    assert shifted(after, target) == after
    wider = admitted(specifier(opened(text, target)) or before)
    assert set(had) <= set(wider), "what a library let in stays in"
    narrow = admitted(specifier(narrowed(text, target)) or before)
    assert set(narrow) <= set(had)


@few
@given(
    st.text(alphabet="ab=[]#;\" '\n\r\t{},.-:", max_size=80),
)
def test_readers_of_any_text_come_to_an_end(text: str) -> None:
    ini.parse(text)
    for read, error in ((toml.parse, toml.NotToml), (yamls.compose, yamls.NotYaml)):
        with contextlib.suppress(error):
            read(text)


@few
@given(comments, blanks, ends, st.sampled_from(["", "\ufeff"]))
def test_lines_beside_a_pin_stay(comment: str, blank: str, end: str, mark: str) -> None:
    text = f"{mark}# head{end}six{end}Django{blank}=={blank}2.2.28{comment}{end}-r other.txt{end}"
    ran = run({"requirements.txt": text, "other.txt": "a\n"}, UPGRADE)
    assert ran.files["requirements.txt"] == text.replace("2.2.28", "3.2.*")
