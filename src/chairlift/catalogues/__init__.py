"""What companies know of their services already, as a proposed services file: tables, Backstage and CODEOWNERS."""

from chairlift.catalogues.claims import Catalogue, Claim, Left
from chairlift.catalogues.proposing import Effect, Proposal, Suggestion, propose
from chairlift.catalogues.reading import File, read

__all__ = ["Catalogue", "Claim", "Effect", "File", "Left", "Proposal", "Suggestion", "propose", "read"]
