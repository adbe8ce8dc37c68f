"""Bugs to plant in the API and in its client: what a token may, what is written twice, and where tokens go."""

from __future__ import annotations

from tests.mutant import Mutant

WEB = "tests/server/web"
API = f"{WEB}/api"
WIRE = "tests/cli/test_wire.py"
SERVER_CLI = "tests/cli/test_server.py"

PROGRAMS = (
    Mutant(0, "an operation of the API without a rule is open", "server/web/access.py",
           "if rule is None:", "if False:",
           f"{API}/test_access.py::test_what_has_no_rule_is_closed"),
    Mutant(0, "a token is good for everything", "server/web/access.py",
           "if call.scope and call.scope not in tokens.scopes_of(request.token):", "if False:",
           f"{API}/test_access.py::test_a_token_is_for_what_it_says_and_nothing_else"),
    Mutant(0, "a token gives more than its person may", "server/web/access.py",
           "return None if self._may(request, call.need, kwargs) else", "return None if True else",
           f"{API}/test_access.py::test_each_person_at_each_operation"),
    Mutant(0, "the token of somebody who left is good", "server/web/access.py",
           """        if request.reader is None:
            return _no_token(request""", """        if request.reader is None:
            request.reader = Reader(request.token.person)
        if False:
            return _no_token(request""",
           f"{API}/test_access.py::TestNobodyIsLetIn::test_who_left_the_company"),
    Mutant(0, "a browser's cookie writes through the API", "server/web/access.py",
           """        except tokens.Wrong as wrong:
            return _no_token(request, str(wrong))
        request.reader = reader_of(request.token.person, request.roster)
""", """            request.reader = reader_of(request.token.person, request.roster)
        except tokens.Wrong as wrong:
            request.reader = reader_of(str(request.session.get(PERSON, "")), request.roster)
            request.token = ApiToken(scopes="read choose act lead")
            if request.reader is None:
                return _no_token(request, str(wrong))
""",
           f"{API}/test_access.py::TestNobodyIsLetIn::test_by_the_cookie_of_a_browser"),
    Mutant(0, "a token that was taken back is good", "server/web/tokens.py",
           "    if row.revoked_at:\n        raise", "    if False:\n        raise",
           f"{API}/test_access.py::TestNobodyIsLetIn::test_by_one_that_was_taken_back"),
    Mutant(0, "a token never ends", "server/web/tokens.py",
           "    if row.until <= now:\n        raise", "    if False:\n        raise",
           f"{API}/test_access.py::TestNobodyIsLetIn::test_by_one_that_has_ended"),
    Mutant(0, "the database holds the tokens themselves", "server/web/tokens.py",
           'return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()', "return secret[:64]",
           f"{WEB}/test_tokens.py::test_the_database_does_not_hold_it"),
    Mutant(0, "each request of a program is a write", "server/web/tokens.py",
           "if row.last_used_at is None or not now - _NOTED < row.last_used_at <= now:", "if True:",
           f"{WEB}/test_tokens.py::test_that_it_was_used_is_written_once_an_hour"),
    Mutant(9, "of two choices at the same moment neither sees the other", "server/choices.py",
           "        upgrade.level = locked.get(pk=upgrade.pk)\n", "",
           "tests/server/test_actions.py::TestChoosing::test_of_two_at_once_the_second_is_told"),
    Mutant(0, "a choice that comes twice is recorded twice", "server/choices.py",
           "if upgrade.level and fold(upgrade.level) == fold(level) and not promised:", "if False:",
           f"{API}/test_writes.py::TestChoosing::test_sent_twice_it_is_recorded_once"),
    Mutant(0, "a mistyped word of a program is as if it were not there", "server/web/api/shapes.py",
           'model_config = ConfigDict(extra="forbid")', 'model_config = ConfigDict(extra="ignore")',
           f"{API}/test_writes.py::TestBadInput::test_every_field_that_is_wrong_is_named"),
    Mutant(0, "a bug of the API is told to a program as a page", "server/web/errors.py",
           "    if problems.wanted(request):\n        return problems.answer(request, problems.BUG",
           "    if False:\n        return problems.answer(request, problems.BUG",
           f"{API}/test_writes.py::TestBadInput::test_a_bug_is_told_as_one"),
    Mutant(0, "pages of the log slide while more is written", "server/web/api/reads.py",
           "found.filter(pk__lte=newest), _entry, until=newest)", "found, _entry)",
           f"{API}/test_reads.py::TestPages::test_of_the_log_stay_as_they_are_while_more_is_written"),
    Mutant(0, "what somebody may not see is told to them as not changed", "server/web/api/app.py",
           """        response.headers["Vary"] = "Authorization"\n""", "",
           f"{API}/test_reads.py::TestETag::test_not_to_whom_it_is_not_for"),
    Mutant(0, "a token follows to another address", "cli/wire.py",
           "follow_redirects=False", "follow_redirects=True",
           f"{WIRE}::test_a_token_does_not_follow_to_another_address"),
    Mutant(0, "a token is sent in the clear", "cli/wire.py",
           'if parts.scheme == "http" and parts.hostname not in _LOCAL:', "if False:",
           f"{WIRE}::test_a_token_is_not_sent_in_the_clear"),
    Mutant(0, "a server that nobody vouches for gets the token", "cli/wire.py",
           "verify=_trusted()", "verify=False",
           f"{WIRE}::TestCertificate"),
    Mutant(0, "a token is sent to another server than its own", "cli/wire.py",
           'if len(line) == 2 and line[0].rstrip("/") == url', "if len(line) == 2",
           f"{WIRE}::TestKept::test_none_is_sent_to_another_server"),
    Mutant(0, "tokens lie where others may read them", "cli/wire.py",
           "st_mode) & 0o077:", "st_mode) & 0:",
           f"{WIRE}::TestKept::test_not_where_others_may_read_it"),
    Mutant(0, "a word is said under another name than was meant", "cli/there.py",
           "        if by:\n", "        if False:\n",
           f"{SERVER_CLI}::TestSaying::test_what_cannot_be_said_is_usage_with_the_way_out"),
)  # fmt: skip
