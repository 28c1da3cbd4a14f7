"""`sessionql users` and `sessionql audit-log`: what operators do, for those at the machine itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sessionql.cli.common import run_with_dependencies, show_time
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import Failure
from sessionql.storage.filters import Page, SessionFilter
from sessionql.storage.records import UserRecord
from sessionql.storage.sessions import SessionOrder

if TYPE_CHECKING:
    from sessionql.resolvers.admin import UserSelector

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
        from sessionql.resolvers.admin import UserSelector

        if sum(name is not None for name in (id, email, subject)) != 1:
            raise click.UsageError("Name the user by one of --id, --email and --subject.")
        command(UserSelector(id, email, subject), **more)

    return named


def _with_user(lookup: UserSelector, work: Callable[[Dependencies, UserRecord], Awaitable[T | Failure]]) -> T:
    """The result of some work on a user who must be there."""
    from sessionql.resolvers.admin import find_user

    async def run(deps: Dependencies) -> T | Failure | None:
        user = await find_user(deps, lookup)
        return None if user is None else await work(deps, user)

    done = run_with_dependencies(run)
    if done is None:
        raise SystemExit("sessionql: there is no such user")
    if isinstance(done, Failure):
        raise SystemExit(f"sessionql: {done.message}")
    return done


@users.command()
@one_user
def show(lookup: UserSelector) -> None:
    """Show a user."""

    async def itself(_: Dependencies, user: UserRecord) -> UserRecord:
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
def sessions(lookup: UserSelector) -> None:
    """List a user's sessions, most recently used first, at most 100 of them."""
    from sessionql.resolvers.sessions import list_sessions
    from sessionql.resolvers.values.paging import MAX_PAGE_SIZE

    async def lines(deps: Dependencies, user: UserRecord) -> list[str]:
        every = SessionFilter(states=None)
        found = await list_sessions(deps, user.id, every, SessionOrder(), Page(MAX_PAGE_SIZE))
        now, lifetimes = deps.clock(), deps.storage.lifetimes
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
def revoke(lookup: UserSelector, session_id: str | None) -> None:
    """Revoke one session of a user, or all of them."""
    from sessionql.resolvers import admin

    if session_id is not None:
        wanted = session_id
        _with_user(lookup, lambda deps, user: admin.revoke_session(deps, ACTOR, str(user.id), wanted))
        click.echo("The session is revoked.")
        return
    done = _with_user(lookup, lambda deps, user: admin.revoke_sessions(deps, ACTOR, str(user.id)))
    click.echo(f"Revoked {len(done.revoked)} sessions.")


@users.command()
@one_user
def disable(lookup: UserSelector) -> None:
    """Revoke all sessions of a user, and let nobody log in to the account."""
    from sessionql.resolvers.admin import disable_user

    done = _with_user(lookup, lambda deps, user: disable_user(deps, ACTOR, str(user.id)))
    click.echo(f"The user is disabled. Revoked {len(done.revoked)} sessions.")


@users.command()
@one_user
def enable(lookup: UserSelector) -> None:
    """Let a disabled user log in again."""
    from sessionql.resolvers.admin import enable_user

    _with_user(lookup, lambda deps, user: enable_user(deps, ACTOR, str(user.id)))
    click.echo("The user is enabled.")


@users.command()
@one_user
@click.confirmation_option(prompt="The user, with all sessions and events, will be gone for good. Go on?")
def delete(lookup: UserSelector) -> None:
    """Delete a user with all their sessions and security events."""
    from sessionql.resolvers.admin import delete_user

    done = _with_user(lookup, lambda deps, user: delete_user(deps, ACTOR, str(user.id)))
    click.echo(f"Deleted the user {done.user.id}.")


@users.command("revoke-every-session")
@click.confirmation_option(prompt="Everybody will have to log in again. Go on?")
def revoke_everyone() -> None:
    """Revoke everybody's sessions."""
    from sessionql.resolvers import admin

    count = run_with_dependencies(lambda deps: admin.revoke_all_users_sessions(deps, ACTOR))
    click.echo(f"Revoked {count} sessions.")


@click.command()
@click.option("--first", type=click.IntRange(1, 100), default=20, show_default=True, help="How many, at most.")
def audit_log(first: int) -> None:
    """List what operators did to users, newest first."""
    from sessionql.resolvers.admin import list_admin_actions

    for each in run_with_dependencies(lambda deps: list_admin_actions(deps, first, None)):
        whom = f"user {each.user_id}" if each.user_id else "all users"
        click.echo(
            f"{show_time(each.occurred_at)}  {each.actor_name}  {each.kind}  {whom}  {each.revoked_count} sessions"
        )
