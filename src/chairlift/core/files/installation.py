"""The installation file: which adapter answers which port, with its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chairlift.core.files.parts import VARIABLE, Config, config
from chairlift.core.files.sign_in import Provider, sign_in
from chairlift.core.reading import Table, quoted, read
from chairlift.core.schedule import Duration


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
class Installation:
    """What answers the ports, and the variables of the environment that programs of services may see.

    The defaults are those of an installation without a file. `forges` are by the name that services use,
    `sheets` by the slug of the campaign, `sign_in` by the name that stands in addresses.
    """

    forges: Mapping[str, Config] = field(default_factory=_local_forge)
    workspace: Config = field(default_factory=_git_workspace)
    notifiers: tuple[Config, ...] = ({"kind": "log"},)
    pass_env: tuple[str, ...] = ()
    sheets: Mapping[str, SharedSheet] = field(default_factory=dict)
    sign_in: Mapping[str, Provider] = field(default_factory=dict)


def parse_installation(text: str, name: str) -> Installation:
    """An installation file; what it leaves out is as without a file. Raises FileProblems with all that is wrong."""
    root = read(text, name)
    default = Installation()
    forges, workspace, sheets = root.table("forges"), root.table("workspace"), root.table("sheets")
    installation = Installation(
        forges={forge: config(forges.table(forge)) for forge in forges.data} or default.forges,
        workspace={**default.workspace, **workspace.plain()},
        notifiers=tuple(config(table) for table in root.tables("notifiers")) or default.notifiers,
        pass_env=_variables(root.table("programs")),
        sheets={slug: _sheet(slug, sheets.table(slug)) for slug in sheets.data},
        sign_in=sign_in(root),
    )
    root.finish()
    return installation


def _sheet(slug: str, table: Table) -> SharedSheet:
    every: Duration = table.parsed("every", Duration.parse, SharedSheet.every)
    ours = {"tab", "by", "every"}
    tab, by = table.name("tab") or slug, table.name("by")
    adapter = {key: value for key, value in config(table).items() if key not in ours}
    return SharedSheet(adapter, tab, by, every)


def _variables(programs: Table) -> tuple[str, ...]:
    names = programs.names("pass_env")
    for name in names:
        if not VARIABLE.fullmatch(name):
            what = f"{quoted(name)} is no name of a variable"
            programs.problem("pass_env", what, 'write names such as "PIP_INDEX_URL"')
    return names
