"""A second opinion on the adapter of GitHub, by a server that we did not write: npm's `emulate`, as far as it goes."""

from __future__ import annotations

import itertools

import pytest
from joserfc.jwk import RSAKey

from chairlift.adapters.github.errors import Gone
from chairlift.adapters.github.forge import GitHub
from chairlift.adapters.github.settings import Settings
from chairlift.adapters.github.talk import held, marked
from chairlift.core.upgrade import digest
from chairlift.ports import Refused
from chairlift.testing.contracts.directory import DirectoryContract
from chairlift.testing.contracts.forge import ForgeContract
from chairlift.testing.contracts.keyring import KeyringContract
from chairlift.testing.contracts.people import LONG_TEXT, ODD_TEXT
from tests.forges import emulate
from tests.forges.github.world import Clock, key

pytestmark = pytest.mark.xdist_group("emulate")

NO_GRAPHQL = "emulate has no GraphQL, by which the adapter reads pull requests"
NO_WATCHING = "emulate has no GraphQL, by which the adapter watches repositories"
NO_LISTING = "emulate has no GraphQL, by which the adapter lists repositories"
NO_COMMENTS = "emulate takes the list of a repository's comments for an issue called 'comments', and has none such"
NO_GIT = "emulate has no git over HTTP, only the git database of the API"

#: Tests of the contract that cannot hold there, and the deviation that is why: each must go on failing by it.
DEVIATIONS = {
    "test_git_pushes_with_the_key_and_keeps_it_nowhere": NO_GIT,
    "test_a_repository_is_listed_with_what_it_says_of_its_owners": NO_LISTING,
    "test_owners_are_those_of_the_default_branch": NO_LISTING,
    "test_words_narrow_it": NO_LISTING,
    "test_what_was_not_renamed_is_called_as_before": NO_LISTING,
    "test_a_mark_stays_while_nothing_happens": NO_WATCHING,
    "test_a_mark_differs_after_whatever_a_look_would_see": NO_WATCHING,
    "test_what_cannot_be_told_has_an_empty_mark": NO_WATCHING,
    "test_an_unknown_branch_has_no_pull_request[nothing]": NO_GRAPHQL,
    **dict.fromkeys(
        (
            "test_comments_come_once_each_and_in_order",
            "test_our_own_comments_are_left_out_and_edited_in_place",
            "test_people_comment_on_issues_too",
            "test_a_pull_request_is_opened_and_found",
            "test_opening_twice_is_opening_once",
            "test_a_pull_request_needs_two_branches_and_something_to_merge",
            "test_the_head_is_where_the_branch_is",
            "test_a_deleted_branch_leaves_the_last_head",
            "test_a_conflict_shows",
            "test_merging_twice_is_merging_once",
            "test_what_is_merged_is_not_opened_again",
            "test_a_merge_keeps_what_the_base_got_meanwhile",
            "test_a_moved_head_is_never_merged",
            "test_a_conflict_is_not_merged",
            "test_an_unknown_method_or_number_is_refused",
            "test_what_was_merged_by_a_plain_push_shows_as_merged",
            "test_a_branch_taken_back_to_its_base_is_not_merged",
            "test_a_closed_one_stays_closed_and_says_by_whom",
            "test_what_is_withdrawn_is_closed_at_this_very_head",
            "test_a_reopened_one_is_the_same_at_the_present_head",
            "test_reviews_belong_to_a_head",
            "test_the_words_of_a_review_are_heard_once",
            "test_our_approval_is_of_this_very_head",
            "test_a_protected_branch_needs_approvals_of_the_present_head",
            "test_a_protected_branch_waits_for_who_asked_for_changes",
            "test_a_check_is_shown_on_its_head_and_replaced",
            "test_a_protected_branch_needs_its_checks_passed",
        ),
        NO_GRAPHQL,
    ),
}
#: Tests that something is refused, which it would be there whatever we did: to pass them says nothing.
HOLLOW = {
    "test_an_owner_that_is_not_there_is_refused[nobody-of-that-name]": NO_LISTING,
    "test_without_the_key_git_is_refused": NO_GIT,
}
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def emulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("emulate")
    pem = key().as_pem(private=True)
    (folder / "app.pem").write_bytes(pem)
    with emulate.running(folder, pem.decode()) as running:
        yield running


@pytest.fixture
def world(emulated):
    return emulate.EmulatedWorld(emulated, f"shop{next(NUMBERS)}")


@pytest.fixture
def variables(emulated, monkeypatch):
    """Which of them holds whose token."""
    found = {name: f"CHAIRLIFT_TEST_{name.upper().replace('-', '_')}" for name in ("chairlift", "chairlift-reviewer")}
    for name, variable in found.items():
        monkeypatch.setenv(variable, emulated.tokens[name])
    return found


@pytest.fixture
def with_token(emulated, variables):
    settings = Settings(
        url=emulated.url, token_env=variables["chairlift"], reviewer_token_env=variables["chairlift-reviewer"]
    )
    return GitHub(settings, Clock())


@pytest.fixture
def as_app(emulated, variables, tmp_path):
    """With the clock of today, as emulate reads its own."""

    def made(key_file):
        settings = Settings(url=emulated.url, app=emulate.APP, installation=emulate.INSTALLATION, key_file=key_file)
        return GitHub(settings, emulate.today)

    return made


def name_of(request):
    """The function, and its parameter where the table names that."""
    node = request.node
    return node.name if node.name in {**DEVIATIONS, **HOLLOW} else node.originalname


