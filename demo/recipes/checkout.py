"""The checkout that a recipe runs in: the files that git tracks, and edits to them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import requirements
import settings

_TEMPLATES = (".html", ".txt")


class Checkout:
    """The working directory; remembers which files were changed."""

    def __init__(self) -> None:
        listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, check=True, text=True)
        self.files = [Path(name) for name in listed.stdout.split("\0") if name]
        self.changed: set[Path] = set()

    def python(self) -> list[Path]:
        return [path for path in self.files if path.suffix == ".py"]

    def models(self) -> list[Path]:
        return [path for path in self.python() if path.name == "models.py" or path.parent.name == "models"]

    def templates(self) -> list[Path]:
        return [path for path in self.files if "templates" in path.parts and path.suffix in _TEMPLATES]

    def requirements(self) -> list[Path]:
        wanted = re.compile(r"(?:.*/)?(?:requirements/[^/]+|requirements[^/]*)\.(?:in|txt)")
        return [path for path in self.files if wanted.fullmatch(path.as_posix())]

    def matrix(self) -> list[Path]:
        return [path for path in self.files if path.name == "tox.ini" or path.parent == Path(".github/workflows")]

    def named(self, name: str) -> list[Path]:
        return [path for path in self.files if path.name == name]

    def settings(self) -> list[Path]:
        """Where the settings of a project begin."""
        return [path for path in self.python() if settings.is_base(path.read_text(errors="replace"))]

    def runs(self, version: str) -> bool:
        """Whether this version of Django is pinned now."""
        texts = [path.read_text(errors="replace") for path in self.requirements()]
        return any(requirements.pins_django(text, version) for text in texts)

    def edit(self, paths: Iterable[Path], edit: Callable[[str], str]) -> None:
        """Give each text to `edit` and write what comes back; bytes that are no UTF-8 survive."""
        for path in paths:
            if path.is_symlink() or not path.is_file():
                continue
            before = path.read_bytes()
            after = edit(before.decode(errors="surrogateescape")).encode(errors="surrogateescape")
            if after != before:
                path.write_bytes(after)
                self.changed.add(path)

    def django_upgrade(self, version: str) -> None:
        """The codemods that are safe for everything from this version on."""
        before = {path: path.read_bytes() for path in self.python() if path.is_file()}
        options = ["--target-version", version, "--exit-zero-even-if-changed", "--", *map(str, before)]
        subprocess.run([sys.executable, "-m", "django_upgrade", *options], check=True, stderr=subprocess.DEVNULL)
        self.changed |= {path for path, content in before.items() if path.read_bytes() != content}

    def report(self) -> None:
        """Says how much was changed. Exits with an error where an edit left a file that Python cannot read."""
        for path in sorted(self.changed):
            if path.suffix == ".py":
                try:
                    ast.parse(path.read_bytes(), str(path))
                except SyntaxError as error:
                    sys.exit(f"{path}:{error.lineno}: damaged by this recipe: {error.msg}; change it by hand first")
        print(f"changed {len(self.changed)} files" if self.changed else "nothing to change")
