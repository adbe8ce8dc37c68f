"""Plants bugs in the laws and safety rules, one at a time, and fails if the tests let one live: `make mutants`.

With words, `python -m tests.mutants WORD…` plants those only whose line of text, file or test holds one of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.adapters.github.mutants import GITHUB
from tests.adapters.gitlab.mutants import GITLAB
from tests.adapters.mutants import ACCESS_LOG
from tests.adapters.newrelic.mutants import NEWRELIC
from tests.adapters.prometheus.mutants import PROMETHEUS
from tests.catalogues.mutants import CATALOGUES
from tests.core.judging.mutants import JUDGING
from tests.core.judging.mutants_of_evidence import EVIDENCE
from tests.core.judging.mutants_of_watches import WATCHES
from tests.forges.gitea.mutants import GITEA
from tests.mutant import Mutant
from tests.recipes.django.mutants import DJANGO
from tests.server.mutants import SERVER
from tests.server.web.api.mutants import PROGRAMS
from tests.server.web.mutants import PAGES

ROOT = Path(__file__).parent.parent
#: At once; each is one run of pytest.
ABREAST = 2
#: A mutant that hangs is as good as dead, but costs time: none should need this long.
SECONDS = 180

LAWS = "tests/core/test_laws.py"
LOG = "tests/core/test_log.py"
ARRIVALS = "tests/journeys/test_arrivals.py"
REVIEWS = "tests/journeys/test_reviews.py"
TURNS = "tests/journeys/test_turns.py"
WATCH = "tests/journeys/test_watch.py"
DURATIONS = "tests/core/test_durations.py"
FORECAST = "tests/core/test_forecast.py"


MUTANTS = (
    Mutant(0, "a forecast believes in promises whatever the record says", "core/durations.py",
           "_WEIGHT, _DEGREES = 2.0, 10.0", "_WEIGHT, _DEGREES = 500.0, 10.0",
           f"{DURATIONS}::test_the_record_wins_over_the_promise"),
    Mutant(0, "a step that goes on tells a forecast nothing", "core/durations.py",
           "beyond = [found.known(days) for days in going if days > least]", "beyond: list[float] = []",
           f"{DURATIONS}::test_what_still_runs_moves_it_though_nothing_is_over"),
    Mutant(0, "a step that goes on is taken for over by a forecast", "core/durations.py",
           "filled = [at_least(bound, mu, sigma, chance.random()) for bound in beyond]", "filled = list(beyond)",
           f"{DURATIONS}::test_what_still_runs_is_not_taken_for_over"),
    Mutant(0, "a forecast lets everybody in at once", "core/passing.py",
           "while waiting and self.taken < size:", "while waiting:",
           f"{FORECAST}::test_waves_queue_services"),
    Mutant(0, "a forecast lets everybody into one CI at once", "core/passing.py",
           "return pool < 0 or self.pools[pool] < self.world.building", "return True",
           f"{FORECAST}::TestPools::test_a_pool_queues_services"),
    Mutant(0, "a forecast keeps a place in the CI for whom people only review", "core/passing.py",
           "            found.append(_capped((start, merged, at, min(green, merged))))",
           "            found.append(_capped((start, merged, at, merged)))",
           f"{FORECAST}::TestPools::test_what_is_red_keeps_its_place_and_what_is_green_does_not"),
    Mutant(0, "a forecast forgets how long a step has taken", "core/passing.py",
           "bound = pace.known(taken) if taken > pace.least else None", "bound = None",
           f"{FORECAST}::test_a_step_that_has_taken_long_is_not_expected_to_end_as_if_it_had_just_begun"),
    Mutant(0, "a forecast of thousands ends with the usual one of them", "core/passing.py",
           "        if group.count > 1:\n", "        if False:\n",
           f"{FORECAST}::test_the_last_of_a_large_group_is_later_than_the_usual_one_and_as_late_as_the_last_of_so_many"),
    Mutant(10, "what if moves steps that have begun", "core/passing.py",
           "begun = stand is not None and rank == stand.rank and stand.pace >= 0", "begun = False",
           f"{FORECAST}::TestWhatIf"),
    Mutant(1, "the wait for a wave ends at once", "steps/create.py",
           "return Wait(now + SOON, up.admitted_why", "return Wait(now, up.admitted_why",
           f"{LAWS}::test_waiting_is_for_something_in_the_future"),
    Mutant(1, "waits for a watch that is over", "steps/test.py",
           "        if now < ends:\n", "        if True:\n",
           f"{LAWS}::test_waiting_is_for_something_in_the_future"),
    Mutant(1, "a landed change without a level is a crash", "steps/create.py",
           "if seen.past_merge and (up.level or not needed(up, change, seen)):", "if seen.past_merge:",
           f"{LAWS}::test_before_a_level_is_chosen_there_are_only_plans"),
    Mutant(1, "a stopped change puts the watch over another to sleep", "reconcile.py",
           "min([reached.look_again, *(each for each, _ in others)])", "reached.look_again",
           f"{TURNS}::test_a_stopped_change_does_not_put_the_watch_over_another_to_sleep"),
    Mutant(2, "the squad's deployment is done for it", "steps/deploy.py",
           "        if up.who(change, self.name) is Party.SQUAD:\n            return self._ask_squad",
           "        if False:\n            return self._ask_squad",
           f"{LAWS}::test_a_step_of_the_squad_is_never_done"),
    Mutant(2, "the squad's merge is announced and done for it", "core/upgrade.py",
           "return self.level_of(change, step).who(step)",
           "return Party.PROJECT_TEAM if step is StepName.MERGE else self.level_of(change, step).who(step)",
           f"{LAWS}::test_a_step_of_the_squad_is_never_done"),
    Mutant(2, "what the squad deploys is reverted without asking it", "steps/test.py",
           "for step in (StepName.MERGE, StepName.DEPLOY))", "for step in (StepName.MERGE,))",
           f"{LAWS}::test_a_step_of_the_squad_is_never_done"),
    Mutant(3, "green or approved is enough", "steps/review.py",
           "or self._unapproved(up, change, seen, pull, now)",
           "or (None if seen.head and seen.head.state is RunState.PASSED else "
           "self._unapproved(up, change, seen, pull, now))",
           f"{LAWS}::test_no_merge_without_the_required_review_of_this_head"),
    Mutant(3, "notice per pull request, not per head", "steps/merge.py",
           "up.said.announced.get(key)",
           "next((at for told, at in up.said.announced.items() if told[0] == change.slug), None)",
           f"{LAWS}::test_no_merge_without_a_full_notice_for_this_head"),
    Mutant(3, "half of the notice is enough", "steps/merge.py",
           "if now < ends:", "if now < announced + (ends - announced) / 2:",
           f"{LAWS}::test_no_merge_without_a_full_notice_for_this_head"),
    Mutant(3, "an approval of an older head counts", "steps/review.py",
           'if r.state == "approved" and r.head == pull.head}', 'if r.state == "approved"}',
           f"{LAWS}::test_no_merge_without_the_required_review_of_this_head"),
    Mutant(3, "a review by a stranger counts", "steps/review.py",
           "approved = approvals & voices or", "approved = approvals or",
           f"{LAWS}::test_no_merge_without_the_required_review_of_this_head"),
    Mutant(3, "a wish for changes is overruled by an approval", "steps/review.py",
           "            or self._answer_owed(up, pull)\n", "",
           f"{LAWS}::test_no_merge_without_the_required_review_of_this_head"),
    Mutant(3, "a required check that runs is taken for green", "steps/review.py",
           'if check.state != "passed":', 'if check.state == "never":',
           f"{LAWS}::test_no_merge_without_green_and_proven_tests_of_this_head"),
    Mutant(3, "Chairlift approves an inexact diff", "steps/review.py",
           "up.campaign.chairlift_approves and seen.exact and green", "up.campaign.chairlift_approves and green",
           f"{LAWS}::test_chairlift_approves_only_its_own_exact_and_proven_work"),
    Mutant(3, "an exit code is believed without proof", "steps/review.py",
           "if run.state in (RunState.FAILED, RunState.UNPROVEN):", "if run.state is RunState.FAILED:",
           f"{LAWS}::test_no_merge_without_green_and_proven_tests_of_this_head"),
    Mutant(3, "a second attempt inherits the notice of the first", "core/log.py",
           "announced={key: at for key, at in facts.announced.items() if key[0] != entry.change},",
           "announced=facts.announced,",
           f"{TURNS}::test_a_retry_opens_a_new_pull_request_with_a_notice_of_its_own"),
    Mutant(4, "blockers are ignored", "steps/gates.py",
           "held(up) or blocked(up) or problem(up)", "held(up) or problem(up)",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(4, "objections are ignored", "steps/gates.py",
           "return held(up) or blocked(up)", "return blocked(up)",
           f"{TURNS}::test_an_objection_during_the_notice_holds_the_merge"),
    Mutant(4, "known problems are ignored", "steps/gates.py",
           "or problem(up) or unmet(up, change)", "or unmet(up, change)",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(4, "missing deploy documentation is ignored", "core/upgrade.py",
           "if DEPLOY_DOCS in needs and not self.service.deploy_docs:", "if DEPLOY_DOCS in needs and False:",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(4, "freezes of the campaign are ignored", "core/upgrade.py",
           "self.service.squad.calendar.with_freezes(self.campaign.freezes)", "self.service.squad.calendar",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(4, "merges at night", "steps/merge.py",
           "            or closed(up, now)\n", "",
           f"{LAWS}::test_nothing_goes_out_while_something_stands_in_the_way"),
    Mutant(5, "a pause does not stop merging", "reconcile.py",
           "if reason and decision.verb not in URGENT:",
           "if reason and decision.verb not in URGENT | {Verb.MERGE}:",
           f"{LAWS}::test_a_paused_campaign_only_thinks_and_undoes"),
    Mutant(5, "a brake stops nothing", "reconcile.py",
           "reason = up.paused or up.braked", "reason = up.paused",
           f"{LAWS}::test_a_paused_campaign_only_thinks_and_undoes"),
    Mutant(5, "a pause stops undoing", "core/decision.py",
           "UNDOING = frozenset({Verb.REVERT, Verb.ROLL_BACK})", "UNDOING = frozenset({Verb.REVERT})",
           f"{WATCH}::test_a_paused_campaign_still_undoes"),
    Mutant(5, "issues are closed although the campaign is paused", "reconcile.py",
           "return _guard(up, up.campaign.changes[-1], _finishing(up, seen, scans, now))",
           "return _finishing(up, seen, scans, now)",
           f"{LAWS}::test_a_paused_campaign_only_thinks_and_undoes"),
    Mutant(6, "merged once more", "core/upgrade.py",
           "        return self.merged or bool(self.plan", "        return bool(self.plan",
           f"{ARRIVALS}::test_arrives"),
    Mutant(6, "each look has a branch of its own", "core/menu.py",
           'again = "" if attempt == 1 else f"-{attempt}"', 'again = f"-{id(object())}"',
           f"{ARRIVALS}::test_arrives"),
    Mutant(3, "what was seen before an act is taken for what is after it", "reconcile.py",
           "return Known(heads, pulls) if reached.decision.verb in THINKING else None", "return Known(heads, pulls)",
           ARRIVALS),
    Mutant(11, "what was merged as soon as it was opened leaves the default branch where it was", "reconcile.py",
           'if opened and opened.state == "open":', "if opened:",
           "tests/journeys/test_asking.py"),
    Mutant(7, "a branch that was just pushed is taken for what it was", "reconcile.py",
           "return Known({**heads, opened.branch: opened.head}, ", "return Known(heads, ",
           ARRIVALS),
    Mutant(7, "a push takes whatever the branch has come to be", "adapters/git.py",
           'f"--force-with-lease={name}:{there}"', '"--force"',
           "tests/adapters/git/test_workspace.py"),
    Mutant(6, "a commit is ours only when the push was recorded", "core/log.py",
           "    Kind.MEANT: _meant,\n", "",
           f"{TURNS}::test_our_own_commit_is_made_again_after_a_conflict"),
    Mutant(6, "the revert is another commit after a crash", "steps/test.py",
           "ports.workspace.revert(url, do.about, do.about, title)",
           'ports.workspace.revert(url, do.about, do.about, f"{title} {id(seen)}")',
           f"{WATCH}::test_the_way_back_is_found_however_it_is_killed"),
    Mutant(6, "a service without deployer is deployed for ever", "steps/deploy.py",
           "if not up.service.deployer:\n            return self._by_hand(up, seen, environment",
           "if False:\n            return self._by_hand(up, seen, environment",
           f"{WATCH}::test_without_a_deployer_named_people_say_what_runs"),
    Mutant(7, "commits of others are overwritten", "steps/create.py",
           "if who is Party.PROJECT_TEAM and pull.head in up.said.ours and pull.head",
           "if who is Party.PROJECT_TEAM and pull.head",
           f"{LAWS}::test_commits_of_others_are_never_overwritten"),
    Mutant(7, "a pull request with commits of others is withdrawn", "steps/create.py",
           "is not Party.PROJECT_TEAM or pull.head not in up.said.ours:", "is not Party.PROJECT_TEAM:",
           f"{LAWS}::test_only_what_is_wholly_ours_and_landed_otherwise_is_withdrawn"),
    Mutant(2, "a squad's own pull request is withdrawn", "steps/create.py",
           "if up.who(change, self.name) is not Party.PROJECT_TEAM or pull.head not in", "if pull.head not in",
           f"{LAWS}::test_only_what_is_wholly_ours_and_landed_otherwise_is_withdrawn"),
    Mutant(7, "what Chairlift withdrew is asked about as if a person had closed it", "steps/create.py",
           "if seen.pull and not _withdrawn(up, change, seen.pull):", "if seen.pull:",
           f"{TURNS}::test_what_landed_otherwise_and_was_undone_is_opened_again"),
    Mutant(7, "any closed pull request counts as withdrawn", "steps/create.py",
           'return pull.state == "closed" and (change.slug, pull.key) in up.said.withdrawn',
           'return pull.state == "closed"',
           f"{LAWS}::test_a_closed_pull_request_is_an_answer"),
    Mutant(7, "a closed pull request is opened again", "steps/create.py",
           "if seen.pull and not _withdrawn(up, change, seen.pull):",
           'if seen.pull and seen.pull.state != "closed":',
           f"{LAWS}::test_a_closed_pull_request_is_an_answer"),
    Mutant(7, "the squad is asked for ever why it closed it", "steps/create.py",
           "if answered or was_reminded(up.said, question(change.slug, self.name, about)):", "if answered:",
           f"{LAWS}::test_a_closed_pull_request_is_an_answer"),
    Mutant(8, "worse waits for the watch over another environment", "steps/test.py",
           "        if worse:\n            return self._worse",
           "        if worse and not seen.environments[1:]:\n            return self._worse",
           f"{LAWS}::test_only_a_counted_rise_of_errors_is_undone"),
    Mutant(9, "an entry of the log is updated", "server/models/upgrades.py",
           "def update(self, **kwargs: Any) -> NoReturn:", "def update_all(self, **kwargs: Any) -> NoReturn:",
           f"{LOG}::test_the_log_refuses_to_be_changed"),
    Mutant(9, "a second announcement moves the first", "core/log.py",
           "case Verb.ANNOUNCE if key not in facts.announced:", "case Verb.ANNOUNCE:",
           f"{LOG}::test_later_entries_move_nothing_that_was_there"),
    Mutant(9, "a new sign-off replaces those before it", "core/log.py",
           "(*facts.tested.get(entry.change, ()), word)", "(word,)",
           f"{LOG}::test_what_people_said_last_is_known_with_who_and_when"),
    Mutant(10, "a new level moves a step that has begun", "core/upgrade.py",
           "level = self.campaign.level(begun) if begun else self.level", "level = self.level",
           f"{LAWS}::test_a_new_level_moves_no_step_that_has_begun"),
    Mutant(10, "a step that has begun is not remembered", "lines.py",
           "    if _begins(up, reached):", "    if _begins(up, reached) and False:",
           f"{TURNS}::test_a_new_level_moves_only_what_has_not_begun"),
    Mutant(11, "done without the re-scan", "reconcile.py",
           "if plan.state in (PlanState.PLANNED, PlanState.FAILED):", "if plan.state is PlanState.FAILED:",
           f"{LAWS}::test_done_is_when_the_re_scan_agrees"),
    Mutant(11, "whatever a transitional change finds is forgiven", "reconcile.py",
           "if top.tree == ports.workspace.tree(url, base) else plan", "if top.tree else plan",
           f"{REVIEWS}::test_what_is_not_there_for_good_is_missed_in_the_end"),
    Mutant(11, "done without the clean-up", "reconcile.py",
           "for change in up.campaign.changes:\n        if stands",
           "for change in up.campaign.changes[:2]:\n        if stands",
           f"{ARRIVALS}::test_arrives"),
    Mutant(11, "done with an environment that nobody looked at", "steps/deploy.py",
           "for environment in up.environments]", "for environment in up.environments[:1]]",
           f"{ARRIVALS}::test_arrives"),
    Mutant(11, "what runs somewhere is taken for what was merged", "steps/deploy.py",
           "            if run.holds is not Holds.YES:\n                # What",
           "            if run.holds is Holds.NOTHING_RUNS:\n                # What",
           f"{LAWS}::test_a_change_is_through_when_it_runs_everywhere_and_was_judged"),
    Mutant(11, "a sign-off from before the deployment counts", "steps/watching.py",
           "any(word.at >= run.since and word.where", "any(word.where",
           f"{LAWS}::test_a_change_is_through_when_it_runs_everywhere_and_was_judged"),
    Mutant(11, "merged into any branch is merged", "core/upgrade.py",
           ' and self.pull.base == self.default_branch)', ")",
           f"{LAWS}::test_a_change_is_through_when_it_runs_everywhere_and_was_judged"),
    Mutant(11, "the deployer is believed", "units.py",
           "if found is None or found.commit != commit:", "if found is None:",
           f"{WATCH}::test_a_deployer_that_says_done_is_not_believed"),
)  # fmt: skip


class Bed:
    """A copy of what the tests need, and a process that forks a run of pytest there for each bug."""

    def __init__(self, files: Iterable[str] = (), seconds: float = SECONDS) -> None:
        """With `files` of tests, what they import is compiled beforehand. No run may take more than these `seconds`."""
        self._folder = tempfile.TemporaryDirectory()
        self._place = Path(self._folder.name).resolve()
        for folder in ("src", "tests"):
            shutil.copytree(ROOT / folder, self._place / folder, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", self._place)
        # What stand-ins for forges hold calls against.
        if shared := next((found for folder in ROOT.parents if (found := folder / "shared").is_dir()), None):
            (self._place / "shared").symlink_to(shared)
        # The order of sets is part of what a test sees: it must be the same each time.
        self._environment = {**os.environ, "PYTHONPATH": str(self._place / "src"), "PYTHONHASHSEED": "0"}
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if files:
            argv = [sys.executable, "-m", "pytest", "--collect-only", *sorted(files)]
            subprocess.run(argv, cwd=self._place, env=self._environment, stdout=subprocess.DEVNULL)
        # From here on nothing is compiled to a file: of two bugs in one module the second is never taken for the first.
        self._environment["PYTHONDONTWRITEBYTECODE"] = "1"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.seedbed", str(seconds)], cwd=self._place, env=self._environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def judge(self, mutant: Mutant) -> tuple[str, float]:
        """How it went, in a word, and in how many seconds."""
        start = time.monotonic()
        file = self._place / "src" / "chairlift" / mutant.file
        text = file.read_text()
        if text.count(mutant.old) != 1:
            return "stale: its text is not in the file exactly once", 0
        was = file.stat()
        try:
            file.write_text(text.replace(mutant.old, mutant.new))
            # Of no age that what was compiled before could have.
            os.utime(file, (0, 0))
            answer = self._ask("-x", "--tb=no", "--hypothesis-profile=hasty", mutant.tests)
        finally:
            file.write_text(text)
            os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
        return answer, time.monotonic() - start

    def _ask(self, *words: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "what forks the tests has ended"
        return str(json.loads(answer))

    def close(self) -> None:
        self._process.communicate()
        self._folder.cleanup()


def judged(mutants: Sequence[Mutant]) -> Iterator[tuple[str, float]]:
    """How it went with each, in their order."""
    files = {mutant.tests.partition("::")[0] for mutant in mutants}
    beds: queue.SimpleQueue[Bed] = queue.SimpleQueue()

    def judge(mutant: Mutant) -> tuple[str, float]:
        bed = beds.get()
        try:
            return bed.judge(mutant)
        finally:
            beds.put(bed)

    with ThreadPoolExecutor(ABREAST) as pool, contextlib.ExitStack() as stack:
        for bed in pool.map(Bed, [files] * ABREAST):
            stack.callback(bed.close)
            beds.put(bed)
        yield from pool.map(judge, mutants)


KNOWN = (
    *MUTANTS,
    *EVIDENCE,
    *WATCHES,
    *JUDGING,
    *SERVER,
    *PAGES,
    *PROGRAMS,
    *DJANGO,
    *GITHUB,
    *GITLAB,
    *CATALOGUES,
    *GITEA,
    *NEWRELIC,
    *ACCESS_LOG,
    *PROMETHEUS,
)


def main(words: Sequence[str]) -> int:
    """0 when every mutant was killed."""
    chosen = [mutant for mutant in KNOWN if not words or any(word in str(mutant) for word in words)]
    if not chosen:
        print(f"no mutant holds {' or '.join(words)}")
        return 2
    alive = []
    for mutant, (word, seconds) in zip(chosen, judged(chosen), strict=True):
        line = f"{word:10} {seconds:5.1f} s  law {mutant.breaks or '-':>2}  {mutant.what}"
        alive += [line] if word != "killed" else []
        print(line, flush=True)
    print(f"\n{len(chosen) - len(alive)} of {len(chosen)} mutants killed")
    # Once more where a log that was cut still shows them.
    print("".join(f"  {line}\n" for line in alive), end="")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
