"""What the pages cost with 10,000 services: server time, queries, size and first paint, beside what is promised.

`make bench-web` fills one SQLite and one PostgreSQL. Server time is that of the whole answer: every middleware, the
view, the database and the template, in one process and without a socket (Django's test client). Judged is what a
watch says; beside it stands the processor time of that process (with SQLite the database is in it, PostgreSQL is not),
since on a machine that others use too, a watch says how busy they are.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.cost import measured
from bench.place import answer, part
from chairlift.cli.frame import open_home
from chairlift.server.database import VARIABLE
from tests.browser import cast
from tests.browser.chromium import MISSING, PROGRAM, launched
from tests.postgresql import programs, running

SERVICES, SQUADS, PEOPLE = 10_000, 300, 4
CAMPAIGNS = {"django-4.2": "Django 3.2 to 4.2", "django-5.2": "Django 4.2 to 5.2"}
#: So many services has the largest squad, the member's own.
LARGEST = 400
ENTRIES = {"SQLite": 100_000, "PostgreSQL": 2_000_000}
ROUNDS, PAINTS = 25, 3
MOST_MEDIAN, MOST_P95, MOST_QUERIES, MOST_KB, MOST_PAINT = 150, 400, 25, 300, 1000


def main() -> None:
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f}")
    print(f"{SERVICES:,} services, {SQUADS} squads, {len(CAMPAIGNS) + 1} campaigns; {ROUNDS} answers each\n")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.browser.settings"
    wanted = sys.argv[1:] or list(ENTRIES)
    for database in wanted:
        with tempfile.TemporaryDirectory() as folder, _address(database) as there:
            if there:
                begun = time.monotonic()
                part(Path(folder), "web", "fill", str(ENTRIES[database]))
                print(f"{database}, {ENTRIES[database]:,} entries; filled in {time.monotonic() - begun:.0f} s")
                _show(part(Path(folder), "web", "measure")[0])
    print(f"load {os.getloadavg()[0]:.1f} at the end")


@contextmanager
def _address(database: str) -> Iterator[bool]:
    """Where the parts find it; False where there is none."""
    if database == "SQLite":
        yield True
        return
    bin = programs()
    if bin is None:
        print("SKIPPED: no PostgreSQL here; 'apt-get install postgresql' brings one")
        yield False
        return
    with running(bin) as server:
        os.environ[VARIABLE] = server.url
        try:
            yield True
        finally:
            del os.environ[VARIABLE]


def _show(found: dict[str, Any]) -> None:
    print(f"  {'page':<20} {'who':<8} {'median':>8} {'p95':>8} {'CPU':>8} {'queries':>8} {'kB':>7} {'paint':>8}")
    missed = 0
    for row in found["rows"]:
        over = _over(row)
        missed += bool(over)
        paint = f"{row['paint']:.0f} ms" if row["paint"] else "-"
        print(
            f"  {row['page']:<20} {row['who']:<8} {row['median']:>5.0f} ms {row['p95']:>5.0f} ms {row['cpu']:>5.0f} ms "
            f"{row['queries']:>8} {row['kb']:>7.1f} {paint:>8}  {'MISSED: ' + ', '.join(over) if over else ''}".rstrip()
        )
    print(f"  promised: at most {MOST_MEDIAN} ms, {MOST_P95} ms, {MOST_QUERIES}, {MOST_KB} kB, {MOST_PAINT} ms", end="")
    print(f"; {missed} of {len(found['rows'])} missed\n" if missed else "; met by all\n", flush=True)
    if not PROGRAM:
        print(f"  {MISSING}")


def _over(row: dict[str, Any]) -> list[str]:
    most = {"median": MOST_MEDIAN, "p95": MOST_P95, "queries": MOST_QUERIES, "kb": MOST_KB, "paint": MOST_PAINT}
    return [name for name, limit in most.items() if row[name] > limit]


def fill(home: Path, entries: int) -> None:
    """The cast of the browser's tests, and a crowd that stands as they do, each with a log behind it."""
    open_home(home)
    from django.db import connection

    cast.seed(_crowd(), CAMPAIGNS)
    _stand()
    _log(entries)
    with connection.cursor() as cursor:
        # As autovacuum does within a minute.
        cursor.execute("ANALYZE")
    answer(home)


def _crowd() -> str:
    """People, squads and services as a file has them; what is more than the cast."""
    lines = []
    squads = [f"Squad {number:03}" for number in range(SQUADS - 4)]
    for squad in squads:
        people = [f"{squad} {letter}" for letter in "abcdefgh"[:PEOPLE]]
        lines += [f'[[person]]\nname = "{name}"\nemail = "{name.replace(" ", "-")}@example.org"' for name in people]
        lines += [f'[[squad]]\nname = "{squad}"\npeople = {json.dumps(people)}\ncontact = "{people[0]}"']
    for number in range(SERVICES - len(cast.CAST)):
        squad = cast.HERON if number < LARGEST else squads[number % len(squads)]
        lines.append(cast.service_text(f"service-{number:05}", squad))
    return "\n".join(lines) + "\n"


