"""Says what has to be installed for a service's tests, from whatever the service has: files, locks, extras or tox."""

from __future__ import annotations

import ast
import configparser
import contextlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from chairlift.recipes.django.config.specifiers import with_commas
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.proving.sandbox import CHECKOUT
from chairlift.recipes.django.proving.toxfile import Environment

_FOR_TESTS = ("test", "tests", "testing", "ci", "dev", "devel", "develop", "development", "local", "quality")
_MAIN = ("django", "base", "requirements", "common", "main", "default", "core", "prod", "production", "install")
_NAMED = re.compile(r"(^|/)([\w.-]*requirements?[\w.-]*\.(txt|in)|requirements/([\w.-]+/)*[\w.-]+\.(txt|in))$", re.I)
#: What of a checkout can change what is installed.
RELEVANT = re.compile(
    r"require|constraint|\.lock$|(^|/)(setup\.(py|cfg)|pyproject\.toml|Pipfile(\.lock)?|tox\.ini|MANIFEST\.in|uv\.toml)$"
)


@dataclass(frozen=True)
class Wanted:
    """`lines` as in a requirements file, of files in the box; `names` are distributions that they are known to name.

    `pinned` is whether each has one version. `itself` installs the checkout, editable, with these extras.
    `export` is for what only uv can read: its own lock.
    """

    sources: tuple[str, ...]
    lines: tuple[str, ...]
    names: frozenset[str] = frozenset()
    pinned: bool = False
    itself: bool = False
    extras: tuple[str, ...] = ()
    export: bool = False


def find(project: Project, files: Sequence[str] = (), tox: Environment | None = None) -> Wanted:
    """By these files, or by tox's environment, or by what the checkout has: a lock, else requirements, else itself."""
    if files:
        return _of_files(project, files)
    if tox and (tox.deps or tox.installs):
        wanted = _of_lines(project, [_here(line) for line in tox.deps], (f"tox, {tox.name}",))
        if tox.installs and _is_package(project):
            return replace(wanted, itself=True, extras=tox.extras, pinned=False)
        if wanted.lines:
            return wanted
    for read in (_of_uv, _of_lock, _of_pipfile, _of_chosen):
        found = read(project)
        if found:
            return found
    if _is_package(project):
        lines = tuple(_tests_require(project))
        return Wanted(("the service's own package",), lines, itself=True, extras=extras(project))
    return Wanted((), ())


def _here(line: str) -> str:
    """A line of tox as one of a requirements file in the checkout."""
    here = re.sub(r"^(-r|-c|--requirement|--constraint)[ =]?+\s*+(?!/|\w+://)", rf"\1 {CHECKOUT}/", line)
    return here if here != line else with_commas(line)


# ---- requirements files ----


def _of_chosen(project: Project) -> Wanted | None:
    paths = [path for path in project.paths if _NAMED.search(path) and path.count("/") <= 2]
    paths = [path for path in paths if not (path.endswith(".in") and path[:-3] + ".txt" in paths)]
    if not paths:
        return None
    tests = [path for word in _FOR_TESTS for path in paths if word in _words(path)]
    main = [path for word in _MAIN for path in paths if word in _words(path) and path not in tests]
    chosen = tests[:1] or main[:1] or paths[:1]
    found = _of_files(project, chosen)
    if "django" not in found.names:
        # What is compiled for tests often leaves out Django, which CI then adds by itself.
        more = [path for path in [*main, *tests, *paths] if "django" in _of_files(project, [path]).names]
        chosen = [*more[:1], *chosen]
        found = _of_files(project, list(dict.fromkeys(chosen)))
    if "django" not in found.names and _is_package(project):
        return replace(found, itself=True, extras=extras(project), pinned=False)
    return found


def _words(path: str) -> set[str]:
    stem = path.rpartition("/")[2].rpartition(".")[0].lower()
    words = set(re.split(r"[-_.]", stem))
    return words if words == {"requirements"} else words - {"requirements", "requirement"}


def _of_files(project: Project, files: Sequence[str]) -> Wanted:
    return _of_lines(project, [f"-r {CHECKOUT}/{name}" for name in files], tuple(files))


def _of_lines(project: Project, lines: Sequence[str], sources: tuple[str, ...]) -> Wanted:
    names: set[str] = set()
    pinned = True
    for line in _flat(project, lines, "", set()):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            pinned = False
            continue
        names.add(canonicalize_name(requirement.name))
        pinned = pinned and any(each.operator in ("==", "===") for each in requirement.specifier)
    return Wanted(sources, tuple(lines), frozenset(names), pinned)


