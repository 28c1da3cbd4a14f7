"""Sign-outs over server-sent events, for clients without WebSocket."""

import json
import threading

from tests.support.constants import FIREFOX, IPHONE
from tests.support.event_stream import events, stream_of
from tests.support.server import Server

WATCH = "subscription { sessionRevoked { isCurrent session { device state } } }"
REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { errors { ... on UserError { code } } } }"


def test_a_device_that_is_signed_out_receives_it_and_its_stream_ends(standing: Server, ana: str) -> None:
    laptop = standing.device(FIREFOX).register(ana)
    phone = standing.device(IPHONE).log_in(ana)
    with stream_of(phone, WATCH) as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        # The last event arrives whether the subscription or the revocation is faster.
        revoking = threading.Thread(target=laptop.get, args=[REVOKE], kwargs={"id": phone.session_id})
        revoking.start()
        (kind, data), (last, _) = events(response)
        revoking.join()
    assert kind == "next"
    assert json.loads(data)["data"]["sessionRevoked"] == {
        "isCurrent": True,
        "session": {"device": "Safari on iPhone", "state": "REVOKED"},
    }
    assert last == "complete"

    with stream_of(phone, WATCH) as response:
        (_, rejection), (last, _) = events(response)
    assert json.loads(rejection)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", "nor may it subscribe again"
    assert last == "complete"
