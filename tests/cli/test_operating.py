"""What an operator runs: load, campaigns, doctor and the forge; files with mistakes are named by line and remedy."""

from __future__ import annotations

import pytest

from chairlift.campaigns import shipped
from chairlift.server.models import Campaign, RosterFile
from tests.cli.said import FINE, PERSON, TROUBLE, USAGE
from tests.server.world import PEOPLE, campaign_text, service_text

SERVICES = PEOPLE + service_text("shop") + "\n" + service_text("desk", "Ibis")


@pytest.fixture
def files(tmp_path):
    """The two files of a company; called with a text, one is written anew."""
    campaign, services = tmp_path / "campaign.toml", tmp_path / "services.toml"
    campaign.write_text(campaign_text())
    services.write_text(SERVICES)
    return campaign, services


class TestLoad:
    def test_in_any_order(self, run, files):
        campaign, services = files
        said = run("load", campaign, services)
        assert (said.code, said.err) == (FINE, "")
        assert said.lines == [f"{services}: 2 services, 2 squads", f"{campaign}: campaign tiny with 2 services"]
        assert run("log", "--kind", "loaded", "--json").json[-1]["by"] == "operator"

    def test_as_json_and_by_somebody(self, run, files):
        campaign, services = files
        assert run("load", services, campaign, "--by", "Lena", "--json").json["files"] == [
            {"file": str(services), "services": 2, "squads": 2},
            {"file": str(campaign), "campaign": "tiny", "services": 2},
        ]
        assert run("log", "--json").json[-1]["by"] == "Lena"

    def test_a_new_version_adds_what_is_new(self, run, files):
        services = files[1]
        run("load", *files)
        services.write_text(SERVICES + "\n" + service_text("rota"))
        assert run("load", services).text == f"{services}: 3 services, 2 squads\n"
        assert len(run("status", "--json").json["services"]) == 3

    @pytest.mark.parametrize(
        ("old", "new", "line", "message"),
        [
            ('tests = "sh test.sh"', 'test = "sh"', 'test = "sh"', "unknown key 'test' in [[service]]; did you mean"),
            ('tests = "sh test.sh"', "tests = 3", "tests = 3", "tests"),
            ('name = "desk"', 'name = "Shop"', 'name = "Shop"', "there are two services called 'Shop'; remove one"),
            ('squad = "Ibis"', 'squad = "Ibex"', 'squad = "Ibex"', "there is no squad called 'Ibex'"),
            ('squad = "Ibis"\n', "", 'name = "desk"', "[[service]] has no squad; add squad = "),
            ('name = "Cy"', 'name = "Cy', 'name = "Cy', "this is no TOML"),
        ],
    )
    def test_a_services_file_with_a_mistake_changes_nothing(self, run, files, old, new, line, message):
        run("load", *files)
        campaign, services = files
        before = RosterFile.objects.get().text
        text = SERVICES.replace(old, new) if "tests" not in old else SERVICES.replace(old, new, 1)
        services.write_text(text)
        campaign.write_text(campaign_text().replace("Tiny", "Other"))
        said = run("load", campaign, services)
        assert (said.code, said.text) == (USAGE, "")
        (problem,) = [each for each in said.err.splitlines() if message in each]
        number = int(problem.split("services.toml:")[1].split(":")[0])
        near = text.splitlines()[max(number - 3, 0) : number + 2]
        assert any(line in each for each in near), problem
        assert ";" in problem
        assert (RosterFile.objects.get().text, Campaign.objects.get().value.title) == (before, "Tiny")

    def test_all_mistakes_at_once(self, run, files):
        campaign, services = files
        services.write_text(SERVICES.replace('squad = "Ibis"', 'sqad = "Ibis"').replace('"sh test.sh"', "3"))
        said = run("load", services)
        assert said.code == USAGE
        assert len([line for line in said.err.splitlines() if "services.toml:" in line]) == 4
        campaign.write_text(campaign_text(head="deadlin = 3"))
        assert "unknown key 'deadlin' in [campaign]" in run("load", campaign).err

    def test_files_that_cannot_be_read(self, run, files, tmp_path):
        (tmp_path / "latin.toml").write_bytes('[campaign]\ntitle = "größer"'.encode("latin-1"))
        said = run("load", tmp_path / "latin.toml")
        assert (said.code, "latin.toml: not UTF-8 at byte 22; save it as UTF-8" in said.err) == (USAGE, True)
        said = run("load", tmp_path)
        assert (said.code, "is a directory" in said.err) == (USAGE, True)
        said = run("load", tmp_path / "none.toml")
        assert (said.code, "does not exist" in said.err) == (USAGE, True)
        assert run("load").code == USAGE

    def test_a_level_that_was_chosen_stays_on_the_menu(self, run, files):
        campaign = files[0]
        run("load", *files)
        run("choose", "shop", "DIY", "--as", "Ana")
        campaign.write_text(campaign_text().replace('"DIY"', '"Alone"'))
        said = run("load", campaign)
        assert said.code == USAGE
        assert "level 'DIY' is chosen by some services of tiny: keep it in the file, or move them first" in said.err


