"""What an operator runs: loading files, the loop, and a look at the installation."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chairlift.cli.frame import (
    Trouble,
    answer,
    answer_option,
    campaign_option,
    command,
    now,
    on_terminal,
    printable,
)
from chairlift.core.schedule import counted

if TYPE_CHECKING:
    from chairlift.server.web.serving import Serving
    from chairlift.server.worker import Worker


@command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", default="operator", show_default=True, help="Who loads them, for the log.")
@answer_option
def load(home: Path, files: tuple[Path, ...], by: str) -> None:
    """Take campaign and services files in, or their new versions; a file with a problem changes nothing."""
    from chairlift.core.files import parse_campaign, parse_services
    from chairlift.server import actions, calls
    from chairlift.server.models import RosterFile

    texts = [(str(file), _text(file)) for file in files]
    for name, text in texts:
        (parse_campaign if _is_campaign(text) else parse_services)(text, name)
    lines: list[str] = []
    found: list[dict[str, object]] = []
    for name, text in sorted(texts, key=lambda pair: _is_campaign(pair[1])):
        if _is_campaign(text):
            row = actions.load_campaign(text, name, by, now())
            count = row.upgrades.count()
            lines.append(f"{name}: campaign {row.slug} with {counted(count, 'service')}")
            lines += calls.opening(row, RosterFile.now())
            found.append({"file": name, "campaign": row.slug, "services": count})
        else:
            roster = actions.load_roster(text, name, by, now())
            lines.append(f"{name}: {counted(len(roster.services), 'service')}, {counted(len(roster.squads), 'squad')}")
            found.append({"file": name, "services": len(roster.services), "squads": len(roster.squads)})
    answer("\n".join(lines), files=found)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{file}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _is_campaign(text: str) -> bool:
    return any(line.strip().replace(" ", "").startswith("[campaign]") for line in text.splitlines())


@command("campaigns")
@click.argument("slug", required=False)
@answer_option
def campaigns(home: Path, slug: str | None) -> None:
    """The campaign files that ship with Chairlift; with SLUG, the text of one, to save and edit."""
    from chairlift.campaigns import shipped

    files = shipped()
    if slug is None:
        answer("\n".join(sorted(files)), campaigns=sorted(files))
    elif slug in files:
        answer(files[slug].removesuffix("\n"), campaign=slug)
    else:
        raise click.UsageError(f"no shipped campaign {slug!r}; there are: {', '.join(sorted(files))}")


_HERE = ("127.0.0.1", 8400)
_NOWHERE = ("", 0)


def _place(context: click.Context, option: click.Parameter, value: str) -> tuple[str, int] | None:
    """None where nothing was said."""
    if not value:
        return None
    if value == "none":
        return _NOWHERE
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise click.BadParameter(f"{value!r} is no place to listen: write HOST:PORT, such as 0.0.0.0:8400, or none")
    return host.strip("[]"), int(port)


@command("up")
@click.option("--lookers", default=2, show_default=True, type=click.IntRange(1, 64), help="Threads that look.")
@click.option("--hands", default=0, type=click.IntRange(0, 256), help="Threads for long work; one per core without it.")
@click.option("--until-quiet", is_flag=True, help="End when no service can go on without somebody.")
@click.option("--seconds", default=0.0, help="End after so long.")
@click.option("--silent", is_flag=True, help="Do not print what happens.")
@click.option(
    "--listen", envvar="CHAIRLIFT_LISTEN", default="", metavar="HOST:PORT", callback=_place,
    help="Where the pages are served: 127.0.0.1:8400 without it, nowhere with 'none' or --until-quiet.",
)  # fmt: skip
@campaign_option
def up(
    home: Path, lookers: int, hands: int, until_quiet: bool, seconds: float, silent: bool,
    listen: tuple[str, int] | None, slug: str,
) -> int:  # fmt: skip
    """Serve the pages and run the loop: look at each upgrade when its time comes, and do what is Chairlift's to do."""
    from chairlift.server.outside import Outside
    from chairlift.server.worker import Worker, clock

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    worker = Worker(Outside.of(home, clock))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stop())
    pages = None if listen == _NOWHERE or (until_quiet and not listen) else _serve(*(listen or _HERE), silent)
    try:
        return _run(worker, lookers, hands, until_quiet, seconds, silent)
    finally:
        if pages:
            pages.close()


def _serve(host: str, port: int, silent: bool) -> Serving:
    from chairlift.server.web.serving import Serving, Taken

    try:
        pages = Serving(host, port)
    except Taken as taken:
        raise Trouble(str(taken)) from taken
    if not silent:
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"pages at http://{shown}:{pages.port}/ ; 'chairlift sign-in PERSON' lets somebody in")
    return pages


