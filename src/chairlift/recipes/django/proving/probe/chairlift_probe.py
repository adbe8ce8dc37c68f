"""Runs inside the service's own test process and tells what really runs there. PYTEST_DONT_REWRITE

Python 3.6 and newer, nothing but the standard library, and no change to what the tests see: warnings are noted where
they are given, whatever the filters say, and every hook calls what it hooks. What it finds goes to a socket as one
JSON object a datagram: those of many processes do not mix, and a process that is killed loses nothing.
"""

import _socket
import atexit
import json
import os
import sys
import sysconfig
import warnings
from typing import Any, Callable, Dict, Set, Tuple

import chairlift_wants as wants  # type: ignore[import-not-found]

ROOT = os.path.realpath(os.environ.get("CHAIRLIFT_CHECKOUT", ".")) + os.sep
_PREFIX = os.path.realpath(sys.prefix) + os.sep
_LIBRARY = os.path.realpath(sysconfig.get_paths()["stdlib"]) + os.sep
_HERE = os.path.abspath(__file__)
_LONGEST = 1500
_MOST_WARNINGS = 5000

_channel: Dict[str, Any] = {}
_said: Set[Tuple[str, ...]] = set()
_distributions: Dict[str, str] = {}


# ---- telling ----


def tell(**record: object) -> None:
    """Never raises and never waits for long: a test must not fail for our sake."""
    try:
        data = json.dumps(record, default=str).encode("utf-8", "replace")
        if _channel.get("pid") != os.getpid():
            # A child of a fork gets a socket of its own; the parent's stays the parent's.
            channel = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM)
            channel.settimeout(10)
            channel.connect(os.environ.get("CHAIRLIFT_SOCKET") or _channel["place"])
            _channel.update(pid=os.getpid(), socket=channel)
        _channel["socket"].send(data)
    except Exception:
        _channel.pop("pid", None)


def once(*key: str) -> bool:
    if key in _said:
        return False
    _said.add(key)
    return True


def tell_versions() -> None:
    """Which Django and Python are here; again for each process, and only where Django is really loaded."""
    django = sys.modules.get("django")
    version = str(getattr(django, "__version__", "")) if django else ""
    if version and once("django", version, str(os.getpid())):
        tell(kind="django", version=version, file=str(getattr(django, "__file__", "")))
    if once("python", str(os.getpid())):
        tell(kind="python", version=".".join(map(str, sys.version_info[:3])), prefix=sys.prefix)


# ---- where things are ----


def relative(path: str) -> str:
    """The path from the checkout; empty for what is no code of the service's own."""
    full = os.path.realpath(path)
    if not full.startswith(ROOT) or full.startswith(_PREFIX):
        return ""
    inside = full[len(ROOT) :]
    return "" if "site-packages" in inside or "node_modules" in inside else inside.replace(os.sep, "/")


def distribution(path: str) -> str:
    """Whose file it is: the name of a distribution, `python` for the standard library, or empty."""
    full = os.path.realpath(path)
    mark = os.sep + "site-packages" + os.sep
    if mark not in full:
        return "python" if full.startswith(_LIBRARY) or path.startswith("<frozen") else ""
    first = full.rpartition(mark)[2].split(os.sep)[0]
    if not _distributions:
        _read_distributions(full.rpartition(mark)[0] + mark)
    return _distributions.get(first, first.partition(".")[0])


def _read_distributions(folder: str) -> None:
    _distributions["?"] = ""
    for name in os.listdir(folder):
        if name.endswith(".dist-info"):
            try:
                with open(os.path.join(folder, name, "RECORD"), encoding="utf-8") as file:
                    for line in file:
                        first = line.split(",")[0].split("/")[0]
                        if not first.endswith(".dist-info") and first != "..":
                            _distributions.setdefault(first, name.split("-")[0].replace("_", "-").lower())
            except OSError:
                continue


def own_frame(trace: Any) -> str:
    """The last frame of a traceback that is in the checkout, as `path:line function`; of all chained ones."""
    found = ""
    while trace is not None:
        path = relative(trace.tb_frame.f_code.co_filename)
        if path:
            found = f"{path}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}"
        trace = trace.tb_next
    return found


def described(kind: Any, value: Any, trace: Any) -> Dict[str, str]:
    """A failure as plain text, with its cause where there is one."""
    try:
        text = str(value)
    except Exception:
        text = "(its text cannot be made)"
    frame = own_frame(trace)
    cause = getattr(value, "__cause__", None) or getattr(value, "__context__", None)
    found = {"exception": str(getattr(kind, "__name__", kind)), "message": text[:_LONGEST], "frame": frame}
    if cause is not None:
        found["cause"] = f"{type(cause).__name__}: {cause}"[:_LONGEST]
        found["frame"] = frame or own_frame(getattr(cause, "__traceback__", None))
    return found


