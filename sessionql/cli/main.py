"""The command line: serve, migrate, prune, exports and checks; other modules have `keys`, `users` and the rest."""

import asyncio
import gc
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import get_args

import click
from pydantic import ValidationError

from sessionql.cli.common import make_settings, read_settings, run_with_dependencies
from sessionql.cli.keys import keys
from sessionql.cli.service_keys import service_keys
from sessionql.cli.users import audit_log, users
from sessionql.graphql_server.documents.manifests import ManifestError
from sessionql.resolvers.dependencies import Accounts
from sessionql.resolvers.devices.locations import LocationsError
from sessionql.resolvers.tokens.key_file import KeysError
from sessionql.settings.mode import MODES, Mode, set_default_mode
from sessionql.storage import StorageError


@click.group(help="SessionQL, a self-hosted GraphQL session server. Settings: docs/settings.md.")
@click.version_option(package_name="sessionql")
def commands() -> None:
    """The group of all commands."""


for group in (keys, service_keys, users, audit_log):
    commands.add_command(group)


def main() -> None:
    """Run a command. Expected errors are printed in one line, without a traceback."""
    try:
        commands()
    except (KeysError, LocationsError, ManifestError, StorageError, OSError) as error:
        raise SystemExit(f"sessionql: {error}") from None
    except ValidationError as error:
        raise SystemExit(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    lines = ["sessionql: these settings cannot be used:"]
    for problem in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in problem["loc"]).upper()
        text = problem["msg"].removeprefix("Value error, ")
        lines.append(f"  SESSIONQL_{name}: {text}" if name else f"  {text}")
    return "\n".join(lines)


@commands.command()
@click.option("--host", help="The address to listen on (SESSIONQL_HOST).")
@click.option("--port", type=int, help="The port to listen on (SESSIONQL_PORT).")
@click.option("--default-mode", type=click.Choice(MODES), help="The mode when SESSIONQL_MODE is not set.")
@click.option("--factory", is_flag=True, help="APPLICATION is a function that returns the application.")
@click.option("--app-dir", default="", type=click.Path(), help="The folder of the module; by default this folder.")
@click.argument("application", required=False)
def serve(
    application: str | None, host: str | None, port: int | None, default_mode: Mode | None, factory: bool, app_dir: str
) -> None:
    """Serve SessionQL, or an APPLICATION that embeds it (module:attribute), until Ctrl-C.

    An SQLite database is created and migrated at start.
    """
    # Imports create no garbage, and collections take a tenth of the start-up time. `server.run` enables them again.
    gc.disable()
    from sessionql.server.application import ApplicationError, Embedding
    from sessionql.server.run import serve as serve_

    if default_mode is not None:
        set_default_mode(default_mode)
    if application is None:
        serve_(read_settings(host=host, port=port))
        return
    sys.path.insert(0, app_dir)
    try:
        # The application configures logging, or the server does after its import.
        serve_(make_settings(host=host, port=port), Embedding(application, factory))
    except ApplicationError as error:
        raise click.UsageError(str(error)) from None


@commands.command()
def migrate() -> None:
    """Create the tables of the database, or update them."""
    from sessionql.storage.migrate import upgrade

    settings = read_settings()
    asyncio.run(upgrade(settings.url))
    click.echo("The database is up to date.")


@commands.command()
def prune() -> None:
    """Delete ended sessions and events after their retention time. Servers also do this in the background."""
    from sessionql.resolvers.pruning import prune as prune_

    deleted = run_with_dependencies(prune_)
    click.echo(f"Deleted {deleted.sessions} sessions and {deleted.events} events.")


@commands.command("export-schema")
@click.option("--services", "for_services", is_flag=True, help="The schema of services and operators.")
@click.option(
    "--accounts",
    type=click.Choice(get_args(Accounts)),
    default="open",
    show_default=True,
    help="The schema of a server with this SESSIONQL_ACCOUNTS.",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
def export_schema(for_services: bool, accounts: Accounts, file: Path | None) -> None:
    """Write the GraphQL schema (SDL) to FILE, or print it."""
    from sessionql.schema.build import sdl, services_sdl

    _export(partial(services_sdl if for_services else sdl, accounts), file)


@commands.command("export-settings")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def export_settings(file: Path | None) -> None:
    """Write the table of all settings (Markdown) to FILE, or print it."""
    from sessionql.settings.reference import settings_reference

    _export(settings_reference, file)


@commands.command("check-documents")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check_documents(folder: Path | None) -> None:
    """Check the trusted documents of FOLDER, or of the settings, as the server does at start."""
    from sessionql.graphql.trusted_documents import describe_unusable, load_trusted

    settings = read_settings(trusted_documents=folder)
    if settings.trusted_documents is None:
        raise SystemExit("sessionql: give a folder, or set SESSIONQL_TRUSTED_DOCUMENTS")
    trusted = load_trusted(settings)
    for unusable in trusted.unusable:
        click.echo(describe_unusable(unusable), err=True)
    click.echo(f"{len(trusted.users)} documents for users, {len(trusted.services)} for services.")
    if trusted.unusable:
        raise SystemExit(f"sessionql: {len(trusted.unusable)} of them cannot be run")


def _export(make: Callable[[], str], file: Path | None) -> None:
    if file is None:
        click.echo(make(), nl=False)
    else:
        file.write_text(make())
