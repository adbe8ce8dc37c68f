"""Bugs that would have a monitor of access logs call silence quiet, count twice, or read what a name does not mean."""

from __future__ import annotations

from tests.mutant import Mutant

TESTS = "tests/adapters/test_access_log.py"
HERE = "adapters/access_log"

ACCESS_LOG = (
    Mutant(0, "a log that has ended is a quiet service", f"{HERE}/monitor.py",
           "            if line.at - latest > self._settings.quiet:", "            if began < 0:",
           f"{TESTS}::test_silence_is_quiet_for_a_while_and_then_missing"),
    Mutant(0, "silence between two logs is quiet", f"{HERE}/monitor.py",
           "if joined and begin - joined[-1][1] <= self._settings.quiet:", "if joined:",
           f"{TESTS}::test_silence_is_quiet_for_a_while_and_then_missing"),
    Mutant(0, "a minute that an access log knows in part is known", f"{HERE}/monitor.py",
           "first = max(math.ceil((begin", "first = max(math.floor((begin",
           f"{TESTS}::test_what_lies_before_the_first_line_and_after_the_last_is_missing"),
    Mutant(0, "the last minute of an access log is over", f"{HERE}/monitor.py",
           "last = math.floor((min(end", "last = math.ceil((min(end",
           f"{TESTS}::test_what_lies_before_the_first_line_and_after_the_last_is_missing"),
    Mutant(0, "what some process has not written yet is missed by nobody", f"{HERE}/monitor.py",
           "joined[-1][1] - self._settings.late)", "joined[-1][1])",
           f"{TESTS}::test_the_last_seconds_may_not_be_written_yet"),
    Mutant(0, "a log that is packed while it is read counts twice", f"{HERE}/files.py",
           "if log.packed and log.path.removesuffix(_PACKED) in plain:", "if False:",
           f"{TESTS}::test_a_short_log_that_is_being_packed_is_read_once"),
    Mutant(0, "a log that is copied while it is read counts twice", f"{HERE}/files.py",
           "if len(head) < _HEAD:", "if True:",
           f"{TESTS}::test_a_log_that_is_being_packed_or_copied_is_read_once"),
    Mutant(0, "a log that has two names counts twice", f"{HERE}/files.py",
           "if log is None or identity in seen:", "if log is None:",
           f"{TESTS}::test_a_log_of_two_names_is_read_once"),
    Mutant(0, "a name is a pattern of files", f"{HERE}/files.py",
           'encoded = quote(name, safe="", errors="surrogatepass")', "encoded = name",
           f"{TESTS}::test_a_name_means_only_itself"),
    Mutant(0, "a line that is half written counts", f"{HERE}/files.py",
           'if line.endswith(b"\\n"):\n                    yield line', "if line:\n                    yield line",
           f"{TESTS}::test_a_line_that_is_still_being_written_is_none_yet"),
    Mutant(0, "an access log is read however long", f"{HERE}/monitor.py",
           "            if self._left < 0:\n", "            if False:\n",
           f"{TESTS}::test_a_bomb_is_bounded"),
    Mutant(0, "a log in another format is a quiet service", f"{HERE}/monitor.py",
           "if read >= _ENOUGH and strange > _STRANGE * read:", "if False:",
           f"{TESTS}::test_another_format_is_refused_with_the_remedy"),
)  # fmt: skip