def _flat(project: Project, lines: Sequence[str], folder: str, seen: set[str]) -> Iterator[str]:
    """All requirements that these lines come to, each file once: one may include itself."""
    for line in lines:
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        line = re.sub(r"\s+(--hash|--global-option|--config-settings)[ =].*$", "", line).rstrip("\\").strip()
        found = re.match(r"(-r|--requirement|-c|--constraint)[ =]?\s*(\S+)", line)
        if found and found[1] in ("-c", "--constraint"):
            continue
        if found:
            path = _joined(folder, found[2])
            data = project.read(path) if path not in seen else None
            seen.add(path)
            if data is not None:
                text = data.decode(errors="replace").replace("\\\n", " ")
                yield from _flat(project, text.splitlines(), path.rpartition("/")[0], seen)
        elif line and (not line.startswith("-") or line.startswith(("-e", "--editable"))):
            yield line


def spelled_out(project: Project, lines: Sequence[str]) -> list[str]:
    """The same as one file without includes, so that single lines can be changed; paths are those of the box."""
    return list(_spelled_out(project, lines, "", set()))


def _spelled_out(project: Project, lines: Sequence[str], folder: str, seen: set[str]) -> Iterator[str]:
    for line in lines:
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        flag = re.match(r"(-r|--requirement|-c|--constraint)[ =]?\s*(\S+)", line)
        if flag and "://" not in flag[2]:
            path = _joined(folder, flag[2])
            data = project.read(path) if path not in seen else None
            seen.add(path)
            if flag[1] in ("-c", "--constraint"):
                yield f"-c {CHECKOUT}/{path}"
            elif data is not None:
                text = data.decode(errors="replace").replace("\\\n", " ")
                yield from _spelled_out(project, text.splitlines(), path.rpartition("/")[0], seen)
        elif place := re.fullmatch(r"(-e\s+|--editable[ =]|)(\.{1,2}(?:/[^\[\s]*)?)((?:\[[^\]]*\])?)", line):
            # pip takes such a path from where it is started.
            yield (
                f"{place[1]}{CHECKOUT}/{place[2]}{place[3]}".replace("/./", "/").replace("/.[", "[").removesuffix("/.")
            )
        elif line:
            yield line


def _joined(folder: str, name: str) -> str:
    if name.startswith(CHECKOUT):
        return name[len(CHECKOUT) + 1 :]
    parts = [part for part in folder.split("/") if part]
    for part in name.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


# ---- lock files ----


def _of_uv(project: Project) -> Wanted | None:
    if project.read("uv.lock") is None or project.read("pyproject.toml") is None:
        return None
    names = {canonicalize_name(str(each.get("name"))) for each in _toml(project, "uv.lock").get("package", [])}
    return Wanted(("uv.lock",), (), frozenset(names), pinned=True, export=True, extras=extras(project))


def _of_lock(project: Project) -> Wanted | None:
    for name in ("poetry.lock", "pdm.lock"):
        packages = [each for each in _toml(project, name).get("package", []) if isinstance(each, dict)]
        lines = [line for each in packages if not each.get("optional") for line in _locked(each)]
        if lines:
            return _of_lines(project, list(dict.fromkeys(lines)), (name,))
    return None


def _locked(package: Mapping[str, Any]) -> Iterator[str]:
    name, version = package.get("name"), package.get("version")
    said = package.get("source")
    source: Mapping[str, Any] = said if isinstance(said, dict) else {}
    marker = package.get("markers") or package.get("marker")
    # Where groups differ they are a table; then the package may well be needed by one of them.
    tail = f" ; {marker}" if isinstance(marker, str) else ""
    git = package.get("git") or (source.get("url") if source.get("type") == "git" else None)
    if git:
        yield f"{name} @ git+{git}@{package.get('revision') or source.get('resolved_reference')}{tail}"
    elif name and version and source.get("type") not in ("directory", "file") and not package.get("path"):
        yield f"{name}=={version}{tail}"


