"""ruff and djade, as the programs that they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Leg, Release, Stage
from chairlift.recipes.django.tools.djade import run_djade
from chairlift.recipes.django.tools.ruff import run_ruff
from chairlift.recipes.django.tools.running import Failed, ToolRan, beside_us
from chairlift.testing.recipes import write_files

LEG = Leg((3, 2), (4, 2))


def ruffed(root: Path, files: dict[str, str], leg: Leg = LEG, program: str = "") -> ToolRan:
    write_files(root, files)
    return run_ruff(Project(root), leg, program=program)


def djaded(root: Path, files: dict[str, str], floor: Release = (4, 2), program: str = "") -> ToolRan:
    write_files(root, files)
    return run_djade(Project(root), Leg((2, 2), floor, Stage.CLEAN_UP), program=program)


def texts(result: ToolRan) -> dict[str, str]:
    assert result.findings == ()
    return {each.path: each.text for each in result.fixed}


def script(root: Path, text: str) -> str:
    file = root / "tool"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("class T:\n    def t(self):\n        self.assertEquals('é', 1)\n", "        self.assertEqual('é', 1)\n"),
        ("import xml.etree.cElementTree as E\n", "import xml.etree.ElementTree as E\n"),
        ("from collections import Mapping\n", "from collections.abc import Mapping\n"),
        ("x = 'é'; from collections import Mapping\n", "x = 'é'; from collections.abc import Mapping\n"),
        ("from collections import Mapping, deque\r\n", "import deque\r\nfrom collections.abc import Mapping\r\n"),
        ("\ufefffrom collections import Mapping", "\ufefffrom collections.abc import Mapping"),
        ("# coding: latin-1\nfrom collections import Mapping\n", "from collections.abc import Mapping\n"),
    ],
)
def test_ruff_mends_what_new_pythons_threw_out(tmp_path: Path, before: str, after: str) -> None:
    (text,) = texts(ruffed(tmp_path, {"a b/é.py": before})).values()
    assert text.endswith(after)
    assert texts(ruffed(tmp_path / "again", {"a.py": text})) == {}


@pytest.mark.parametrize(
    "text",
    [
        "from typing import List, Callable\nimport collections\nx: List[int] = []\n",
        "from collections import deque\nclass A(object):\n    pass\n",
        "import six\nimport mock\nx = '%s collections' % 1\n",
        "from collections import Mapping\nprint 'a'\n",
        "x = 'assertEquals cElementTree'\n",
    ],
)
def test_ruff_leaves_the_rest_alone(tmp_path: Path, text: str) -> None:
    assert texts(ruffed(tmp_path, {"a.py": text})) == {}


def test_ruff_does_not_obey_the_configuration_of_the_checkout(tmp_path: Path) -> None:
    files = {"ruff.toml": "exclude = ['a.py']\n", ".gitignore": "*\n", "a.py": "from collections import Mapping\n"}
    assert "a.py" in texts(ruffed(tmp_path, files))


def test_djade_changes_only_the_lines_that_need_it(tmp_path: Path) -> None:
    before = "\n{%load staticfiles%}\n<p>{{a | b}}</p>\n\n{%ifequal a b%}\n{{c|d }}\n{%endifequal%}\n{{e | f}}\n\n\n"
    after = "\n{% load static %}\n<p>{{a | b}}</p>\n\n{% if a == b %}\n{{c|d }}\n{% endif %}\n{{e | f}}\n\n\n"
    made = texts(djaded(tmp_path, {"templates/a.html": before}))
    assert set(made) == {"templates/a.html"}
    text = made["templates/a.html"]
    assert "{% load static %}" in text
    assert "<p>{{a | b}}</p>\n\n{% if a == b %}\n{{c|d }}\n{% endif %}\n{{e | f}}\n\n\n" in text
    assert text.lstrip("\n") == after.lstrip("\n")
    assert texts(djaded(tmp_path / "again", {"templates/a.html": text})) == {}


def test_djade_renames_no_tag_that_stays(tmp_path: Path) -> None:
    text = "{% load staticfiles i18n %}\n{% trans 'a' %}\n{% blocktrans %}\nb\n{% endblocktrans %}\n"
    assert texts(djaded(tmp_path, {"a.html": text})) == {"a.html": text.replace("staticfiles i18n", "i18n static")}
    # Half of a pair is in a line that changes: then all are renamed, or the template would not compile.
    text = "{% ifequal a b %}{% blocktrans %}\nb\n{% endblocktrans %}{% endifequal %}\n{% trans 'a' %}\n"
    (made,) = texts(djaded(tmp_path / "b", {"a.html": text})).values()
    assert made.count("blocktranslate") == 2
    text = "{% ifequal a b %}{% blocktrans %}\nb\n{% endblocktrans %}\n{% endifequal %}\n{% trans 'a' %}\n"
    (made,) = texts(djaded(tmp_path / "c", {"a.html": text})).values()
    assert made == (
        "{% if a == b %}{% blocktranslate %}\nb\n{% endblocktranslate %}\n{% endif %}\n{% translate 'a' %}\n"
    )


def test_djade_keeps_line_ends_and_their_lack(tmp_path: Path) -> None:
    text = "<p>{{a | b}}</p>\r\n<b>x</b>\r\n{% load admin_static %}\r\n<i>y</i>\r\n{{c | d}}"
    made = texts(djaded(tmp_path, {"a.html": text}))
    assert made == {"a.html": text.replace("admin_static", "static")}


@pytest.mark.parametrize(
    ("text", "floor"),
    [
        ("{% trans 'a' %}{{b | c}}\n", (4, 2)),
        ("{%ifequal a b%}{%endifequal%}\n", (3, 0)),
        ("{% load static %}\n{{ a|length_is }}\n", (4, 1)),
        ("staticfiles\n", (4, 2)),
    ],
)
def test_djade_leaves_alone(tmp_path: Path, text: str, floor: Release) -> None:
    assert texts(djaded(tmp_path, {"a.html": text, "b.py": "x = '{% load staticfiles %}'\n"}, floor)) == {}


def test_djade_names_templates_that_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"{% load staticfiles %}\xe9")
    (finding,) = djaded(tmp_path, {"b.html": "{% load staticfiles %}\n"}).findings
    assert (finding.path, finding.text) == ("a.html", "left alone: the template is not UTF-8")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("exit 3", "exit code 3"),
        ("echo no >&2; exit 2", "exit code 2: no"),
        ("kill -SEGV $$", "killed by SIGSEGV"),
    ],
)
def test_a_tool_that_fails_is_a_finding(tmp_path: Path, said: str, why: str) -> None:
    tool = script(tmp_path, said)
    for result in (
        ruffed(tmp_path / "a", {"a.py": "import collections\n"}, program=tool),
        djaded(tmp_path / "b", {"a.html": "{% load staticfiles %}\n"}, program=tool),
    ):
        assert result.fixed == ()
        assert why in result.findings[0].text
        assert "was not applied" in result.findings[0].text


def test_an_answer_that_is_none_is_a_finding(tmp_path: Path) -> None:
    for answer in ("oops", "[{}]", "{}"):
        tool = script(tmp_path, f"echo '{answer}'")
        result = ruffed(tmp_path / "a", {"a.py": "import collections\n"}, program=tool)
        assert result.fixed == ()
        if answer != "{}":
            assert "its answer cannot be read" in result.findings[0].text


def test_a_missing_tool_is_a_finding(tmp_path: Path) -> None:
    missing = str(tmp_path / "nowhere")
    assert "does not exist" in ruffed(tmp_path, {"a.py": "import collections\n"}, program=missing).findings[0].text
    with pytest.raises(Failed, match="no program called 'no-such-tool'"):
        beside_us("no-such-tool")


def test_an_edit_that_breaks_the_file_is_not_made(tmp_path: Path) -> None:
    said = """[{"code": "UP023", "filename": "a.py", "message": "", "fix": {"applicability": "safe", "edits": [
        {"content": "(", "location": {"row": 1, "column": 1}, "end_location": {"row": 1, "column": 1}}]}}]"""
    tool = script(tmp_path, f"cat <<'END'\n{said}\nEND")
    result = ruffed(tmp_path / "a", {"a.py": "import collections\n"}, program=tool)
    assert result.fixed == ()
    assert "not Python 3" in result.findings[0].text
