"""The main scenario over HTTP: sign in on two devices, list both sessions, revoke one."""

from pathlib import Path

from tests.support.constants import FIREFOX, IPHONE
from tests.support.server import Server

MY_SESSIONS = "{ mySessions { id device isCurrent ipAddress } }"
REVOKE = """
mutation($id: ID!) { revokeSession(sessionId: $id) {
  session { id state revocationReason } wasCurrent errors { ... on UserError { code } }
} }"""


def test_two_devices_see_each_other_and_one_signs_the_other_out(standing: Server, ana: str) -> None:
    laptop = standing.device(FIREFOX).register(ana)
    phone = standing.device(IPHONE).log_in(ana.title())

    assert [(each["device"], each["isCurrent"]) for each in laptop.get(MY_SESSIONS)["mySessions"]] == [
        ("Safari on iPhone", False),
        ("Firefox on Ubuntu", True),
    ]
    assert [each["isCurrent"] for each in phone.get(MY_SESSIONS)["mySessions"]] == [True, False]

    payload = laptop.get(REVOKE, id=phone.session_id)["revokeSession"]
    assert payload == {
        "session": {"id": phone.session_id, "state": "REVOKED", "revocationReason": "REVOKED_BY_USER"},
        "wasCurrent": False,
        "errors": [],
    }

    assert phone.code(MY_SESSIONS) == "UNAUTHENTICATED", "the very next request is rejected"
    assert phone.refresh()["errors"][0]["code"] == "REFRESH_TOKEN_INVALID"
    assert [each["id"] for each in laptop.get(MY_SESSIONS)["mySessions"]] == [laptop.session_id]


def test_a_revocation_outlives_a_restart(database_url: str, tmp_path: Path) -> None:
    with Server(database_url, tmp_path) as server:
        _revoke_and_restart(server)


def _revoke_and_restart(server: Server) -> None:
    laptop = server.device(FIREFOX).register("ana@example.com")
    phone = server.device(IPHONE).log_in("ana@example.com")
    laptop.get(REVOKE, id=phone.session_id)

    server.stop()
    server.start()

    assert phone.code(MY_SESSIONS) == "UNAUTHENTICATED"
    assert phone.refresh()["errors"][0]["code"] == "REFRESH_TOKEN_INVALID"
    assert laptop.refresh()["errors"] == [], "the keys are the same after a restart"
    assert [each["id"] for each in laptop.get(MY_SESSIONS)["mySessions"]] == [laptop.session_id]
