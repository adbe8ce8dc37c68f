"""A real Prometheus on a port and in a folder of its own, whose history is filled in before it starts."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from chairlift.adapters.prometheus.monitor import PrometheusMonitor, Settings
from chairlift.core.judging.minutes import Minutes
from chairlift.core.verdict import Counts
from chairlift.testing.contracts.monitor import MINUTE, NOON

PROGRAMS = [shutil.which(name) for name in ("prometheus", "promtool")]
MISSING = (
    "SKIPPED: no Prometheus here, so nothing was counted by a real one; 'apt-get install prometheus' brings it"
    " (then 'systemctl disable --now prometheus', as tests start their own)"
)
#: How often what is filled in was scraped.
SCRAPE = timedelta(seconds=15)
REQUESTS = "http_requests_total{job={service},env={environment}}"
ERRORS = 'http_requests_total{job={service},env={environment},status=~"5.."}'
TYPES = "http_exceptions_total{job={service},env={environment}}"
_ADDRESS = re.compile(r"address=(127\.0\.0\.1:[1-9]\d*)")
_SECONDS = 60

Labels = Mapping[str, str]


class World:
    """What was scraped. It is written down, and the server started anew, when somebody asks after more was added."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._process, self._url, self._written = folder, None, "", False
        self._samples: dict[str, dict[str, dict[float, float]]] = {}
        self._ends: dict[tuple[str, str], tuple[datetime, int, dict[tuple[str, str, str], float]]] = {}

    def put(self, name: str, labels: Labels, samples: Mapping[datetime, float]) -> None:
        told = ",".join(f'{label}="{_escaped(value)}"' for label, value in labels.items())
        series = self._samples.setdefault(name, {}).setdefault(f"{name}{{{told}}}", {})
        series.update((at.timestamp(), value) for at, value in samples.items())
        self._written = False

    def traffic(
        self,
        service: str,
        environment: str,
        start: datetime,
        minutes: int,
        requests: int,
        errors: int,
        groups: Mapping[str, int],
    ) -> None:
        """What is counted goes on where it was; after a gap it is another process. Nothing failed yet: no series."""
        end, number, so_far = self._ends.get((service, environment), (None, 0, {}))
        if end != start:
            number, so_far = number + 1, {}
        place = {"job": service, "env": environment, "instance": f"host-{number}:8000"}
        moments = [start + each * SCRAPE for each in range(round(minutes * MINUTE / SCRAPE) + 1)]
        rates = {("http_requests_total", "status", "200"): requests - errors}
        rates |= {("http_requests_total", "status", "500"): errors}
        rates |= {("http_exceptions_total", "type", name): times for name, times in groups.items()}
        totals = dict(so_far)
        for series, rate in rates.items():
            name, label, value = series
            before = so_far.get(series, 0.0)
            told = {at: before + rate * ((at - start) / MINUTE) for at in moments}
            self.put(name, {**place, label: value}, {at: so for at, so in told.items() if so or value == "200"})
            totals[series] = before + rate * minutes
        self._ends[service, environment] = (start + minutes * MINUTE, number, totals)

    def url(self) -> str:
        if not self._written:
            self.close()
            self._write()
            self._start()
            self._written = True
        return self._url

    def close(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(_SECONDS)
            self._process = None

    def _write(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        lines = []
        for name, families in self._samples.items():
            lines.append(f"# TYPE {name.removesuffix('_total')} counter")
            for series, samples in families.items():
                lines += [f"{series} {value!r} {at:.3f}" for at, value in sorted(samples.items())]
        told = self._folder / "told.om"
        told.write_text("\n".join([*lines, "# EOF", ""]))
        if lines:
            argv = [PROGRAMS[1], "tsdb", "create-blocks-from", "openmetrics", told, self._folder / "data"]
            # Each block reads all that is told once more: few of them.
            _run([*argv, "--max-block-duration=800h"])

    def _start(self) -> None:
        config, log = self._folder / "empty.yml", self._folder / "log"
        config.touch()
        argv = [
            PROGRAMS[0],
            f"--config.file={config}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            "--storage.tsdb.retention.time=100y",
            "--web.listen-address=127.0.0.1:0",
        ]
        with log.open("w") as file:
            self._process = subprocess.Popen(argv, stdout=file, stderr=file)
        until = time.monotonic() + _SECONDS
        while "ready to receive" not in log.read_text():
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.01)
        self._url = f"http://{_ADDRESS.search(log.read_text())[1]}"


@contextmanager
def running(folder: Path) -> Iterator[World]:
    world = World(folder / "prometheus")
    try:
        yield world
    finally:
        world.close()


class Late:
    """The adapter, made anew for what the world holds when it is asked."""

    def __init__(self, world: World, **settings: object) -> None:
        self._world, self._settings = world, settings

    def minutes(self, *asked: object) -> Minutes:
        return monitor(self._world.url(), **self._settings).minutes(*asked)

    def counts(self, *asked: object) -> Counts:
        return monitor(self._world.url(), **self._settings).counts(*asked)


def monitor(url: str, now: datetime = NOON, **settings: object) -> PrometheusMonitor:
    usual = {"requests": REQUESTS, "errors": ERRORS, "types": TYPES}
    return PrometheusMonitor(Settings(url=url, **{**usual, **settings}), lambda: now)


def seen(values: Sequence[float], start: datetime = NOON, every: timedelta = SCRAPE) -> dict[datetime, float]:
    """One value at each scrape; None for a scrape that failed."""
    return {start + place * every: value for place, value in enumerate(values) if value is not None}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _run(argv: Sequence[object]) -> None:
    ran = subprocess.run([str(each) for each in argv], capture_output=True, text=True, check=False, timeout=600)
    assert ran.returncode == 0, ran.stderr
