"""What everybody reads: status, why, log, menu, patch and sheet, for people and for programs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chairlift.core.decision import StepName
from chairlift.core.log import Kind
from chairlift.server.models import Upgrade
from tests.cli.said import FINE, PERSON, TROUBLE, USAGE
from tests.localforge.clone import git
from tests.server.world import FILES, RUN, campaign_text

SEEING = [["status"], ["why", "shop"], ["log"], ["menu"], ["sheet"], ["doctor"]]


class TestStatus:
    def test_a_row_for_each_service_and_what_it_adds_up_to(self, run, shop):
        said = run("status")
        heads, row, blank, last = said.lines
        assert heads.split() == ["SERVICE", "LEVEL", "CHANGE", "STEP", "TURN", "SINCE", "UNTIL", "WHY"]
        assert row.startswith("shop     not chosen  upgrade  create  Heron")
        assert row.endswith("Heron has not chosen a service level yet; until then there is only the plan")
        assert (blank, last) == ("", "0 of 1 done, 1 wait for somebody, 1 overdue.")
        assert said.code == PERSON

    def test_as_json(self, run, shop):
        said = run("status", "--json")
        (row,) = said.json["services"]
        assert (said.code, said.json["campaign"]) == (PERSON, "tiny")
        assert list(row) == [
            "service", "squad", "level", "change", "step", "decision", "turn", "since", "due", "why", "pull", "done",
            "overdue",
        ]  # fmt: skip
        assert (row["service"], row["turn"], row["decision"], row["overdue"]) == ("shop", "Heron", "ask", True)
        assert datetime.fromisoformat(row["since"]).tzinfo is not None

    def test_only_some(self, run, world):
        world.service("shop")
        world.service("desk", squad="Ibis")
        world.service("gone", files=None)
        world.load()
        world.settle()

        def names(*arguments):
            return {row["service"] for row in run("status", "--json", *arguments).json["services"]}

        assert names("--squad", "ibis") == {"desk"}
        assert names("--turn", "squad") == {"shop", "desk"}
        assert names("--turn", "team") == {"gone"}
        assert names("--turn", "anybody") == {"shop", "desk", "gone"}
        assert run("status", "--squad", "nobody").code == FINE

    @pytest.mark.parametrize(
        ("decision", "code"),
        [
            *(("", FINE), ("wait", FINE), ("do", FINE), ("done", FINE), ("ask", PERSON), ("stop", PERSON)),
            *(("refused", PERSON), ("unavailable", TROUBLE), ("bug", TROUBLE)),
        ],
    )
    def test_the_exit_code_tells(self, run, shop, decision, code):
        Upgrade.objects.update(decision=decision, whom="squad" if decision == "ask" else "")
        assert run("status").code == run("status", "--json").code == run("why", "shop").code == code

    def test_trouble_in_one_outweighs_a_question_in_another(self, run, world):
        for name in ("shop", "desk"):
            world.service(name)
        world.load()
        Upgrade.objects.filter(service__name="shop").update(decision="unavailable", why="the forge is away")
        Upgrade.objects.filter(service__name="desk").update(decision="ask", whom="squad")
        assert run("status").code == TROUBLE

    def test_before_anything_was_looked_at(self, run, world):
        world.service("shop")
        world.load()
        said = run("status")
        assert (said.code, "not looked at yet: start 'chairlift up'" in said.text) == (FINE, True)

    def test_a_pause_a_brake_and_an_alarm_are_told_below(self, run, shop):
        run("pause", "--as", "Lena", "--why", "fire")
        shop.campaign.__class__.objects.update(braked_why="2 reverts", alarmed_why="errors of till rise")
        said = run("status").lines
        assert said[-3:] == [
            "PAUSED: fire (Lena). 'chairlift restart' goes on.",
            "BRAKED: 2 reverts. 'chairlift restart' goes on.",
            "HELD: errors of till rise. Nothing is merged or deployed until that is clear.",
        ]


class TestWhy:
    def test_the_whole_reasoning_with_its_evidence(self, run, shop):
        shop.choose("shop", "Hands-off")
        shop.settle()
        run("blocker", "shop", "the driver is too old", "--as", "Ana")
        shop.settle()
        said = run("why", "SHOP")
        for part in (
            "shop (Heron)",
            "  stands at   merge of change upgrade",
            "  because     blocked: the driver is too old (recorded by Ana)",
            "  turn        Heron, since",
            "  level       Hands-off, chosen by Ana on 20",
            "  who does    plan: project team, create: project team",
            "  blocker     b1: the driver is too old (Ana)",
            "    plan        planned: 1 files, +1 -1",
            "    tests before passed: Running on 1",
            "    tests on PR passed: Running on 2",
            "    pull        #1 open, head",
            "    review      chairlift-reviewer: approved on",
            "    check       chairlift/tests: passed",
            "did open",
        ):
            assert part in said.text, part
        assert said.code == PERSON

    def test_as_json(self, run, shop):
        shop.choose("shop", "Hands-off")
        shop.settle()
        said = run("why", "shop", "--json").json
        assert list(said) == [
            "standing", "level", "chosen", "steps", "evidence", "blockers", "units", "log", "next_look",
        ]  # fmt: skip
        assert said["standing"]["service"] == "shop"
        assert [step for step, _ in said["steps"]] == list(StepName)
        assert said["evidence"]["changes"]["upgrade"]["pull"]["state"] == "open"
        assert said["log"][-1]["kind"] == "stands"
        assert datetime.fromisoformat(said["next_look"]) > shop.now
        assert "T" in said["next_look"]

    def test_what_is_running_now(self, run, world):
        world.service("shop")
        world.load()
        world.worker.look_once()
        said = run("why", "shop")
        assert (said.code, "  running     plan, asked for 20" in said.text) == (FINE, True)

    def test_a_service_that_left_the_file_still_has_its_reasoning(self, run, world):
        world.service("shop")
        world.service("desk")
        world.load()
        world.choose("shop", "DIY")
        desk = world.services[world.services.index("[[service]]", 5) :]
        world.load(services=desk)
        world.settle()
        said = run("why", "shop")
        assert said.code == PERSON
        assert "because     no service called 'shop'" in said.text
        assert "DIY, chosen by Ana" in said.text


class TestLog:
    def test_who_did_what_oldest_first(self, run, shop):
        shop.choose("shop", "Hands-off")
        shop.settle()
        lines = run("log").lines
        assert "operator      loaded campaign.toml" in lines[0]
        assert lines.index(next(x for x in lines if " chose Hands-off" in x)) < len(lines) - 1
        assert "shop             " in lines[-1]

    def test_only_some_of_it(self, run, shop):
        run("hold", "shop", "--as", "Bo", "--why", "the fair")
        (held,) = run("log", "--by", "bo", "--json").json
        assert (held["kind"], held["by"], held["text"], held["service"]) == ("held", "Bo", "the fair", "shop")
        assert run("log", "--kind", "held", "--json").json == [held]
        assert run("log", "--limit", 1, "--json").json == [held]
        assert run("log", "--service", "shop").lines[-1].endswith("Bo            held [upgrade create]: the fair")
        assert run("log", "--service", "shop", "--by", "nobody").text == ""

    def test_kinds_that_are_none(self, run, shop):
        said = run("log", "--kind", "dreamt")
        assert (said.code, "'dreamt' is no kind; there are: chose, promised" in said.err) == (USAGE, True)
        for kind in Kind:
            assert run("log", "--kind", kind).code == FINE


class TestMenu:
    def test_who_does_which_step(self, run, shop):
        said = run("menu")
        assert said.code == FINE
        assert said.lines[0].split() == ["LEVEL", *(step.upper() for step in StepName)]
        assert said.lines[1].split("  ")[0] == "Hands-off"
        assert "project team, with notice" in said.lines[1]
        assert said.lines[4].split()[:4] == ["DIY", "project", "team", "squad"]
        assert "asks of you" not in said.text

    def test_what_a_level_asks_and_promises(self, run, world):
        world.service("shop")
        words = 'squad = []\nasks = "advice\\nin a week"\npromises = "all the work"'
        world.load(campaign_text().replace("squad = []", words))
        assert run("menu").lines[-4:] == [
            "Hands-off",
            "  asks of you: advice",
            "in a week",
            "  promises you: all the work",
        ]

    def test_as_json(self, run, shop):
        said = run("menu", "--json").json
        assert [level["name"] for level in said["levels"]] == [
            "Hands-off", "Trust but verify", "Review everything", "DIY",
        ]  # fmt: skip
        assert said["levels"][1]["steps"]["deploy"] == "squad"
        assert datetime.fromisoformat(said["deadline"])


class TestPatch:
    def test_git_takes_it(self, run, shop, tmp_path):
        said = run("patch", "shop")
        file = tmp_path / "the.patch"
        file.write_bytes(said.out)
        clone = shop.clone("shop")
        git("am", "--quiet", str(file), cwd=clone.path)
        assert (clone.path / "version.txt").read_text() == "2\n"
        assert run("patch", "shop", "--change", "upgrade").out == said.out

    def test_where_there_is_none(self, run, world):
        world.service("shop")
        world.load()
        said = run("patch", "shop")
        assert (said.code, "there is no plan for change '' of shop now; see 'chairlift why'" in said.err) == (2, True)
        assert run("patch", "shop", "--change", "dance").code == USAGE

    def test_it_needs_no_repository_but_the_mirror(self, run, shop):
        before = run("patch", "shop").out
        shop.forge.repositories.get("shop").path.rename(shop.home / "away.git")
        assert run("patch", "shop").out == before


@pytest.mark.parametrize("words", SEEING, ids=" ".join)
def test_nothing_but_plain_text_in_a_pipe(run, shop, words):
    said = run(*words, FORCE_COLOR="1", TERM="xterm-256color")
    assert said.text.strip()
    assert said.text.replace("\n", "").isprintable()
    assert all(line == line.rstrip() for line in said.lines)


@pytest.mark.parametrize("words", SEEING, ids=" ".join)
def test_there_must_be_a_campaign(run, world, words):
    said = run(*words)
    if words == ["doctor"]:
        assert said.code == FINE
        return
    assert (said.code, said.text) == (USAGE, "")
    assert "no campaign yet: load one with 'chairlift load CAMPAIGN.toml'" in said.err


def test_which_of_two_campaigns(run, shop):
    shop.load(campaign_text().replace('slug = "tiny"', 'slug = "other"'))
    said = run("status")
    assert (said.code, "which campaign? say --campaign with one of: other, tiny" in said.err) == (USAGE, True)
    assert run("status", "--campaign", "tiny", "--json").json["campaign"] == "tiny"
    assert run("status", "--json", CHAIRLIFT_CAMPAIGN="other").json["campaign"] == "other"
    said = run("status", "--campaign", "none")
    assert (said.code, "no campaign called 'none'; there are: other, tiny" in said.err) == (USAGE, True)


@pytest.mark.parametrize("words", [["why", "shoop"], ["patch", "shoop"], ["log", "--service", "shoop"]])
def test_a_service_that_is_none_has_a_neighbour(run, shop, words):
    said = run(*words)
    assert (said.code, "no service called 'shoop' in tiny; did you mean: shop" in said.err) == (USAGE, True)


def test_what_is_done_is_fine(run, world):
    world.service("shop", files={**FILES, "version.txt": "2\n"})
    world.load(campaign_text(run=RUN))
    world.settle()
    said = run("status")
    assert (said.code, said.lines[-1]) == (FINE, "1 of 1 done, 0 wait for somebody, 0 overdue.")
    assert run("why", "shop").text.splitlines()[1] == "  stands at   done"


def test_times_are_told_as_distances(run, world):
    world.service("shop")
    world.load(campaign_text(head="", times="").replace("2026-02-01", "2096-02-01").replace("2026-06-01", "2096-06-01"))
    world.settle()
    assert "overdue" not in run("status").lines[1]
    assert " in " in run("status").lines[1]
    Upgrade.objects.update(since=world.now - timedelta(days=3, minutes=1))
    assert "3 days ago" in run("status").lines[1]