class TestCampaigns:
    def test_what_ships(self, run):
        assert run("campaigns").lines == sorted(shipped())
        assert run("campaigns", "--json").json["campaigns"] == sorted(shipped())

    @pytest.mark.parametrize("slug", sorted(shipped()))
    def test_one_to_save_edit_and_load(self, run, tmp_path, slug):
        said = run("campaigns", slug)
        assert said.text == shipped()[slug]
        (tmp_path / "c.toml").write_bytes(said.out)
        assert run("load", tmp_path / "c.toml").text == f"{tmp_path / 'c.toml'}: campaign {slug} with 0 services\n"

    def test_one_that_does_not(self, run):
        said = run("campaigns", "rails-7")
        assert (said.code, "no shipped campaign 'rails-7'; there are: django-3.2" in said.err) == (USAGE, True)


class TestDoctor:
    def test_it_asks_everything_once(self, run, shop):
        said = run("doctor")
        assert said.code == FINE
        assert said.lines == [
            "fine     recipe command",
            "fine     forge local",
            f"fine     notifier log: file {shop.home / 'messages.jsonl'}",
            "fine     repository of shop",
        ]

    def test_it_names_what_is_wrong(self, run, world):
        world.service("shop", files=None)
        world.service("desk", more='forge = "hub"')
        world.load(campaign_text().replace('recipe = "command"', 'recipe = "comand"'))
        said = run("doctor", "--json")
        assert said.code == TROUBLE
        found = {row["what"]: row["why"] for row in said.json if row["state"] == "trouble"}
        assert list(found) == ["recipe comand", "repository of shop", "repository of desk"]
        assert "no recipe called 'comand'; installed: " in found["recipe comand"]
        assert "no forge called 'hub'" in found["repository of desk"]

    def test_it_changes_nothing(self, run, shop):
        before = run("log", "--json").out
        run("doctor")
        assert run("log", "--json").out == before

    def test_an_installation_with_a_mistake(self, run, shop):
        (shop.home / "chairlift.toml").write_text("[forg]\n")
        for words in (["doctor"], ["patch", "shop"]):
            said = run(*words)
            assert said.code == USAGE
            assert "chairlift.toml:1: unknown key 'forg'" in said.err


class TestForge:
    """The rest is in tests/localforge; this is the way there through the whole command."""

    def test_it_lies_in_the_home(self, run, shop):
        assert run("forge", "list", "--json").json[0]["name"] == "shop"
        run("choose", "shop", "Review everything", "--as", "Ana")
        shop.settle()
        assert [row["pull"]["state"] for row in run("forge", "prs", "--json").json] == ["open"]
        assert run("forge", "review", "shop", 1, "--approve", "--as", "Ana").code == FINE

    def test_its_exit_codes(self, run, shop):
        assert run("forge", "show", "shop", 7).code == USAGE
        assert run("forge", "init", "shop").code == PERSON
        (shop.home / "forge" / "forge.sqlite3").write_text("no database" * 100)
        for name in ("-wal", "-shm"):
            (shop.home / "forge" / f"forge.sqlite3{name}").unlink(missing_ok=True)
        assert run("forge", "list").code == TROUBLE
