"""Finds modules that are gone from newer Pythons, which newer releases of Django demand (6.0: Python 3.12).

https://docs.python.org/3/whatsnew/3.12.html#removed
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chairlift.recipes.django.findings import Finding, Weight
from chairlift.recipes.django.fixing import Fixer, Looking, Parents
from chairlift.recipes.django.moves import tolerated
from chairlift.recipes.django.releases import Leg, Release, series, show


class _ByPython(Fixer):
    def applies(self, leg: Leg) -> bool:
        """Where the target runs on a Python that has lost any of these."""
        return series(leg.target).pythons[-1] >= _FIRST and super().applies(leg)


_FIRST: Release = (3, 12)
fixer = _ByPython(
    __name__,
    title="Modules that newer Pythons do not have",
    link="https://docs.python.org/3/whatsnew/3.12.html#removed",
    only_flags=True,
)

#: Module -> the Python that removed it, and what there is instead.
_GONE: dict[str, tuple[Release, str]] = {
    "distutils": ((3, 12), "packaging.version, shutil.which(), setuptools; strtobool() is ten lines to copy."),
    "imp": ((3, 12), "importlib: reload(), util.spec_from_file_location()."),
    "asyncore": ((3, 12), "asyncio."),
    "asynchat": ((3, 12), "asyncio."),
    "smtpd": ((3, 12), "aiosmtpd."),
    "cgi": ((3, 13), "email.message for headers, urllib.parse for forms; or PyPI's legacy-cgi."),
    "cgitb": ((3, 13), "faulthandler or traceback."),
    "crypt": ((3, 13), "passlib or bcrypt."),
    "imghdr": ((3, 13), "Pillow or filetype."),
    "sndhdr": ((3, 13), "filetype."),
    "telnetlib": ((3, 13), "telnetlib3."),
    "pipes": ((3, 13), "shlex.quote() and subprocess."),
    "nntplib": ((3, 13), "PyPI's standard-nntplib."),
    "uu": ((3, 13), "base64 or binascii."),
    "xdrlib": ((3, 13), "struct."),
    # Of setuptools, which Python 3.12 no longer puts into new environments.
    "pkg_resources": ((3, 12), "importlib.metadata and importlib.resources."),
}


@fixer.on(ast.Import, *_GONE, "distutils.version", "distutils.util", "distutils.spawn", "distutils.dir_util")
@fixer.on(ast.ImportFrom, *_GONE, "distutils.version", "distutils.util", "distutils.spawn", "distutils.dir_util")
def imported(looking: Looking, node: ast.Import | ast.ImportFrom, parents: Parents) -> Iterator[Finding]:
    if tolerated(parents):
        return
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    if isinstance(node, ast.ImportFrom) and node.level:
        return
    pythons = series(looking.leg.target).pythons
    for module in modules:
        gone, how = _GONE.get(module.partition(".")[0], ((9, 9), ""))
        if gone <= pythons[-1]:
            weight = Weight.MUST if gone <= pythons[0] else Weight.LOOK
            yield looking.source.finding(node, f"{module} is gone from Python {show(gone)}", how, weight)
