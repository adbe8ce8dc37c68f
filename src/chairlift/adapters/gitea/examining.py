"""What Gitea tells of a token: whose it is, and what it may not even read. What it may write shows when it is used."""

from __future__ import annotations

from chairlift.adapters.gitea.wire import Forbidden, Wire
from chairlift.core.budget import Lane
from chairlift.exchange import plainly
from chairlift.ports import Refused

#: What is read with each scope, and which Chairlift needs of its kind.
_SCOPES = {"user": ("user", "read:user"), "repos/search?limit=1": ("repository", "write:repository")}
_SCOPES |= {"repos/issues/search?limit=1": ("issue", "write:issue")}


def examined(wire: Wire, variable: str) -> str:
    """Raises Refused where it does not let in, or lacks a scope."""
    missing = []
    for path, (area, needed) in _SCOPES.items():
        try:
            wire.read(path, Lane.READ)
        except Forbidden as error:
            if f"{area}]" not in str(error):
                raise
            missing.append(needed)
    if missing:
        raise Refused(f"the token in {variable} lacks {', '.join(missing)}: make one with these scopes")
    return f"of {plainly(wire.me().login, wire.token())}; what it may write Gitea tells when it is used"
