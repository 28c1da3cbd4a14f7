"""The command line: `sessionql serve`, `migrate`, `prune`, `keys`, `services`, `users`, exports and checks."""

import asyncio
import gc
from collections.abc import Callable
from pathlib import Path

import click
from pydantic import ValidationError

from sessionql.cli.common import read_settings, run_with_dependencies
from sessionql.cli.service_keys import service_keys
from sessionql.cli.users import audit_log, users
from sessionql.graphql_server.documents.manifests import ManifestError
from sessionql.resolvers.devices.locations import LocationsError
from sessionql.resolvers.tokens.key_file import KeyFile, KeysError
from sessionql.settings.mode import MODES, Mode, take_by_default
from sessionql.storage import StorageError


@click.group(help="SessionQL, a self-hosted GraphQL session server. Settings: docs/settings.md.")
@click.version_option(package_name="sessionql")
def commands() -> None:
    """All commands."""


for part in (service_keys, users, audit_log):
    commands.add_command(part)


def main() -> None:
    """Run a command. What is expected to go wrong is one line, without a traceback."""
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
@click.option("--default-mode", type=click.Choice(MODES), help="The mode to be in when SESSIONQL_MODE does not say.")
def serve(host: str | None, port: int | None, default_mode: Mode | None) -> None:
    """Serve until Ctrl-C. On SQLite the tables are made and kept up to date."""
    # Loading makes no garbage: collecting in between takes a tenth of the start. `_Server` turns it on again.
    gc.disable()
    from sessionql.server.run import serve as serve_

    if default_mode is not None:
        take_by_default(default_mode)
    serve_(read_settings(host=host, port=port))


@commands.command()
def migrate() -> None:
    """Make the tables of the database, or bring them up to date."""
    from sessionql.storage.migrate import upgrade

    settings = read_settings()
    asyncio.run(upgrade(settings.url))
    click.echo("The database is up to date.")


@commands.command()
def prune() -> None:
    """Delete ended sessions and old events that are no longer kept. Servers do so by themselves."""
    from sessionql.resolvers.pruning import prune as prune_

    forgotten = run_with_dependencies(prune_)
    click.echo(f"Deleted {forgotten.sessions} sessions and {forgotten.events} events.")


@commands.command("export-schema")
@click.option("--services", "for_services", is_flag=True, help="The schema of services and operators.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def export_schema(for_services: bool, file: Path | None) -> None:
    """Write the GraphQL schema (SDL) to FILE, or print it."""
    from sessionql.schema.build import sdl, services_sdl

    _export(services_sdl if for_services else sdl, file)


@commands.command("export-settings")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def export_settings(file: Path | None) -> None:
    """Write the table of all settings (Markdown) to FILE, or print it."""
    from sessionql.settings.reference import settings_reference

    _export(settings_reference, file)


@commands.command("check-documents")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check_documents(folder: Path | None) -> None:
    """Check the trusted documents of FOLDER, or of the settings, as a start would: run it before one."""
    from sessionql.graphql.trusted_documents import describe_unusable, load_trusted

    settings = read_settings(trusted_documents=folder)
    if settings.trusted_documents is None:
        raise SystemExit("sessionql: name a folder, or set SESSIONQL_TRUSTED_DOCUMENTS")
    trusted = load_trusted(settings)
    for unusable in trusted.unusable:
        click.echo(describe_unusable(unusable), err=True)
    click.echo(f"{len(trusted.users)} documents of users, {len(trusted.services)} of services.")
    if trusted.unusable:
        raise SystemExit(f"sessionql: {len(trusted.unusable)} of them cannot be run")


def _export(make: Callable[[], str], file: Path | None) -> None:
    if file is None:
        click.echo(make(), nl=False)
    else:
        file.write_text(make())


@commands.group()
def keys() -> None:
    """The keys that sign access tokens and seal refresh tokens."""


def _key_file() -> KeyFile:
    from sessionql.app.bootstrap import system_clock

    file = KeyFile(read_settings().keys_path)
    file.load_or_create(system_clock())
    return file


@keys.command("list")
def list_keys() -> None:
    """List the signing keys, newest first. Never shows a secret."""
    from sessionql.app.bootstrap import system_clock

    ring = _key_file().ring
    signing = ring.signing_key(system_clock())
    for key in ring.signing:
        mark = "signs now" if key is signing else f"signs from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC"
        click.echo(f"{key.kid}  EdDSA  {mark if key.signs_from >= signing.signs_from else 'verifies'}")


@keys.command()
@click.option("--now", "at_once", is_flag=True, help="A key leaked: drop the old ones, and all they signed.")
def rotate(at_once: bool) -> None:
    """Make a new signing key. Running servers take it up by themselves.

    It is published for ten minutes before it signs, so that services that cache the key set know
    it by then.
    """
    from sessionql.app.bootstrap import system_clock

    file = _key_file()
    file.replace(file.ring.rotated(system_clock(), at_once=at_once))
    click.echo("Made a new signing key." + (" Dropped the old ones." if at_once else ""))


@keys.command()
@click.confirmation_option(prompt="Everybody will have to log in again. Go on?")
def rotate_refresh_secret() -> None:
    """Replace the secret of refresh tokens, if it leaked. Everybody has to log in again."""
    file = _key_file()
    file.replace(file.ring.with_new_refresh_secret())
    click.echo("All refresh tokens are void.")
