"""What makes two errors the same: the class of the exception and the frames of the service's own code.

A library's frames are no part of it: from Django 2.2 to 3.2 every ordinary error runs through other functions of its
library. The message is the key only where no frame of the service is known, and values in it are taken out first.

Whatever comes from a monitor is cut before it is looked at, and read once from left to right: no text of any length or
form costs more than its first characters. A module says where a class lives, and classes move, so only the class's own
name counts. Reasons and figures: docs/verdict.md.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

#: Characters of a message that are read; what differs only after these is the same.
MESSAGE = 1000
#: Characters of a name of a module, file, function or class that are read.
NAME = 300
#: Frames that are read of one exception, from the innermost.
FRAMES = 200
#: Own frames that count, from the innermost, after repeated ones are taken out.
OWN = 40
#: Exceptions of a chain that are read.
CHAIN = 10
#: Parts of a file's path that say where it is: what is before them differs from host to host.
_PARTS = 3


@dataclass(frozen=True)
class Frame:
    """One line of a traceback: `module` is dotted, `file` a path, each as far as the monitor knows it.

    `in_app` is whether it is the service's own code; None where the monitor does not say, then the path decides.
    """

    module: str = ""
    file: str = ""
    function: str = ""
    in_app: bool | None = None


@dataclass(frozen=True)
class Raised:
    """An exception: `type` as dotted as the monitor knows it, `frames` innermost last, `cause` what it came from."""

    type: str
    message: str = ""
    frames: tuple[Frame, ...] = ()
    cause: Raised | None = None


#: A frame as it counts: module or end of the path, and function.
Place = tuple[str, str]


def fingerprint(raised: Raised) -> str:
    """16 hexadecimal digits, the same for the same error on any version of any library; empty where nothing is told."""
    return by_frames(raised) or by_message(raised)


def by_frames(raised: Raised) -> str:
    """The key where own frames are known, else empty."""
    places = own_places(raised)
    return _hash("frames", class_name(raised.type), *places) if places else ""


def by_message(raised: Raised) -> str:
    """The key by class and message alone; empty where both are."""
    name, message = class_name(raised.type), normalised(raised)
    return _hash("message", name, message) if name or message else ""


def own_places(raised: Raised) -> tuple[Place, ...]:
    """Where the service's own code was, innermost last, of the outermost exception of the chain that has such frames.

    What repeats counts once: how deep a recursion went is no part of what happened.
    """
    found = dict.fromkeys(place(frame) for frame in telling_frames(raised) if is_own(frame))
    return tuple(found)[-OWN:]


def telling_frames(raised: Raised) -> tuple[Frame, ...]:
    """The frames of the outermost exception of the chain that ran through the service's code, else its own."""
    for each in chain(raised):
        frames = tuple(_read(each))
        if any(map(is_own, frames)):
            return frames
    return tuple(_read(raised))


def chain(raised: Raised) -> Iterator[Raised]:
    """It and what it came from, as far as is read."""
    here: Raised | None = raised
    for _ in range(CHAIN):
        if here is None:
            return
        yield here
        here = here.cause


#: Python 3.12 has no frames for these any more.
_INLINED = frozenset(("<listcomp>", "<dictcomp>", "<setcomp>"))


def _read(raised: Raised) -> Iterator[Frame]:
    for frame in raised.frames[-FRAMES:]:
        if (frame.module or frame.file) and frame.function not in _INLINED:
            yield frame


_OF_LIBRARIES = ("/site-packages/", "/dist-packages/", "/lib/python", "/lib64/python", "<frozen ")


def is_own(frame: Frame) -> bool:
    """Whether it is the service's code: as the monitor says, else by where the file is, else by the module's name."""
    if frame.in_app is not None:
        return frame.in_app
    file = slashed(frame.file)
    if file:
        return not any(part in file for part in _OF_LIBRARIES)
    return frame.module[:NAME].partition(".")[0] not in sys.stdlib_module_names


