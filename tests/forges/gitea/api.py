"""The calls of Gitea's API about people, repositories, branches and commits; with the others, all that are answered."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from chairlift.localforge import git as commits
from tests.forges.gitea import shapes
from tests.forges.gitea.asking import Wrong
from tests.forges.gitea.places import Status, now
from tests.forges.gitea.pulls import PullCalls


class Api(PullCalls):
    """All of them."""

    # ---- people and repositories ----

    def userGetCurrent(self, asked):
        return 200, shapes.user(asked.user)

    def adminCreateUser(self, asked):
        self.admin(asked)
        if asked.body["username"].lower() in self.places.users:
            raise Wrong(422, "user already exists")
        return 201, shapes.user(self.places.add_user(asked.body["username"], asked.body["password"]))

    def adminDeleteUser(self, asked):
        self.admin(asked)
        gone = self.places.users.pop(asked.path["username"].lower(), None)
        if gone is None:
            raise Wrong(404)
        for name in [name for name, each in self.places.repositories.items() if each.owner is gone]:
            del self.places.repositories[name]
        return 204, None

    def userCreateToken(self, asked):
        token = self.places.add_token(asked.user, asked.body.get("scopes") or ("all",))
        return 201, {
            "id": 1,
            "name": asked.body["name"],
            "sha1": token,
            "token_last_eight": token[-8:],
            "scopes": ["all"],
        }

    def createCurrentUserRepo(self, asked):
        name = f"{asked.user.login}/{asked.body['name']}".lower()
        if name in self.places.repositories:
            raise Wrong(409, "The repository with the same name already exists.")
        made = self.places.add_repository(asked.user, asked.body["name"], asked.body.get("private", False))
        return 201, shapes.repository(made, asked.url)

    def repoAddCollaborator(self, asked):
        self.repo_admin(asked)
        who = self.places.users[asked.path["collaborator"].lower()]
        asked.of.collaborators[who.id] = asked.body.get("permission", "write")
        return 204, None

    def repoGet(self, asked):
        return 200, shapes.repository(asked.of, asked.url)

    def repoEdit(self, asked):
        self.repo_admin(asked)
        if "name" in asked.body:
            self.places.moved[asked.of.full_name.lower()] = f"{asked.of.owner.login}/{asked.body['name']}"
            del self.places.repositories[asked.of.full_name.lower()]
            asked.of.name = asked.body["name"]
            self.places.repositories[asked.of.full_name.lower()] = asked.of
        asked.of.archived = asked.body.get("archived", asked.of.archived)
        asked.of.default = asked.body.get("default_branch", asked.of.default)
        return 200, shapes.repository(asked.of, asked.url)

    def repoDelete(self, asked):
        self.repo_admin(asked)
        del self.places.repositories[asked.of.full_name.lower()]
        return 204, None

    # ---- finding repositories, and what lies in them ----

    def userGet(self, asked):
        found = self.places.users.get(asked.path["username"].lower())
        if found is None:
            raise Wrong(404, "user does not exist")
        return 200, shapes.user(found)

    def repoSearch(self, asked):
        ask = {name: values[0] for name, values in asked.query.items()}
        there = [each for each in self.places.repositories.values() if each.access(asked.user)]
        if ask.get("uid", "0") != "0":
            there = [each for each in there if each.owner.id == int(ask["uid"])]
        if words := ask.get("q", "").lower():
            by_topic = ask.get("topic") == "true"
            there = [each for each in there if (words in each.about if by_topic else words in each.name.lower())]
        there.sort(key=lambda each: each.full_name)
        limit = min(int(ask.get("limit", 30)), 50)
        start = (int(ask.get("page", 1)) - 1) * limit
        shown = [shapes.repository(each, asked.url) for each in there[start : start + limit]]
        return 200, {"ok": True, "data": shown}

    def issueSearchIssues(self, asked):
        """Nothing but whether one may."""
        return 200, []

    def repoGetContentsList(self, asked):
        return 200, [shapes.entry(each, each.name) for each in self.tree(asked)]

    def repoGetContents(self, asked):
        path = asked.path["filepath"].strip("/")
        try:
            found = self.tree(asked)[path]
        except KeyError:
            raise Wrong(404, f"object does not exist [id: , rel_path: {path}]") from None
        if found.type_str == "tree":
            return 200, [shapes.entry(each, f"{path}/{each.name}") for each in found]
        return 200, shapes.content(found, path)

    def tree(self, asked):
        tip = commits.tip(asked.of.git, asked.of.default)
        if not tip:
            raise Wrong(404)
        return asked.of.git[tip].tree

    # ---- branches, commits, statuses ----

    def repoGetBranch(self, asked):
        name = asked.path["branch"]
        if not commits.tip(asked.of.git, name):
            raise Wrong(404, "branch does not exist")
        rule = asked.of.rule(name) or {}
        mergers = rule.get("merge_whitelist_usernames") if rule.get("enable_merge_whitelist") else None
        return 200, shapes.branch(asked.of, name, asked.user, mergers)

    def repoListBranchProtection(self, asked):
        self.repo_admin(asked)
        return 200, [shapes.rule(name, rule) for name, rule in asked.of.rules.items()]

    def repoGetBranchProtection(self, asked):
        self.repo_admin(asked)
        if asked.path["name"] not in asked.of.rules:
            raise Wrong(404)
        return 200, shapes.rule(asked.path["name"], asked.of.rules[asked.path["name"]])

    def repoCreateBranchProtection(self, asked):
        self.repo_admin(asked)
        name = asked.body.get("rule_name") or asked.body.get("branch_name")
        if name in asked.of.rules:
            raise Wrong(403, "Branch protection already exist")
        asked.of.rules[name] = {**asked.body, "at": now()}
        return 201, shapes.rule(name, asked.of.rules[name])

    def repoListGitRefs(self, asked):
        git, start = asked.of.git, f"refs/{asked.path['ref']}"
        found = [ref for ref in git.listall_references() if ref.startswith(start)]
        if not found:
            raise Wrong(404)
        shown = [
            {"ref": r, "url": "", "object": {"type": "commit", "sha": commits.resolved(git, r), "url": ""}}
            for r in found
        ]
        return 200, shown

    def repoGetSingleCommit(self, asked):
        sha = asked.path["sha"]
        if not re.fullmatch(r"[0-9a-f]{40}", sha):
            raise Wrong(422, f"no valid ref or sha: {sha}")
        if not commits.known(asked.of.git, sha):
            raise Wrong(404)
        at = datetime.fromtimestamp(asked.of.git[sha].commit_time, UTC)
        return 200, {"sha": sha, "created": shapes.stamp(at), "url": "", "html_url": ""}

    def repoCreateStatus(self, asked):
        self.writer(asked)
        sha = asked.path["sha"]
        if not commits.known(asked.of.git, sha):
            raise Wrong(500, f"object does not exist [id: {sha}, rel_path: ]")
        made = Status(
            next(self.places.ids),
            asked.body.get("context") or "default",
            asked.body["state"],
            asked.body.get("description", ""),
            asked.user,
            now(),
        )
        asked.of.statuses.setdefault(sha, []).append(made)
        return 201, shapes.status(made)

    def repoGetCombinedStatusByRef(self, asked):
        found = self.latest(asked.of, asked.path["ref"])
        page, limit = int(asked.query.get("page", ["1"])[0]), int(asked.query.get("limit", ["30"])[0])
        shown = [shapes.status(each) for each in found][(page - 1) * limit : page * limit]
        if not shown and self.silent:
            return 200, None
        combined = self.combined([each.state for each in found])
        return 200, {"sha": asked.path["ref"], "state": combined, "statuses": shown or None, "total_count": len(shown)}

    def combined(self, states):
        if any(state in ("failure", "error") for state in states):
            return "failure"
        return "success" if states and all(state == "success" for state in states) else "pending"
