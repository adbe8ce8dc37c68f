"""Somebody without a mouse: Tab finds everything in a sensible order, and where it is can be seen."""

from __future__ import annotations

#: The words and state of what has the focus, and whether a person sees where that is.
FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  const name = it.labels?.length ? it.labels[0].innerText : it.ariaLabel || it.innerText || it.value;
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const there = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return {name: name.trim(), tag: it.tagName, seen: it.tagName === 'BODY' || (outlined && there)};
}"""


class Keyboard:
    """Somebody without a mouse."""

    def __init__(self, page):
        self.page = page

    def press(self, key):
        self.page.keyboard.press(key)
        return self.focus()

    def focus(self):
        found = self.page.evaluate(FOCUS)
        assert found["seen"], f"nobody sees that {found['name']!r} has the focus"
        return found

    def tab_to(self, name, tag=None, most=60):
        passed = []
        for _ in range(most):
            found = self.press("Tab")
            if found["name"].startswith(name) and tag in (None, found["tag"]):
                return
            passed.append(found["name"])
        raise AssertionError(f"Tab does not lead to {name!r}; it leads to {passed}")

    def go(self):
        """Press what has the focus, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, name, words):
        self.tab_to(name)
        self.page.keyboard.type(words)

    def follow(self, name, tag=None):
        self.tab_to(name, tag)
        self.go()

    def give(self, name, file):
        """Choose a file, as in the window that opens for it."""
        # Waited for before the way to it begins: the browser is told of that in passing, and Enter could be faster.
        with self.page.expect_file_chooser() as chooser:
            self.tab_to(name)
            self.page.keyboard.press("Enter")
        chooser.value.set_files(file)


def arrive(windows, person):
    """Somebody comes in by their link, without a mouse."""
    page = windows.of()
    page.goto(windows.place.link(person))
    found = Keyboard(page)
    found.follow("Sign in", "BUTTON")
    return found