class TestContract(ForgeContract, DirectoryContract, KeyringContract):
    """All of it; what cannot hold there is named above."""

    @pytest.fixture(autouse=True)
    def deviating(self, request):
        name = name_of(request)
        if name in HOLLOW:
            pytest.skip(f"{HOLLOW[name]}: it would be refused in any case")
        if name in DEVIATIONS:
            request.applymarker(pytest.mark.xfail(reason=DEVIATIONS[name], raises=Refused, strict=True))

    @pytest.fixture
    def forge(self, with_token):
        return with_token

    @pytest.fixture
    def world(self, world):
        return world


def test_every_deviation_is_of_a_test_of_the_contract():
    named = {name.partition("[")[0] for name in (*DEVIATIONS, *HOLLOW)}
    assert named <= set(dir(TestContract))


class TestWords:
    """What the contract says of comments and issues, on pull requests that people open by themselves."""

    @pytest.fixture(params=["with a token", "as an App"])
    def forge(self, request, with_token, as_app, emulated):
        return with_token if request.param == "with a token" else as_app(emulated.folder / "app.pem")

    @pytest.mark.xfail(reason=NO_COMMENTS, raises=Gone, strict=True)
    def test_comments_come_once_each_and_in_order(self, forge, world):
        first, second = world.open("work"), world.open("other", "bob")
        world.comment(first, "ann", "one")
        world.comment(second, "bob", ODD_TEXT)
        one, two = forge.comments(world.repo, 0)
        assert (one.number, one.by, one.text) == (first, "ann", "one")
        assert (two.number, two.by, two.text) == (second, "bob", ODD_TEXT)

    def test_our_own_comments_are_edited_in_place(self, forge, world):
        number = world.open("work")
        for text in ("merging on Monday", "merging on Tuesday", "merging on Tuesday"):
            forge.ensure_comment(world.repo, number, "notice", text)
        world.comment(number, "ann", "fine")
        forge.ensure_comment(world.repo, number, "other", ODD_TEXT)
        assert ours(world, number) == ["merging on Tuesday", ODD_TEXT]
        with pytest.raises(Gone):
            forge.ensure_comment(world.repo, number + 1, "notice", "nowhere")

    def test_our_own_comment_is_found_behind_two_pages_of_others(self, forge, world):
        number = world.open("work")
        for each in range(201):
            world.comment(number, "ann", f"word {each}")
        for text in ("merging on Monday", LONG_TEXT):
            forge.ensure_comment(world.repo, number, "notice", text)
        assert ours(world, number) == [LONG_TEXT]

    def test_a_mark_that_somebody_else_wrote_is_not_ours(self, forge, world):
        number = world.open("work")
        world.comment(number, "ann", marked("comment", "notice", "not by us"))
        forge.ensure_comment(world.repo, number, "notice", "by us")
        assert [(by == "ann", held("comment", "notice", body)) for by, body in world.said(number)] == [
            (True, "not by us"),
            (False, "by us"),
        ]

    def test_our_issue_is_taken_for_no_pull_request_and_edited(self, forge, world):
        pull = world.open("work")
        made = forge.ensure_issue(world.repo, "django", "Title", ODD_TEXT)
        assert made.number != pull
        edited = forge.ensure_issue(world.repo, "django", "Title", "More", closed=True)
        assert (edited.number, edited.state, edited.digest) == (made.number, "closed", digest("Title", "More"))
        assert forge.issue(world.repo, "django") == edited
        assert forge.issue(world.repo, "other") is None

    def test_what_is_not_there_is_gone(self, forge, world):
        number = world.open("work")
        for ask in (
            lambda: forge.issue("team/nothing", "key"),
            lambda: forge.ensure_comment("team/nothing", number, "notice", "text"),
        ):
            with pytest.raises(Gone):
                ask()


def ours(world, number):
    """The texts of the comments under a number that no person wrote."""
    found = [body for by, body in world.said(number) if by not in world.people]
    keys = ("notice", "other")
    return [next(text for key in keys if (text := held("comment", key, body)) is not None) for body in found]


class TestAsAnApp:
    @pytest.fixture
    def forge(self, as_app, emulated):
        return as_app(emulated.folder / "app.pem")

    def test_a_check_is_shown_changed_and_begun_again(self, forge, world):
        head = world.push("work", {"a.txt": "new\n"})
        for state, summary in (("pending", ""), ("failed", ODD_TEXT), ("failed", ODD_TEXT)):
            forge.report_check(world.repo, head, "tests", state, summary)
        (run,) = world.runs(head)
        assert (run["name"], run["status"], run["conclusion"]) == ("tests", "completed", "failure")
        assert run["output"]["summary"] == ODD_TEXT
        # What has ended is not begun again: a new one takes its place.
        forge.report_check(world.repo, head, "tests", "pending", "")
        assert sorted(run["status"] for run in world.runs(head)) == ["completed", "in_progress"]
        with pytest.raises(Refused):
            forge.report_check("team/nothing", head, "tests", "passed", "")

    def test_what_it_may_is_told_by_its_installation(self, forge):
        """Emulate was seeded with all permissions that it needs but one."""
        found = forge.examine()[0]
        assert found.wrong.startswith("app 12 installation 34 lacks statuses: read; ")

    def test_another_key_than_the_apps_is_refused(self, as_app, world, tmp_path):
        (tmp_path / "other.pem").write_bytes(RSAKey.generate_key(2048, private=True).as_pem(private=True))
        with pytest.raises(Refused, match="new private key"):
            as_app(tmp_path / "other.pem").comments(world.repo, 0)
