"""Texts on their way to GitLab and back: nothing in ours may be a quick action, and no character of them is lost.

GitLab runs a line such as `/merge` of whoever writes it, and takes carriage returns out of what it stores.
"""

from __future__ import annotations

import re

from chairlift.marking import marked, unmarked

#: What GitLab takes, in characters.
TITLE, NAME, DESCRIPTION, BODY = 255, 255, 255, 1_000_000
_CUT = "\n\n… (shortened)"
#: Only a word on a line of its own, or at its beginning with arguments behind it; a path such as /usr/bin is none.
_ACTION = r"/[A-Za-z_]+(?:[ \t]|$)"
_LINE = re.compile(rf"^(\\*)(?={_ACTION})", re.MULTILINE)
_QUIET_LINE = re.compile(rf"^\\(\\*)(?={_ACTION})", re.MULTILINE)
_RETURN = re.compile(r"&((?:amp;)*#13;)")
_QUIET_RETURN = re.compile(r"&amp;((?:amp;)*#13;)")


def sayable(text: str, most: int = BODY) -> str:
    """What JSON and GitLab can hold of it."""
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    return text if len(text) <= most else text[: most - len(_CUT)] + _CUT


def spoken(text: str, kind: str, key: str) -> str:
    """A text of ours as it is sent: quiet, and with the marker of its key at its end."""
    quiet = _RETURN.sub(r"&amp;\1", sayable(text)).replace("\r", "&#13;")
    return marked(_LINE.sub(r"\\\1", quiet), kind, key)


def meant(body: str | None, kind: str, key: str) -> str | None:
    """The text that was sent under this key; None where it is not there."""
    quiet = unmarked(body or "", kind, key)
    if quiet is None:
        return None
    return _QUIET_RETURN.sub(r"&\1", _QUIET_LINE.sub(r"\1", quiet).replace("&#13;", "\r"))
