"""One user on two devices. Run it: python example.py http://127.0.0.1:8000/graphql."""

import asyncio
import secrets
import sys

import httpx
from session_auth import SessionAuth, Tokens
from sessionql_client import Client, Grant, LoginInput, RegisterInput, RenameSessionInput
from sessionql_client.base_client import GraphQLFailure
from sessionql_client.my_sessions import MySessionsMySessions
from sessionql_client.sessions_page import SessionsPageMeSessionsNodes

LAPTOP = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


def tokens_of(grant: Grant | None) -> Tokens | None:
    """The tokens of a log-in; None when it failed."""
    if grant is None or grant.access_token is None or grant.refresh_token is None:
        return None
    return Tokens(grant.access_token, grant.refresh_token)


def connect(url: str, user_agent: str, auth: SessionAuth) -> Client:
    """A client whose requests carry the tokens of this session, as long as it lasts."""
    return Client(url, httpx.AsyncClient(auth=auth, headers={"User-Agent": user_agent}))


async def all_sessions(client: Client, a_page: int) -> list[SessionsPageMeSessionsNodes]:
    """Every session, page after page."""
    found: list[SessionsPageMeSessionsNodes] = []
    after: str | None = None
    while me := (await client.sessions_page(first=a_page, after=after)).me:
        found += me.sessions.nodes
        if not me.sessions.page_info.has_next_page:
            break
        after = me.sessions.page_info.end_cursor
    return found


async def register(client: Client, auth: SessionAuth, email: str, password: str) -> None:
    """Make an account, or say why not."""
    payload = (await client.register(RegisterInput(email=email, password=password))).registered
    for error in payload.errors:
        print(f"{error.code.value} at {'.'.join(error.path)}: {error.message}")
    auth.tokens = tokens_of(payload.tokens) or auth.tokens


async def log_in(client: Client, auth: SessionAuth, email: str, password: str) -> None:
    """Sign in to it, or say why not."""
    payload = (await client.log_in(LoginInput(email=email, password=password))).login
    for error in payload.errors:
        print(f"{error.code.value}: {error.message}")
    auth.tokens = tokens_of(payload.tokens) or auth.tokens


def show(sessions: list[MySessionsMySessions]) -> None:
    """The page "where you are signed in"."""
    for each in sessions:
        print("*" if each.is_current else "-", each.name or each.device, each.ip_address)


async def main(url: str) -> None:
    """Sign in on two devices, look at them, sign one out."""
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
        print("paged:", [each.device for each in await all_sessions(laptop, a_page=1)])

        revoked = (await laptop.revoke_session(other.id)).revoke_session
        print("revoked:", revoked.session and revoked.session.state.value)
        try:
            await phone.my_sessions()
        except GraphQLFailure as refused:
            print("on the phone:", refused.codes)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