# ---- warnings ----


def note_warning(message: Any, category: Any, frame: Any, path: str, line: int) -> None:
    """Say a warning once for each place. Where a library warns on behalf of its caller, the caller is looked for."""
    try:
        kind = type(message) if isinstance(message, Warning) else category or UserWarning
        name, text = getattr(kind, "__name__", str(kind)), str(message)[:_LONGEST]
        place, at = relative(path), line
        whose = "" if place else distribution(path)
        seen = frame
        while not place and whose in ("python", "django", "") and seen is not None:
            # Django warns from inside of itself about what the service gave to it.
            place, at = relative(seen.f_code.co_filename), seen.f_lineno
            # What only started everything is not to blame.
            place = "" if place.endswith("manage.py") else place
            other = "" if place else distribution(seen.f_code.co_filename)
            if other not in ("", "python", "django"):
                whose = other
                break
            seen = seen.f_back
        if len(_said) < _MOST_WARNINGS and once("warning", name, text, place or whose, str(at if place else 0)):
            whose = "" if place else whose
            tell(kind="warning", category=name, text=text, path=place, line=at if place else 0, distribution=whose)
    except Exception:
        return


def watch_warnings() -> None:
    """Note every warning where it is given: filters, records and a `simplefilter` in the code change nothing of it."""
    plain, explicit = warnings.warn, warnings.warn_explicit

    def warn(message, category=None, stacklevel=1, source=None, **more):  # type: ignore[no-untyped-def]
        frame = sys._getframe(1)
        for _ in range(stacklevel - 1):
            frame = _outwards(frame)
        note_warning(message, category, frame, frame.f_code.co_filename, frame.f_lineno)
        if more.get("skip_file_prefixes"):
            more["skip_file_prefixes"] = (*more["skip_file_prefixes"], _HERE)
        else:
            stacklevel += 1
        return plain(message, category, stacklevel, source, **more)

    def warn_explicit(message, category, filename, lineno, *rest, **more):  # type: ignore[no-untyped-def]
        note_warning(message, category, sys._getframe(1), filename, lineno)
        return explicit(message, category, filename, lineno, *rest, **more)

    warnings.warn, warnings.warn_explicit = warn, warn_explicit


def _outwards(frame: Any) -> Any:
    while frame.f_back is not None:
        frame = frame.f_back
        if "importlib" not in frame.f_code.co_filename or "_bootstrap" not in frame.f_code.co_filename:
            break
    return frame


# ---- unittest ----


def watch_unittest(module: Any) -> None:
    """Note each test where the result of every runner built on unittest hears of it."""
    result = module.TestResult
    ends = {
        "addSuccess": "passed",
        "addFailure": "failed",
        "addError": "error",
        "addSkip": "skipped",
        "addExpectedFailure": "failed as expected",
        "addUnexpectedSuccess": "passed unexpectedly",
    }

    def wrap(cls: Any) -> None:
        for name, outcome in ends.items():
            if name in vars(cls):
                setattr(cls, name, _noting(vars(cls)[name], outcome))

    def init_subclass(cls, **more):  # type: ignore[no-untyped-def]
        # Results of other packages do not always call what they override; a test told twice counts once.
        super(result, cls).__init_subclass__(**more)
        wrap(cls)

    wrap(result)
    hook: Any = init_subclass
    result.__init_subclass__ = classmethod(hook)
    for name, kind in (("startTest", "begun"), ("stopTest", "ended")):
        setattr(result, name, _telling(vars(result)[name], kind))
    plain = result.addSubTest

    def add_sub_test(self, test, subtest, err):  # type: ignore[no-untyped-def]
        if err is not None:
            outcome = "failed" if issubclass(err[0], test.failureException) else "error"
            tell_test(_name(test), outcome, described(*err))
        return plain(self, test, subtest, err)

    result.addSubTest = add_sub_test


def _telling(plain: Any, kind: str) -> Any:
    def note(self, test):  # type: ignore[no-untyped-def]
        tell(kind=kind, id=_name(test)[:500])
        return plain(self, test)

    return note


