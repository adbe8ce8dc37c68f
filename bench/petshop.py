"""The judge on PetShop: real requests and errors in buckets of five minutes, with labelled faults (CC-BY-4.0)."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from chairlift.core.judging.judge import Rules, strong
from chairlift.core.judging.minutes import MINUTE, Minutes
from chairlift.core.judging.ordinary import ordinary
from chairlift.core.judging.path import followed

_NODE = "PetSite"
#: Buckets of five minutes are spread over their minutes evenly, as for any monitor that knows no minutes.
_BUCKET = 5
_EPOCH = datetime(2023, 1, 2, tzinfo=UTC)
_LEAST_DAYS = 1.5
#: Buckets of a placebo, as many as the faults have.
_PLACEBO = 6 * _BUCKET


@dataclass(frozen=True)
class Found:
    """Of one traffic class: faults seen and all of them, bad deploys likewise, and ordinary hours that were held."""

    traffic: str
    seen: int
    faults: int
    deploys_seen: int
    deploys: int
    false: int
    placebos: int
    missed: tuple[str, ...]


def judged(folder: Path, traffic: str) -> Found:
    history = _read(folder / traffic / "noissue" / "metrics.csv", 0)
    usual = ordinary(history, _LEAST_DAYS)
    seen, deploys, missed = [], [], []
    for issue in sorted((folder / traffic).glob("*/issue_*")):
        target = json.loads((issue / "target.json").read_text())
        if target["target"]["metric"] != "availability":
            continue
        minutes = _read(issue / "metrics.csv", len(history))
        began = _bucket(issue / "metrics.csv", target["target"]["timestamp"])
        before, after = (
            minutes.part(minutes.start, minutes.start + began * MINUTE),
            minutes.part(minutes.start + began * MINUTE, minutes.end),
        )
        (path,) = followed([(usual, history + before, after)])
        alarmed = bool(strong(path, Rules()).any())
        bad_deploy = "cdk deploy" in json.dumps(target["metadata"])
        seen.append(alarmed)
        deploys += [alarmed] if bad_deploy else []
        missed += (
            []
            if alarmed
            else [f"{issue.parent.name}/{issue.name}: {np.nansum(after.errors):.0f} of {np.nansum(after.requests):.0f}"]
        )
    starts = range(len(history) // 3, len(history) - _PLACEBO, _PLACEBO)
    placebos = [
        (usual, history.part(history.start, at), history.part(at, at + _PLACEBO * MINUTE))
        for at in (history.start + start * MINUTE for start in starts)
    ]
    false = sum(bool(strong(path, Rules()).any()) for each in placebos for path in followed([each]))
    return Found(traffic, sum(seen), len(seen), sum(deploys), len(deploys), false, len(placebos), tuple(missed))


def _rows(file: Path) -> tuple[list[list[str]], int, int]:
    rows = list(csv.reader(file.open()))
    columns = list(zip(*rows[:3], strict=False))
    return rows[4:], columns.index((_NODE, "requests", "Sum")), columns.index((_NODE, "availability", "Average"))


def _bucket(file: Path, timestamp: float) -> int:
    """The first minute of the bucket that holds something of what came from then on."""
    return _BUCKET * sum(float(row[0]) + _BUCKET * 60 <= timestamp for row in _rows(file)[0])


def _read(file: Path, later: int) -> Minutes:
    rows, requests, availability = _rows(file)
    asked = np.array([float(row[requests]) if row[requests] else np.nan for row in rows])
    up = np.array([float(row[availability]) if row[availability] else np.nan for row in rows])
    failed = np.round(asked * (1 - up / 100))
    failed[np.isnan(asked)] = np.nan
    asked = np.where(np.isnan(failed), np.nan, asked)
    return Minutes(_EPOCH + later * MINUTE, *(np.repeat(each / _BUCKET, _BUCKET) for each in (asked, failed)))
