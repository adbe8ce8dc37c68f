from __future__ import annotations

from pathlib import Path

from chairlift.recipes.django.book import Because, Book
from chairlift.testing.recipes import read_files, write_files

PINS = Because("pins", "The pin", "https://docs.djangoproject.com/", 2)


def test_what_was_written_is_told_with_its_reasons(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "1\n2\n", "b.txt": "x\n"})
    book = Book(tmp_path)
    book.write("a.txt", b"1\n3\n4\n", (PINS,))
    book.write("new/c.txt", b"c\n", (Because("other", "Else"),))
    book.write("b.txt", b"x\n", (PINS,))
    assert [(each.path, each.insertions, each.deletions, each.by) for each in book.touched()] == [
        ("a.txt", 2, 1, ("pins",)),
        ("new/c.txt", 1, 0, ("other",)),
    ]
    (reason, _) = book.reasons()
    assert (reason.name, reason.places, reason.files) == ("pins", 2, ("a.txt",))


def test_back_and_forth_is_no_change(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": "1\n"})
    book = Book(tmp_path)
    book.write("a.txt", b"2\n", (PINS,))
    book.write("a.txt", b"1\n", (PINS,))
    assert book.touched() == ()


def test_links_and_what_lies_outside_are_left_alone(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    write_files(outside, {"secret.txt": "mine\n"})
    inside.mkdir()
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    book = Book(inside)
    for path in ("link.txt", "folder/secret.txt", "../outside/secret.txt"):
        book.write(path, b"yours\n", (PINS,))
    assert read_files(outside) == {"secret.txt": "mine\n"}
    assert [each.code for each in book.findings] == ["link", "link", "link"]


def test_bytes_that_are_no_text_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\r\n\xfe")
    book = Book(tmp_path)
    book.write("a.txt", b"\xff\r\n\xfd", (PINS,))
    assert book.touched()[0].insertions == 1
