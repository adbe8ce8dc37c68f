"""`chairlift forge`: how a person plays the squad on the local forge; plain `git push` works as well."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chairlift.ports import Refused

if TYPE_CHECKING:
    from chairlift.localforge.forge import Forge

Function = Callable[..., Any]

_HOME = "CHAIRLIFT_HOME"
_PERSON = "CHAIRLIFT_AS"
_OPINIONS = {"approve": "approved", "request-changes": "changes requested", "comment": "commented"}


class _Said(click.ClickException):
    """The forge said no: a person must see to it."""

    exit_code = 1


class _Trouble(click.ClickException):
    """The disk, the store or git: nobody's fault who typed the command."""

    exit_code = 3


class _Explained(click.Group):
    """Turns what the forge raises into one line and an exit code."""

    def invoke(self, context: click.Context) -> Any:
        import pygit2

        from chairlift.localforge.pages import one_line
        from chairlift.localforge.repositories import Unknown

        try:
            return super().invoke(context)
        except BrokenPipeError:
            raise
        except Unknown as error:
            raise click.UsageError(one_line(str(error))) from error
        except Refused as error:
            raise _Said(one_line(str(error))) from error
        except (OSError, sqlite3.Error, pygit2.GitError) as error:
            raise _Trouble(f"the forge does not answer: {one_line(str(error))}") from error


@click.group(cls=_Explained)
@click.option("--root", type=click.Path(path_type=Path, file_okay=False), help=f"Default: ${_HOME}/forge.")
@click.pass_context
def forge(context: click.Context, root: Path | None) -> None:
    """A small forge on this machine: bare git repositories with pull requests, reviews, checks, comments and issues.

    Exit codes: 0 fine, 1 the forge said no, 2 usage, 3 trouble.
    """
    context.obj = root or Path(os.environ.get(_HOME) or ".chairlift") / "forge"


def _open(root: Path, make: bool = False) -> Forge:
    from chairlift.localforge.forge import Forge
    from chairlift.localforge.store import FILE

    if not make and not (root / FILE).exists():
        raise click.UsageError(f"there is no forge at {root}: `chairlift forge init NAME` makes one, or give --root")
    return Forge(root, lambda: datetime.now(UTC))


def _json(function: Function) -> Function:
    return click.option("--json", "as_json", is_flag=True, help="For programs.")(function)


def _by(function: Function) -> Function:
    return click.option("--as", "by", envvar=_PERSON, required=True, metavar="PERSON", help="Who does it.")(function)


def _numbered(function: Function) -> Function:
    return click.argument("repo")(click.argument("number", type=click.IntRange(1, 2**31))(function))


def _show(as_json: bool, value: object, text: str) -> None:
    from chairlift.localforge.pages import to_json

    click.echo(to_json(value) if as_json else text)


@forge.command()
@click.argument("name")
@click.option("--from", "source", default="", metavar="DIR|GIT", help="A folder's files, or a repository's branches.")
@click.option("--default", default="main", show_default=True, help="The default branch of a new one.")
@_json
@click.pass_obj
def init(root: Path, name: str, source: str, default: str, as_json: bool) -> None:
    """Make a repository, and the forge with the first one."""
    path = str(_open(root, make=True).repositories.create(name, source, default).path)
    _show(as_json, {"name": name, "url": path}, path)


@forge.command("list")
@_json
@click.pass_obj
def list_repositories(root: Path, as_json: bool) -> None:
    """All repositories, and what git is given to reach them."""
    from chairlift.localforge.pages import table

    repositories = _open(root).repositories
    rows = [{"name": name, "url": str(repositories.get(name).path)} for name in repositories.names()]
    _show(as_json, rows, table(["repository", "url"], [tuple(row.values()) for row in rows]))


@forge.command()
@click.argument("repo", required=False)
@click.option("--all", "every", is_flag=True, help="Closed and merged ones too.")
@_json
@click.pass_obj
def prs(root: Path, repo: str | None, every: bool, as_json: bool) -> None:
    """Pull requests of one repository, or of all."""
    from chairlift.localforge.pages import table

    opened = _open(root)
    names = [repo] if repo else opened.repositories.names()
    found = [(name, pull) for name in names for pull in opened.pulls.all(name) if every or pull.state == "open"]
    rows = [(name, p.number, p.state, p.branch, p.opened_by, p.title) for name, p in found]
    text = table(["repository", "number", "state", "branch", "by", "title"], rows)
    _show(as_json, [{"repo": name, "pull": pull} for name, pull in found], text)


