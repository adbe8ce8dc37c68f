"""What tools say where they could not ask the index is told from what contradicts."""

from __future__ import annotations

import pytest

from chairlift.recipes.django.dependencies.resolving import unanswered


@pytest.mark.parametrize(
    "said",
    [
        "error: Request failed\n  cause: error sending request for url (http://127.0.0.1:9/simple/django/)",
        "error: Failed to fetch: http://index/simple/django/\n  cause: HTTP status server error (503)",
        "HTTPSConnectionPool(host='index', port=443): Max retries exceeded with url: /simple/django/",
        "All attempts to connect to index.example failed.",
        "[Errno -3] Temporary failure in name resolution",
    ],
)
def test_an_index_that_is_away(said: str) -> None:
    assert unanswered(said) == "the package index did not answer"


def test_an_index_that_nobody_may_ask() -> None:
    said = "Because django was not found in the cache and you require it, your requirements are unsatisfiable."
    assert "was not to be asked" in unanswered(said)


@pytest.mark.parametrize(
    "said",
    [
        "Because you require pytz==2020.1 and pytz==2021.1, we can conclude that your requirements are unsatisfiable.",
        "Git operation failed\n  cause: failed to fetch branch\n  cause: connection refused",
        "Error while accessing remote requirements file: error sending request for url (https://x/constraints.txt)",
        "",
    ],
)
def test_what_is_no_index_that_is_away(said: str) -> None:
    assert unanswered(said) == ""
