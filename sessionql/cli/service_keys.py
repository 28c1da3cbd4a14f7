"""`sessionql service-keys`: the keys of other services and of operators."""

import click

from sessionql.cli.common import run_with_dependencies, show_time
from sessionql.storage.records import Scope

NAMES = [scope.value.lower().replace("_", "-") for scope in Scope]


@click.group()
def service_keys() -> None:
    """The keys of other services and of operators."""


@service_keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(NAMES),
    help="A permission of the key; may be repeated.",
)
def create(name: str, scopes: tuple[str, ...]) -> None:
    """Create a key for the service NAME and print it. It is stored nowhere, so copy it now."""
    from sessionql.resolvers.errors import InvalidInput
    from sessionql.resolvers.service_keys import create_key

    wanted = [Scope(scope.upper().replace("-", "_")) for scope in scopes]
    made = run_with_dependencies(lambda found: create_key(found, name, wanted))
    if isinstance(made, InvalidInput):
        raise click.BadParameter(made.message)
    click.echo(made.token)
    click.echo("Store it like a password: it is not shown again. Send it as `Authorization: Bearer …`.", err=True)
    click.echo(f"To revoke it: sessionql service-keys revoke {made.key.id}", err=True)


@service_keys.command("list")
def list_() -> None:
    """List the keys, oldest first. Never shows a secret."""
    from sessionql.resolvers.service_keys import list_keys

    for key in run_with_dependencies(list_keys):
        scopes = " ".join(sorted(scope.value for scope in key.scopes))
        end = f"revoked {show_time(key.revoked_at)}" if key.revoked_at else "active"
        click.echo(f"{key.id}  {key.name}  {scopes}  created {show_time(key.created_at)}  {end}")


@service_keys.command()
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """Revoke the key ID. Its next request is rejected."""
    from sessionql.resolvers.service_keys import revoke_key

    revoked = run_with_dependencies(lambda found: revoke_key(found, key_id))
    if revoked is None:
        raise SystemExit("sessionql: no key has this ID, or it is already revoked")
    click.echo(f"Revoked the key of {revoked.name}.")
