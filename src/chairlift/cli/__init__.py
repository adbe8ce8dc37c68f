"""The command line: calls queries and actions, as the web does."""

from chairlift.cli.main import run

__all__ = ["run"]
