"""NerdGraph's schema: the part that is asked of, by which the stand-in answers, and what New Relic publishes.

The published ones are not the project's to ship. Where they lie in `shared/data/nerdgraph` beside the project, every
request is held to them: one by New Relic's own Go client, one of a later day by a library; either may lack something.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from graphql import DocumentNode, GraphQLSchema, build_ast_schema, build_schema, parse, validate

from tests.forges.npm import LOUD

FILES = ("nerdgraph_2025-04.graphql", "nerdgraph_sbsdk.graphql")
MISSING = (
    f"{LOUD} New Relic's stand-in was held to our own part of NerdGraph's schema alone: put {' or '.join(FILES)} into "
    "../shared/data/nerdgraph"
)
PART = """
scalar Nrql
scalar NrdbResult
scalar Seconds
type Query { actor: Actor }
type Actor { account(id: Int!): Account user: User }
type User { name: String }
type Account { id: Int name: String nrql(async: Boolean, query: Nrql!, timeout: Seconds): NrdbResultContainer }
type NrdbResultContainer { metadata: NrdbMetadata results: [NrdbResult] }
type NrdbMetadata { messages: [String] }
schema { query: Query }
"""


@lru_cache(maxsize=1)
def part() -> GraphQLSchema:
    """What is asked of, in as many words."""
    return build_schema(PART)


def folder() -> Path | None:
    """Where what New Relic publishes lies, if it does."""
    folders = [parent / "shared" / "data" / "nerdgraph" for parent in Path(__file__).resolve().parents]
    return next((each for each in folders if any((each / name).is_file() for name in FILES)), None)


@lru_cache(maxsize=2)
def published(name: str) -> GraphQLSchema | None:
    """None where it is not here."""
    path = folder()
    if path is None or not (path / name).is_file():
        return None
    document = parse((path / name).read_text(), no_location=True)
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)


def faults(document: DocumentNode) -> list[str]:
    """What is wrong with a request; nothing where one of the published schemas knows all of it, and ours does."""
    found = [error.message for error in validate(part(), document)]
    told: list[list[str]] = []
    # The smaller one first: the other is only read where that does not do.
    for name in reversed(FILES):
        schema = published(name)
        if schema:
            told.append([f"{name}: {error.message}" for error in validate(schema, document)])
            if not told[-1]:
                return found
    return found + (told[0] if told else [])