def _stand() -> None:
    from django.db.models import F
    from django.db.models.functions import Mod

    from chairlift.server.models import Upgrade

    crowd = Upgrade.objects.exclude(campaign__slug=cast.SLUG, service__name__in=[each.service for each in cast.CAST])
    for place, each in enumerate(cast.CAST):
        crowd.annotate(place=Mod(F("pk"), len(cast.CAST))).filter(place=place).update(**each.standing)


def _log(entries: int) -> None:
    """So many lines in all, by the database itself: one round gives each upgrade its next line."""
    from django.db import connection

    from chairlift.server.models import Upgrade

    rounds = round(entries / Upgrade.objects.count())
    data = "CAST(%s AS jsonb)" if connection.vendor == "postgresql" else "%s"
    into = "campaign_id, upgrade_id, at, by, kind, change, step, about, text, data"
    insert = f"INSERT INTO server_entry ({into}) SELECT campaign_id, id, %s, %s, %s, %s, %s, %s, %s, {data} "
    with connection.cursor() as cursor:
        for number, line in zip(range(rounds), _lines(rounds), strict=True):
            at = connection.ops.adapt_datetimefield_value(cast.hence(-1300) + timedelta(hours=number * 10))
            cursor.execute(insert + "FROM server_upgrade ORDER BY id", [at, *line])


def _lines(rounds: int) -> Iterator[tuple[str, ...]]:
    """A choice, and then what is said, done and seen, as in a log of months."""
    yield "Ana", "chose", "upgrade", "plan", cast.VERIFY, "we know how it behaves", '{"before": ""}'
    told = (
        ("chairlift", "stands", "upgrade", "review", "ask", "pull request 31 waits for a review by Heron", "{}"),
        ("chairlift", "did", "upgrade", "create", "", "pull request 31", '{"verb": "open", "where": ""}'),
        ("chairlift", "stands", "upgrade", "merge", "wait", "notice to Heron: merges when it ends", "{}"),
        ("Ana", "said", "upgrade", "merge", "", "on track; we look at it on Monday", "{}"),
        ("chairlift", "reminded", "upgrade", "review", "", "your turn, due on Friday", '{"to": "Ana"}'),
    )
    for number in range(rounds - 1):
        by, kind, change, step, about, text, data = told[number % len(told)]
        yield by, kind, change, step, about or f"{number:040x}", text, data


def measure(home: Path) -> None:
    """Every page as a member of the largest squad and as the lead sees it; an operator's as an operator does."""
    (home / "chairlift.toml").write_text('operators = ["Olga"]\n')
    open_home(home)
    from django.test import Client

    from chairlift.server.models import RosterFile
    from chairlift.server.web import links
    from tests.browser.pages import LEAD, MEMBER, OPERATOR, PAGES

    addresses = {page.address: page for page in reversed(PAGES) if page.who}
    rows = []
    for role, person in (("member", MEMBER), ("lead", LEAD), ("operator", OPERATOR)):
        client = Client(SERVER_NAME="127.0.0.1")
        key = links.make(person, RosterFile.now(), cast.NOW).partition("key=")[2]
        assert client.post("/sign-in", {"key": key}).status_code == 302
        session = client.cookies["chairlift-session"].value
        paints = _paints(session, list(addresses)) if PROGRAM else {}
        for address, page in sorted(addresses.items(), key=lambda pair: PAGES.index(pair[1])):
            if page.who != person and (role == "operator" or client.get(page.address).status_code in (403, 404)):
                # Not theirs to see.
                continue
            found = _answers(client, page)
            rows.append({"page": page.name, "who": role, "paint": paints.get(address, 0), **found})
    answer(home, rows=rows)


def _answers(client: Any, page: Any) -> dict[str, float]:
    """Milliseconds, queries and kB of one page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(page.address)
    with CaptureQueriesContext(connection) as asked:
        content = client.get(page.address).content
    queries = len(asked)
    costs = []
    for _ in range(ROUNDS):
        with measured() as cost:
            status = client.get(page.address).status_code
        costs.append(cost)
        assert status == page.status, (page, status)
    took = [cost.wall * 1000 for cost in costs]
    return {
        "median": median(took), "p95": quantiles(took, n=20)[-1], "cpu": median(cost.cpu * 1000 for cost in costs),
        "queries": queries, "kb": len(content) / 1000,
    }  # fmt: skip


def _paints(session: str, addresses: list[str]) -> dict[str, float]:
    """Milliseconds to the first paint with content, in a browser that asks over a socket; the median of a few."""
    from chairlift.server.web.serving import Serving

    serving = Serving("127.0.0.1", 0)
    root = f"http://127.0.0.1:{serving.port}"
    found = {}
    try:
        with launched() as browser:
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            context.add_cookies([{"name": "chairlift-session", "value": session, "url": root}])
            page = context.new_page()
            for address in addresses:
                times = []
                for _ in range(PAINTS):
                    page.goto(root + address)
                    times.append(page.evaluate(_PAINT))
                found[address] = median(times)
    finally:
        serving.close()
    return found


_PAINT = """() => new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime))
  .observe({type: 'paint', buffered: true}))"""


if __name__ == "__main__":
    if len(sys.argv) > 2:
        home = Path(sys.argv[1])
        fill(home, int(sys.argv[3])) if sys.argv[2] == "fill" else measure(home)
    else:
        main()
