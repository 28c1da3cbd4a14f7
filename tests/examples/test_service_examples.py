"""Every file of `graphql_examples/services` is executed in order, with a key of the command line."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sessionql.graphql.examples import load_examples
from tests.support.cli import run
from tests.support.client import Device
from tests.support.constants import IPHONE, PASSWORD
from tests.support.documents import ERRORS
from tests.support.server import Server

EXAMPLES = Path(__file__).parents[2] / "graphql_examples" / "services"
FILES = dict(zip((path.stem for path in sorted(EXAMPLES.glob("*.graphql"))), load_examples(EXAMPLES), strict=True))
A_SESSION, A_USER = "00000000-0000-7000-8000-000000000000", "00000000-0000-7000-8000-000000000001"
SIGNED_OUT = "UNAUTHENTICATED"
MINE = "{ mySessions { id } }"
RESET = f"mutation($input: ResetPasswordInput!) {{ resetPassword(input: $input) {{ {ERRORS} }} }}"


@dataclass
class Story:
    """A service with a key of every scope, and the phone of Ana with a session."""

    shop: Device
    phone: Device
    user_id: str

    def ask(self, name: str) -> Any:
        """Return the result of an example with IDs and a token that exist."""
        text = FILES[name].variables or "{}"
        text = text.replace(A_SESSION, self.phone.session_id).replace(A_USER, self.user_id)
        text = text.replace("eyJ…", self.phone.access_token or "")
        (payload,) = self.shop.get(FILES[name].query, **json.loads(text)).values()
        assert not isinstance(payload, dict) or payload.get("errors", []) == []
        return payload


Check = Callable[[Story, Any], None]


def check_create_session(story: Story, payload: Any) -> None:
    assert (payload["user"]["subject"], payload["session"]["ipAddress"]) == ("crm|42", "192.0.2.7")
    story.phone.access_token, own = payload["tokens"]["accessToken"], story.phone.access_token
    assert story.phone.get("{ me { subject } }") == {"me": {"subject": "crm|42"}}
    story.phone.access_token = own


def check_introspect(story: Story, payload: Any) -> None:
    assert (payload["active"], payload["tokenKind"], payload["user"]["email"]) == (True, "ACCESS", "ana@example.com")
    assert payload["session"] == {"id": story.phone.session_id, "device": "Safari on iPhone"}


def check_mark_reauthenticated(story: Story, payload: Any) -> None:
    assert story.phone.code(MINE) == SIGNED_OUT, "the older token is replaced"
    story.phone.access_token = payload["tokens"]["accessToken"]
    assert story.phone.get(MINE)


def check_look_up_user(story: Story, payload: Any) -> None:
    assert (payload["id"], payload["disabledAt"], payload["sessions"]["totalCount"]) == (story.user_id, None, 1)
    assert payload["securityEvents"]["nodes"][0]["actorName"] == "Shop"


def check_revoke_user_session(story: Story, payload: Any) -> None:
    assert payload["session"]["revocationReason"] == "REVOKED_BY_OPERATOR"
    assert story.phone.code(MINE) == SIGNED_OUT


def check_revoke_user_sessions(story: Story, payload: Any) -> None:
    assert (payload["revokedCount"], payload["user"]["id"]) == (1, story.user_id)
    assert story.phone.code(MINE) == SIGNED_OUT


def check_disable_user(story: Story, payload: Any) -> None:
    assert payload["user"]["disabledAt"]
    assert story.phone.code(MINE) == SIGNED_OUT


def check_admin_actions(story: Story, payload: Any) -> None:
    done = ["USER_ENABLED", "USER_DISABLED", "SESSIONS_REVOKED", "SESSION_REVOKED"]
    assert [(each["kind"], each["actorName"], each["userId"]) for each in payload] == [
        (kind, "Shop", story.user_id) for kind in done
    ]


def check_service_key(_: Story, payload: Any) -> None:
    assert payload["name"] == "Shop"
    assert sorted(payload["scopes"]) == ["CREATE_SESSIONS", "INTROSPECT", "OPERATOR", "REAUTHENTICATE"]


def check_enable_user(story: Story, payload: Any) -> None:
    assert payload["user"] == {"id": story.user_id, "disabledAt": None}
    story.phone.log_in("ana@example.com")


def check_delete_user(story: Story, payload: Any) -> None:
    assert (payload["deletedUserId"], payload["revokedCount"]) == (story.user_id, 1)
    assert story.phone.code(MINE) == SIGNED_OUT


def check_revoke_every_session(_: Story, payload: Any) -> None:
    assert payload == {"revokedCount": 1}, "that of the shop's own customer"


def check_create_user(_: Story, payload: Any) -> None:
    assert payload["user"]["email"] == "bob@example.com"
    assert payload["resetToken"]["token"].startswith("sqlp_")


def check_issue_password_reset(story: Story, payload: Any) -> None:
    input_ = {"token": payload["resetToken"]["token"], "newPassword": PASSWORD}
    assert story.phone.get(RESET, input=input_)["resetPassword"] == {"errors": []}
    story.phone.log_in("bob@example.com")


CHECKS: dict[str, Check] = {
    "01_service_key": check_service_key,
    "02_create_session": check_create_session,
    "03_introspect": check_introspect,
    "04_mark_reauthenticated": check_mark_reauthenticated,
    "05_look_up_user": check_look_up_user,
    "06_revoke_user_session": check_revoke_user_session,
    "07_revoke_user_sessions": check_revoke_user_sessions,
    "08_disable_user": check_disable_user,
    "09_enable_user": check_enable_user,
    "10_admin_actions": check_admin_actions,
    "11_delete_user": check_delete_user,
    "12_revoke_every_session": check_revoke_every_session,
    "13_create_user": check_create_user,
    "14_issue_password_reset": check_issue_password_reset,
}
LOGGED_IN_AGAIN = {"07_revoke_user_sessions", "08_disable_user"}


@pytest.fixture
def story(database_url: str, tmp_path: Path) -> Iterator[Story]:
    scopes = [f"--scope={scope}" for scope in ("create-sessions", "introspect", "reauthenticate", "operator")]
    made = run(tmp_path, "service-keys", "create", "Shop", *scopes, DATABASE_URL=database_url)
    assert made.code == 0, made
    with Server(database_url, tmp_path) as server:
        shop, phone = server.device("shop/1.0"), server.device(IPHONE).register("ana@example.com")
        shop.access_token = made.out.strip()
        yield Story(shop, phone, phone.get("{ me { id } }")["me"]["id"])


def test_every_example_has_a_check() -> None:
    assert list(FILES) == sorted(CHECKS), "write what has to come back of a new example"


def test_every_example_succeeds_unchanged(story: Story) -> None:
    for name, has_to_come_back in CHECKS.items():
        if name in LOGGED_IN_AGAIN:
            story.phone.log_in("ana@example.com")
        has_to_come_back(story, story.ask(name))
