"""One user on two devices. Run it: python example.py http://127.0.0.1:8000/graphql."""

import asyncio
import secrets
import sys

import httpx
from session_auth import SessionAuth, Tokens
from sessionql_client import Client, LoginInput, RegisterInput, RenameSessionInput, TokenPair
from sessionql_client.base_client import GraphQLFailure
from sessionql_client.my_sessions import MySessionsMySessions
from sessionql_client.sessions_page import SessionsPageMeSessionsNodes

LAPTOP = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


def tokens_of(pair: TokenPair | None) -> Tokens | None:
    """The tokens of a log-in, or None if it failed."""
    if pair is None or pair.access_token is None or pair.refresh_token is None:
        return None
    return Tokens(pair.access_token, pair.refresh_token)


def connect(url: str, user_agent: str, auth: SessionAuth) -> Client:
    """A client that sends the access token of this session with every request."""
    return Client(url, httpx.AsyncClient(auth=auth, headers={"User-Agent": user_agent}))


async def all_sessions(client: Client, page_size: int) -> list[SessionsPageMeSessionsNodes]:
    """Read all sessions, one page after another."""
    sessions: list[SessionsPageMeSessionsNodes] = []
    after: str | None = None
    while me := (await client.sessions_page(first=page_size, after=after)).me:
        sessions += me.sessions.nodes
        if not me.sessions.page_info.has_next_page:
            break
        after = me.sessions.page_info.end_cursor
    return sessions


async def register(client: Client, auth: SessionAuth, email: str, password: str) -> None:
    """Register, or print the errors."""
    payload = (await client.register(RegisterInput(email=email, password=password))).registered
    for error in payload.errors:
        print(f"{error.code.value} at {'.'.join(error.path)}: {error.message}")
    auth.tokens = tokens_of(payload.tokens) or auth.tokens


async def log_in(client: Client, auth: SessionAuth, email: str, password: str) -> None:
    """Log in, or print the errors."""
    payload = (await client.log_in(LoginInput(email=email, password=password))).login
    for error in payload.errors:
        print(f"{error.code.value}: {error.message}")
    auth.tokens = tokens_of(payload.tokens) or auth.tokens


def show(sessions: list[MySessionsMySessions]) -> None:
    """Print the list of sessions."""
    for each in sessions:
        print("*" if each.is_current else "-", each.name or each.device, each.ip_address)


async def main(url: str) -> None:
    """Log in on two devices, list their sessions, revoke one."""
    email, password = f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe()
    on_laptop, on_phone = SessionAuth(), SessionAuth()
    async with connect(url, LAPTOP, on_laptop) as laptop, connect(url, PHONE, on_phone) as phone:
        await register(laptop, on_laptop, email, password)
        await register(phone, on_phone, email, password)
        await log_in(phone, on_phone, email, "not the password")
        await log_in(phone, on_phone, email, password)

        mine = (await laptop.my_sessions()).my_sessions
        (current,) = (each for each in mine if each.is_current)
        (other,) = (each for each in mine if not each.is_current)
        await laptop.rename_session(RenameSessionInput(sessionId=current.id, name="My laptop"))
        show((await laptop.my_sessions()).my_sessions)
        print("paged:", [each.device for each in await all_sessions(laptop, page_size=1)])

        revoked = (await laptop.revoke_session(other.id)).revoke_session
        print("revoked:", revoked.session and revoked.session.state.value)
        try:
            await phone.my_sessions()
        except GraphQLFailure as error:
            print("on the phone:", error.codes)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
