"""A machine that runs the commands of a job in thought: which Django is installed when its tests run."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chairlift.recipes.django.config import makefile, nox, shell, tox
from chairlift.recipes.django.config.declared import Run
from chairlift.recipes.django.config.installs import Installed, Installer
from chairlift.recipes.django.config.texts import read
from chairlift.recipes.django.project import Project
from chairlift.recipes.django.releases import Release

_DEEPEST = 10
_MOST = 1_000
_PYTHON = re.compile(r"(?:.*/)?python(?:(\d)(?:\.(\d+))?)?(?:\.exe)?")
_PIP = re.compile(r"(?:.*/)?pip(?:\d(?:\.\d+)?)?")
_TESTERS = {"pytest", "py.test", "nosetests", "nose2", "trial", "ward", "green", "django-coverage"}
#: Programs that run the program after them.
_RUNNERS = dict.fromkeys(("poetry", "pipenv", "pdm", "hatch", "rye", "conda", "micromamba"), "run")
_WRAPPERS = {"xvfb-run", "env", "timeout", "nice", "stdbuf", "retry", "dotenv", "unbuffer", "script", "newrelic-admin"}
_VALUED = {"-e", "--env", "-u", "--user", "-w", "--workdir", "-f", "--file", "-p", "--project-name", "-v", "--volume"}
_UV_VALUED = {"--with", "--group", "--extra", "--python", "-p", "--package", "--directory", "--from", "--env-file"}
_TESTS = re.compile(r"(?:^|/)(?:run_?tests?|tests?/run|tests?|runtests|load_tests)\.(?:py|sh)$")


@dataclass
class Machine:
    """`platform` is the CI, whose plugins choose tox environments. `runs` and `unknown` are what came of it."""

    project: Project
    fetched: Mapping[str, bytes] = field(default_factory=dict)
    python: Release | None = None
    platform: str = ""
    env: dict[str, str] = field(default_factory=dict)
    label: str = ""
    installer: Installer = field(init=False)
    state: Installed = field(default_factory=Installed)
    runs: list[Run] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    now: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0
    #: How many commands may still be followed, by it and by those within it together.
    left: list[int] = field(default_factory=lambda: [_MOST])
    #: What tox environments came to, likewise; None while one is followed. Where each runs all of them, that is a lot.
    came: dict[tuple[object, ...], Machine | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.installer = Installer(self.project, self.fetched, self.python)

    def run(self, script: str, folder: str = "", env: Mapping[str, str] | None = None) -> None:
        """Run a script from a folder of the checkout; `env` holds only for it."""
        if self.depth > _DEEPEST:
            self.unknown.append("scripts call each other too deeply to be followed")
            return
        known = {**self.env, **(env or {})}
        self.depth += 1
        for words in shell.commands(script, known):
            if not self._goes_on():
                break
            folder = self._command(list(words), folder, known)
        self.depth -= 1

    def _goes_on(self) -> bool:
        self.left[0] -= 1
        if self.left[0] < 0 or self.depth > _DEEPEST:
            self.unknown.append("there are too many commands to be followed, or they call each other too deeply")
            return False
        return True

    def result(self) -> tuple[Run, ...]:
        """Every test run, or, without one, what is installed in the end."""
        if self.runs or not self.state.told:
            return tuple(self.runs)
        return (self.state.run(self.label, self.python, tested=False),)

    def _command(self, words: list[str], folder: str, env: dict[str, str]) -> str:
        """Run one command; the folder that the next one starts in."""
        words, self.now = _bare(words, env)
        env = dict(self.now)
        if not words:
            return folder
        name = words[0].rpartition("/")[2]
        if name in ("cd", "pushd"):
            return self._changed(words[1] if len(words) > 1 else "", folder)
        if (python := _PYTHON.fullmatch(words[0])) and len(words) > 1:
            if python[2] and len(python[1]) == 1:
                self._on((int(python[1]), int(python[2])))
            self._python(words[1:], folder, env)
            return folder
        if name in _TESTERS or (_TESTS.search(words[0]) and not words[0].endswith(".sh")):
            self._tested(words)
            return folder
        handler = self._handlers().get("pip" if _PIP.fullmatch(name) else name)
        if handler:
            handler(words, folder, env)
        else:
            self._other(words, folder, env)
        return folder

    def _handlers(self) -> dict[str, Callable[[list[str], str, dict[str, str]], None]]:
        return {
            "pip": self._pip,
            "uv": self._uv,
            "tox": self._tox,
            "nox": self._nox,
            "make": self._make,
            "docker": self._docker,
            "docker-compose": self._docker,
            "bash": self._shell,
            "sh": self._shell,
            "coverage": self._coverage,
            "django-admin": self._manage,
            "source": self._source,
            ".": self._source,
            **dict.fromkeys(
                ("poetry", "pipenv", "pdm", "hatch", "conda", "mamba", "micromamba", "pip-sync"), self._tool
            ),
        }

    def _on(self, python: Release) -> None:
        if self.python is None:
            self.python = python
            self.installer = replace(self.installer, python=python)

    def _changed(self, target: str, folder: str) -> str:
        """A folder of the checkout, or, of a path elsewhere (in a container), the one of its last names."""
        parts = [each for each in target.split("/") if each not in ("", ".")]
        if not target.startswith(("/", "$", "~")):
            parts = [*folder.split("/"), *parts] if folder else parts
        known = {posixpath.dirname(path) for path in self.project.paths}
        for start in range(len(parts)):
            path = posixpath.normpath("/".join(parts[start:]))
            if any(each == path or each.startswith(path + "/") for each in known):
                return path
        return "" if target.startswith("/") or not parts or ".." in parts else folder

    def _python(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        while words and words[0].startswith("-") and words[0] != "-m" and words[0] != "-c":
            words = words[1:]
        if not words or words[0] == "-c" or words == ["-m"]:
            return
        if words[0] != "-m":
            script = words[0].rpartition("/")[2]
            if script in ("manage.py", "manage"):
                self._manage(["python", *words], folder, env)
            elif script == "setup.py":
                self._setup_py(words[1:])
            elif _TESTS.search(words[0]):
                self._tested(["python", *words])
            return
        if words[1:2] == ["unittest"] or words[1] in _TESTERS:
            self._tested(["python", *words])
        elif words[1:2] == ["django"]:
            self._manage(words[1:], folder, env)
        elif len(words) > 1:
            self._command(words[1:], folder, env)

    def _setup_py(self, words: Sequence[str]) -> None:
        if "test" in words:
            self._tested(["setup.py", *words])
        if any(each in words for each in ("install", "develop")):
            self.state = self.installer.package(self.state)

    def _manage(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        if any(word in ("test", "jenkins", "pytest") for word in words[1:]):
            self._tested(words)

    def _tested(self, words: Sequence[str]) -> None:
        run = self.state.run(self.label, self.python, tested=True)
        run = replace(run, command=shlex.join(words), environment=tuple(self.now.items()))
        if all(replace(each, command="") != replace(run, command="") for each in self.runs):
            self.runs.append(run)

    def _coverage(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        if words[1:2] != ["run"]:
            return
        rest = words[2:]
        while rest and rest[0].startswith("-") and rest[0] != "-m":
            rest = rest[1:]
        if rest:
            self._python(rest, folder, env)

    def _pip(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        if words[1:2] == ["install"]:
            self.state = self.installer.pip(words[2:], folder, self.state)
        elif words[1:2] == ["uninstall"] and "django" in [word.lower() for word in words]:
            self.state = Installed()

    def _uv(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        if words[1:3] == ["pip", "install"]:
            self.state = self.installer.pip(words[3:], folder, self.state)
        elif words[1:3] == ["pip", "sync"]:
            self._synced(words[3:], folder)
        elif words[1:2] == ["sync"]:
            self.state = self.installer.locked("uv.lock", self.state)
        elif words[1:2] in (["run"], ["tool"]) or words[0] == "uvx":
            if words[1:2] == ["run"]:
                self.state = self.installer.locked("uv.lock", self.state)
            self._uv_run(words[2:], folder, env)

    def _uv_run(self, rest: list[str], folder: str, env: dict[str, str]) -> None:
        asked = []
        while rest and (rest[0].startswith("-") or rest[0] == "run"):
            if rest[0] == "--with" and len(rest) > 1:
                asked.append(rest[1])
            rest = rest[2:] if rest[0] in _UV_VALUED else rest[1:]
        before = self.state
        if asked:
            self.state = self.installer.pip(asked, folder, self.state)
        self._command(rest, folder, env)
        self.state = before

    def _tool(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        """Poetry, Pipenv, PDM, Hatch and conda: what they install, and what they run."""
        tool, verb = words[0].rpartition("/")[2], words[1] if len(words) > 1 else ""
        if verb == _RUNNERS.get(tool):
            rest = words[2:]
            while rest and rest[0].startswith("-"):
                rest = rest[2:] if rest[0] in ("-n", "-p", "--name", "--prefix") else rest[1:]
            self._command(rest, folder, env)
        elif tool == "pip-sync":
            self._synced(words[1:], folder)
        elif tool in ("conda", "mamba", "micromamba"):
            self.state = self.installer.conda(words[1:], folder, self.state)
        elif verb in ("install", "sync", "update"):
            lock = {"poetry": "poetry.lock", "pipenv": "Pipfile.lock", "pdm": "pdm.lock"}.get(tool, "")
            self.state = self.installer.locked(lock, self.state)
        elif verb == "add":
            self.state = self.installer.pip(words[2:], folder, self.state)

    def _synced(self, words: Sequence[str], folder: str) -> None:
        """Exactly what these files list is installed, and nothing else."""
        files = [f"-r{each}" for each in words if not each.startswith("-")] or ["-rrequirements.txt"]
        self.state = self.installer.pip(files, folder, Installed())

    def _docker(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        """`docker exec` and `run`: the command inside, as if it ran here."""
        verbs = [at for at, word in enumerate(words) if word in ("exec", "run", "build")]
        if not verbs or words[verbs[0]] == "build":
            return
        rest, inside = words[verbs[0] + 1 :], dict(env)
        while rest and rest[0].startswith("-"):
            if rest[0] in ("-e", "--env") and len(rest) > 1:
                name, sign, value = rest[1].partition("=")
                inside[name] = value if sign else env.get(name, "")
            rest = rest[2:] if rest[0] in _VALUED else rest[1:]
        # The container or image; then the command.
        self._command(rest[1:], "", inside)

    def _shell(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        rest, command = words[1:], False
        while rest and rest[0].startswith("-"):
            command = command or (not rest[0].startswith("--") and "c" in rest[0])
            rest = rest[1:]
        if command and rest:
            self.run(rest[0], folder, env)
        elif rest:
            self._script(rest[0], folder, env)

    def _source(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        if len(words) > 1 and "activate" not in words[1]:
            self._script(words[1], folder, env)

    def _other(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        if words[0] == "uvx":
            self._uv_run(words[1:], folder, env)
        elif words[0].endswith("manage.py"):
            self._manage(words, folder, env)
        elif "/" in words[0] or words[0].endswith(".sh"):
            self._script(words[0], folder, env)

    def _script(self, name: str, folder: str, env: dict[str, str]) -> None:
        """A script of the checkout; of a path elsewhere, the one of its last names."""
        parts = [each for each in name.split("/") if each not in ("", ".")]
        for start in range(len(parts)):
            path = posixpath.normpath(posixpath.join("" if name.startswith("/") else folder, *parts[start:]))
            text = read(self.project, path)
            if text is None:
                continue
            if re.match(r"#!.*sh\b", text.text) or path.endswith((".sh", ".bash")):
                self.run(text.text, folder, env)
            elif _TESTS.search(path):
                self._tested([path])
            return

    def _make(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        given, targets, place = dict(env), [], folder
        rest = words[1:]
        while rest:
            word = rest.pop(0)
            if word in ("-C", "--directory") and rest:
                place = self._changed(rest.pop(0), folder)
            elif word in ("-f", "--file", "-j") and rest:
                rest.pop(0)
            elif "=" in word and not word.startswith("-"):
                name, _, value = word.partition("=")
                given[name] = value
            elif not word.startswith("-"):
                targets.append(word)
        made = makefile.find(self.project, place, given)
        if made is None:
            self.unknown.append("make is called, and no Makefile was found")
            return
        for name in given.keys() - env.keys():
            made.weak.add(name)
        for target in targets or [made.default]:
            for line in made.script(target, given):
                self.run(line, place, given)

    def _tox(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        config = tox.find(self.project)
        if config is None:
            self.unknown.append("tox is called, and its configuration was not found")
            return
        chosen, posargs = self._environments(words, config, env)
        missing = config.setting("skip_missing_interpreters").lower() == "true"
        for name in chosen:
            if not self._goes_on():
                break
            made = config.env(name, env, posargs)
            python = made.python or self.python
            if missing and self.python and made.python and made.python != self.python:
                continue
            given = tox.handed_on(env, made)
            key = (name, posargs, folder, python, *sorted(given.items()))
            if key not in self.came:
                self.came[key] = None
                inner = self._within(python, given, name)
                inner._follow(made, folder)
                self.came[key] = inner
            if came := self.came[key]:
                self.runs += [run for run in came.result() if run not in self.runs]
                self.unknown += [f"{name}: {each}" for each in came.unknown]
            else:
                self.unknown.append(f"{name} runs itself, which never ends")

    def _within(self, python: Release | None, env: dict[str, str], label: str) -> Machine:
        inner = Machine(self.project, self.fetched, python, "", env, label, depth=self.depth + 1)
        inner.left, inner.came = self.left, self.came
        return inner

    def _follow(self, made: tox.Env, folder: str) -> None:
        """All that a tox environment does, in a fresh one."""
        deps = [word for dep in made.deps for word in tox.dependency(dep)]
        self.state = self.installer.pip(deps, folder, Installed())
        if made.package and (self.state.series or any(self.installer.manifests.of_package())):
            self.state = self.installer.package(self.state, made.extras)
        for command in made.commands:
            self.run(command.lstrip("- "), folder, {"TOX_ENV_NAME": self.label})

    def _environments(self, words: list[str], config: tox.Tox, env: Mapping[str, str]) -> tuple[list[str], str]:
        own, _, rest = " ".join(words[1:]).partition(" -- ")
        found = re.search(r"(?:^|\s)(?:-e|--env|-f)[ =]?\s*(\S+)", own)
        if re.search(r"(?:^|\s)--(?:notest|listenvs|version|showconfig)\b|(?:^|\s)-l\b", own):
            return [], rest
        if found or env.get("TOXENV"):
            return config.chosen(found[1] if found else env["TOXENV"]), rest
        mapped = config.mapped(self.python, env, self.platform) if self.platform in ("gh-actions", "travis") else None
        return list(config.envlist) if mapped is None else mapped, rest

    def _nox(self, words: list[str], folder: str, env: dict[str, str]) -> None:
        sessions = nox.sessions(self.project)
        if sessions is None:
            self.unknown.append("nox is called, and its sessions could not be read")
            return
        text = " ".join(words[1:])
        found = re.search(r"(?:^|\s)(?:-s|--sessions?|-e)[ =]?\s*(.+?)(?=\s-|$)", text)
        python = re.search(r"(?:-p|--python|--pythons)[ =](\S+)", text)
        wanted = found[1] if found else env.get("NOXSESSION", "")
        for session in nox.chosen(sessions, wanted, python[1] if python else ""):
            if not self._goes_on():
                break
            label, release = session.label, session.python or self.python
            inner = self._within(release, dict(env), label)
            for step in session.steps:
                if step.installs:
                    inner.state = inner.installer.pip(list(step.words), folder, inner.state)
                else:
                    inner._command(list(step.words), folder, inner.env)
            self.runs += [run for run in inner.result() if run not in self.runs]
            self.unknown += [f"{label}: {each}" for each in inner.unknown]


def _bare(words: list[str], env: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The command behind `env A=b`, `xvfb-run` and the like."""
    env = dict(env) if words and words[0] == "env" else env
    while words and words[0] in _WRAPPERS:
        words = words[1:]
        while words and (words[0].startswith("-") or re.match(r"[A-Za-z_]\w*=|\d+[smh]?$", words[0])):
            name, sign, value = words[0].partition("=")
            if sign and not name.startswith("-"):
                env[name] = value
            words = words[1:]
    return words, env
