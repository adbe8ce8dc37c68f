"""What a call is given and what it gives back, for all of the stand-in's calls."""

from __future__ import annotations

from dataclasses import dataclass

from tests.forges.gitea.places import Places, Repository, User


class Wrong(Exception):
    """An answer that is no success."""

    def __init__(self, code, message=""):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass
class Page:
    """A list to be given in pages; `total` is what the server says of its length."""

    items: list
    total: int | None = None
    whole: bool = False


@dataclass
class Asked:
    """One call: who asks, of which repository, what."""

    user: User
    of: Repository | None
    path: dict
    query: dict
    body: dict
    url: str

    @property
    def number(self):
        return int(self.path["index"])


class Calls:
    """Answers are (code, data), under the names of Gitea's operations; lists are Pages."""

    def __init__(self, places: Places) -> None:
        self.places = places
        #: Whether a combined status of nothing is no answer at all, as it was for years.
        self.silent = False

    def admin(self, asked):
        if not asked.user.admin:
            raise Wrong(403, "user should be an admin")

    def repo_admin(self, asked):
        if asked.of.access(asked.user) != "admin":
            raise Wrong(403, "user should be an owner or a collaborator with admin write of a repository")

    def writer(self, asked):
        if not asked.of.may_write(asked.user):
            raise Wrong(403, "user should have a permission to write to a repo")

    def latest(self, of, sha):
        """The last status of each context."""
        return list({each.context: each for each in of.statuses.get(sha, ())}.values())


def cut(title):
    """As much as the column holds."""
    return title if len(title) <= 255 else title[:254] + "…"