def place(frame: Frame) -> Place:
    """Module, or the end of the path without what changes from host to host; and the function without its class."""
    if frame.module and frame.module != "__main__":
        where = frame.module[:NAME]
    else:
        parts = slashed(frame.file).removesuffix(".py").strip("/").split("/")[-_PARTS:]
        where = "/".join(_word(part) for part in parts)
    return where, plain(frame.function)


def slashed(file: str) -> str:
    """A path with `/` between its parts, as long as is read: its end says more than its beginning."""
    return file[-NAME:].replace("\\", "/")


def plain(function: str) -> str:
    """The name without class and outer function: Python 3.11 tells `Order.total` where 3.10 told `total`."""
    return function[:NAME].rpartition(".")[2]


def class_name(dotted: str) -> str:
    """`IntegrityError`, of `django.db.utils.IntegrityError` and `django.db.utils:IntegrityError`."""
    return dotted[-NAME:].replace(":", ".").strip(" .").rpartition(".")[2]


def _hash(*parts: object) -> str:
    # With repr, no text can look like the end of one part and the beginning of another, and all of it can be encoded.
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


# ---- messages ----

#: Their messages quote names of the code, which tell them apart; other messages quote values.
_QUOTES_NAMES = frozenset((
    "AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "TypeError", "FieldError", "FieldDoesNotExist",
    "NoReverseMatch", "TemplateDoesNotExist", "TemplateSyntaxError", "ImproperlyConfigured", "LookupError",
))  # fmt: skip

#: Possessive and bounded: nothing is read twice, but for a quote that nothing closes, and then no further than this.
_TOKEN = re.compile(
    r"""(?P<quoted>(?<!\w)(?:'[^'\n]{0,200}+'|"[^"\n]{0,200}+"|`[^`\n]{0,200}+`|“[^”\n]{0,200}+”|‘[^’\n]{0,200}+’))"""
    r"""|(?P<word>[\w.@+/\\:~%#?&=-]++)|(?P<space>\s++)|(?P<other>.)""",
    re.DOTALL,
)
_NUMBERS = re.compile(r"\d++(?:[.,:/-]\d++)*+")
_LIST = re.compile(r"#(?:, ?#)++")
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_HEX = re.compile(r"(?:0[xX][0-9a-fA-F]++|(?=\D*+\d)[0-9a-fA-F]{8,}+)")
_NAME = re.compile(r"[^\W\d]\w*+(?:\.[^\W\d]\w*+)*+")
_LONG_ID = 20


def normalised(raised: Raised) -> str:
    """The message without its values, so that the same complaint about another value is the same.

    Numbers, dates, hexadecimals, UUIDs and ids become `#`, e-mail addresses `@`, paths and addresses `/`, quoted values
    `'…'`; names of the code stay where a class of exceptions quotes these. Every quotation mark becomes `'`.
    """
    keeps = class_name(raised.type) in _QUOTES_NAMES
    found = (_token(each, keeps) for each in _TOKEN.finditer(raised.message[:MESSAGE]))
    return _LIST.sub("#", "".join(found).strip())


def _token(found: re.Match[str], keeps: bool) -> str:
    text = found[0]
    if found.lastgroup == "quoted":
        return f"'{text[1:-1]}'" if keeps and _NAME.fullmatch(text[1:-1]) else "'…'"
    if found.lastgroup == "word":
        return _word(text)
    if found.lastgroup == "space":
        return " "
    return "'" if text in '"`“”‘’' else text


def _word(text: str) -> str:
    core = text.strip(".:?")
    # What is around it, a full stop at the end most of all, stays.
    before, _, after = text.partition(core) if core else (text, "", "")
    if "@" in core.strip("@"):
        core = "@"
    elif "://" in core or core.startswith(("/", "~/")) or core[1:3] in (":\\", ":/") or "\\" in core:
        core = "/"
    elif _UUID.fullmatch(core) or _HEX.fullmatch(core) or _is_id(core):
        core = "#"
    else:
        core = _NUMBERS.sub("#", core)
    return f"{before}{core}{after}"


def _is_id(text: str) -> bool:
    """Long, with letters and digits mixed, and no word of a language or of code."""
    mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return len(text) >= _LONG_ID and mixed and text.replace("-", "").isalnum()
