"""The loop: due -> claim -> reconcile -> record; and the hands that do the long work beside it."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.db.models import Q

from chairlift import units
from chairlift.core.decision import UNDOING, Do, StepName
from chairlift.core.files import FileProblems, Roster
from chairlift.core.unit import Unit as UnitValue
from chairlift.core.upgrade import Upgrade as UpgradeValue
from chairlift.plugins import BadConfiguration
from chairlift.ports import Message, PartlyTold, Ports, Refused, Spent, Unavailable
from chairlift.reconcile import Chase, Known, Reached, act, afterwards, chase
from chairlift.server import arrivals, forecasting, looking, record, surveys, syncing, tending
from chairlift.server.budgets import urgently
from chairlift.server.deliveries import Courier
from chairlift.server.engine import DatabaseEngine, ended
from chairlift.server.models import AWAY_LIMIT, LEASE, Campaign, RosterFile, Session, Unit, Upgrade
from chairlift.server.outside import Outside
from chairlift.server.reports.posting import Post
from chairlift.steps.base import Done

logger = logging.getLogger("chairlift")

#: How many acts one claim may chain before the others get their turn.
ACTS = 12
#: How many due upgrades are found by one query.
BATCH = 50
#: Rest after the world was away: doubled each time, up to AWAY_LIMIT.
AWAY = timedelta(seconds=5)
#: Rest after a refusal or a bug of ours: a person must see it, and may nudge.
STUCK = timedelta(minutes=10)
#: A unit that the world kept from running this often has failed.
TRIES = 8
#: A look back waits for its monitor for as long as a watch lasts: nothing else would end the wait for a verdict.
PATIENT = {"look back": 1200}
#: How often sessions that are over are forgotten, and what came in long ago.
CLEARED, SWEPT = timedelta(days=1), timedelta(hours=1)
#: The longest rest where all calls of a forge are used up for now.
SPENT_LIMIT = timedelta(hours=1)
#: How often it is seen whether a weekly report is to be sent.
REPORTS = timedelta(minutes=1)
#: How long an idle thread sleeps before it asks the database again.
IDLE = 0.2
#: And the one that nobody waits for.
UNHURRIED = 5.0


def clock() -> datetime:
    """The one place where the loop reads the time."""
    return datetime.now(UTC)


@contextlib.contextmanager
def when_away() -> Iterator[None]:
    """The database is busy or away: that is said, nothing was recorded, so nothing is lost, and the caller goes on."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        logger.warning("the database did not answer, trying again: %s", error)
        close_old_connections()


def _rest(error: Unavailable, least: timedelta) -> timedelta:
    """As long as the world asked for, within reason, but not less than this."""
    return max(least, min(timedelta(seconds=error.after or 0), SPENT_LIMIT))


def _opens(row: Upgrade) -> bool:
    """Whether the last look has found that something is to be opened."""
    return (row.step, row.decision) == (StepName.CREATE, "do")


