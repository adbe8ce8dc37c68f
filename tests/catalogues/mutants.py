"""Bugs in what is found of services, which the tests must not let live."""

from __future__ import annotations

from tests.mutant import Mutant

FORGES = "tests/catalogues/test_forges.py"
FILE = "catalogues/forges.py"

CATALOGUES = (
    Mutant(0, "what a forge says of a known service wins over what people wrote", FILE,
           'if (name := known.get(fold(each.repo))) is not None:', 'if (name := known.get("")) is not None:',
           f"{FORGES}::test_a_known_service_keeps_what_people_wrote_of_it"),
    Mutant(0, "another repository of its name takes the place of a service", FILE,
           "+ Counter(fold(service.name) for service in roster.services)", "",
           f"{FORGES}::test_another_repository_never_takes_the_place_of_a_known_service"),
    Mutant(0, "a repository calls itself another service", FILE,
           "name if roster.has(first.name) else first.name", "first.name",
           f"{FORGES}::test_another_repository_never_takes_the_place_of_a_known_service"),
    Mutant(0, "a renamed repository becomes a second service", FILE,
           "        if fold(each.repo) in moved:\n", "        if False:\n",
           f"{FORGES}::test_a_renamed_repository_is_no_second_service_and_is_said"),
    Mutant(0, "the new name of a repository is taken over unasked", FILE,
           "        elif not wanted.renamed:\n", "        elif False:\n",
           f"{FORGES}::test_a_renamed_repository_is_no_second_service_and_is_said"),
    Mutant(0, "two services get one repository by renaming", FILE,
           "if (other := taken.setdefault(fold(new), name)) != name:", "if (other := name) != name:",
           f"{FORGES}::test_two_services_never_get_one_repository_by_renaming"),
    Mutant(0, "archived repositories become services", FILE,
           "        if each.archived:", "        if False:",
           f"{FORGES}::test_what_is_left_out_is_said"),
    Mutant(0, "a server that turns no pages is read for ever", "adapters/gitea/discovering.py",
           "        if len(listed) == before:\n", "        if page > 99:\n",
           "tests/adapters/gitea/test_discovering.py::test_a_server_that_turns_no_pages_is_read_once"),
)  # fmt: skip
