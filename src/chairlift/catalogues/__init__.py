"""What companies know of their services already, as a proposed services file: tables, Backstage, owners, forges."""

from chairlift.catalogues.claims import Catalogue, Claim, Left
from chairlift.catalogues.forges import Wanted, listing, renamings
from chairlift.catalogues.proposing import Effect, Proposal, Suggestion, propose
from chairlift.catalogues.reading import File, read

__all__ = [
    "Catalogue", "Claim", "Effect", "File", "Left", "Proposal", "Suggestion", "Wanted",
    "listing", "propose", "read", "renamings",
]  # fmt: skip
