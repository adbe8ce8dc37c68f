"""Pictures of every page, to look at: `python -m tools.screenshots FOLDER [PAGE…]`.

At a desk's width and a phone's, light and dark; the names are those of tests/browser/pages.py.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

KINDS = (("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark"))


def main(folder: Path, wanted: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.browser.settings")
    import django

    django.setup()
    from tests.browser.chromium import MISSING, PROGRAM, launched
    from tests.browser.pages import PAGES
    from tests.browser.place import opened
    from tests.browser.watching import watched

    if PROGRAM is None:
        print(MISSING, file=sys.stderr)
        return 3
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, launched() as browser, opened(Path(home) / "home") as place:
        with watched(browser, place) as windows:
            for width, scheme in KINDS:
                opening = {}
                for page in PAGES:
                    if wanted and page.name not in wanted:
                        continue
                    if page.who not in opening:
                        opening[page.who] = windows.of(page.who, width, scheme)
                    window = opening[page.who]
                    window.goto(page.address)
                    file = folder / f"{page.name}-{width}-{scheme}.png"
                    window.screenshot(path=file, full_page=True)
    files = sorted(folder.glob("*.png"))
    print(f"{len(files)} pictures in {folder}, {sum(file.stat().st_size for file in files) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
