"""What a token may be for."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """Each is asked for by itself: none holds another."""

    READ = "read"
    CHOOSE = "choose"
    ACT = "act"
    LEAD = "lead"


#: In words, for whoever makes one.
MEANS = {
    Scope.READ: "see everything",
    Scope.CHOOSE: "choose service levels",
    Scope.ACT: "say what squads say: hold, resume, deployed, tested, update and the like",
    Scope.LEAD: "say what the project team says: pause, restart, exempt, problem",
}
