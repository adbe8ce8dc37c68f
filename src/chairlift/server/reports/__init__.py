"""The weekly report: what it lists, its value, its forms, and its way to people."""

from chairlift.server.reports.lists import LISTS, Row, Scope, listed, titled
from chairlift.server.reports.value import Part, Report, Section, report, squad_of, week_of

__all__ = ["LISTS", "Part", "Report", "Row", "Scope", "Section", "listed", "report", "squad_of", "titled", "week_of"]