def _of_pipfile(project: Project) -> Wanted | None:
    try:
        data = json.loads(project.read("Pipfile.lock") or b"")
        packages = {**data.get("default", {}), **data.get("develop", {})}
    except (ValueError, AttributeError, TypeError):
        return None
    lines = []
    for name, each in sorted(packages.items()):
        tail = f" ; {each['markers']}" if each.get("markers") else ""
        extra = f"[{','.join(each['extras'])}]" if each.get("extras") else ""
        if each.get("git"):
            lines.append(f"{name}{extra} @ git+{each['git']}@{each.get('ref', 'HEAD')}{tail}")
        elif each.get("version"):
            lines.append(f"{name}{extra}{each['version']}{tail}")
    return _of_lines(project, lines, ("Pipfile.lock",)) if lines else None


# ---- the package itself ----


def _is_package(project: Project) -> bool:
    if project.read("setup.py") is not None:
        return True
    data = _toml(project, "pyproject.toml")
    return "build-system" in data or "project" in data


def extras(project: Project) -> tuple[str, ...]:
    """Those of the package that are for tests."""
    found = set(_toml(project, "pyproject.toml").get("project", {}).get("optional-dependencies", {}))
    config = configparser.RawConfigParser()
    try:
        config.read_string((project.read("setup.cfg") or b"").decode(errors="replace"))
        found |= set(config["options.extras_require"]) if config.has_section("options.extras_require") else set()
    except configparser.Error:
        pass
    said = _of_setup(project, "extras_require")
    found |= set(said) if isinstance(said, dict) else set()
    return tuple(sorted(each for each in found if isinstance(each, str) and each in _FOR_TESTS))


def _tests_require(project: Project) -> Iterator[str]:
    said = _of_setup(project, "tests_require")
    yield from (each for each in said if isinstance(each, str)) if isinstance(said, list | tuple) else ()


def for_setup_test(project: Project) -> tuple[str, ...]:
    """What `setup.py test` would fetch by itself, which it cannot without a network."""
    found = []
    for name in ("setup_requires", "tests_require", "install_requires"):
        said = _of_setup(project, name)
        found += [said] if isinstance(said, str) else [each for each in said or () if isinstance(each, str)]  # type: ignore[attr-defined]
    return tuple(dict.fromkeys(found))


def own_requirements(project: Project) -> tuple[str, ...]:
    """What the package itself says that it needs, with its extras for tests, as far as it can be read and not run."""
    chosen = extras(project)
    data = _toml(project, "pyproject.toml").get("project", {})
    found = [*data.get("dependencies", ()), *(each for name in chosen for each in _extra(data, name))]
    config = configparser.RawConfigParser()
    with contextlib.suppress(configparser.Error):
        config.read_string((project.read("setup.cfg") or b"").decode(errors="replace"))
        texts = [config.get("options", "install_requires", fallback="")]
        texts += [config.get("options.extras_require", name, fallback="") for name in chosen]
        found += [line.strip() for text in texts for line in text.splitlines()]
    said = _of_setup(project, "extras_require")
    for each in [said.get(name) or () for name in chosen] if isinstance(said, dict) else []:
        found += each
    found += for_setup_test(project)
    return tuple(dict.fromkeys(each for each in found if isinstance(each, str) and each))


def of_setuptools(project: Project) -> bool:
    """Whether setuptools builds the checkout."""
    system = _toml(project, "pyproject.toml").get("build-system")
    backend = system.get("build-backend", "setuptools") if isinstance(system, dict) else "setuptools"
    return str(backend).startswith("setuptools")


def _extra(data: Mapping[str, Any], name: str) -> Sequence[str]:
    found: Sequence[str] = data.get("optional-dependencies", {}).get(name, ())
    return found


def _of_setup(project: Project, name: str) -> object:
    """What setup.py passes under this name, where it is a literal."""
    source = project.source("setup.py")
    for node in source.nodes if source else ():
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == name:
                    value = _named(source.tree, keyword.value) if source else keyword.value
                    try:
                        return ast.literal_eval(value)
                    except ValueError:
                        return _keys(value)
    return None


def _named(tree: ast.Module, value: ast.expr) -> ast.expr:
    """What a name stands for, where it is said once at the top."""
    if isinstance(value, ast.Name):
        said = [node for node in tree.body if isinstance(node, ast.Assign) and _is(node, value.id)]
        return said[0].value if len(said) == 1 else value
    return value


def _is(node: ast.Assign, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in node.targets)


def _keys(node: ast.expr) -> object:
    if isinstance(node, ast.Dict):
        return {key.value: None for key in node.keys if isinstance(key, ast.Constant)}
    return None


def _toml(project: Project, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((project.read(name) or b"").decode(errors="replace"))
    except tomllib.TOMLDecodeError:
        return {}
