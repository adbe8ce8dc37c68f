"""What GitLab tells of a token: whose it is, which scopes it has, and until when."""

from __future__ import annotations

from chairlift.adapters.gitlab.errors import Denied, Forbidden, Missing
from chairlift.adapters.gitlab.wire import Wire
from chairlift.core.budget import Lane
from chairlift.exchange import plainly
from chairlift.ports import Refused

#: All that Chairlift does there needs this one.
_NEEDED = "api"


def examined(wire: Wire, variable: str) -> str:
    """Raises Refused where it does not let in, or lacks the scope."""
    try:
        told = wire.get("personal_access_tokens/self", Lane.READ)
    except (Denied, Forbidden, Missing):
        # Tokens of other kinds have no page of their own; one that is none is refused here.
        return f"of {plainly(wire.me().name, wire.token())}; GitLab does not tell its scopes"
    given = sorted(str(scope) for scope in told.get("scopes") or ())
    if _NEEDED not in given:
        has = plainly(", ".join(given), wire.token()) or "none"
        raise Refused(f"the token in {variable} lacks the scope {_NEEDED}: it has {has}; make one that has it")
    until = f"; it ends {plainly(str(told['expires_at']), wire.token())}" if told.get("expires_at") else ""
    return f"of {plainly(wire.me().name, wire.token())}{until}"
