"""Patches on a page: every form that git writes, colours that never run what they show, and nothing cut in silence."""

from __future__ import annotations

import subprocess

import pytest

from chairlift.server.web import diffs


@pytest.fixture
def git(tmp_path):
    def run(*words):
        named = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        return subprocess.run(
            ["git", *named, *words], cwd=tmp_path, check=True, capture_output=True, text=True, errors="replace"
        ).stdout

    run("init", "-q")
    run("commit", "-q", "--allow-empty", "-m", "begin")
    run.root = tmp_path
    return run


def patch(git):
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", "subject --- <b>\n\n+++ b/no\n@@ -1 +1 @@")
    return diffs.read(git("format-patch", "--stdout", "--binary", "--full-index", "--no-signature", "-1"))


def code(found):
    return [(line.sign, line.code) for each in found.files for piece in each.pieces for line in piece.lines]


def test_every_fate_of_a_file(git):
    for name, text in {"a.py": "x = 1\ny = 2\n", "moved.txt": "a\n" * 20, "gone": "g\n", 'ü "q"\t.py': "1\n"}.items():
        (git.root / name).write_text(text)
    (git.root / "b.bin").write_bytes(bytes(range(256)))
    patch(git)
    (git.root / "a.py").write_text("x = 1\ny = 3\n-- \n")
    (git.root / "a.py").chmod(0o755)
    (git.root / "moved.txt").rename(git.root / "there.txt")
    (git.root / "gone").unlink()
    (git.root / "empty").touch()
    (git.root / 'ü "q"\t.py').write_text("2")
    (git.root / "b.bin").write_bytes(bytes(range(255)))
    found = patch(git)
    assert {(each.path, each.before, each.fate, each.added, each.removed) for each in found.files} == {
        ("a.py", "", "changed", 2, 1),
        ("b.bin", "", "changed, not text", 0, 0),
        ("empty", "", "new", 0, 0),
        ("gone", "", "removed", 0, 1),
        ("there.txt", "moved.txt", "moved", 0, 0),
        ('ü "q"\t.py', "", "changed", 1, 1),
    }
    assert (found.added, found.removed, found.cut, found.broken) == (3, 3, False, "")


def test_lines_have_their_numbers_and_sides(git):
    (git.root / "a.txt").write_text("one\ntwo\nthree\n")
    patch(git)
    (git.root / "a.txt").write_text("one\n2\nand\nthree\n")
    lines = patch(git).files[0].pieces[0].lines
    assert [(line.sign, line.old, line.new, line.code, line.side) for line in lines] == [
        (" ", 1, 1, "one", "same"),
        ("-", 2, 0, "two", "gone"),
        ("+", 0, 2, "2", "added"),
        ("+", 0, 3, "and", "added"),
        (" ", 3, 4, "three", "same"),
    ]


@pytest.mark.parametrize("name", ["a.py", "a.html", "a.js", "a.xml", "a.unknown", "Makefile", "a.svg", "a.md"])
def test_nothing_of_it_is_run(git, name):
    hostile = "<script>alert(1)</script>\n'\"><img src=x onerror=alert(1)>\n{{ danger }}\n"
    (git.root / name).write_text(hostile)
    shown = "".join(text for _, text in code(patch(git)))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "alert" in shown


def test_texts_over_many_lines_keep_their_colour_to_the_end_of_each(git):
    (git.root / "a.py").write_text('"""one\ntwo\n\nthree"""\nclass A: pass\n\n')
    shown = [text for _, text in code(patch(git))]
    assert len(shown) == 6
    assert all(text.count("<span") == text.count("</span") for text in shown)
    assert 'class="sd"' in shown[1]
    assert 'class="k"' in shown[4]


def test_letters_that_end_lines_elsewhere_do_not_shift_the_colours(git):
    (git.root / "a.py").write_bytes(b"a = 1\x0c\nb = 2\x1c\nc = '\xe2\x80\xa8'\r\nd = 4\r5\n")
    shown = [text for _, text in code(patch(git))]
    assert len(shown) == 4
    assert "4" in shown[3]


def test_long_lines_say_how_much_is_missing(git):
    (git.root / "a.js").write_text("x" * (diffs.LONGEST + 7) + "\n")
    (line,) = patch(git).files[0].pieces[0].lines
    assert (line.cut, len(line.code) < 700) == (7, True)


def test_a_full_page_leaves_files_to_pages_of_their_own(git):
    for number in range(6):
        (git.root / f"{number}.txt").write_text(f"{'word ' * 12}\n" * 400)
    whole = patch(git)
    shown = diffs.page(whole)
    assert [each.left for each in shown.files] == [False] * 2 + [True] * 4
    assert [bool(each.pieces) for each in diffs.page(whole, 4).files] == [False] * 4 + [True, False]
    assert shown.added == whole.added == 2400


def test_a_patch_that_was_cut_says_so_and_shows_no_half_file(git):
    (git.root / "a.txt").write_text("one\n")
    (git.root / "b.txt").write_text("two\n" * 50)
    git("add", "-A")
    git("commit", "-q", "-m", "both")
    text = git("format-patch", "--stdout", "--no-signature", "-1")
    found = diffs.read(f"{text[:-60]}\n# Cut after 9 characters: run the recipe.\n")
    assert ([each.path for each in found.files], found.cut) == (["a.txt"], True)


@pytest.mark.parametrize("text", ["", "rubbish", "diff --git a/x b/x\n", "--- a\n+++ b\n@@ -1,5 +1 @@\n-x\n", "@@\0@@"])
def test_rubbish_is_no_patch(text):
    assert not any(each.pieces for each in diffs.read(text).files)
