"""What an operator says of a service's access logs."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from chairlift.ports import Refused

FORMATS = ("combined", "json")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Settings:
    """`files` are patterns such as `/var/log/nginx/{service}-{environment}.log*`: rotated ones and .gz, too.

    What names hold besides letters, digits and `_-.~` is percent-encoded there. `format` is combined or json; of json
    the keys, with dots where they are nested, are those of the time (ISO with zone, or seconds since 1970), the status,
    the request line or path and, where it is told, the type of an error. Lines of which the request holds what `ignore`
    says are no requests, but show that the log is alive. Silence of more than `quiet` seconds is missing rather than
    quiet, and so are the last `late` seconds, which some process may not have written yet. At most `megabytes` are
    read, for at most `seconds`.
    """

    files: tuple[str, ...]
    format: str = "combined"
    time_key: str = "time"
    status_key: str = "status"
    request_key: str = "request"
    type_key: str = ""
    ignore: str = ""
    quiet: int = 900
    late: int = 10
    megabytes: int = 4000
    seconds: int = 120

    def __post_init__(self) -> None:
        if not self.files or not all(os.path.isabs(each) for each in self.files):
            raise Refused('files are patterns from the root on: write files = ["/var/log/nginx/{service}.log*"]')
        for name in PLACEHOLDER.findall("".join(self.files)):
            if name not in ("service", "environment"):
                raise Refused(f"files have an unknown {{{name}}}; there are {{service}}, {{environment}}")
        if self.format not in FORMATS:
            raise Refused(f"there is no format {self.format[:40]!r}; there are {', '.join(FORMATS)}")
        try:
            re.compile(self.ignore)
        except re.error as error:
            raise Refused(f"ignore = {self.ignore[:80]!r} is no pattern: {error}") from error
        if min(self.quiet, self.megabytes, self.seconds) < 1 or self.late < 0:
            raise Refused("quiet, megabytes and seconds are whole numbers from 1 on, late from 0 on")