class Worker:
    """Looks and does; any number of workers, in any number of processes, may share a database."""

    def __init__(self, outside: Outside, now: Callable[[], datetime] = clock) -> None:
        self.outside, self.now = outside, now
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._stop = threading.Event()
        self._due: deque[int] = deque()
        self._roster: tuple[object, Roster] = (None, Roster())
        self._cleared: datetime | None = None
        self._swept: datetime | None = None
        self._surveyed = surveys.Surveyed()
        self._surveying: set[str] = set()
        self._shut: dict[str, datetime] = {}
        self._post, self._posted = Post(), datetime.min.replace(tzinfo=UTC)

    def run(self, lookers: int = 2, hands: int | None = None) -> None:
        """Until `stop`: threads that look, threads that work, and this one tending the campaigns."""
        threads = [threading.Thread(target=self._loop, args=(self.look_once,), daemon=True) for _ in range(lookers)]
        count = hands or max(os.cpu_count() or 1, 1)
        threads += [threading.Thread(target=self._loop, args=(self.work_once,), daemon=True) for _ in range(count)]
        if self.outside.installation.sheets:
            # A thread of its own: while a spreadsheet is slow, campaigns are tended all the same.
            threads.append(threading.Thread(target=self._loop, args=(self.sync_once,), daemon=True))
        threads.append(threading.Thread(target=self._loop, args=(self.post_once,), daemon=True))
        # So has the survey of each forge: one that is away does not stop the others.
        for forge in self.outside.installation.forges:
            threads.append(threading.Thread(target=self._loop, args=(functools.partial(self.survey_once, forge),)))
            threads[-1].daemon = True
        # And one for each webhook: while one hangs, the others get theirs.
        for courier in map(Courier, self.outside.installation.webhooks):
            once = functools.partial(self.deliver_once, courier)
            threads.append(threading.Thread(target=self._loop, args=(once,), daemon=True))
        # So has the forecast, which thinks long over thousands of services.
        threads.append(threading.Thread(target=self._loop, args=(self.forecast_once, UNHURRIED), daemon=True))
        for thread in threads:
            thread.start()
        self._loop(self.tend_once)
        for thread in threads:
            thread.join(timeout=30)

    def stop(self) -> None:
        self._stop.set()

    def _loop(self, once: Callable[[], bool], idle: float = IDLE) -> None:
        try:
            while not self._stop.is_set():
                busy = False
                with when_away():
                    busy = once()
                if not busy:
                    self._stop.wait(idle)
        finally:
            connection.close()

    # Looking

    def look_once(self) -> bool:
        """Claim the longest-waiting due upgrade and look at it. False when nothing is due."""
        now = self.now()
        while (pk := self._next_due(now)) is not None:
            if Upgrade.objects.claim(pk, self.name, now):
                self.look(pk)
                return True
        return False

    def _next_due(self, now: datetime) -> int | None:
        """Found some at a time, for all threads that look; what is no longer due by its turn cannot be claimed."""
        if not self._due:
            self._due.extend(Upgrade.objects.due(now).values_list("pk", flat=True)[:BATCH])
        with contextlib.suppress(IndexError):
            return self._due.popleft()
        return None

    def look(self, pk: int) -> None:
        """One claimed upgrade: whatever happens, the row rests and the others go on."""
        row = Upgrade.objects.select_related("campaign", "service").get(pk=pk)
        try:
            self._walk(row)
        except record.LeaseLost:
            logger.warning("lost the lease of %s: another worker has it", row.service.name)
        except Spent as error:
            # Nothing is wrong, so it stands where it stood.
            now = self.now()
            record.release(row, self.name, now + _rest(error, timedelta(0)), now)
        except Unavailable as error:
            rest = _rest(error, min(AWAY * 2 ** min(row.troubles, 10), AWAY_LIMIT))
            self._trouble(row, record.Trouble("unavailable", f"will try again: {error}"), rest)
        except (Refused, BadConfiguration, FileProblems, LookupError) as error:
            text = str(error.args[0]) if isinstance(error, LookupError) and error.args else str(error)
            self._trouble(row, record.Trouble("refused", text), self._poll(row, STUCK))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("a bug while looking at %s", row.service.name)
            found = record.Trouble("bug", "an error inside Chairlift: see the server's log; the other services go on")
            self._trouble(row, found, STUCK)

    def _poll(self, row: Upgrade, most: timedelta) -> timedelta:
        """As often as the campaign polls, but not longer than `most`; the default where its file cannot be read."""
        try:
            return min(most, 3 * row.campaign.value.times.poll.rough)
        except FileProblems:
            return most

    def _trouble(self, row: Upgrade, found: record.Trouble, rest: timedelta) -> None:
        now = self.now()
        record.trouble(row, found, self.name, now + rest, now)

    def _walk(self, row: Upgrade) -> None:
        """Look and act until there is nothing to do at once."""
        seen: Known | None = None
        roster = self._roster_now()
        for _ in range(ACTS):
            now = self.now()
            up = row.snapshot(roster)
            if (until := self._shut.get(up.service.forge)) and now < until <= now + SPENT_LIMIT and _opens(row):
                record.release(row, self.name, until, now)
                return
            ports = self.outside.ports(up.campaign, up.service, roster, DatabaseEngine(row.campaign, now))
            up, reached = looking.look(row, up, ports, roster, now, seen)
            asked = chase(up, reached, now)
            record.standing(row, up, reached, asked, self.name, now)
            if asked and asked.message:
                self._remind(row, reached, asked, asked.message, ports)
            if not isinstance(reached.decision, Do):
                surveyed = bool(row.mark) and self._surveyed.holds(up.service.forge, now)
                again = reached.surveyed if surveyed else reached.look_again
                if asked and asked.next_rung:
                    again = min(again, asked.next_rung)
                record.release(row, self.name, again, self.now())
                return
            done = self._act(row, up, reached, ports)
            record.did(row, up, reached, done.words, self.now())
            seen = afterwards(up, reached, done)
        record.release(row, self.name, self.now(), self.now())

    def _act(self, row: Upgrade, up: UpgradeValue, reached: Reached, ports: Ports) -> Done:
        assert isinstance(reached.decision, Do)
        try:
            with urgently() if reached.decision.verb in UNDOING else contextlib.nullcontext():
                return act(up, reached, ports)
        except Spent as error:
            if _opens(row):
                # The others that would open something need not look before then: looks cost calls, too.
                self._shut[up.service.forge] = self.now() + _rest(error, timedelta(0))
            raise

    def _remind(self, row: Upgrade, reached: Reached, asked: Chase, message: Message, ports: Ports) -> None:
        try:
            ports.notifier.tell(message)
        except PartlyTold:
            # A person must see it; but those who were told shall not be told at every look until somebody mends it.
            record.reminded(row, reached, asked, self.now())
            raise
        record.reminded(row, reached, asked, self.now())

    # Working

    def work_once(self) -> bool:
        """Claim one unit and do it. False when none is ready."""
        now = self.now()
        for pk in Unit.objects.ready(now).values_list("pk", flat=True)[:5]:
            if Unit.objects.claim(pk, self.name, now):
                self.work(pk)
                return True
        return False

    def work(self, pk: int) -> None:
        """One claimed unit; the lease is kept alive beside the work."""
        row = Unit.objects.select_related("campaign").get(pk=pk)
        done = threading.Event()
        beat = threading.Thread(target=self._keep, args=(pk, done), daemon=True)
        beat.start()
        try:
            fields = self._do(row)
        finally:
            done.set()
            beat.join()
        now = self.now()
        if fields.get("state") != "running":
            fields["ended_at"] = now
        mine = Unit.objects.filter(pk=pk, leased_by=self.name)
        # At once, as nobody looks for the end of a unit where marks are watched.
        with transaction.atomic():
            if mine.update(leased_by="", leased_until=None, **fields) and fields.get("state") != "running":
                ended(row, now)

    def _do(self, row: Unit) -> dict[str, object]:
        value = UnitValue(row.kind, row.name, row.service, row.inputs)
        try:
            result = units.run(value, self._ports_of(row), self.outside.installation.pass_env)
        except units.UnitFailed as error:
            return {"state": "failed", "why": str(error)[:4000]}
        except Spent as error:
            ready, tries = self.now() + min(_rest(error, AWAY), AWAY_LIMIT), max(row.tries - 1, 0)
            return {"state": "running", "why": f"will try again: {error}"[:4000], "ready_at": ready, "tries": tries}
        except Unavailable as error:
            if row.tries >= PATIENT.get(row.kind, TRIES):
                return {"state": "failed", "why": f"the world was away {row.tries} times: {error}"[:4000]}
            rest = _rest(error, min(AWAY * 2 ** min(row.tries, 10), AWAY_LIMIT))
            return {"state": "running", "why": f"will try again: {error}"[:4000], "ready_at": self.now() + rest}
        except (BadConfiguration, FileProblems, LookupError) as error:
            return {"state": "failed", "why": str(error)[:4000]}
        except Exception:
            logger.exception("a bug in unit %s of %s", row.name, row.service)
            return {"state": "failed", "why": "an error inside Chairlift: see the server's log"}
        return {"state": "done", "output": str(result.pop("output", "")), "result": result, "why": ""}

    def _ports_of(self, row: Unit) -> Ports:
        roster = self._roster_now()
        engine = DatabaseEngine(row.campaign, self.now())
        return self.outside.ports(row.campaign.value, roster.service(row.service), roster, engine)

    def _roster_now(self) -> Roster:
        """The services file is read again only when another was loaded."""
        version, (known, roster) = RosterFile.version(), self._roster
        if version != known:
            roster = RosterFile.now()
            self._roster = (version, roster)
        return roster

    def _keep(self, pk: int, done: threading.Event) -> None:
        """Renew the lease of a unit while its program runs; a database that is away now may be back in time."""
        try:
            while not done.wait(LEASE.total_seconds() / 4):
                try:
                    Unit.objects.filter(pk=pk, leased_by=self.name).update(leased_until=self.now() + LEASE)
                except OperationalError as error:
                    logger.warning("could not renew the lease of a unit: %s", error)
        finally:
            connection.close()

    # Tending

    def tend_once(self) -> bool:
        """Let upgrades into the wave, and brake; one worker at a time does it for each campaign."""
        now = self.now()
        stale = Q(tended_at=None) | Q(tended_at__lte=now - tending.EVERY) | Q(tended_at__gt=now + LEASE)
        for campaign in Campaign.objects.filter(stale):
            if Campaign.objects.filter(stale, pk=campaign.pk).update(tended_at=now):
                try:
                    tending.tend(campaign, now)
                except FileProblems as error:
                    logger.error("campaign %s cannot be read: %s", campaign.slug, error)
        if _over(self._cleared, CLEARED, now):
            Session.clear(now)
            self._cleared = now
        if _over(self._swept, SWEPT, now):
            arrivals.clear(now)
            self._swept = now
        return False

    def sync_once(self) -> bool:
        """Sync each shared spreadsheet whose time has come; one worker at a time does it for each."""
        syncing.sync_due(self.outside, self.now())
        return False

    def survey_once(self, forge: str) -> bool:
        """Go on with the survey of this forge; one worker at a time does it."""
        self._surveying.add(forge)
        try:
            return surveys.survey_due(self.outside, forge, self._roster_now, self.now())
        finally:
            self._surveying.discard(forge)

    def surveyed(self) -> bool:
        """No survey is due or in the middle: what it finds is found, and nudged. Asked before what is due."""
        return not (surveys.any_due(self.now()) or self._surveying)

    def post_once(self) -> bool:
        """Send the weekly reports whose time has come, on a thread of its own: a mail server may be slow."""
        now = self.now()
        if timedelta(0) <= now - self._posted < REPORTS:
            return False
        self._posted = now
        self._post.send_due(self.outside, self._roster_now(), now)
        return False

    def deliver_once(self, courier: Courier) -> bool:
        return courier.once(self.now())

    def forecast_once(self) -> bool:
        """Renew each forecast whose time has come; one worker at a time does it for each campaign."""
        forecasting.renew_due(self.now())
        return False

    # Until quiet

    def settle(self, seconds: float, quiet: Callable[[], bool]) -> bool:
        """Run in the background until `quiet` says so; False when the time was up first."""
        runner = threading.Thread(target=self.run, daemon=True)
        runner.start()
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                if quiet():
                    return True
                time.sleep(IDLE)
            return False
        finally:
            self.stop()
            runner.join(timeout=60)


def _over(last: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether its time has come again, also where the clock was set back."""
    return last is None or not now - every < last <= now
