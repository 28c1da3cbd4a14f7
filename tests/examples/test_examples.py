"""Every file of `graphql_examples` is executed against a server, unchanged."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sessionql.graphql.examples import Example, load_examples
from tests.support.client import Device
from tests.support.constants import FIREFOX, IPHONE
from tests.support.server import Server
from tests.support.websocket import socket_of

EXAMPLES = Path(__file__).parents[2] / "graphql_examples"
FILES = dict(zip((path.stem for path in sorted(EXAMPLES.glob("*.graphql"))), load_examples(EXAMPLES), strict=True))
UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"


@dataclass
class Story:
    """The laptop and the phone of Ana, a token to reset her password, and the variables of the example."""

    laptop: Device
    phone: Device
    reset_token: str = ""

    def variables(self, example: Example) -> Any:
        """Return the variables of the example with IDs and tokens that exist."""
        text = example.variables or "{}"
        text = text.replace(UNKNOWN_ID, self.phone.session_id).replace("sqlr_…", self.laptop.refresh_token or "")
        return json.loads(text.replace("sqlp_…", self.reset_token))


Check = Callable[[Story, Any], None]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register the check of the result of the example with this name."""

    def keep(function: Check) -> Check:
        assert name not in CHECKS
        CHECKS[name] = function
        return function

    return keep


@check("01_register")
def check_register(_: Story, data: Any) -> None:
    payload = data["register"]
    assert payload["user"]["email"] == "ana@example.com"
    assert payload["session"]["name"] == "My laptop"
    assert payload["tokens"]["accessToken"].count(".") == 2


@check("02_log_in")
def check_log_in(story: Story, data: Any) -> None:
    payload = data["login"]
    assert payload["user"]["email"] == "ana@example.com"
    assert payload["session"]["id"] not in {story.laptop.session_id, story.phone.session_id}
    assert payload["tokens"]["refreshToken"].startswith("sqlr_")


@check("03_my_sessions")
def check_my_sessions(story: Story, data: Any) -> None:
    shown = {each["id"]: each for each in data["mySessions"]}
    assert shown.keys() == {story.laptop.session_id, story.phone.session_id}
    assert shown[story.laptop.session_id]["isCurrent"] is True
    assert shown[story.phone.session_id]["device"] == "Safari on iPhone"


@check("04_revoke_session")
def check_revoke_session(story: Story, data: Any) -> None:
    payload = data["revokeSession"]
    assert (payload["session"]["id"], payload["session"]["state"]) == (story.phone.session_id, "REVOKED")
    assert payload["wasCurrent"] is False
    assert [each["id"] for each in payload["query"]["mySessions"]] == [story.laptop.session_id]
    assert story.phone.code("{ mySessions { id } }") == "UNAUTHENTICATED"


@check("05_revoke_all_sessions")
def check_revoke_all_sessions(story: Story, data: Any) -> None:
    payload = data["revokeAllSessions"]
    assert (payload["revokedCount"], payload["revokedSessionIds"]) == (1, [story.phone.session_id])
    assert payload["keptSession"]["id"] == story.laptop.session_id
    assert story.phone.code("{ mySessions { id } }") == "UNAUTHENTICATED"


@check("06_revoke_unused_sessions")
def check_revoke_unused_sessions(story: Story, data: Any) -> None:
    assert data["revokeSessions"] == {"revokedCount": 0, "revokedSessionIds": [], "errors": []}
    assert story.phone.get("{ mySessions { id } }"), "it was a dry run"


@check("07_rename_session")
def check_rename_session(story: Story, data: Any) -> None:
    session = data["renameSession"]["session"]
    assert (session["id"], session["name"]) == (story.phone.session_id, "Kitchen tablet")


@check("08_me")
def check_me(story: Story, data: Any) -> None:
    assert data["me"]["email"] == "ana@example.com"
    assert data["me"]["currentSession"]["id"] == story.laptop.session_id


