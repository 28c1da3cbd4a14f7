"""`sessionql users` and `sessionql audit-log`: admin actions from the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sessionql.cli.common import read_settings, run_with_dependencies, show_time
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import Failure
from sessionql.storage.filters import Page, SessionFilter
from sessionql.storage.records import UserRecord
from sessionql.storage.sessions import SessionOrder

if TYPE_CHECKING:
    from sessionql.resolvers.admin import IssuedReset, UserSelector

ACTOR = "command line"
"""The actor of these commands in security events and in the audit log."""

T = TypeVar("T")


@click.group()
def users() -> None:
    """Create and look up users, reset their passwords, revoke their sessions, disable, enable and delete them."""


def one_user(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select a user to a command, which receives a UserSelector."""

    @click.option("--id", help="The user's ID.")
    @click.option("--email", help="The e-mail address that the user logs in with.")
    @click.option("--subject", help="The name that your services have for the user.")
    @wraps(command)
    def named(id: str | None, email: str | None, subject: str | None, **more: Any) -> None:  # noqa: A002 - the option
        from sessionql.resolvers.admin import UserSelector

        if sum(name is not None for name in (id, email, subject)) != 1:
            raise click.UsageError("Name the user by one of --id, --email and --subject.")
        command(UserSelector(id, email, subject), **more)

    return named


def _with_user(lookup: UserSelector, work: Callable[[Dependencies, UserRecord], Awaitable[T | Failure]]) -> T:
    """Run `work` with the selected user and return its result. Exits when there is no such user."""
    from sessionql.resolvers.admin import find_user

    async def run(deps: Dependencies) -> T | Failure | None:
        user = await find_user(deps, lookup)
        return None if user is None else await work(deps, user)

    done = run_with_dependencies(run)
    if done is None:
        raise SystemExit("sessionql: no user has this ID, e-mail address or subject")
    if isinstance(done, Failure):
        raise SystemExit(f"sessionql: {done.message}")
    return done


@users.command()
@click.argument("email")
def create(email: str) -> None:
    """Create a user, and print a token with which the user sets a first password. It is stored nowhere."""
    from sessionql.resolvers.admin import create_user

    _print_token(lambda deps: create_user(deps, ACTOR, email))


@users.command("reset-password")
@click.argument("user", metavar="EMAIL|ID")
def reset_password(user: str) -> None:
    """Print a token with which a user sets a new password, once. It is stored nowhere, and ends an older one."""
    from sessionql.resolvers.admin import UserSelector, issue_password_reset

    selector = UserSelector(email=user) if "@" in user else UserSelector(id=user)
    _print_token(lambda deps: issue_password_reset(deps, ACTOR, selector))


def _print_token(work: Callable[[Dependencies], Awaitable[IssuedReset | Failure]]) -> None:
    """Run `work` and print its token on standard output, and what to do with it on standard error."""
    if read_settings().allowed_accounts == "off":
        raise SystemExit("sessionql: SESSIONQL_ACCOUNTS is off: users have no passwords here, services create them")
    done = run_with_dependencies(work)
    if isinstance(done, Failure):
        raise SystemExit(f"sessionql: {done.message}")
    click.echo(done.token.text)
    click.echo(
        f"Send it to {done.user.email} only: it sets a password until {show_time(done.token.expires_at)}.", err=True
    )
    click.echo(f"The ID of the user: {done.user.id}", err=True)


@users.command()
@one_user
def show(lookup: UserSelector) -> None:
    """Show a user."""

    async def same(_: Dependencies, user: UserRecord) -> UserRecord:
        return user

    user = _with_user(lookup, same)
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
@click.option("--session", "session_id", help="The ID of a session; without it, all sessions.")
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
    """Revoke all sessions of a user and reject their log-ins."""
    from sessionql.resolvers.admin import disable_user

    done = _with_user(lookup, lambda deps, user: disable_user(deps, ACTOR, str(user.id)))
    click.echo(f"The user is disabled. Revoked {len(done.revoked)} sessions.")


@users.command()
@one_user
def enable(lookup: UserSelector) -> None:
    """Allow a disabled user to log in again."""
    from sessionql.resolvers.admin import enable_user

    _with_user(lookup, lambda deps, user: enable_user(deps, ACTOR, str(user.id)))
    click.echo("The user is enabled.")


@users.command()
@one_user
@click.confirmation_option(prompt="This deletes the user with all sessions and events for ever. Continue?")
def delete(lookup: UserSelector) -> None:
    """Delete a user with all sessions and security events."""
    from sessionql.resolvers.admin import delete_user

    done = _with_user(lookup, lambda deps, user: delete_user(deps, ACTOR, str(user.id)))
    click.echo(f"Deleted the user {done.user.id}.")


@users.command("revoke-every-session")
@click.confirmation_option(prompt="All users will have to log in again. Continue?")
def revoke_every_session() -> None:
    """Revoke all sessions of all users."""
    from sessionql.resolvers import admin

    count = run_with_dependencies(lambda deps: admin.revoke_all_users_sessions(deps, ACTOR))
    click.echo(f"Revoked {count} sessions.")


@click.command()
@click.option(
    "--first", type=click.IntRange(1, 100), default=20, show_default=True, help="The maximum number of entries."
)
def audit_log(first: int) -> None:
    """List the admin actions, newest first."""
    from sessionql.resolvers.admin import list_admin_actions

    for each in run_with_dependencies(lambda deps: list_admin_actions(deps, first, None)):
        whom = f"user {each.user_id}" if each.user_id else "all users"
        click.echo(
            f"{show_time(each.occurred_at)}  {each.actor_name}  {each.kind}  {whom}  {each.revoked_count} sessions"
        )
