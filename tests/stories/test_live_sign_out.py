"""Live sign-out over WebSocket: other devices receive it, and the socket of the ended session is closed."""

from contextlib import ExitStack

import pytest

from tests.support.client import Device
from tests.support.constants import FIREFOX, IPHONE
from tests.support.server import Server
from tests.support.websocket import open_socket, socket_of

WATCH = "subscription { sessionRevoked { isCurrent session { id device state revocationReason } } }"
EVENTS = "subscription($kinds: [SecurityEventKind!]) { securityEvent(kinds: $kinds) { kind device session { state } } }"
REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { errors { ... on UserError { code } } } }"
REVOKE_ALL = "mutation { revokeAllSessions(keepCurrent: false) { revokedCount errors { ... on UserError { code } } } }"
RENAME = """mutation($id: ID!) { renameSession(input: { sessionId: $id, name: "Desk" }) {
  errors { ... on UserError { code } } } }"""


def test_a_device_that_is_signed_out_receives_it_and_its_socket_closes(standing: Server, ana: str) -> None:
    laptop = standing.device(FIREFOX).register(ana)
    phone = standing.device(IPHONE).log_in(ana)
    with socket_of(laptop) as tab, socket_of(phone) as pocket:
        tab.subscribe(WATCH)
        pocket.subscribe(WATCH)

        laptop.get(REVOKE, id=phone.session_id)

        revoked = {
            "id": phone.session_id,
            "device": "Safari on iPhone",
            "state": "REVOKED",
            "revocationReason": "REVOKED_BY_USER",
        }
        assert pocket.next() == {"sessionRevoked": {"isCurrent": True, "session": revoked}}
        code, reason, rest = pocket.end()
        assert (code, reason) == (4401, "This session was signed out.")
        assert rest == [{"id": "1", "type": "complete"}], "its own end is the last that it sees"
        assert tab.next() == {"sessionRevoked": {"isCurrent": False, "session": revoked}}
        tab.send(type="ping")
        assert tab.receive() == {"type": "pong"}, "the other device continues"


def test_every_socket_of_a_session_is_closed_even_without_subscriptions(standing: Server, ana: str) -> None:
    laptop = standing.device(FIREFOX).register(ana)
    with socket_of(laptop) as idle, socket_of(laptop) as listening:
        listening.subscribe(EVENTS)
        laptop.get(REVOKE_ALL)
        assert idle.end() == (4401, "This session was signed out.", [])
        code, _, messages = listening.end()
        assert code == 4401
        kinds = [
            message["payload"]["data"]["securityEvent"]["kind"] for message in messages if message["type"] == "next"
        ]
        assert kinds == ["SESSION_REVOKED", "SESSIONS_REVOKED"]
        assert messages[-1] == {"id": "1", "type": "complete"}


def test_updates_show_the_state_at_their_time(standing: Server, ana: str) -> None:
    laptop = standing.device(FIREFOX).register(ana)
    phone = standing.device(IPHONE).log_in(ana)
    with socket_of(laptop) as tab:
        tab.subscribe(EVENTS, kinds=["SESSION_RENAMED", "SESSION_REVOKED"])
        seen = []
        for change in (RENAME, REVOKE):
            laptop.get(change, id=phone.session_id)
            event = tab.next()["securityEvent"]
            seen.append((event["kind"], event["session"]["state"]))
    assert seen == [("SESSION_RENAMED", "ACTIVE"), ("SESSION_REVOKED", "REVOKED")]


def test_updates_of_other_users_are_not_received(standing: Server, ana: str) -> None:
    hers = standing.device(FIREFOX).register(ana)
    eve = standing.device(FIREFOX).register(f"eve-{ana}")
    with socket_of(eve) as socket:
        socket.subscribe(WATCH, "watch")
        socket.subscribe(EVENTS, "events", kinds=["SESSION_RENAMED"])
        hers.get(RENAME, id=hers.session_id)
        hers.get(REVOKE_ALL)
        eve.get(RENAME, id=eve.session_id)
        message = socket.receive()
    assert message["id"] == "events"
    assert message["payload"]["data"]["securityEvent"]["session"] == {"state": "ACTIVE"}


def rejected_close(device: Device) -> tuple[int, str]:
    with open_socket(device.url) as socket:
        socket.send(type="connection_init", payload={"authorization": f"Bearer {device.access_token}"})
        return socket.end()[:2]


def test_an_ended_session_cannot_connect(standing: Server, ana: str) -> None:
    laptop = standing.device(FIREFOX).register(ana)
    laptop.get(REVOKE_ALL)
    assert rejected_close(laptop) == (4401, "This session has ended.")
    laptop.access_token = "nonsense"
    assert rejected_close(laptop)[0] == 4403, "clients refresh such a token, and reconnect automatically"


def test_ordinary_operations_work_over_a_socket_too(standing: Server, ana: str) -> None:
    laptop = standing.device(FIREFOX).register(ana)
    with socket_of(laptop) as socket:
        socket.send(type="subscribe", id="q", payload={"query": "{ mySessions { id isCurrent } }"})
        assert socket.next() == {"mySessions": [{"id": laptop.session_id, "isCurrent": True}]}
        assert socket.receive() == {"id": "q", "type": "complete"}
        socket.send(type="subscribe", id="m", payload={"query": RENAME, "variables": {"id": laptop.session_id}})
        assert socket.next() == {"renameSession": {"errors": []}}


def test_a_socket_ends_when_its_credentials_are_replaced(standing: Server, ana: str) -> None:
    """A password change closes the socket of a thief with a stolen access token; the owner reconnects."""
    laptop = standing.device(FIREFOX).register(ana)
    change = """mutation { changePassword(input: {
      currentPassword: "correct horse battery", newPassword: "another horse battery", keepOtherSessions: true
    }) { tokens { accessToken } errors { ... on UserError { code } } } }"""
    with socket_of(laptop) as socket:
        changed = laptop.get(change)["changePassword"]
        assert changed["errors"] == []
        assert socket.end()[0] == 4403, "not 4401: with the new token it may come again"
    laptop.access_token = changed["tokens"]["accessToken"]
    with socket_of(laptop):
        pass


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_sign_out_closes_the_sockets_of_another_server(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(Server(database_url, tmp_path_factory.mktemp("first")))
        folder = tmp_path_factory.mktemp("second")
        second = stack.enter_context(Server(database_url, folder, KEYS_FILE=str(first.keys_file)))
        laptop = first.device(FIREFOX).register("ana@example.com")
        phone = first.device(IPHONE).log_in("ana@example.com")
        phone.url = second.url
        with socket_of(phone) as socket:
            socket.subscribe(WATCH)
            laptop.get(REVOKE, id=phone.session_id)
            assert socket.next()["sessionRevoked"]["isCurrent"]
            assert socket.end()[0] == 4401
