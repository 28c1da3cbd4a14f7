"""Documents whose responses would be hundreds of megabytes are refused over HTTP before anything is read."""

from pathlib import Path

import pytest

from tests.support.constants import NO_LIMITS_PER_ADDRESS
from tests.support.server import Server

MEBIBYTE = 1024 * 1024
RENAME = "mutation($input: RenameSessionInput!) { renameSession(input: $input) { errors { __typename } } }"
PAGES = """query($id: ID!) { session(id: $id) {
  events(first: 100) { nodes { session { events(first: 100) { nodes { %s } } } } }
} }"""
ATTACKS = {
    "one alias of 31,000 letters": (PAGES % ("n" * 31_000 + ": id"), "NAME_TOO_LONG"),
    "an alias of the longest length for a long text": (
        PAGES % ("session { " + "n" * 100 + ": userAgent }"),
        "RESPONSE_TOO_LARGE",
    ),
    "forty times the longest text": (
        "{ mySessions { " + " ".join(f"{'n' * 97}{n:03}: userAgent" for n in range(40)) + " } }",
        "RESPONSE_TOO_LARGE",
    ),
    "pages in pages in pages": (
        PAGES % "session { events(first: 100) { nodes { id } } }",
        "QUERY_TOO_COSTLY",
    ),
}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_documents_with_huge_responses_are_refused_and_leave_no_memory(
    database_url: str, tmp_path: Path, ana: str
) -> None:
    with Server(database_url, tmp_path, **NO_LIMITS_PER_ADDRESS) as server:
        device = server.device().register(ana)
        for number in range(100):
            device.get(RENAME, input={"sessionId": device.session_id, "name": f"name {number}"})
        before = server.memory
        for _ in range(6):
            for name, (document, code) in ATTACKS.items():
                answer = device.ask(document, id=device.session_id)
                assert answer["errors"][0]["extensions"]["code"] == code, name
                assert "data" not in answer
        assert server.memory - before < 20 * MEBIBYTE
