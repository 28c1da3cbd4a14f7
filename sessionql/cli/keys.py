"""`sessionql keys`: the keys that sign access tokens and the secret of refresh tokens."""

import click

from sessionql.cli.common import read_settings
from sessionql.resolvers.tokens.key_file import KeyFile


@click.group()
def keys() -> None:
    """The keys that sign access tokens, and the secret of refresh tokens."""


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
@click.option("--now", "at_once", is_flag=True, help="A key leaked: delete the old keys; their tokens become invalid.")
def rotate(at_once: bool) -> None:
    """Create a new signing key. Running servers load it without a restart.

    It is published for ten minutes before it signs, so that services that cache the key set have it by then.
    """
    from sessionql.app.bootstrap import system_clock

    file = _key_file()
    file.replace(file.ring.rotated(system_clock(), immediately=at_once))
    click.echo("Created a new signing key." + (" Deleted the old keys." if at_once else ""))


@keys.command()
@click.confirmation_option(prompt="All users will have to log in again. Continue?")
def rotate_refresh_secret() -> None:
    """Replace the secret of refresh tokens, if it leaked. All users have to log in again."""
    file = _key_file()
    file.replace(file.ring.with_new_refresh_secret())
    click.echo("All refresh tokens are invalid now.")