def _noting(plain: Any, outcome: str) -> Any:
    def note(self, test, *details):  # type: ignore[no-untyped-def]
        failure: Dict[str, str] = {}
        if outcome in ("failed", "error") and details and isinstance(details[0], tuple):
            failure = described(*details[0])
        tell_test(_name(test), outcome, failure)
        return plain(self, test, *details)

    note.__name__ = getattr(plain, "__name__", "note")
    return note


def _name(test: Any) -> str:
    try:
        return str(test.id())
    except Exception:
        return str(test)


def tell_test(name: str, outcome: str, failure: Dict[str, str]) -> None:
    tell_versions()
    tell(kind="test", id=name[:500], outcome=outcome, failure=failure)


# ---- pytest: this module is also its plugin ----


def pytest_exception_interact(node: Any, call: Any, report: Any) -> None:
    found = call.excinfo
    if found is not None:
        trace = found.tb if hasattr(found, "tb") else None
        failure = described(found.type, found.value, trace)
        outcome = "failed" if getattr(report, "when", "") == "call" else "error"
        tell_test(str(report.nodeid), outcome, failure)


def pytest_runtest_logstart(nodeid: str) -> None:
    tell(kind="begun", id=str(nodeid)[:500])


def pytest_runtest_logfinish(nodeid: str) -> None:
    tell(kind="ended", id=str(nodeid)[:500])


def pytest_runtest_logreport(report: Any) -> None:
    outcome = report.outcome
    if hasattr(report, "wasxfail") and outcome in ("passed", "skipped"):
        outcome = "failed as expected" if outcome == "skipped" else "passed unexpectedly"
    elif outcome == "failed":
        outcome = "failed" if report.when == "call" else "error"
    elif outcome == "passed" and report.when != "call":
        return
    if outcome != "rerun":
        tell_test(str(report.nodeid), outcome, {})


def pytest_collectreport(report: Any) -> None:
    if report.outcome == "failed":
        tell_test(
            str(report.nodeid), "error", {"exception": "", "message": str(report.longrepr)[-_LONGEST:], "frame": ""}
        )


# ---- the database ----


def watch_database(module: Any) -> None:
    """Note vendor and version of each connection that is really made, without a query of ours."""
    plain = module.BaseDatabaseWrapper.connect

    def connect(self, *args, **more):  # type: ignore[no-untyped-def]
        wants.tell_database(self.settings_dict, True)
        done = plain(self, *args, **more)
        try:
            found = f"{self.vendor} {_database_version(self)}".strip()
            if once("database", found, str(os.getpid())):
                tell(kind="database", found=found)
        except Exception:
            pass
        return done

    module.BaseDatabaseWrapper.connect = connect


def _database_version(wrapper: Any) -> str:
    connection = wrapper.connection
    if wrapper.vendor == "sqlite":
        return str(sys.modules["sqlite3"].sqlite_version)
    if wrapper.vendor == "mysql":
        return str(connection.get_server_info())
    number = getattr(connection, "server_version", 0) or getattr(getattr(connection, "info", None), "server_version", 0)
    if wrapper.vendor == "postgresql" and number:
        return f"{number // 10000}.{number % 10000}"
    return str(getattr(connection, "version", ""))


# ---- being there when they are imported ----

_HOOKS: Dict[str, Callable[[Any], None]] = {
    "unittest.result": watch_unittest,
    "django.db.backends.base.base": watch_database,
}


class Finder:
    """Lets the others find a module, and hooks it once it is executed."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        hook = _HOOKS.pop(name, None)
        if hook is None:
            return None
        for finder in list(sys.meta_path):
            spec = finder.find_spec(name, path, target) if finder is not self and hasattr(finder, "find_spec") else None
            if spec is not None and spec.loader is not None:
                _execute_then(spec.loader, hook)
                return spec
        return None


def _execute_then(loader: Any, hook: Any) -> None:
    plain = loader.exec_module

    def exec_module(module: Any) -> None:
        plain(module)
        try:
            hook(module)
        except Exception as error:
            tell(kind="trouble", text=f"{type(error).__name__}: {error}")

    loader.exec_module = exec_module


def install() -> None:
    """Called once by every Python process of the environment."""
    _channel["place"] = os.environ["CHAIRLIFT_SOCKET"]
    _HOOKS.update(wants.install(sys.modules[__name__]))
    plugins = [each for each in os.environ.get("PYTEST_PLUGINS", "").split(",") if each and each != __name__]
    os.environ["PYTEST_PLUGINS"] = ",".join([*plugins, __name__])
    watch_warnings()
    for name in [each for each in _HOOKS if each in sys.modules]:
        _HOOKS.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, Finder())
    atexit.register(tell_versions)
