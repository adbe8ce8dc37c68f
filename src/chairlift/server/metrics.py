"""What a Prometheus is told: numbers of this installation, in a fixed number of queries; no label names a service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Max, Min, Q
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chairlift.core.decision import Party
from chairlift.core.standing import STUCK
from chairlift.server import arrivals, calls, queries
from chairlift.server.models import Campaign, Delivery, Entry, SheetState, Unit, Upgrade


def text(now: datetime) -> bytes:
    """In the text format of Prometheus, with the numbers of this process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Installation(now))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Installation(Collector):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        campaigns = list(Campaign.objects.order_by("slug").defer("text", "file"))
        yield from _campaigns(campaigns)
        yield from _upgrades(campaigns, self._now)
        yield from _due(self._now)
        yield _units(self._now)
        yield _sheets()
        yield _deliveries()
        yield from _forges()
        yield _hooks()
        # The log is only added to, so its newest number says how long it is, and nothing need be counted.
        yield _gauge("log_entries", "Number of the newest entry of the log", Entry.objects.aggregate(n=Max("pk"))["n"])


def _gauge(name: str, what: str, value: float | None) -> Metric:
    return GaugeMetricFamily(f"chairlift_{name}", what, value=value or 0)


def _family(name: str, what: str, labels: Iterable[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"chairlift_{name}", what, labels=list(labels))


def _campaigns(campaigns: list[Campaign]) -> Iterator[Metric]:
    tended = _family("tended_timestamp_seconds", "When a worker last tended the campaign", ["campaign"])
    stopped = _family("stopped", "1 where the campaign is paused, braked or held by an alarm", ["campaign", "by"])
    for campaign in campaigns:
        if campaign.tended_at:
            tended.add_metric([campaign.slug], campaign.tended_at.timestamp())
        stopped.add_metric([campaign.slug, "pause"], bool(campaign.paused_why))
        stopped.add_metric([campaign.slug, "brake"], bool(campaign.braked_why))
        stopped.add_metric([campaign.slug, "alarm"], bool(campaign.alarmed_why))
    yield tended
    yield stopped


def _upgrades(campaigns: list[Campaign], now: datetime) -> Iterator[Metric]:
    slugs = {campaign.pk: campaign.slug for campaign in campaigns}
    rows = Upgrade.objects.order_by().values_list("campaign", "step", "decision", "whom")
    services: Counter[tuple[str, str, str, str]] = Counter()
    late: Counter[str] = Counter(dict.fromkeys(slugs.values(), 0))
    for pk, step, decision, whom, count, overdue in rows.annotate(
        count=Count("pk"), overdue=Count("pk", filter=queries.overdue(now))
    ):
        at = "done" if decision == "done" else step or "none"
        services[slugs[pk], at, decision or "new", _turn(decision, whom)] += count
        late[slugs[pk]] += overdue
    found = _family("services", "Services by where they stand", ["campaign", "step", "decision", "turn"])
    for labels, count in sorted(services.items()):
        found.add_metric(labels, count)
    yield found
    found = _family("overdue", "Questions whose date is past", ["campaign"])
    for slug, count in sorted(late.items()):
        found.add_metric([slug], count)
    yield found


def _turn(decision: str, whom: str) -> str:
    """As `queries.standing` says it, without the name of the squad."""
    if decision in STUCK or whom == Party.PROJECT_TEAM:
        return "team"
    if whom == Party.SQUAD:
        return "squad"
    return "nobody" if decision == "done" else "chairlift"


def _due(now: datetime) -> Iterator[Metric]:
    """How far the loop is behind, and how often the world did not answer it."""
    due = Upgrade.objects.due(now).order_by().aggregate(count=Count("pk"), oldest=Min("look_again_at"))
    age = (now - due["oldest"]).total_seconds() if due["oldest"] else 0
    yield _gauge("looks_due", "Upgrades whose look is due, and which nobody holds", due["count"])
    yield _gauge("oldest_look_due_seconds", "How long the oldest of them has been due", max(age, 0))
    kinds = {kind: Count("pk", filter=Q(decision=kind)) for kind in ("unavailable", "refused", "bug")}
    found = _family("troubled", "Upgrades whose last look failed: the world was away, said no, or a bug", ["kind"])
    for kind, count in Upgrade.objects.order_by().aggregate(**kinds).items():
        found.add_metric([kind], count)
    yield found


def _units(now: datetime) -> Metric:
    """Long work; it waits until hands hold it."""
    found = _family("units", "Long work by kind and state", ["kind", "state"])
    held = Count("pk", filter=Q(leased_until__gt=now))
    rows = Unit.objects.order_by().values_list("kind", "state").annotate(count=Count("pk"), held=held)
    for kind, state, count, running in sorted(rows):
        if state == "running":
            found.add_metric([kind, "running"], running)
            found.add_metric([kind, "waiting"], count - running)
        else:
            found.add_metric([kind, state], count)
    return found


def _sheets() -> Metric:
    found = _family("sheet_troubles", "Syncs of the shared spreadsheet that failed one after the other", ["campaign"])
    for slug, troubles in SheetState.objects.order_by("pk").values_list("campaign__slug", "troubles"):
        found.add_metric([slug], troubles)
    return found


def _deliveries() -> Metric:
    found = _family("deliveries", "Deliveries to webhooks by state", ["state"])
    rows = Delivery.objects.order_by().values_list("state").annotate(Count("pk"))
    for state, count in sorted(rows):
        found.add_metric([state], count)
    return found


def _forges() -> Iterator[Metric]:
    """Of each forge that was asked, surveyed, or sent something."""
    calls_made = _family("calls", "Calls of a forge in the window of each limit", ["forge", "limit"])
    allowed = _family("calls_allowed", "How many calls the limit allows in its window", ["forge", "limit"])
    surveyed = _family("surveyed_timestamp_seconds", "When a survey of the forge last ended", ["forge"])
    failed = _family("survey_troubles", "Surveys of the forge that failed one after the other", ["forge"])
    hooked = _family("hooked_timestamp_seconds", "When the forge last sent a delivery that was taken", ["forge"])
    hooks = _family("hooks_taken", "Deliveries of the forge that were taken", ["forge"])
    for seen in calls.forges():
        state = seen.state
        for limit in seen.limits:
            calls_made.add_metric([state.forge, limit.name], limit.used)
            allowed.add_metric([state.forge, limit.name], limit.most)
        failed.add_metric([state.forge], state.troubles)
        hooks.add_metric([state.forge], state.hooks)
        for family, at in ((surveyed, state.surveyed_at), (hooked, state.hooked_at)):
            if at:
                family.add_metric([state.forge], at.timestamp())
    yield from (calls_made, allowed, surveyed, failed, hooked, hooks)


def _hooks() -> Metric:
    found = _family("hooks_answered", "Deliveries of forges to this process, by what became of them", ["answer"])
    for answer in arrivals.Answer:
        found.add_metric([answer], arrivals.answered[answer])
    return found