@forge.command()
@_numbered
@_json
@click.pass_obj
def show(root: Path, repo: str, number: int, as_json: bool) -> None:
    """One pull request: how it stands, checks, reviews, comments, and what it changes."""
    from chairlift.localforge.pages import pull_page

    opened = _open(root)
    pull, said, patch = opened.pulls.get(repo, number), opened.talk.said(repo, number), opened.pulls.patch(repo, number)
    value = {"repo": repo, "pull": pull, "comments": said, "patch": patch}
    _show(as_json, value, pull_page(repo, pull, said, patch))


@forge.command("open")
@click.argument("repo")
@click.argument("branch")
@click.option("--base", default="main", show_default=True)
@click.option("--title", required=True)
@click.option("--body", default="")
@click.option("--label", "labels", multiple=True)
@click.option("--draft", is_flag=True)
@_by
@_json
@click.pass_obj
def open_pull(
    root: Path, repo: str, branch: str, base: str, title: str, body: str, labels: tuple[str, ...], draft: bool, by: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Open a pull request from a branch that was pushed; the same again when one is open."""
    opened = _open(root)
    _tell(opened, repo, opened.pulls.open(repo, branch, base, title, body, labels, by, draft).number, as_json)


@forge.command()
@_numbered
@click.option("--approve", "opinion", flag_value="approve")
@click.option("--request-changes", "opinion", flag_value="request-changes")
@click.option("--comment", "opinion", flag_value="comment", help="Neither; the default.")
@click.option("--text", default="")
@click.option("--head", default="", metavar="COMMIT", help="Refuse when the head is no longer this one.")
@_by
@_json
@click.pass_obj
def review(
    root: Path, repo: str, number: int, opinion: str | None, text: str, head: str, by: str, as_json: bool
) -> None:
    """Review the present head."""
    opened = _open(root)
    opened.pulls.review(repo, number, by, _OPINIONS[opinion or "comment"], text, head)
    _tell(opened, repo, number, as_json)


@forge.command()
@_numbered
@click.argument("name")
@click.argument("state", type=click.Choice(["pending", "passed", "failed"]))
@click.option("--summary", default="")
@_json
@click.pass_obj
def check(root: Path, repo: str, number: int, name: str, state: str, summary: str, as_json: bool) -> None:
    """Report a check of the present head, as a CI server does."""
    opened = _open(root)
    opened.pulls.check(repo, opened.pulls.get(repo, number).head, name, state, summary)
    _tell(opened, repo, number, as_json)


@forge.command()
@_numbered
@click.argument("text")
@_by
@_json
@click.pass_obj
def comment(root: Path, repo: str, number: int, text: str, by: str, as_json: bool) -> None:
    """Say something on a pull request or issue; a line that begins with /chairlift is a command."""
    opened = _open(root)
    id = opened.talk.say(repo, number, by, text)
    _show(as_json, {"repo": repo, "number": number, "comment": id}, f"{repo} #{number}: comment {id}")


@forge.command()
@_numbered
@click.option("--method", type=click.Choice(["squash", "merge", "rebase"]), default="squash", show_default=True)
@click.option("--head", default="", metavar="COMMIT", help="Refuse when the head is no longer this one.")
@_by
@_json
@click.pass_obj
def merge(root: Path, repo: str, number: int, method: str, head: str, by: str, as_json: bool) -> None:
    """Merge, where protection lets it."""
    opened = _open(root)
    opened.pulls.merge(repo, number, by, method, head)
    _tell(opened, repo, number, as_json)


@forge.command()
@_numbered
@_by
@_json
@click.pass_obj
def close(root: Path, repo: str, number: int, by: str, as_json: bool) -> None:
    """Close a pull request without merging it."""
    opened = _open(root)
    opened.pulls.close(repo, number, by)
    _tell(opened, repo, number, as_json)


@forge.command()
@_numbered
@_json
@click.pass_obj
def reopen(root: Path, repo: str, number: int, as_json: bool) -> None:
    """Open a closed pull request again."""
    opened = _open(root)
    opened.pulls.reopen(repo, number)
    _tell(opened, repo, number, as_json)


@forge.command()
@_numbered
@_json
@click.pass_obj
def ready(root: Path, repo: str, number: int, as_json: bool) -> None:
    """Say that a pull request is no draft any more."""
    opened = _open(root)
    opened.pulls.set_draft(repo, number, False)
    _tell(opened, repo, number, as_json)


@forge.command()
@click.argument("repo")
@click.argument("branch")
@click.option("--from", "source", default=".", type=click.Path(exists=True, file_okay=False), metavar="DIR")
@click.option("--force", is_flag=True, help="Even if commits are lost.")
@click.option("--as", "by", envvar=_PERSON, default="", metavar="PERSON", help="Who pushes, to a protected branch.")
@_json
@click.pass_obj
def push(root: Path, repo: str, branch: str, source: str, force: bool, by: str, as_json: bool) -> None:
    """Push what a clone has checked out; the same as `git push URL HEAD:refs/heads/BRANCH` there."""
    from chairlift.localforge.git import tip

    repository = _open(root).repositories.get(repo)
    command = ["git", "-C", source, "push", *(["--force"] if force else []), "--", str(repository.path)]
    done = subprocess.run(
        [*command, f"HEAD:refs/heads/{branch}"],
        env={**os.environ, **({_PERSON: by} if by else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"git did not push: {done.stderr.decode(errors='replace').strip()}")
    commit = tip(repository.open(), branch)
    _show(as_json, {"repo": repo, "branch": branch, "commit": commit}, f"{repo} {branch!r} is at {commit}")


@forge.command()
@click.argument("repo")
@click.argument("branch")
@click.option("--approvals", type=click.IntRange(0, 100), default=1, show_default=True)
@click.option("--check", "checks", multiple=True, metavar="NAME", help="Must have passed; may be given again.")
@click.option("--may-push", "pushers", multiple=True, metavar="PERSON", help="May push plainly; may be given again.")
@click.option("--off", is_flag=True, help="Take the protection away.")
@_json
@click.pass_obj
def protect(
    root: Path, repo: str, branch: str, approvals: int, checks: tuple[str, ...], pushers: tuple[str, ...], off: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Say what a merge into this branch needs; nobody else pushes to it any more."""
    from chairlift.localforge.protection import Rule

    opened = _open(root)
    repository = opened.repositories.get(repo)
    if off:
        opened.protection.unprotect(repository, branch)
        _show(as_json, {"repo": repo, "rule": None}, f"{repo} {branch!r} is not protected any more")
        return
    rule = Rule(branch, approvals, checks, pushers)
    opened.protection.protect(repository, rule)
    _show(as_json, {"repo": repo, "rule": rule}, f"{repo} {branch!r} is protected")


@forge.command()
@click.argument("repo", required=False)
@_json
@click.pass_obj
def issues(root: Path, repo: str | None, as_json: bool) -> None:
    """Issues of one repository, or of all."""
    from chairlift.localforge.pages import table

    opened = _open(root)
    names = [repo] if repo else opened.repositories.names()
    found = [(name, topic) for name in names for topic in opened.talk.topics(name)]
    rows = [(name, topic.number, topic.state, topic.title) for name, topic in found]
    value = [{"repo": name, "issue": topic} for name, topic in found]
    _show(as_json, value, table(["repository", "number", "state", "title"], rows))


@forge.command()
@_numbered
@_json
@click.pass_obj
def issue(root: Path, repo: str, number: int, as_json: bool) -> None:
    """One issue with its comments."""
    from chairlift.localforge.pages import issue_page

    opened = _open(root)
    topic, said = opened.talk.numbered(repo, number), opened.talk.said(repo, number)
    _show(as_json, {"repo": repo, "issue": topic, "comments": said}, issue_page(repo, topic, said))


def _tell(opened: Forge, repo: str, number: int, as_json: bool) -> None:
    from chairlift.localforge.pages import one_line

    pull = opened.pulls.get(repo, number)
    _show(as_json, {"repo": repo, "pull": pull}, f"{repo} #{number} is {pull.state}: {one_line(pull.title)}")