def _run(worker: Worker, lookers: int, hands: int, until_quiet: bool, seconds: float, silent: bool) -> int:
    from chairlift.server.worker import when_away

    runner = threading.Thread(target=worker.run, kwargs={"lookers": lookers, "hands": hands or None}, daemon=True)
    runner.start()
    feed = Feed(silent)
    end = time.monotonic() + seconds if seconds else None
    while runner.is_alive():
        runner.join(timeout=0.3)
        with when_away():
            feed.show()
            if until_quiet and worker.surveyed() and quiet():
                worker.stop()
        if end and time.monotonic() > end:
            worker.stop()
    with when_away():
        feed.show()
    return 0


def quiet() -> bool:
    """No unit runs, and every upgrade waits for somebody, is done, or has stopped."""
    from django.db.models import Q

    from chairlift.server import tending
    from chairlift.server.models import Campaign, Unit, Upgrade

    # Whoever may be let into the wave now is not waiting for somebody.
    for campaign in Campaign.objects.all():
        tending.tend(campaign, now())
    resting = ("ask", "stop", "done", "refused", "bug")
    if Unit.objects.filter(state="running").exists():
        return False
    # Whoever is being looked at may conclude something else than last time.
    if Upgrade.objects.filter(leased_until__gt=now()).exists():
        return False
    queued = Q(decision="wait", admitted_at=None) & ~Q(waits_for="")
    exempt = Q(decision="wait", why__startswith="exempted")
    rows = Upgrade.objects.exclude(decision__in=resting).exclude(queued).exclude(exempt)
    return not rows.exists() and not Upgrade.objects.due(now()).exists()


class Feed:
    """New entries of the log as they come; on a terminal with a progress bar below them."""

    #: What a reader at the terminal wants to know as it goes.
    SHOWN = (
        "chose", "said", "held", "resumed", "blocked", "unblocked", "deployed", "tested", "retried", "exempted",
        "paused", "restarted", "planned", "did", "reminded", "runs", "judged", "trouble", "braked",
    )  # fmt: skip

    def __init__(self, silent: bool = False, write: Callable[[str], None] = click.echo) -> None:
        from chairlift.server.models import Entry

        self._silent, self._write = silent, write
        self._last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._bar: Any = None

    def show(self) -> None:
        if self._silent:
            return
        from chairlift.server.models import Entry

        rows = Entry.objects.filter(pk__gt=self._last).select_related("upgrade__service").order_by("pk")
        for row in rows:
            self._last = row.pk
            if row.kind in self.SHOWN:
                self._line(f"{row.at.astimezone():%H:%M:%S}  {_headline(row)}")
        self._progress()

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(printable(text), highlight=False, markup=False)
        else:
            self._write(printable(text))

    def _progress(self) -> None:
        if not on_terminal():
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        from chairlift.server.models import Upgrade

        if self._bar is None:
            columns = (TextColumn("services done"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self._bar = Progress(*columns, transient=True)
            self._bar.start()
            self._task = self._bar.add_task("")
        total = Upgrade.objects.count()
        done = Upgrade.objects.filter(decision="done").count()
        asked = Upgrade.objects.filter(decision="ask").count()
        self._bar.update(self._task, total=total, completed=done, description=f"{asked} wait for somebody")


def _headline(row: Any) -> str:
    """One entry as a sentence of the feed."""
    name = row.upgrade.service.name if row.upgrade else row.campaign.slug
    verb, where = row.data.get("verb", ""), row.data.get("where", "") or row.data.get("environment", "")
    by = "" if row.by == "chairlift" else f" by {row.by}"
    about = row.about if row.kind in ("chose", "blocked", "deployed") else ""
    health = row.data.get("health", "")
    to = f"to {row.data['to']}" if row.kind == "reminded" else ""
    what = " ".join(x for x in (row.kind if row.kind != "did" else "", verb, where, about, health, to) if x)
    change = f" [{row.change}]" if row.change else ""
    return f"{name:<12} {what}{by}{change}" + (f": {row.text}" if row.text else "")


@command("sign-in")
@click.argument("person")
@answer_option
def sign_in(home: Path, person: str) -> None:
    """A link that signs PERSON in to the pages: works once, for an hour. CHAIRLIFT_URL is where the pages are."""
    from chairlift.server.models import RosterFile
    from chairlift.server.web import links

    link = links.make(person, RosterFile.now(), now())
    answer(link, link=link)


COMMANDS = (load, campaigns, up, sign_in)
