"""The installation file: which adapter answers which port, with its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from chairlift.core.files.parts import VARIABLE, Config, config
from chairlift.core.files.sign_in import Provider, sign_in
from chairlift.core.log import Kind
from chairlift.core.reading import Table, quoted, read, unique
from chairlift.core.schedule import Duration

#: Beside a forge's adapter: with what its webhooks are signed.
_HOOK_SECRET = "hook_secret_env"
#: Where nobody listens between.
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _local_forge() -> Mapping[str, Config]:
    return {"local": {"kind": "local"}}


def _git_workspace() -> Config:
    return {"kind": "git"}


@dataclass(frozen=True)
class SharedSheet:
    """The spreadsheet of one campaign: its adapter, the tab, who chose where a row names nobody, and how often."""

    adapter: Config
    tab: str = ""
    by: str = ""
    every: Duration = Duration(60)


@dataclass(frozen=True)
class Webhook:
    """Where entries of the log are delivered to, signed with the secret in a variable of the environment.

    Without `kinds` all entries are, without `campaigns` those of all. `seconds` is the longest wait for an answer.
    """

    name: str
    url: str
    secret_env: str
    kinds: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    seconds: int = 15


@dataclass(frozen=True)
class Installation:
    """What answers the ports, and the variables of the environment that programs of services may see.

    The defaults are those of an installation without a file. `forges` are by the name that services use,
    `sheets` by the slug of the campaign, `sign_in` by the name that stands in addresses. `operators` are people of the
    services file who may load files in the pages. `hook_secrets` are the variables with which forges sign webhooks.
    """

    forges: Mapping[str, Config] = field(default_factory=_local_forge)
    workspace: Config = field(default_factory=_git_workspace)
    notifiers: tuple[Config, ...] = ({"kind": "log"},)
    pass_env: tuple[str, ...] = ()
    sheets: Mapping[str, SharedSheet] = field(default_factory=dict)
    sign_in: Mapping[str, Provider] = field(default_factory=dict)
    webhooks: tuple[Webhook, ...] = ()
    operators: tuple[str, ...] = ()
    hook_secrets: Mapping[str, str] = field(default_factory=dict)


def parse_installation(text: str, name: str) -> Installation:
    """An installation file; what it leaves out is as without a file. Raises FileProblems with all that is wrong."""
    root = read(text, name)
    default = Installation()
    forges, workspace, sheets = root.table("forges"), root.table("workspace"), root.table("sheets")
    tables = {forge: forges.table(forge) for forge in forges.data}
    secrets = {forge: _secret(table, _HOOK_SECRET) for forge, table in tables.items()}
    installation = Installation(
        forges={forge: _without(config(table), {_HOOK_SECRET}) for forge, table in tables.items()} or default.forges,
        workspace={**default.workspace, **workspace.plain()},
        notifiers=tuple(config(table) for table in root.tables("notifiers")) or default.notifiers,
        pass_env=_variables(root.table("programs")),
        sheets={slug: _sheet(slug, sheets.table(slug)) for slug in sheets.data},
        sign_in=sign_in(root),
        webhooks=_webhooks(root.tables("webhooks")),
        operators=root.names("operators"),
        hook_secrets={forge: variable for forge, variable in secrets.items() if variable},
    )
    root.finish()
    return installation


def _sheet(slug: str, table: Table) -> SharedSheet:
    every: Duration = table.parsed("every", Duration.parse, SharedSheet.every)
    ours = {"tab", "by", "every"}
    tab, by = table.name("tab") or slug, table.name("by")
    return SharedSheet(_without(config(table), ours), tab, by, every)


def _without(adapter: Config, ours: set[str]) -> Config:
    """What is left for the adapter of its table."""
    return {key: value for key, value in adapter.items() if key not in ours}


def _variables(programs: Table) -> tuple[str, ...]:
    names = programs.names("pass_env")
    for name in names:
        if not VARIABLE.fullmatch(name):
            what = f"{quoted(name)} is no name of a variable"
            programs.problem("pass_env", what, 'write names such as "PIP_INDEX_URL"')
    return names


def _webhooks(tables: list[Table]) -> tuple[Webhook, ...]:
    hooks = tuple(map(_webhook, tables))
    unique(zip(tables, (hook.name for hook in hooks), strict=True), "webhooks")
    return hooks


def _secret(table: Table, key: str, required: bool = False) -> str:
    """The name of the variable of the environment that holds a secret."""
    variable = table.name(key, required=required)
    if variable and not VARIABLE.fullmatch(variable):
        what = f"{key} {quoted(variable)} is no name of a variable"
        table.problem(key, what, 'write the name of the variable that holds it, such as "CHAIRLIFT_HOOK"')
    return variable


def _webhook(table: Table) -> Webhook:
    url, variable = table.name("url", required=True), _secret(table, "secret_env", required=True)
    if url and (wrong := _wrong_address(url)):
        table.problem("url", f"url {quoted(url)} {wrong}", "write https://host/path, without a password")
    return Webhook(
        name=table.name("name", required=True),
        url=url,
        secret_env=variable,
        kinds=table.words("kinds", tuple(Kind)),
        campaigns=table.names("campaigns"),
        seconds=min(table.number("seconds", Webhook.seconds, 1), 60),
    )


def _wrong_address(url: str) -> str:
    """Why nothing can be delivered there safely; empty where it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("https", "http") or not host or not url.isascii() or " " in url:
        return "is no address"
    if parts.username or parts.password:
        return "holds a name or password"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "is not encrypted"
    return ""
