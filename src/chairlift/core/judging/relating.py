"""Whether an error has to do with the upgrade: what speaks for it and what against, each with its weight and words.

`python -m bench.groups` measures the weights: real errors that releases make, and ordinary ones that are new by chance.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from chairlift.core.judging.fingerprints import (
    MESSAGE,
    NAME,
    OWN,
    Frame,
    Raised,
    class_name,
    is_own,
    plain,
    slashed,
    telling_frames,
)
from chairlift.core.reading import quoted

# ---- weights; an error is related to the upgrade from RELATED on, and worth a look from LOOK on ----

RELATED = 3
LOOK = 1
#: The message names what the release took away: nothing else explains that, so it is enough alone.
NAMES_REMOVED = 3
#: A short, usual name (`url`, `six`) that the release took away may well be another's: a hint, no more.
NAMES_REMOVED_PERHAPS = 1
#: RemovedIn…Warning as an error is the release's own word that the code is too old for it.
REMOVED_WARNING = 3
#: An import or attribute error that names a module of a distribution whose version changed. The list of removed names
#: is never complete, but such a name is only looked up where the code was written for another version.
NAMES_CHANGED = 2
#: The function that the upgrade changed was at work when it failed: what the issue calls related, so enough alone.
IN_CHANGED_FUNCTION = 3
#: Its file was changed, and nobody can say where: half of a proof, and enough with what changed below it.
IN_CHANGED_FILE = 2
#: Changed, but in another function, or further out on the way: a middleware is on the way of every error.
NEAR_CHANGE = 1
#: A distribution whose version changed ran below the service's last own line. Django does below most errors of a Django
#: service, so it is a hint and never a proof.
BELOW_CHANGED = 1
#: Made by code alone: imports, arguments, configuration. Data and visitors cannot, so a new one came with a change.
OF_CODE = 2
#: Mostly made by code, but data can: a template's name from the database, an attribute of what somebody sent.
OF_CODE_PERHAPS = 1
#: Only ever seen on the new version while the old one served beside it.
NEW_VERSION_ONLY = 1
#: Seen on the old version, too: whatever it is, the upgrade has not made it. Outweighs all that can come together.
OLD_VERSION_TOO = -20
#: What visitors and data make every day: new ones come without any deploy. Heavier than what runs below (1) and still
#: lighter than a changed function (3), so that the latter is looked at.
OF_VISITORS = -2
#: Networks and databases that are away come and go by themselves; counts only where no changed code was at work.
OF_OUTAGES = -2

_IMPORTS = frozenset(("ImportError", "ModuleNotFoundError"))
_CODE = _IMPORTS | {
    "AppRegistryNotReady", "FieldDoesNotExist", "FieldError", "ImproperlyConfigured", "InvalidCacheBackendError",
    "InvalidTemplateEngineError", "NameError", "NotImplementedError", "NotSupportedError", "SynchronousOnlyOperation",
}  # fmt: skip
_CODE_PERHAPS = frozenset(("AttributeError", "NoReverseMatch", "TemplateDoesNotExist", "TemplateSyntaxError"))
#: Of a TypeError, what says that a function was called otherwise than it is written.
_ARGUMENTS = (
    "unexpected keyword argument", "required positional argument", "required keyword-only argument",
    "positional arguments but", "positional argument but", "multiple values for", "takes no arguments",
    "takes no keyword arguments", "is an invalid keyword argument",
)  # fmt: skip
#: Of a database, what says that code and tables do not fit: a migration that is missing.
_TABLES = ("no such table", "no such column", "does not exist", "doesn't exist", "unknown column", "has no column")
#: An attribute that None or a plain value has not is mostly a matter of what was sent or stored.
_PLAIN = ("'NoneType'", "'str'", "'int'", "'float'", "'bool'", "'list'", "'dict'", "'tuple'", "'bytes'", "'set'")
_VISITORS = frozenset((
    "AuthenticationFailed", "BadRequest", "BadSignature", "DisallowedHost", "DisallowedRedirect", "DoesNotExist",
    "EmptyPage", "Http404", "InvalidPage", "InvalidSessionKey", "JSONDecodeError", "MultiPartParserError",
    "MultiValueDictKeyError", "MultipleObjectsReturned", "NotAuthenticated", "NotFound", "ObjectDoesNotExist",
    "PageNotAnInteger", "ParseError", "PermissionDenied", "RequestDataTooBig", "Resolver404", "SignatureExpired",
    "SuspiciousFileOperation", "SuspiciousMultipartForm", "SuspiciousOperation", "SuspiciousSession", "Throttled",
    "TooManyFieldsSent", "TooManyFilesSent", "UnicodeDecodeError", "UnreadablePostError", "UnsupportedMediaType",
    "ValidationError",
))  # fmt: skip
_OUTAGES = frozenset((
    "AutoReconnect", "BrokenPipeError", "ConnectionAbortedError", "ConnectionDoesNotExist", "ConnectionFailure",
    "ConnectionRefusedError", "ConnectionResetError", "IncompleteRead", "InterfaceError", "MaxRetryError",
    "NewConnectionError", "OperationalError", "ProtocolError", "ReadError", "RemoteDisconnected", "RemoteProtocolError",
    "SSLError", "ServerSelectionTimeoutError", "SoftTimeLimitExceeded", "SystemExit", "TimeLimitExceeded",
    "TimeoutExpired", "URLError", "WorkerLostError", "gaierror", "timeout",
))  # fmt: skip
_OUTAGE_ENDS = ("Timeout", "TimeoutError", "ConnectionError", "ConnectError", "TimeoutException")
_WARNING = re.compile(r"(?:Pending)?RemovedIn\w{1,40}Warning")

#: Own frames, from the innermost, that call one another without a library between them: they were at work.
_AT_WORK = 5
_TOKENS = 60
_OWNERS = 50
_LONG_NAME = 8
_DEPTH = 12
_ABOVE_ROOT = 2


@dataclass(frozen=True)
class Touched:
    """What the upgrade changed.

    `files` are the paths of the diff, from the root of the repository, each with the functions changed in it; None
    where that is not known. `distributions` are those whose version changed, with the names that they are imported by.
    `removed` are dotted names that the release removed or renamed: modules, classes, functions, attributes, arguments.
    `versions` is what the new version is called in the monitor, `beside` what older ones that still served are called.
    """

    files: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    distributions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()

    @property
    def known(self) -> bool:
        """Whether anything is known of it: else nothing can be related to it."""
        return bool(self.files or self.distributions or self.removed)

    @cached_property
    def _by_last(self) -> Mapping[str, tuple[str, ...]]:
        """Removed names by their last part, a few of each: `is_ajax` leads to `django.http.HttpRequest`."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.removed):
            owner, _, last = name.rpartition(".")
            owners = found.setdefault(last, [])
            if owner and len(owners) < _OWNERS:
                owners.append(owner)
        return {last: tuple(owners) for last, owners in found.items()}

    @cached_property
    def _imported(self) -> Mapping[str, str]:
        """Distributions by the names that they are imported by."""
        pairs = ((name, each) for each in sorted(self.distributions) for name in self.distributions[each])
        return dict(sorted(pairs, reverse=True))

    @cached_property
    def _ends(self) -> Mapping[str, tuple[str, ...]]:
        """Paths of the diff by each end of at least two parts, and by themselves."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.files):
            parts = path[-NAME:].split("/")
            for start in range(max(len(parts) - 1, 1)):
                found.setdefault("/".join(parts[start:]), []).append(path)
        return {end: tuple(paths) for end, paths in found.items()}

    def distribution(self, dotted: str) -> str:
        """The changed distribution that a dotted name belongs to, or nothing."""
        parts = dotted[:NAME].split(".")[:_DEPTH]
        names = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
        return next((self._imported[name] for name in names if name in self._imported), "")

    def below(self, frame: Frame) -> str:
        """The changed distribution that a frame of no own code belongs to, or nothing."""
        if is_own(frame):
            return ""
        inside = slashed(frame.file).rpartition("-packages/")[2]
        dotted = frame.module or inside.removesuffix(".py").replace("/", ".")
        return self.distribution(dotted)

    def paths(self, frame: Frame) -> tuple[str, ...]:
        """The files of the diff that a frame may be in; mostly one or none."""
        if frame.module and frame.module != "__main__":
            stem = frame.module[:NAME].replace(".", "/")
            ends = [f"{stem}.py", f"{stem}/__init__.py"]
            return next((self._ends[end] for end in ends if end in self._ends), ())
        parts = slashed(frame.file).strip("/").split("/")[-_DEPTH:]
        for start in range(len(parts)):
            end = "/".join(parts[start:])
            # A path of one part stands at the root, and no root is deep in another folder of the service.
            if end in self.files and ("/" in end or start < _ABOVE_ROOT):
                return (end,)
        return ()


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for (above zero) or against it, in words for a page."""

    weight: int
    words: str


