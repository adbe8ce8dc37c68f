"""Branch protection: what a merge needs, and a hook that refuses plain pushes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chairlift.localforge.git import is_branch_name
from chairlift.localforge.repositories import Repository
from chairlift.localforge.store import Store
from chairlift.ports import Refused

#: Who pushes: the hook reads this variable of the pushing process, then LOGNAME and USER. It stops mistakes, not
#: malice: whoever may write the folder may do anything.
PUSHER = "CHAIRLIFT_AS"

_LIST = "protected"

# Only what the shell has built in, so that a push pays for one small process.
_HOOK = f"""\
#!/bin/sh
# Refuses pushes to protected branches. Each line of `{_LIST}` is a ref and the people who may push to it.
who=${{{PUSHER}:-${{LOGNAME:-${{USER:-}}}}}}
while read -r ref people; do
  [ "$ref" = "$1" ] || continue
  case " $people " in *" ${{who:-?}} "*) exit 0 ;; esac
  echo "${{ref#refs/heads/}} is protected, ${{who:-nobody}} may not push to it: open a pull request" >&2
  exit 1
done < "${{GIT_DIR:-.}}/{_LIST}"
"""


@dataclass(frozen=True)
class Rule:
    """What is asked for one branch: approvals of the present head, checks by name; `pushers` may push past both."""

    branch: str
    approvals: int = 0
    checks: tuple[str, ...] = ()
    pushers: tuple[str, ...] = ()


class Protection:
    """The rules of all branches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def rule(self, repository: Repository, branch: str) -> Rule | None:
        query = "SELECT * FROM protections WHERE repo = ? AND branch = ?"
        row = self._store.db.execute(query, (repository.id, branch)).fetchone()
        if row is None:
            return None
        return Rule(branch, row["approvals"], tuple(json.loads(row["checks"])), tuple(json.loads(row["pushers"])))

    def protect(self, repository: Repository, rule: Rule) -> None:
        """Put this rule in the place of the branch's present one. Refused for odd names and negative numbers."""
        if not is_branch_name(rule.branch):
            raise Refused(f"{rule.branch!r} is no name for a branch, so it needs no protection")
        if rule.approvals < 0:
            raise Refused(f"{rule.approvals} approvals cannot be required: give 0 or more")
        for person in rule.pushers:
            if person.split() != [person] or person == "?" or not person.isprintable():
                raise Refused(f"{person!r} cannot be told from other pushers: use a name without blanks")
        with self._store.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO protections (repo, branch, approvals, checks, pushers) VALUES (?, ?, ?, ?, ?)",
                (repository.id, rule.branch, rule.approvals, json.dumps(rule.checks), json.dumps(rule.pushers)),
            )
            self._write_hook(repository)

    def unprotect(self, repository: Repository, branch: str) -> None:
        """Take the rule away; nothing happens where there is none."""
        with self._store.writing() as db:
            db.execute("DELETE FROM protections WHERE repo = ? AND branch = ?", (repository.id, branch))
            self._write_hook(repository)

    def _write_hook(self, repository: Repository) -> None:
        query = "SELECT branch, pushers FROM protections WHERE repo = ? ORDER BY branch"
        rows = self._store.db.execute(query, (repository.id,)).fetchall()
        hook = repository.path / "hooks" / "update"
        if not rows:
            hook.unlink(missing_ok=True)
            return
        lines = (" ".join([f"refs/heads/{row['branch']}", *json.loads(row["pushers"])]) for row in rows)
        _replace(repository.path / _LIST, lines, 0o644)
        hook.parent.mkdir(exist_ok=True)
        _replace(hook, [_HOOK.rstrip("\n")], 0o755)


def _replace(path: Path, lines: Iterable[str], mode: int) -> None:
    # A push may read the file at this very moment.
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    fresh.chmod(mode)
    os.replace(fresh, path)
