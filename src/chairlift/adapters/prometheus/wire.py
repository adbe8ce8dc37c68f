"""Questions to one server, and what its answers mean: Unavailable and Refused with cause and remedy, never a secret."""

from __future__ import annotations

import base64
import math
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from chairlift.adapters.prometheus.settings import Settings
from chairlift.exchange import Answer, Server, TooLarge, moment_in, plainly, seconds_in, token_in
from chairlift.ports import Refused, Unavailable

#: 10,000 minutes of one series are 0.3 MB.
_MOST = 8 << 20
#: Longer addresses do not pass every proxy; shorter ones are asked by GET, which is all that some tokens may do.
_LONGEST = 6000
_LONGEST_WAIT = 3600.0
#: Of `errorType`: worth another try.
_PASSING = ("timeout", "canceled", "unavailable", "internal")
#: How a remark begins that is of the query's style, and not of what is missing.
_REMARK = ("PromQL info", "PromQL warning")
_SIGNED_OUT = (401, 403, 407)
#: What a series of an answer says: of which labels, and by second the value.
Series = tuple[Mapping[str, str], Mapping[float, float]]


class Wire:
    """One server, asked with what the settings' variables hold now."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._base, self._settings = url.rstrip("/"), settings
        self.host = urlsplit(url).netloc
        self._server = Server(url, settings.seconds, {"Accept": "application/json"}, _MOST, whole=settings.seconds)
        self._secrets: tuple[str, ...] = ()
        #: By the server's own clock, when it last answered.
        self.heard_at: datetime | None = None

    def over(self, query: str, first: float, last: float, step: float) -> list[Series]:
        """By time, at `first`, each `step` seconds after it, and at `last`."""
        data = self._ask("query_range", {"query": query, "start": first, "end": last, "step": step, **self._limits()})
        return [self._series(each, "values") for each in self._results(data, "matrix")]

    def at(self, query: str, moment: float | None = None) -> list[Series]:
        """At one moment; now without it."""
        when = {} if moment is None else {"time": moment}
        data = self._ask("query", {"query": query, **when, **self._limits()})
        return [self._series(each, "value") for each in self._results(data, "vector")]

    def knows(self, selector: str) -> bool:
        """Whether there ever was such a series, as far back as it remembers."""
        found = self._ask("label/__name__/values", {"match[]": selector})
        if not isinstance(found, list):
            raise self._odd("its list of names is none")
        return bool(found)

    def version(self) -> str:
        """Empty where it does not tell."""
        try:
            found = self._ask("status/buildinfo", {})
        except Refused:
            return ""
        version = found.get("version", "") if isinstance(found, dict) else ""
        return self._plainly(str(version))[:40]

    def _limits(self) -> dict[str, str]:
        # Thanos else leaves out what it cannot reach, and says so in passing.
        return {"timeout": f"{self._settings.seconds}s", "partial_response": "false"}

    def _ask(self, path: str, parameters: Mapping[str, object]) -> Any:
        """The `data` of an answer, which is whole."""
        headers = self._authorization()
        url, told = f"{self._base}/api/v1/{path}", urlencode(parameters)
        try:
            if len(url) + len(told) < _LONGEST:
                answer = self._server.ask("GET", f"{url}?{told}" if told else url, headers)
            else:
                form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
                answer = self._server.ask("POST", url, form, told.encode())
        except TooLarge:
            size = f"{_MOST >> 20} MB"
            raise Refused(
                f"{self.host} answers more than {size}, which are too many series: put sum(…) around the query"
            ) from None
        self.heard_at = moment_in(answer.headers.get("Date", ""))
        return self._data(answer)

    def _data(self, answer: Answer) -> Any:
        body = self._read(answer)
        said = str(body.get("error") or "") if isinstance(body, dict) else ""
        if answer.code // 100 != 2 or said or not isinstance(body, dict) or body.get("status") != "success":
            raise self._trouble(answer, str(body.get("errorType") or "") if isinstance(body, dict) else "", said)
        warnings = body.get("warnings") or []
        for each in warnings if isinstance(warnings, list) else [warnings]:
            if not str(each).startswith(_REMARK):
                raise Unavailable(f"{self.host} answers in part only, and says: {self._plainly(str(each))}")
        return body.get("data")

    def _read(self, answer: Answer) -> Any:
        """None where it is no JSON at all, which is only so with a code that says why."""
        try:
            return answer.json()
        except (Unavailable, RecursionError):
            if answer.code // 100 != 2:
                return None
            if "html" in answer.headers.get("Content-Type", ""):
                raise Refused(
                    f"{self.host} answers with a page for people: is 'url' that of Prometheus itself, and does a"
                    " proxy before it ask for a token (token_env)?"
                ) from None
            raise Unavailable(f"the answer of {self.host} is cut off or no JSON; is a proxy in between?") from None

    def _trouble(self, answer: Answer, kind: str, said: str) -> Exception:
        code, host, words = answer.code, self.host, f": {self._plainly(said)}" if said else ""
        if code // 100 == 3:
            return Refused(f"{host} sends on to {self._target(answer)}: write that address as 'url', if it is yours")
        if code in _SIGNED_OUT:
            return Refused(f"{host} does not let in ({code}{words}): {self._who()}")
        if code == 404 and not said:
            return Refused(f"{host} has no {self._path()} (404): write as 'url' where that begins, with any prefix")
        if code == 429:
            wait = seconds_in(answer.headers.get("Retry-After", ""), _LONGEST_WAIT)
            return Unavailable(f"{host} has had enough questions for now (429{words})", after=wait)
        if kind in _PASSING or (code >= 500 and kind != "execution"):
            return Unavailable(f"{host} cannot answer now ({kind or code}{words}): does it run well?")
        if kind or code // 100 == 4:
            return Refused(f"{host} refuses the query ({kind or code}{words}): mend it in the monitor's settings")
        return self._odd("it says neither success nor why not")

    def _who(self) -> str:
        held = [name for name in (self._settings.token_env, self._settings.password_env) if name]
        return f"check what {held[0]} holds" if held else "name a variable with a token in token_env"

    def _path(self) -> str:
        return f"{urlsplit(self._base).path}/api/v1"

    def _target(self, answer: Answer) -> str:
        try:
            found = urlsplit(answer.headers.get("Location", ""))
            return self._plainly(f"{found.scheme}://{found.hostname}")[:80] if found.hostname else "another path"
        except ValueError:
            return "nowhere"

    def _odd(self, why: str) -> Refused:
        return Refused(f"what answers at {self.host} is no Prometheus ({why}): check 'url'")

    def _results(self, data: Any, kind: str) -> Sequence[Any]:
        if not isinstance(data, dict) or not isinstance(data.get("result"), list):
            raise self._odd("an answer without results")
        if data.get("resultType") != kind:
            what = self._plainly(str(data.get("resultType")))[:20]
            raise Refused(f"a query gives {what} where series are wanted: let it count something, as sum(…) does")
        found: Sequence[Any] = data["result"]
        return found

    def _series(self, told: Any, key: str) -> Series:
        try:
            samples = told[key] if key == "values" else [told[key]]
            values = {float(at): float(value) for at, value in samples}
            labels = {str(name): str(value) for name, value in told["metric"].items()}
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            raise self._odd("a series that cannot be read") from None
        if not all(map(math.isfinite, values)):
            raise self._odd("a time that is none")
        return labels, values

    def _authorization(self) -> Mapping[str, str]:
        settings = self._settings
        if settings.token_env:
            token = token_in(settings.token_env, self.host)
            self._secrets = (token,)
            return {"Authorization": f"Bearer {token}"}
        if settings.user_env:
            user, password = _held(settings.user_env, self.host), _held(settings.password_env, self.host)
            both = base64.b64encode(f"{user}:{password}".encode()).decode()
            self._secrets = (both, password, user)
            return {"Authorization": f"Basic {both}"}
        return {}

    def _plainly(self, words: str) -> str:
        for secret in self._secrets:
            words = words.replace(secret, "…")
        return plainly(words, "\0")


def _held(variable: str, host: str) -> str:
    value = os.environ.get(variable, "")
    if not value or any("\ud800" <= each <= "\udfff" for each in value):
        raise Refused(f"the variable {variable} holds nothing to let us in at {host}: set it, restart")
    return value
