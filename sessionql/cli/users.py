"""`sessionql users` and `sessionql operations`: what operators do, for those at the machine itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sessionql.cli.common import show_time, with_services
from sessionql.resolvers.dependencies import Services
from sessionql.resolvers.errors import Failure
from sessionql.storage.filters import Page, SessionFilter
from sessionql.storage.records import UserRecord
from sessionql.storage.sessions import SessionOrder

if TYPE_CHECKING:
    from sessionql.resolvers.admin import Lookup

ACTOR = "command line"
"""The name that these commands leave in events and operations."""

T = TypeVar("T")


@click.group()
def users() -> None:
    """Look users up, end their sessions, disable, enable and delete them."""


def one_user(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options that name a user, of which it is handed the one that was used."""

    @click.option("--id", help="The user's ID.")
    @click.option("--email", help="The e-mail address that the user logs in with.")
    @click.option("--subject", help="What your services call the user.")
    @wraps(command)
    def named(id: str | None, email: str | None, subject: str | None, **more: Any) -> None:  # noqa: A002 - the option
        from sessionql.resolvers.admin import Lookup

        if sum(name is not None for name in (id, email, subject)) != 1:
            raise click.UsageError("Name the user by one of --id, --email and --subject.")
        command(Lookup(id, email, subject), **more)

    return named


def _with_user(lookup: Lookup, work: Callable[[Services, UserRecord], Awaitable[T | Failure]]) -> T:
    """The result of some work on a user who must be there."""
    from sessionql.resolvers.admin import look_up

    async def run(services: Services) -> T | Failure | None:
        user = await look_up(services, lookup)
        return None if user is None else await work(services, user)

    done = with_services(run)
    if done is None:
        raise SystemExit("sessionql: there is no such user")
    if isinstance(done, Failure):
        raise SystemExit(f"sessionql: {done.message}")
    return done


@users.command()
@one_user
def show(lookup: Lookup) -> None:
    """Show a user."""

    async def itself(_: Services, user: UserRecord) -> UserRecord:
        return user

    user = _with_user(lookup, itself)
    lines = {
        "id": user.id,
        "email": user.email or "none",
        "subject": user.subject or "none",
        "created": show_time(user.created_at),
        "last login": show_time(user.last_login),
        "disabled": show_time(user.disabled_at),
    }
    for name, value in lines.items():
        click.echo(f"{name}: {value}")


@users.command()
@one_user
def sessions(lookup: Lookup) -> None:
    """List a user's sessions, most recently used first, at most 100 of them."""
    from sessionql.resolvers.sessions import list_sessions
    from sessionql.resolvers.values.paging import MOST

    async def lines(services: Services, user: UserRecord) -> list[str]:
        every = SessionFilter(states=None)
        found = await list_sessions(services, user.id, every, SessionOrder(), Page(MOST))
        now, lifetimes = services.clock(), services.storage.lifetimes
        return [
            f"{each.id}  {lifetimes.state(each, now)}  {each.device.label}  {each.ip_address or 'no address'}  "
            f"used {show_time(each.last_active)}"
            for each in found.items
        ]

    for line in _with_user(lookup, lines):
        click.echo(line)


@users.command()
@one_user
@click.option("--session", "session_id", help="The ID of one session; all of them without.")
def revoke(lookup: Lookup, session_id: str | None) -> None:
    """Revoke one session of a user, or all of them."""
    from sessionql.resolvers import admin as operators

    if session_id is not None:
        wanted = session_id
        _with_user(lookup, lambda services, user: operators.revoke_session(services, ACTOR, str(user.id), wanted))
        click.echo("The session is revoked.")
        return
    done = _with_user(lookup, lambda services, user: operators.revoke_sessions(services, ACTOR, str(user.id)))
    click.echo(f"Revoked {len(done.revoked)} sessions.")


@users.command()
@one_user
def disable(lookup: Lookup) -> None:
    """Revoke all sessions of a user, and let nobody log in to the account."""
    from sessionql.resolvers.admin import disable_user

    done = _with_user(lookup, lambda services, user: disable_user(services, ACTOR, str(user.id)))
    click.echo(f"The user is disabled. Revoked {len(done.revoked)} sessions.")


@users.command()
@one_user
def enable(lookup: Lookup) -> None:
    """Let a disabled user log in again."""
    from sessionql.resolvers.admin import enable_user

    _with_user(lookup, lambda services, user: enable_user(services, ACTOR, str(user.id)))
    click.echo("The user is enabled.")


@users.command()
@one_user
@click.confirmation_option(prompt="The user, with all sessions and events, will be gone for good. Go on?")
def delete(lookup: Lookup) -> None:
    """Delete a user with all their sessions and security events."""
    from sessionql.resolvers.admin import delete_user

    done = _with_user(lookup, lambda services, user: delete_user(services, ACTOR, str(user.id)))
    click.echo(f"Deleted the user {done.user.id}.")


@users.command("revoke-everyone")
@click.confirmation_option(prompt="Everybody will have to log in again. Go on?")
def revoke_everyone() -> None:
    """Revoke everybody's sessions."""
    from sessionql.resolvers import bulk_revocation as everyone

    count = with_services(lambda services: everyone.revoke_everyone(services, ACTOR))
    click.echo(f"Revoked {count} sessions.")


@click.command()
@click.option("--first", type=click.IntRange(1, 100), default=20, show_default=True, help="How many, at most.")
def operations(first: int) -> None:
    """List what operators did to users, newest first."""
    from sessionql.resolvers.admin import list_operations

    for each in with_services(lambda services: list_operations(services, first, None)):
        whom = f"user {each.user_id}" if each.user_id else "everybody"
        click.echo(
            f"{show_time(each.occurred_at)}  {each.actor_name}  {each.kind}  {whom}  {each.revoked_count} sessions"
        )