def relate(raised: Raised, versions: Iterable[str], touched: Touched) -> tuple[Reason, ...]:
    """All that speaks for or against the upgrade's having made this error; `versions` are those that it was seen on."""
    changed = _changed_code(raised, touched)
    named = _named(raised, touched)
    reasons = [*named, *changed, *_below(raised, touched), *_of_code(raised), *_versions(frozenset(versions), touched)]
    name = class_name(raised.type)
    if name in _VISITORS:
        reasons.append(Reason(OF_VISITORS, f"{quoted(name)} is what visitors and data make on any day"))
    elif is_outage(raised) and not changed:
        reasons.append(Reason(OF_OUTAGES, "networks and databases that do not answer come and go without any deploy"))
    return tuple(reasons)


def names_removed(raised: Raised, touched: Touched) -> bool:
    """Whether the error itself says what the release took away."""
    return any(reason.weight >= NAMES_REMOVED for reason in _named(raised, touched))


def is_outage(raised: Raised) -> bool:
    """Whether it says that a network, a database or a worker did not answer."""
    name = class_name(raised.type)
    return (name in _OUTAGES or name.endswith(_OUTAGE_ENDS)) and not _says(raised, _TABLES)


def _says(raised: Raised, words: Iterable[str]) -> bool:
    message = raised.message[:MESSAGE].lower()
    return any(each in message for each in words)


