"""Regression tests for vulnerabilities of other projects. Each test names the one that it would have caught."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, PresentedCredentials, login, logout, register
from sessionql.resolvers.client import client_info
from sessionql.resolvers.dependencies import Dependencies, Policy
from sessionql.resolvers.errors import InvalidCredentials, RateLimited, RefreshTokenInvalid
from sessionql.resolvers.refresh import RefreshResult, refresh
from sessionql.resolvers.requester import authenticate
from sessionql.resolvers.sessions import find_sessions, revoke_session
from sessionql.resolvers.tokens.key_file import KeyFile
from sessionql.storage import Storage
from sessionql.storage.records import RevocationReason
from sessionql.storage.storage import connect
from tests.conftest import FakeClock
from tests.invariants.races import Workers, is_accepted
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, as_requester, get_row, make_tokens, sign_in, sign_up
from tests.schema.graphql_client import GraphQLClient
from tests.support.client import Device
from tests.support.constants import FIREFOX


async def test_a_rotated_token_stays_rejected_after_a_restart(
    deps: Dependencies, clock: FakeClock, database_url: str, tmp_path: Path
) -> None:
    """Rotated tokens were known in memory only (Keycloak CVE-2026-9802)."""
    keys = KeyFile(tmp_path / "keys.json")
    ring = keys.load_or_create(clock())
    deps = replace(deps, tokens=make_tokens(ring))
    ana = await sign_up(deps)
    rotated = await refresh(deps, ana.tokens.refresh, LAPTOP)
    assert isinstance(rotated, RefreshResult)
    await deps.storage.database.close()
    clock.advance(minutes=1)

    again = Storage(connect(database_url), deps.storage.lifetimes)
    restarted = replace(deps, storage=again, tokens=make_tokens(KeyFile(tmp_path / "keys.json").ring))
    replayed = await refresh(restarted, ana.tokens.refresh, PHONE)

    assert isinstance(replayed, RefreshTokenInvalid)
    assert replayed.reuse_detected
    assert isinstance(await refresh(restarted, rotated.tokens.refresh, LAPTOP), RefreshTokenInvalid)
    assert not await is_accepted(restarted, rotated.tokens)
    await again.database.close()


async def test_a_cached_token_is_rejected_after_its_session_is_revoked(workers: Workers) -> None:
    """A cached session was served after another worker had revoked it (better-auth issue 6893)."""
    ana, phone = await sign_up(workers[0]), await sign_in(workers[0])
    for worker in workers:
        assert await is_accepted(worker, phone.tokens), "now both have cached its signature"

    await revoke_session(workers[0], as_requester(ana), str(phone.session.id), LAPTOP)

    for worker in workers:
        assert not await is_accepted(worker, phone.tokens)


async def test_an_expired_token_still_logs_out(deps: Dependencies, clock: FakeClock) -> None:
    """Revocation answered OK and did nothing (doorkeeper CVE-2018-1000211)."""
    ana = await sign_up(deps)
    clock.advance(minutes=6)
    assert await authenticate(deps, ana.tokens.access.text, LAPTOP) is None

    ended = await logout(deps, PresentedCredentials(None, ana.tokens.access.text), LAPTOP)

    assert ended is not None
    assert ended == await get_row(deps, ana.session)
    assert ended.revocation_reason is RevocationReason.LOGGED_OUT
    assert isinstance(await refresh(deps, ana.tokens.refresh, LAPTOP), RefreshTokenInvalid)


async def test_a_second_log_out_or_an_invalid_token_revokes_nothing_and_returns_none(deps: Dependencies) -> None:
    """The same vulnerability: only an effective revocation is acknowledged."""
    ana, phone = await sign_up(deps), await sign_in(deps)
    assert await logout(deps, PresentedCredentials(None, phone.tokens.access.text[:-1]), LAPTOP) is None
    assert await logout(deps, PresentedCredentials(None, phone.tokens.access.text), LAPTOP) is not None
    assert await logout(deps, PresentedCredentials(None, phone.tokens.access.text), LAPTOP) is None
    assert await is_accepted(deps, ana.tokens)


EVERY_ID = """{ me { id sessions { edges { cursor node { id userAgent } } }
  securityEvents { edges { cursor node { id session { id } } } } } mySessions { id } }"""


async def test_no_returned_id_is_accepted_as_a_token(http: httpx.AsyncClient) -> None:
    """Pages showed session keys as IDs (django-user-sessions CVE-2020-5224)."""
    ana = await GraphQLClient(http).register("ana@example.com")
    answer = await ana.ask(EVERY_ID)
    shown = {text for text in strings(answer) if len(text) > 8} | {ana.session_id}
    assert len(shown) >= 5
    for text in shown:
        stranger = GraphQLClient(http)
        for token in (text, f"sqlr_{text}", f"{text}.{text}.{text}"):
            stranger.token = token
            assert await stranger.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    for secret in (ana.token, ana.refresh_token):
        assert secret
        assert secret not in json.dumps(answer)


def strings(value: object) -> set[str]:
    """Return every string in the response."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return set().union(*map(strings, value))
    return {value} if isinstance(value, str) else set()


