"""The `chairlift` command: set-up, exit codes, and the commands of each kind of person."""

from __future__ import annotations

import os
import sys
import traceback
from importlib.metadata import version
from pathlib import Path

import click

from chairlift.cli.frame import SERVER_VARIABLE, Trouble, ask_server, say_error


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--home", envvar="CHAIRLIFT_HOME", default=".chairlift", show_default=True, help="Where everything is kept.",
    type=click.Path(path_type=Path, file_okay=False),
)  # fmt: skip
@click.option(
    "--server", envvar=SERVER_VARIABLE, default="", metavar="URL",
    help="Ask the Chairlift there, with the token in CHAIRLIFT_TOKEN or in the file of tokens, instead of the home.",
)  # fmt: skip
@click.version_option(version("chairlift"))
@click.pass_context
def main(context: click.Context, home: Path, server: str) -> None:
    """Runs an upgrade across every service of a company, and lets each owning squad ride as far as it likes.

    Exit codes: 0 fine, 1 something needs a person, 2 usage, 3 trouble.
    """
    os.environ["CHAIRLIFT_HOME"] = str(home.absolute())
    context.obj = home.absolute()
    ask_server(context, server)


def run() -> None:
    """The entry point of the console script."""
    from chairlift.cli import doctor, operating, people, reporting, seeing, services, sharing, tokens, upgrading
    from chairlift.localforge.commands import forge

    for command in (
        *people.COMMANDS,
        *seeing.COMMANDS,
        *reporting.COMMANDS,
        *sharing.COMMANDS,
        *operating.COMMANDS,
        *doctor.COMMANDS,
        *services.COMMANDS,
        *tokens.COMMANDS,
        *upgrading.COMMANDS,
        forge,
    ):
        main.add_command(command)
    try:
        code = main.main(prog_name="chairlift", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except click.Abort:
        code = 3
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except Trouble as error:
        say_error(str(error))
        code = 3
    except BrokenPipeError:
        # The reader had enough; that is no trouble.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception:
        # Python's own exit code would be 1, which says that a person's turn has come.
        traceback.print_exc()
        say_error("that is a bug in Chairlift, not yours: please report it with the lines above")
        code = 3
    sys.exit(code if isinstance(code, int) else 0)
