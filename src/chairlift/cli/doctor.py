"""`chairlift doctor`: whether all that an installation names is there, lets in, and may do what it is to do."""

from __future__ import annotations

import functools
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chairlift.cli.frame import command, json_option, now, print_json, printable

if TYPE_CHECKING:
    from chairlift.core.files import Provider, Roster
    from chairlift.core.upgrade import Service
    from chairlift.ports import Finding
    from chairlift.server.outside import Outside

#: Of as much time a monitor is asked for its counts.
_WINDOW = timedelta(hours=1)


@command("doctor")
@json_option
def doctor(home: Path, as_json: bool) -> int:
    """Ask all that is configured whether it could do its work; changes nothing, and tells nobody anything.

    Each forge's tokens (do they let in, and with which scopes missing), the secrets of webhooks, each repository, what
    runs and what is measured in each environment, notifiers, spreadsheets and sign-in.
    """
    from chairlift.server.models import RosterFile
    from chairlift.server.outside import Outside

    outside = Outside.of(home, now)
    found = [*_of_installation(outside), *_of_services(outside, RosterFile.now())]
    if as_json:
        print_json(found)
    else:
        for each in found:
            note = f"({each['note']})" if each["note"] else ""
            words = [f"{each['state']:<8}", each["what"], each["why"], note]
            click.echo(printable(" ".join(filter(None, words))))
    return 3 if any(each["state"] != "fine" for each in found) else 0


def _of_installation(outside: Outside) -> Iterator[dict[str, str]]:
    from chairlift.adapters import webhooks
    from chairlift.server.models import Campaign

    for kind in dict.fromkeys(campaign.value.recipe for campaign in Campaign.objects.all()):
        yield _tried(f"recipe {kind}", functools.partial(outside.recipe, kind))
    installation = outside.installation
    for name in installation.forges:
        yield from _examined(f"forge {name}", functools.partial(outside.forge, name))
    for name, variable in installation.hook_secrets.items():
        yield _tried(f"forge {name}: secret of its webhooks", functools.partial(_secret, outside, name, variable))
    for place, config in enumerate(installation.notifiers):
        yield from _examined(f"notifier {config.get('kind', '')}".strip(), functools.partial(outside.channel, place))
    for slug in installation.sheets:
        yield _tried(f"spreadsheet of {slug}", functools.partial(_shared, outside, slug))
    for provider in installation.sign_in.values():
        yield _tried(f"signing in with {provider.name}", functools.partial(_knocked, provider))
    for hook in installation.webhooks:
        yield _tried(f"webhook {hook.name}", functools.partial(webhooks.key_in, hook.secret_env))


def _of_services(outside: Outside, roster: Roster) -> Iterator[dict[str, str]]:
    environments = _environments()
    for service in roster.services:
        yield _tried(f"repository of {service.name}", functools.partial(_answers, outside, service))
        if service.monitor:
            yield from _examined(f"monitor of {service.name}", functools.partial(outside.monitor, service), alone=False)
        for role, ask in (("deployer", _running), ("monitor", _measured)):
            if getattr(service, role):
                for where in environments.get(service.name) or [""]:
                    place = f" in {where}" if where else ""
                    yield _tried(f"{role} of {service.name}{place}", functools.partial(ask, outside, service, where))


def _environments() -> Mapping[str, list[str]]:
    """Where each service is to run, by the campaigns that it is in."""
    from chairlift.server.models import Campaign, Upgrade

    named = {row.pk: row.value.environments for row in Campaign.objects.all()}
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for service, campaign in Upgrade.objects.order_by("pk").values_list("service__name", "campaign"):
        found[service] |= dict.fromkeys(named[campaign])
    return {service: list(names) for service, names in found.items()}


def _answers(outside: Outside, service: Service) -> None:
    outside.workspace().heads(outside.forge(service.forge).git_url(service.repo))


def _running(outside: Outside, service: Service, environment: str) -> str:
    deployer = outside.deployer(service)
    if deployer is None or not environment:
        return ""
    present = deployer.running(service.name, environment)
    return f"runs {present.commit[:10]}" if present else "says that nothing runs there"


def _measured(outside: Outside, service: Service, environment: str) -> str:
    from chairlift.core.judging.minutes import whole

    monitor = outside.monitor(service)
    if monitor is None or not environment:
        return ""
    # Whole minutes: what reaches over an edge no monitor counts.
    end = whole(now())
    counts = monitor.counts(service.name, environment, end - _WINDOW, end)
    if not counts.minutes:
        return "nothing was measured in the last hour"
    missing = counts.expected - counts.minutes
    when = f"{counts.minutes:.0f} of the last {counts.expected:.0f} minutes" if missing >= 1 else "the last hour"
    return f"{counts.requests} requests and {counts.errors} errors in {when}"


def _secret(outside: Outside, name: str, variable: str) -> None:
    from chairlift import plugins
    from chairlift.ports import Refused

    plugins.load("hook", str(outside.installation.forges[name].get("kind", "")))
    if not os.environ.get(variable):
        raise Refused(f"the variable {variable} holds no secret, so what the forge sends is refused: set it, restart")


def _knocked(provider: Provider) -> None:
    from chairlift.server.web.identity.configured import speaker

    speaker(provider).door()


def _shared(outside: Outside, slug: str) -> None:
    from chairlift.server import queries

    queries.campaign(slug)
    outside.spreadsheet(slug).tabs()


def _examined(what: str, build: Callable[[], object], alone: bool = True) -> Iterator[dict[str, str]]:
    """What an adapter finds of itself; one that finds nothing only has to be there, where that is all that is asked."""
    from chairlift.ports import Examined

    findings: list[Finding] = []

    def examine() -> None:
        adapter = build()
        if isinstance(adapter, Examined):
            findings.extend(adapter.examine())

    there = _tried(what, examine)
    if not findings and alone:
        yield there
    for each in findings:
        yield _row(f"{what}: {each.what}", each.wrong, each.note)


def _tried(what: str, call: Callable[[], object]) -> dict[str, str]:
    from chairlift.plugins import BadConfiguration
    from chairlift.ports import Refused, Unavailable
    from chairlift.server.queries import NotFound

    try:
        note = call()
    except (BadConfiguration, NotFound, Refused, Unavailable, LookupError) as error:
        return _row(what, str(error))
    return _row(what, note=note if isinstance(note, str) else "")


def _row(what: str, wrong: str = "", note: str = "") -> dict[str, str]:
    return {"what": what, "state": "trouble" if wrong else "fine", "why": wrong, "note": note}


COMMANDS = (doctor,)
