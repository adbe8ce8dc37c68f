"""Does the long work: the recipe's run, the service's own tests, a deployment, a look back at what was ordinary.

Runs in the engine, never in a look.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from chairlift import programs
from chairlift.core.judging.judge import Rules
from chairlift.core.judging.watch import look_back
from chairlift.core.unit import Unit
from chairlift.core.upgrade import PlanState, RunState
from chairlift.ports import Ports, Prover, RecipeFailed, Refused

#: What of a test run's output is kept as the reason.
_WHY_LIMIT = 400
_OUTPUT = 8000
_UNITTEST = re.compile(r"^(Ran \d+ tests? in \S+)\s+^((?:OK|FAILED|NO TESTS RAN)\b.*?)\s*$", re.MULTILINE)


class UnitFailed(Exception):
    """The unit ended without a result; trying again gives the same. The text is for people."""


def run(unit: Unit, ports: Ports, pass_env: tuple[str, ...] = ()) -> dict[str, object]:
    """The result of a unit, as plain data. Raises UnitFailed when it has none, Unavailable when the world is away."""
    try:
        match unit.kind:
            case "plan":
                return _plan(unit.inputs, ports)
            case "verify":
                return _verify(unit.inputs, ports, pass_env)
            case "deploy":
                return _deploy(unit.inputs, ports)
            case "look back":
                return _look_back(unit.inputs, ports)
    except (RecipeFailed, Refused) as error:
        raise UnitFailed(str(error)) from error
    raise AssertionError(f"no unit is called {unit.kind!r}")


def _plan(inputs: Mapping[str, Any], ports: Ports) -> dict[str, object]:
    url, base = inputs["url"], inputs["base"]
    with ports.workspace.checkout(url, base) as path:
        applied = ports.recipe.apply(path, inputs["settings"], inputs["seconds"])
        written = ports.workspace.commit(url, path, base, inputs["message"])
    found = {"findings": list(applied.findings), "why": applied.summary, "report": applied.report}
    if applied.done or (written is None and applied.done is None):
        return {**found, "state": PlanState.NOTHING}
    if written is None:
        raise UnitFailed("the recipe changes nothing, but its detector says that something is left to do")
    return {
        **found,
        "state": PlanState.PLANNED,
        "commit": written.commit,
        "tree": written.tree,
        "files": written.files,
        "insertions": written.insertions,
        "deletions": written.deletions,
    }


def _verify(inputs: Mapping[str, Any], ports: Ports, pass_env: tuple[str, ...]) -> dict[str, object]:
    """Exit code 0 alone proves nothing: where a proof is asked for, the output must show it."""
    if "order" in inputs:
        return _proven(inputs, ports)
    with ports.workspace.checkout(inputs["url"], inputs["commit"]) as path:
        argv = programs.split(inputs["tests"])
        ran = programs.run(argv, cwd=path, seconds=inputs["seconds"], also=pass_env)
    words = _last_words(ran.out)
    result: dict[str, object] = {"seconds": round(ran.seconds, 2), "output": ran.out[-_OUTPUT:]}
    if ran.timed_out:
        return {**result, "state": RunState.FAILED, "why": f"the tests hung: ended after {inputs['seconds']} seconds"}
    if ran.code != 0:
        return {**result, "state": RunState.FAILED, "why": f"exit code {ran.code}: {words}"}
    proof = inputs["proof"]
    if proof:
        shown = re.search(proof, ran.out)
        if not shown:
            return {
                **result,
                "state": RunState.UNPROVEN,
                "why": f"exit code 0, but nothing in the output shows {proof}",
            }
        words = f"{shown.group(0)}; {words}"
    return {**result, "state": RunState.PASSED, "why": words}


def _proven(inputs: Mapping[str, Any], ports: Ports) -> dict[str, object]:
    """By the recipe, which knows how such a service is tested."""
    if not isinstance(ports.recipe, Prover):
        raise UnitFailed("the campaign's recipe runs no tests any more: give the service `tests` in the services file")
    begun = time.monotonic()
    with ports.workspace.checkout(inputs["url"], inputs["commit"]) as path:
        proven = ports.recipe.prove(path, inputs["order"], inputs["seconds"])
    seconds = round(time.monotonic() - begun, 2)
    said = {"output": proven.output[-_OUTPUT:], "why": proven.why[:_WHY_LIMIT]}
    return {**said, "seconds": seconds, "state": proven.state}


def _last_words(out: str) -> str:
    """The last line that says something: test runners end with their count. unittest's has two, and Django's own runner
    talks on about its databases.
    """
    if counts := _UNITTEST.findall(out):
        ran, result = counts[-1]
        return f"{result}: {ran}"[:_WHY_LIMIT]
    lines = [line.strip() for line in out.splitlines() if line.strip()]
    return lines[-1][:_WHY_LIMIT] if lines else "no output"


def _deploy(inputs: Mapping[str, Any], ports: Ports) -> dict[str, object]:
    """Deploys, and believes only what runs afterwards."""
    deployer, service, environment, commit = ports.deployer, inputs["service"], inputs["environment"], inputs["commit"]
    if deployer is None:
        raise UnitFailed("this service has no deployer: give it one in the services file")
    deployer.deploy(service, environment, commit)
    found = deployer.running(service, environment)
    if found is None or found.commit != commit:
        shown = found.commit[:10] if found else "nothing"
        raise UnitFailed(f"the deployer says that it deployed {commit[:10]}, but {environment} runs {shown}")
    return {"since": found.since.isoformat()}


def _look_back(inputs: Mapping[str, Any], ports: Ports) -> dict[str, object]:
    """What is ordinary for a service's errors, and which types of them there were."""
    monitor = ports.monitor
    if monitor is None:
        raise UnitFailed("this service has no monitor: give it one in the services file")
    service, environment = inputs["service"], inputs["environment"]
    start, end = datetime.fromisoformat(inputs["start"]), datetime.fromisoformat(inputs["end"])
    history = monitor.minutes(service, environment, start, end, timedelta(seconds=inputs["minute"]))
    counts = monitor.counts(service, environment, start, end)
    found = look_back(history, Rules(**inputs["rules"]))
    return {"before": found.as_json(), "counts": {**asdict(counts), "groups": dict(counts.groups)}}
