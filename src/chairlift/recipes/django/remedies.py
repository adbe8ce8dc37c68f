"""Edits that are known to help where checks or tests fail on the target: tried, judged by the proof, kept only then.

From Django 3.2 on each test gets copies of what setUpTestData() puts on the class; what cannot be copied
fails there. Made in setUpClass() it is shared by the tests of a class, as it was before.
Where the apps.py of an installed app has several default configs, as one has that imports the admin's, 3.2 does not
start: the entry names the one that the app itself asked for until then.
https://docs.djangoproject.com/en/3.2/releases/3.2/#tests
https://docs.djangoproject.com/en/3.2/releases/3.2/#automatic-appconfig-discovery
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from chairlift.recipes.django import appconfigs, settings
from chairlift.recipes.django.book import Because
from chairlift.recipes.django.calls import method, on_super
from chairlift.recipes.django.findings import Edit, Finding, apply
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.evidence import Case, Proof
from chairlift.recipes.django.proving.lost import SEVERAL_CONFIGS
from chairlift.recipes.django.releases import notes
from chairlift.recipes.django.source import NotPython, Source

_OLD, _NEW = "setUpTestData", "setUpClass"
_LINK = notes((3, 2), "tests")
_COPIES = Because("set_up_test_data", "what cannot be copied for each test is made in setUpClass()", _LINK)
_NAMED = Because(
    "app_entries",
    "an app with several default configs is named by the one that it asked for",
    notes((3, 2), "automatic-appconfig-discovery"),
)
_DEF = re.compile(rf"def\s+({_OLD})\b")


@dataclass(frozen=True)
class Remedy:
    """New files by path, why, and what a person has to know of them."""

    files: dict[str, bytes]
    why: Because
    findings: tuple[Finding, ...] = ()


def remedies(project: Project, before: Proof | None, after: Proof) -> Iterator[Remedy]:
    """Those that what failed speaks for."""
    for found in (named_entries(project, after), shared_again(project, before, after)):
        if found is not None:
            yield found


_SEVERAL = re.compile(rf"'([\w.]+)\.apps' {SEVERAL_CONFIGS}")


def named_entries(project: Project, proof: Proof) -> Remedy | None:
    """Entries of INSTALLED_APPS with the config that the app asked for; None where Django did not complain of it."""
    wanted = {name: proof.built.apps.get(name, "") for name in _SEVERAL.findall(f"{proof.why}\n{proof.output}")}
    files = {}
    for path in settings.files(project) if any(wanted.values()) else ():
        source = project.source(path)
        if source is None:
            continue
        edits = [
            edit for node in source.nodes if appconfigs.names_apps(node) for edit in _entries(source, node, wanted)
        ]
        text, _ = apply(source.text, edits)
        if text != source.text:
            files[path] = source.encoded(text)
    return Remedy(files, _NAMED) if files else None


def _entries(source: Source, row: ast.AST, wanted: dict[str, str]) -> Iterator[Edit]:
    for node in ast.walk(row):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and source.is_single_string(node):
            config = wanted.get(node.value, "")
            if config:
                yield source.replace(node, source.segment(node).replace(node.value, config))


def shared_again(project: Project, before: Proof | None, after: Proof) -> Remedy | None:
    """The classes of tests that fail now, passed before, and may fail for that; None where there are none."""
    wanted: dict[str, set[str]] = {}
    for case in _newly_red(before, after):
        place = _class_of(project, case.id)
        if place is not None:
            wanted.setdefault(place[0], set()).add(place[1])
    files, findings = {}, []
    for path, names in sorted(wanted.items()):
        source = project.source(path)
        assert source is not None
        edits = [edit for name in sorted(names) for edit in _edits(source, name)]
        text, _ = apply(source.text, edits)
        try:
            _ = Source(path, source.encoded(text)).tree
        except NotPython:
            continue
        if text != source.text:
            files[path] = source.encoded(text)
            findings += [_told(source, name) for name in sorted(names)]
    return Remedy(files, _COPIES, tuple(findings)) if files else None


def _newly_red(before: Proof | None, after: Proof) -> Iterator[Case]:
    """What a comparison of values finds is another matter."""
    passed = {case.id for case in before.tests if not case.red} if before else None
    for case in after.red:
        known = passed is None or case.id in passed
        if known and case.failure is not None and case.failure.kind != "AssertionError":
            yield case


def _class_of(project: Project, test: str) -> tuple[str, str] | None:
    """The file and the class that has the setUpTestData() of a test, itself or as a base in the same file."""
    path, _, rest = test.partition("::")
    name = rest.partition("::")[0]
    if not rest:
        module, _, name = test.rpartition(".")[0].rpartition(".")
        tails = f"{module.replace('.', '/')}.py"
        path = next((each for each in project.paths if each == tails or each.endswith(f"/{tails}")), "")
    source = project.source(path) if path else None
    classes = {each.name: each for each in source.tree.body if isinstance(each, ast.ClassDef)} if source else {}
    seen: set[str] = set()
    while name in classes and name not in seen:
        seen.add(name)
        node = classes[name]
        if method(node, _OLD) is not None:
            return None if method(node, _NEW) or _is_extended(classes, name) else (path, name)
        name = next((base.id for base in node.bases if isinstance(base, ast.Name) and base.id in classes), "")
    return None


def _is_extended(classes: dict[str, ast.ClassDef], name: str) -> bool:
    """Whether a class that builds on it adds to its data: these would then be made in another order."""
    below = [each for each in classes.values() if any(getattr(base, "id", "") == name for base in each.bases)]
    return any(method(each, _OLD) is not None for each in below)


def _edits(source: Source, name: str) -> Iterator[Edit]:
    """The method by its other name; what is called on super() comes first, since it opens the transaction."""
    node = next(each for each in source.tree.body if isinstance(each, ast.ClassDef) and each.name == name)
    made = method(node, _OLD)
    assert made is not None
    found = _DEF.search(source.text, source.span(made)[0])
    if found is None or _calls_twice(made):
        return
    body = [each for each in made.body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
    first = body[0] if body else made.body[0]
    call = first.value if isinstance(first, ast.Expr) else None
    if isinstance(call, ast.Call) and _is_super(call):
        assert isinstance(call.func, ast.Attribute)
        end = source.span(call.func)[1]
        yield Edit(end - len(_OLD), end, _NEW)
    elif any(isinstance(each, ast.Call) and _is_super(each) for each in ast.walk(made)):
        return
    else:
        at = source.span(first)[0]
        if source.line_of(at) == source.line_of(source.span(made)[0]):
            return
        indent = source.text[source.offset(source.line_of(at), 0) : at]
        yield Edit(at, at, f"super().{_NEW}(){source.newline}{indent}")
    yield Edit(found.start(1), found.end(1), _NEW)


def _is_super(call: ast.Call) -> bool:
    return on_super(call) and isinstance(call.func, ast.Attribute) and call.func.attr == _OLD


def _calls_twice(made: ast.FunctionDef) -> bool:
    return sum(isinstance(each, ast.Call) and _is_super(each) for each in ast.walk(made)) > 1


def _told(source: Source, name: str) -> Finding:
    node = next(each for each in source.tree.body if isinstance(each, ast.ClassDef) and each.name == name)
    text = f"{name}: what {_OLD}() made cannot be copied, so its tests share it as before Django 3.2: see {_NEW}()"
    how = "give the class of the object that fails a __deepcopy__(), or make it in setUp()"
    return Finding(source.path, node.lineno, _COPIES.name, text, how, _LINK)
