"""A whole passage on fakes: the loop, a clock that moves, the log, and a process that can be killed anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from chairlift import lines, units
from chairlift.core.decision import Ask, Do, Party, StepName
from chairlift.core.judging.watch import Watches
from chairlift.core.log import Entry, Kind, said
from chairlift.core.menu import Campaign, Change, ServiceLevel, Times
from chairlift.core.schedule import OFFICE_HOURS, Calendar, Duration
from chairlift.core.unit import Outcome, Unit
from chairlift.core.upgrade import PullRequest, RunState, Service, Squad, Upgrade
from chairlift.ports import Engine, Forge, Notifier, Ports, Workspace
from chairlift.reconcile import Known, Reached, act, afterwards, chase, reconcile
from chairlift.testing.fakes.deployer import MemoryDeployer
from chairlift.testing.fakes.forge import MemoryForge
from chairlift.testing.fakes.git import MemoryGit
from chairlift.testing.fakes.monitor import MemoryMonitor, Rate
from chairlift.testing.fakes.notifier import MemoryNotifier
from chairlift.testing.fakes.recipe import ScriptedRecipe
from chairlift.testing.fakes.workspace import MemoryWorkspace
from tests.core.menus import SHIPPED

MONDAY = datetime(2021, 8, 2, 9, tzinfo=UTC)
URL = "memory://shop"
FILES = {"code.py": "old style\n", "compat.py": "both\n", "requirements.txt": "Django==2.2\n"}
CHANGES = (
    Change("prepare", "Prepare", recipe={"edits": {"code.py": "new style\n"}}),
    Change(
        "upgrade", "Upgrade", after=StepName.MERGE, proof="3.2", recipe={"edits": {"requirements.txt": "Django==3.2\n"}}
    ),
    Change("clean-up", "Clean up", transitional=True, recipe={"edits": {"compat.py": None}}),
)
#: What is judged by the minute is judged by ten of them here: the hours of an ordinary week take as many days.
TIMES = Times(
    notice=Duration(working_days=2),
    watch=Duration(2 * 86_400),
    healthy=Duration(86_400),
    soak=Duration(3600),
    minute=Duration(600),
    baseline=Duration(80 * 86_400),
    poll=Duration(6 * 3600),
)
SQUAD = Squad(
    "Peaks", ("ada", "bob"), "ada", "bob", calendar=Calendar(UTC, OFFICE_HOURS), voices=frozenset({"ada", "bob"})
)

SHOP = Service("shop", SQUAD, "shop", tests="tox", deploy_docs="wiki", deployer={"kind": "memory"})


def campaign(levels: tuple[ServiceLevel, ...] = SHIPPED, **changed: Any) -> Campaign:
    found = Campaign(
        slug="django-3.2",
        title="Django 3.2",
        recipe="scripted",
        choose_by=MONDAY + timedelta(days=10),
        deadline=MONDAY + timedelta(days=90),
        levels=levels,
        changes=CHANGES,
        environments=("stage", "production"),
        lead="lead",
        manager="manager",
        times=TIMES,
        chairlift_approves=True,
    )
    return replace(found, **changed)


_BEFORE: dict[str, dict[str, object]] = {}


class Killed(Exception):
    """The process died here."""


@dataclass
class Fuse:
    """Kills the process at the nth call that changes the world: before it takes effect, or just after."""

    left: int = -1
    before: bool = False
    blown: bool = False

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == -1 and self.before:
                self.blown = True
                raise Killed
            found = call(*args, **kwargs)
            if self.left == -1:
                self.blown = True
                raise Killed
            return found

        return guarded


@dataclass(frozen=True)
class Fused:
    """A port whose calls that change the world pass the fuse."""

    port: object
    fuse: Fuse

    _CHANGING = frozenset(
        {
            "push",
            "ensure_pull",
            "approve",
            "merge",
            "withdraw",
            "ensure_comment",
            "ensure_issue",
            "report_check",
            "tell",
            "start",
        }
    )

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        return self.fuse.around(found) if name in self._CHANGING else found


@dataclass
class MemoryEngine:
    """Units asked for are done by `work`; tests read the checkout: a file called `broken` fails them."""

    git: MemoryGit
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    asked: list[Unit] = field(default_factory=list)

    def find(self, unit: Unit) -> Outcome | None:
        return self.outcomes.get(unit.name)

    def start(self, unit: Unit) -> None:
        if unit.name not in self.outcomes:
            self.outcomes[unit.name] = Outcome("running")
            self.asked.append(unit)

    def work(self, ports: Ports) -> None:
        while self.asked:
            unit = self.asked.pop(0)
            try:
                if unit.kind == "look back":
                    result = self._looked_back(unit, ports)
                else:
                    result = self._tested(unit) if "tests" in unit.inputs else units.run(unit, ports)
                self.outcomes[unit.name] = Outcome("done", result)
            except units.UnitFailed as error:
                self.outcomes[unit.name] = Outcome("failed", why=str(error))

    def _looked_back(self, unit: Unit, ports: Ports) -> dict[str, object]:
        """Passages that are killed here and there look back at the same weeks again and again."""
        key = f"{unit.name} {ports.monitor}"
        if key not in _BEFORE:
            _BEFORE[key] = units.run(unit, ports)
        return _BEFORE[key]

    def _tested(self, unit: Unit) -> dict[str, object]:
        tree = self.git.commit(URL, str(unit.inputs["commit"])).tree
        if "broken" in tree:
            return {"state": RunState.FAILED, "why": "1 failed"}
        if str(unit.inputs["proof"]) not in tree.get("requirements.txt", ""):
            return {"state": RunState.UNPROVEN, "why": "it ran on another version"}
        return {"state": RunState.PASSED, "why": tree.get("requirements.txt", "")}


@dataclass
class Passage:
    """One service on its way; `answers` is how people answer what they are asked."""

    campaign: Campaign = field(default_factory=campaign)
    service: Service = SHOP
    answers: Callable[[Passage, Reached, Ask], None] = lambda passage, reached, ask: None
    fuse: Fuse = field(default_factory=Fuse)
    recipe: ScriptedRecipe = field(default_factory=ScriptedRecipe)
    now: datetime = MONDAY
    paused: str = ""
    alarmed: str = ""
    forgetful: bool = False
    log: list[Entry] = field(default_factory=list)
    keys: set[tuple[str, ...]] = field(default_factory=set)
    stood: tuple[str, ...] = ("", "", "", "")
    known: Known | None = None

    def __post_init__(self) -> None:
        self.git = MemoryGit()
        first = self.git.init(URL, FILES)
        self.forge = MemoryForge(self.git, lambda: self.now)
        self.theirs = MemoryForge(self.git, lambda: self.now, identity="ada")
        self.theirs.places = self.forge.places
        self.workspace = MemoryWorkspace(self.git)
        self.deployer = MemoryDeployer(lambda: self.now)
        self.monitor, self.notifier = MemoryMonitor(), MemoryNotifier()
        self.engine, self.watches = MemoryEngine(self.git), Watches()
        for environment in self.service.environments or self.campaign.environments:
            self.deployer.deploy("shop", environment, first)
            self.monitor.set("shop", environment, MONDAY - timedelta(days=90), Rate(1000, 1))

    # ---- the loop, as the worker does it ----

    @property
    def ports(self) -> Ports:
        return Ports(
            forge=cast(Forge, Fused(self.forge, self.fuse)),
            workspace=cast(Workspace, Fused(self.workspace, self.fuse)),
            engine=cast(Engine, Fused(self.engine, self.fuse)),
            notifier=cast(Notifier, Fused(self.notifier, self.fuse)),
            recipe=self.recipe,
            deployer=self.deployer if self.service.deployer else None,
            monitor=self.monitor,
            watches=Watches() if self.forgetful else self.watches,
        )

    @property
    def up(self) -> Upgrade:
        team = frozenset({"lead", "manager", "rev"})
        return Upgrade(self.campaign, self.service, said(self.log), paused=self.paused, alarmed=self.alarmed, team=team)

    def look(self, known: Known | None = None) -> Reached:
        """One look, and the act that it decides; the process may be killed at any effect."""
        up = self.up
        reached = reconcile(up, self.ports, self.now, known)
        self.known = None
        asked = chase(up, reached, self.now)
        for line in lines.of_look(up, reached, asked, self.stood, self.now):
            self._write(line)
        self.stood = lines.gist(reached.change, reached.step or "", lines.kind_of(reached), reached.decision.why)
        if asked and asked.message:
            self.ports.notifier.tell(asked.message)
            self._write(lines.of_reminder(reached, asked, self.now))
        if isinstance(reached.decision, Do):
            done = act(up, reached, self.ports)
            for line in lines.of_deed(up, reached, done.words, self.now):
                self._write(line)
            self.known = afterwards(up, reached, done)
        return reached

    def _write(self, line: lines.Line) -> None:
        if line.key not in self.keys:
            self.log.append(line.entry)
        if line.key:
            self.keys.add(line.key)

    def settle(self) -> Reached:
        """Look, act and work until nothing can be done at once; a killed process is started again."""
        self.known = None
        for _ in range(60):
            self.engine.work(replace(self.ports, workspace=self.workspace))
            if self.known:
                self._holds(self.known)
            try:
                reached = self.look(self.known)
            except Killed:
                self.known = None
                continue
            if not isinstance(reached.decision, Do) and not self.engine.asked:
                return reached
        raise AssertionError(f"busy without end: {reached.decision}")

    def _holds(self, known: Known) -> None:
        """What need not be asked again is what would be answered."""
        repository = self.git.repositories[URL]
        assert known.heads == {**repository.branches, "HEAD": repository.default}
        for branch, pull in known.pulls.items():
            assert pull == self.theirs.pull_for(self.service.repo, branch)

    def go_on(self, until: Callable[[Reached], object] = lambda reached: False, days: float = 120) -> Reached:
        """Let time pass, and people answer, until this holds or nothing moves any more; returns where it stands."""
        end = self.now + timedelta(days=days)
        while True:
            reached = self.settle()
            if reached.done or until(reached) or self.now >= end:
                return reached
            before = len(self.log), self.git.repositories[URL].branches.copy(), str(self.forge.places)
            if isinstance(reached.decision, Ask):
                self.answers(self, reached, reached.decision)
            if before == (len(self.log), self.git.repositories[URL].branches, str(self.forge.places)):
                self.now = min(max(reached.look_again, self.now), end)

    # ---- what people say and do ----

    def say(self, kind: Kind, by: str = "ada", about: str = "", text: str = "", change: str = "", **data: Any) -> None:
        self.log.append(Entry(self.now, by, kind, change, "", about, text, data))

    def choose(self, level: str) -> None:
        self.say(Kind.CHOSE, about=level)

    def pull(self, change: str, attempt: int = 1, revert: bool = False) -> PullRequest | None:
        return self.forge.pull_for("shop", self.campaign.branch(change, attempt, revert))

    def runs(self, environment: str) -> str:
        found = self.deployer.running("shop", environment)
        assert found
        return found.commit

    def pulls(self) -> Iterator[PullRequest]:
        """Every pull request that there ever was."""
        for number in self.forge.places["shop"].pulls if self.forge.places else ():
            yield self.forge.pull("shop", number)

    def did(self, verb: str) -> list[Entry]:
        return [entry for entry in self.log if entry.kind is Kind.DID and entry.data["verb"] == verb]


def diligent(passage: Passage, reached: Reached, ask: Ask) -> None:
    """People who do what they are asked, at once, and no more."""
    pull = passage.pull(reached.change)
    squads = ask.whom is Party.SQUAD
    match reached.step:
        case StepName.CREATE if pull is None and squads and ask.about.startswith("create"):
            plan = reached.seen.plan
            assert plan
            branch = passage.campaign.branch(reached.change)
            passage.git.push(URL, branch, plan.commit, by="ada")
            passage.theirs.ensure_pull("shop", branch, "main", "Ours", "by hand")
        case StepName.REVIEW if pull and ask.about.startswith("review"):
            passage.forge.review("shop", pull.number, "bob" if squads else "rev", "approved")
        case StepName.MERGE if pull and ask.about.startswith("merge"):
            passage.forge.merge_as("shop", pull.number, "ada", pull.head)
        case StepName.DEPLOY if squads and ask.about.startswith("deploy"):
            environment = ask.about.split()[1]
            passage.deployer.deploy("shop", environment, passage.git.repositories[URL].branches["main"])
        case StepName.TEST if squads and ask.about.startswith("test"):
            passage.say(Kind.TESTED, "ada", text="clicked through", change=reached.change)
