"""Bugs to plant in the pages: what is shown, brought in, tried again, and looked at by itself."""

from __future__ import annotations

from tests.mutant import Mutant

WEB = "tests/server/web"

PAGES = (
    Mutant(0, "a page runs what a diff holds", "server/web/diffs.py",
           "return [escape(each) for each in short]", "return [mark_safe(each) for each in short]",
           f"{WEB}/test_diffs.py::test_nothing_of_it_is_run"),
    Mutant(0, "a finding links to where it does not seem to", "server/web/tags.py",
           r"(?![^/\s]*@)", "", f"{WEB}/test_evidence.py"),
    Mutant(0, "each line of the log asks for its service", "server/queries.py",
           'Entry.objects.select_related("upgrade__service")', "Entry.objects.all()",
           f"{WEB}/test_log.py::test_ten_more_rows_add_no_query"),
    Mutant(9, "choosing for all overwrites what was chosen meanwhile", "server/web/choosing.py",
           "        if _seen((each.pk, each.level) for each in there) != ", "        if None is ",
           f"{WEB}/test_saying.py::TestChoosingForAllThatMatch"),
    Mutant(0, "choosing for all reaches another squad's services", "server/web/choosing.py",
           ".filter(service__squad__in=request.reader.squads).defer(None)", ".defer(None)",
           f"{WEB}/test_saying.py::TestChoosingForAllThatMatch"),
    Mutant(0, "half a file of a cut patch is shown as all of it", "server/web/diffs.py",
           "return Patch(files, cut=cut >= 0)", "return Patch(files)",
           f"{WEB}/test_diffs.py::test_a_patch_that_was_cut_says_so_and_shows_no_half_file"),
    Mutant(0, "a sheet speaks on a page for whom its rows name", "server/web/importing.py",
           "alone=True", "alone=False",
           f"{WEB}/test_importing.py::TestImport::test_whoever_the_rows_name_it_stands_under_the_reader"),
    Mutant(0, "anybody records what somebody else shows", "server/web/importing.py",
           ", person=request.reader.name).first()", ").first()",
           f"{WEB}/test_importing.py::TestImport::test_what_somebody_else_shows_is_not_mine"),
    Mutant(0, "looking at a sheet records it", "server/web/importing.py",
           'dry_run=request.method != "POST"', "dry_run=False",
           f"{WEB}/test_importing.py::TestImport::test_every_row_is_shown_before_anything_is_recorded"),
    Mutant(0, "a page that looks again never sees news", "server/web/live.py",
           '_MOVES.sub(b"", response.content)', 'b""',
           f"{WEB}/test_live.py::test_what_changed_is_sent"),
    Mutant(0, "time that goes by is news", "server/web/live.py",
           '_MOVES.sub(b"", response.content)', "response.content",
           f"{WEB}/test_live.py::test_nothing_new_is_told_in_nothing"),
    Mutant(0, "a page that looks again becomes the door", "server/web/access.py",
           'if request.headers.get("HX-Request"):', "if False:",
           f"{WEB}/test_live.py::test_whoever_is_signed_out_meanwhile_is_told_and_not_led_away"),
    Mutant(0, "what fails no longer is tried once more", "server/web/board.py",
           "Upgrade.objects.filter(_FAILS, campaign=campaign,", "Upgrade.objects.filter(campaign=campaign,",
           f"{WEB}/test_board.py::TestAgain::test_what_fails_no_longer_is_left_alone"),
    Mutant(0, "a column counts what its link does not show", "server/queries.py",
           'if step == StepName.PLAN else Q(step=step)', "if False else Q(step=step)",
           f"{WEB}/test_board.py::test_each_number_opens_as_many_rows"),
    Mutant(0, "a verdict loses what it was judged by", "server/evidence.py",
           'for name in ("counts", "line") if name in before', 'for name in () if name in before',
           f"{WEB}/test_evidence.py"),
)  # fmt: skip