async def test_ids_of_another_user_find_nothing(deps: Dependencies) -> None:
    """The same vulnerability: a session ID without the owner's token gives no access."""
    ana, bob = await sign_up(deps), await sign_up(deps, "bob@example.com")
    assert await find_sessions(deps, bob.user.id, [ana.session.id]) == {}
    await revoke_session(deps, as_requester(bob), str(ana.session.id), PHONE)
    assert (await get_row(deps, ana.session)).revoked_at is None


def spellings(prefix: str) -> list[str]:
    """Addresses of one IPv6 /64 in different notations."""
    low = [
        f"{prefix}::1",
        f"{prefix}::2",
        f"{prefix}:ffff:ffff:ffff:ffff",
        f"{prefix}:0:0:0:3",
        f"{prefix}::4%eth0",
    ]
    return [*low, *(each.upper() for each in low[:3])]


async def test_notations_and_addresses_of_one_network_share_a_limit(deps: Dependencies) -> None:
    """Rate limits counted the text of an IPv6 address (CVE-2026-45364)."""
    deps = replace(deps, policy=Policy(attempts_per_account=0, attempts_per_address=5))
    await sign_up(deps)
    outcomes = []
    for number, address in enumerate(spellings("2001:db8:1:2")):
        sender = client_info(address, b"curl/8.5.0", truncate=False)
        outcomes.append(type(await login(deps, LogIn("ana@example.com", f"wrong password {number}"), sender)))
    assert outcomes == [InvalidCredentials] * 5 + [RateLimited] * 3

    neighbour = client_info("2001:db8:1:3::1", b"curl/8.5.0", truncate=False)
    assert isinstance(await login(deps, LogIn("ana@example.com", PASSWORD), neighbour), LogInResult)


async def test_registrations_and_rejected_refreshes_are_counted_by_network(deps: Dependencies) -> None:
    """The same vulnerability in registration and refresh."""
    deps = replace(deps, policy=Policy(attempts_per_address=2, registrations_per_address=2))
    senders = [client_info(address, None, truncate=False) for address in spellings("2001:db8:1:2")[:4]]
    refused = [type(await refresh(deps, "sqlr_nothing", sender)) for sender in senders]
    made = [
        type(await register(deps, LogIn(f"ana{n}@example.com", PASSWORD), sender)) for n, sender in enumerate(senders)
    ]
    assert refused == [RefreshTokenInvalid] * 2 + [RateLimited] * 2
    assert made == [LogInResult] * 2 + [RateLimited] * 2


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "X-Client-IP"])
def test_address_headers_of_untrusted_clients_are_ignored(server_url: str, header: str) -> None:
    """Clients could choose the address that was counted and shown (better-auth issue 9761)."""
    value = "for=203.0.113.9" if header == "Forwarded" else "203.0.113.9"
    device = Device(server_url, FIREFOX)
    try:
        device._http.headers[header] = value
        device.register(f"{header.lower()}@example.com")
        (session,) = device.get("{ mySessions { ipAddress } }")["mySessions"]
    finally:
        device.close()
    assert session == {"ipAddress": "127.0.0.1"}


@pytest.mark.parametrize("kind", ["access", "refresh"])
async def test_no_part_of_a_token_is_accepted(deps: Dependencies, kind: str) -> None:
    """Truncated tokens were accepted (Zitadel CVE-2026-27840)."""
    deps = replace(deps, policy=Policy(attempts_per_address=0))
    ana = await sign_up(deps)
    token = ana.tokens.access.text if kind == "access" else ana.tokens.refresh
    assert await is_accepted(deps, ana.tokens), "the whole token is accepted and cached"

    for cut in [*(token[:at] for at in range(len(token))), *(token[at:] for at in range(1, len(token)))]:
        if kind == "access":
            assert await authenticate(deps, cut, LAPTOP) is None
        else:
            refused = await refresh(deps, cut, LAPTOP)
            assert isinstance(refused, RefreshTokenInvalid)
            assert not refused.reuse_detected
    assert (await get_row(deps, ana.session)).generation == 0
