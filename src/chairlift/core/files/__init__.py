"""The files that people write, as values: campaigns, who owns what, and what an installation is made of."""

from chairlift.core.files.campaign import parse_campaign
from chairlift.core.files.installation import Installation, parse_installation
from chairlift.core.files.services import Roster, parse_services
from chairlift.core.files.sign_in import Provider
from chairlift.core.reading import FileProblems, Problem

__all__ = [
    "FileProblems",
    "Installation",
    "Problem",
    "Provider",
    "Roster",
    "parse_campaign",
    "parse_installation",
    "parse_services",
]