# ---- what the message names ----

#: Possessive: a name is read once.
_DOTTED = re.compile(r"(?P<mark>['\"`“‘]?)(?P<name>[^\W\d]\w*+(?:\.[^\W\d]\w*+)*+)")


def _named(raised: Raised, touched: Touched) -> list[Reason]:
    name = class_name(raised.type)
    if _WARNING.fullmatch(name):
        return [Reason(REMOVED_WARNING, f"{quoted(name)} is the release's own word that this is gone")]
    if not _is_about_names(raised, name):
        return []
    matches = itertools.islice(_DOTTED.finditer(raised.message[:MESSAGE]), _TOKENS)
    found = [(match["name"], bool(match["mark"])) for match in matches]
    sure = next(_removed(found, touched), "")
    if sure:
        return [Reason(NAMES_REMOVED, f"the message names {quoted(sure)}, which the new version no longer has")]
    perhaps = next((word for word, marked in found if marked and word in touched._by_last), "")
    if perhaps:
        words = f"the message names {quoted(perhaps)}; the new version no longer has something of that name"
        return [Reason(NAMES_REMOVED_PERHAPS, words)]
    for word, marked in found:
        of = touched.distribution(word) if marked or "." in word else ""
        if of:
            return [Reason(NAMES_CHANGED, f"the message names {quoted(word)} of {quoted(of)}, whose version changed")]
    return []


def _is_about_names(raised: Raised, name: str) -> bool:
    if name == "AttributeError" and _says(raised, [f"{plain.lower()} object" for plain in _PLAIN]):
        return False
    return name in _CODE or name in _CODE_PERHAPS or (name == "TypeError" and _says(raised, _ARGUMENTS))


def _removed(found: list[tuple[str, bool]], touched: Touched) -> Iterator[str]:
    """Names of the message that the release removed: in full, with their module or class, or unlike any other's."""
    words = {word for word, _ in found} | {word.rpartition(".")[2] for word, _ in found}
    for word, marked in found:
        if "." in word and word in touched.removed:
            yield word
        owners = touched._by_last.get(word.rpartition(".")[2], ())
        for owner in owners:
            if owner in words or (_is_telling(owner.rpartition(".")[2]) and owner.rpartition(".")[2] in words):
                yield f"{owner}.{word.rpartition('.')[2]}"
        if marked and word in touched._by_last and _is_telling(word):
            yield word