@check("09_sessions_page")
def check_sessions_page(story: Story, data: Any) -> None:
    page = data["me"]["sessions"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, False)
    assert [each["id"] for each in page["nodes"]] == [story.phone.session_id, story.laptop.session_id]


@check("10_session_details")
def check_session_details(story: Story, data: Any) -> None:
    session = data["session"]
    assert (session["id"], session["userAgent"], session["isCurrent"]) == (story.phone.session_id, IPHONE, False)
    assert (session["deviceInfo"]["kind"], session["deviceInfo"]["os"]) == ("PHONE", "iOS")
    assert [each["kind"] for each in session["events"]["nodes"]] == ["NEW_DEVICE", "LOGGED_IN"]


@check("11_session_stats")
def check_session_stats(_: Story, data: Any) -> None:
    stats = data["me"]["sessionStats"]
    assert (stats["totalCount"], stats["activeToday"]) == (2, 2)
    assert stats["byDeviceKind"] == [{"kind": "DESKTOP", "count": 1}, {"kind": "PHONE", "count": 1}]


@check("12_security_events")
def check_security_events(story: Story, data: Any) -> None:
    events = data["me"]["securityEvents"]
    assert events["totalCount"] == 3
    assert [(each["kind"], each["session"]["id"]) for each in events["nodes"]] == [
        ("NEW_DEVICE", story.phone.session_id),
        ("LOGGED_IN", story.phone.session_id),
        ("REGISTERED", story.laptop.session_id),
    ]


@check("13_refetch_node")
def check_refetch_node(story: Story, data: Any) -> None:
    assert data["node"] == {
        "__typename": "Session",
        "id": story.phone.session_id,
        "device": "Safari on iPhone",
        "state": "ACTIVE",
    }


@check("14_refetch_nodes")
def check_refetch_nodes(story: Story, data: Any) -> None:
    assert data["nodes"] == [{"__typename": "Session", "id": story.phone.session_id}]


@check("15_refresh")
def check_refresh(story: Story, data: Any) -> None:
    payload = data["refresh"]
    assert payload["session"]["id"] == story.laptop.session_id
    assert payload["tokens"]["refreshToken"] != story.laptop.refresh_token


@check("16_log_out")
def check_log_out(story: Story, data: Any) -> None:
    assert data["logout"]["session"] == {"id": story.laptop.session_id, "state": "REVOKED"}
    assert story.laptop.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    assert story.phone.get("{ mySessions { id } }")


@check("17_reauthenticate")
def check_reauthenticate(story: Story, data: Any) -> None:
    assert data["reauthenticate"]["tokens"]["accessToken"].count(".") == 2
    assert story.laptop.code("{ mySessions { id } }") == "UNAUTHENTICATED", "its access token was replaced"
    story.laptop.access_token = data["reauthenticate"]["tokens"]["accessToken"]
    assert story.laptop.get("{ mySessions { id } }")


@check("18_change_password")
def check_change_password(story: Story, data: Any) -> None:
    payload = data["changePassword"]
    assert payload["revokedCount"] == 1
    assert story.phone.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    story.laptop.access_token = payload["tokens"]["accessToken"]
    assert story.laptop.get("{ mySessions { id } }")


@check("19_ended_sessions")
def check_ended_sessions(story: Story, data: Any) -> None:
    assert data["me"]["sessions"]["nodes"] == []
    assert [each["kind"] for each in data["me"]["securityEvents"]["nodes"]] == ["NEW_DEVICE"]
    story.laptop.get("mutation($id: ID!) { revokeSession(sessionId: $id) { wasCurrent } }", id=story.phone.session_id)
    (ended,) = story.laptop.get(FILES["19_ended_sessions"].query)["me"]["sessions"]["nodes"]
    assert (ended["state"], ended["revocationReason"]) == ("REVOKED", "REVOKED_BY_USER")


