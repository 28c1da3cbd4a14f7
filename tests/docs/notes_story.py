"""The story of `docs/programs/notes.py`: notes of a user, read on two devices until one is signed out."""

import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.support.client import Device
from tests.support.constants import IPHONE
from tests.support.server import Program


def run_notes_story(notes: Program) -> None:
    laptop = notes.device().register("ana@example.com")
    with httpx.Client(base_url=notes.site) as http:
        assert http.get("/").json() == "Hello"
        assert http.get("/", headers=bearer(laptop)).json() == "Hello on your Firefox on Ubuntu"
        assert http.get("/notes").status_code == 401
        assert http.post("/notes", json={"text": "Milk"}, headers=bearer(laptop)).json() == ["Milk"]
        phone = notes.device(IPHONE).log_in("ana@example.com")
        assert http.get("/notes", headers=bearer(phone)).json() == ["Milk"]
        url = f"ws{notes.site.removeprefix('http')}/echo"
        with connect(url, additional_headers=bearer(phone)) as socket:
            socket.send("Hello")
            assert socket.recv(10) == "Hello"
            laptop.get("mutation { revokeAllSessions(keepCurrent: true) { revokedCount } }")
            with pytest.raises(ConnectionClosed):
                socket.recv(10)
            assert socket.close_code == 4401
        assert http.get("/notes", headers=bearer(phone)).status_code == 401
        assert http.delete("/notes", headers=bearer(laptop)).status_code == 204
        assert http.get("/notes", headers=bearer(laptop)).json() == []
        guarded = http.get("/openapi.json").json()["paths"]["/notes"]["get"]["security"]
        assert guarded == [{"SessionQL": []}]
    assert "To ana@example.com: a log-in on Safari on iPhone. Was that you?" in wait_for_log(notes, "Was that you?")


def bearer(device: Device) -> dict[str, str]:
    return {"Authorization": f"Bearer {device.access_token}"}


def wait_for_log(program: Program, words: str) -> str:
    """The log of the program, as soon as it contains these words; at most 10 seconds later."""
    deadline = time.monotonic() + 10
    while words not in program.log and time.monotonic() < deadline:
        time.sleep(0.05)
    return program.log