def _is_telling(name: str) -> bool:
    """Whether hardly anybody else would call something so: `is_ajax`, not `url`; `ugettext`, not `__init__`."""
    core = name.strip("_")
    return core == name and (len(core) >= _LONG_NAME or "_" in core or any(map(str.isupper, core[1:])))


# ---- where it was raised ----


def _changed_code(raised: Raised, touched: Touched) -> list[Reason]:
    """The strongest of what the frames say of the diff."""
    frames = telling_frames(raised)
    own = [frame for frame in frames if is_own(frame)][-OWN:]
    at_work = _at_work(frames)
    found: list[Reason] = []
    for place, frame in enumerate(reversed(own)):
        paths = touched.paths(frame)
        if not paths:
            continue
        weight = max(_weight(touched.files[path], frame, place < at_work) for path in paths)
        where = f"{quoted(plain(frame.function))} in {quoted(paths[0])}"
        words = {
            IN_CHANGED_FUNCTION: f"the upgrade changed {where}, which was at work when it failed",
            IN_CHANGED_FILE: f"it failed in {where}, and the upgrade changed that file",
            NEAR_CHANGE: f"it ran through {where}, and the upgrade changed something else in that file",
        }
        if place >= at_work:
            words[NEAR_CHANGE] = f"it came through {where}, a file that the upgrade changed"
        found.append(Reason(weight, words[weight]))
    return [max(found, key=lambda reason: reason.weight)] if found else []


def _weight(functions: frozenset[str] | None, frame: Frame, at_work: bool) -> int:
    if not at_work:
        return NEAR_CHANGE
    if functions is None:
        return IN_CHANGED_FILE
    return IN_CHANGED_FUNCTION if plain(frame.function) in functions else NEAR_CHANGE


def _at_work(frames: tuple[Frame, ...]) -> int:
    """How many own frames, from the innermost, call one another directly; a library's frames below them are none."""
    count = 0
    for frame in reversed(frames):
        if is_own(frame):
            count += 1
        elif count:
            break
    return min(count, _AT_WORK)


def _below(raised: Raised, touched: Touched) -> list[Reason]:
    for frame in reversed(telling_frames(raised)):
        if is_own(frame):
            break
        of = touched.below(frame)
        if of:
            return [Reason(BELOW_CHANGED, f"it was raised in {quoted(of)}, whose version changed, or below it")]
    if not raised.frames and (of := touched.distribution(raised.type.replace(":", "."))):
        return [Reason(BELOW_CHANGED, f"its class is one of {quoted(of)}, whose version changed")]
    return []


# ---- what kind it is ----


def _of_code(raised: Raised) -> list[Reason]:
    name = class_name(raised.type)
    if name == "FieldError" and _says(raised, ("cannot resolve keyword",)):
        # The keyword may come from a visitor, as in `order_by(request.GET["by"])`.
        weight = OF_CODE_PERHAPS
    elif name == "AttributeError" and _says(raised, [f"{plain.lower()} object" for plain in _PLAIN]):
        weight = 0
    elif name in _CODE or (name == "TypeError" and _says(raised, _ARGUMENTS)):
        weight = OF_CODE
    elif name in _CODE_PERHAPS or (name.endswith(("OperationalError", "ProgrammingError")) and _says(raised, _TABLES)):
        weight = OF_CODE_PERHAPS
    else:
        weight = 0
    words = "only code makes" if weight == OF_CODE else "mostly code makes"
    return [Reason(weight, f"{quoted(name)} like this is what {words}, not visitors or data")] if weight else []


def _versions(seen: frozenset[str], touched: Touched) -> list[Reason]:
    if seen & touched.beside:
        old = quoted(min(seen & touched.beside))
        return [Reason(OLD_VERSION_TOO, f"it was seen on {old}, too, which has nothing of the upgrade")]
    if seen and touched.beside and seen <= touched.versions:
        return [Reason(NEW_VERSION_ONLY, "it was seen on the new version only, while the old one served beside it")]
    return []