@check("20_log_in_with_cookies")
def check_log_in_with_cookies(story: Story, data: Any) -> None:
    payload = data["login"]
    assert payload["session"]["id"] not in {story.laptop.session_id, story.phone.session_id}
    assert (payload["tokens"]["accessToken"], payload["tokens"]["refreshToken"]) == (None, None)
    assert len(story.phone.get("{ mySessions { id } }")["mySessions"]) == 3


def payload_errors(value: Any) -> list[Any]:
    """Return the items of every `errors` field, at any depth."""
    if isinstance(value, list):
        return [error for item in value for error in payload_errors(item)]
    if not isinstance(value, dict):
        return []
    inside = [error for key, item in value.items() if key != "errors" for error in payload_errors(item)]
    return [*value.get("errors", []), *inside]


def test_every_example_has_a_check() -> None:
    assert list(FILES) == sorted(CHECKS), "write what has to come back of a new example"


def test_errors_in_payloads_are_found() -> None:
    assert payload_errors({"a": [{"errors": ["x"]}, {"b": {"errors": []}}]}) == ["x"]


@check("21_watch_sign_outs")
def check_watch_sign_outs(story: Story, data: Any) -> None:
    revoked = data["sessionRevoked"]
    assert revoked["isCurrent"] is False
    assert (revoked["session"]["id"], revoked["session"]["state"]) == (story.phone.session_id, "REVOKED")
    assert revoked["session"]["revocationReason"] == "LOGGED_OUT"


@check("22_watch_security_events")
def check_watch_security_events(story: Story, data: Any) -> None:
    event = data["securityEvent"]
    assert (event["kind"], event["device"]) == ("LOGGED_OUT", "Safari on iPhone")
    assert event["session"] == {"id": story.phone.session_id, "device": "Safari on iPhone", "state": "REVOKED"}


@check("23_reset_password")
def check_reset_password(story: Story, data: Any) -> None:
    assert data["resetPassword"] == {"revokedCount": 2, "errors": []}
    assert story.phone.code("{ mySessions { id } }") == "UNAUTHENTICATED"
    story.phone.log_in("23_reset_password@example.com", "an even better horse")


@pytest.fixture
def run_on_shared_server(server: Server) -> Callable[[str], Any]:
    """Run one example on a shared server. Each run has its own users."""

    def run_example(name: str) -> Any:
        story, asked_as = cast_of(server, name)
        example = FILES[name]
        variables = story.variables(example)
        input_ = variables.get("input", {})
        if "email" in input_:
            input_["email"] = f"{name}@example.com"
        if example.query.startswith("subscription") or "\nsubscription " in example.query:
            return story, watch(story, example.query, variables)
        answer = asked_as.ask(example.query, **variables)
        assert "errors" not in answer, answer
        assert payload_errors(answer["data"]) == []
        return story, json.loads(json.dumps(answer["data"]).replace(f"{name}@example.com", "ana@example.com"))

    return run_example


def watch(story: Story, query: str, variables: Any) -> Any:
    """Return what the laptop receives when the phone logs out."""
    with socket_of(story.laptop) as socket:
        socket.subscribe(query, **variables)
        story.phone.get("mutation { logout { session { id } } }")
        return socket.next()


def cast_of(server: Server, name: str) -> tuple[Story, Device]:
    laptop, phone, reset_token = server.device(FIREFOX), server.device(IPHONE), ""
    if name == "01_register":
        return Story(laptop, phone), laptop
    laptop.register(f"{name}@example.com")
    phone.log_in(f"{name}@example.com")
    if name == "23_reset_password":
        reset_token = server.run("users", "reset-password", f"{name}@example.com").out.strip()
    needs_no_token = name in {"02_log_in", "15_refresh", "20_log_in_with_cookies", "23_reset_password"}
    return Story(laptop, phone, reset_token), server.device(FIREFOX) if needs_no_token else laptop


def test_every_example_succeeds_unchanged(run_on_shared_server: Callable[[str], Any]) -> None:
    for name, has_to_come_back in CHECKS.items():
        has_to_come_back(*run_on_shared_server(name))
