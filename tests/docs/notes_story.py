"""The story of `docs/programs/notes.py`: notes of a user, read on two devices until one is signed out."""

import time

import httpx

from tests.server import IPHONE, Device, Program


def tell_notes_story(notes: Program) -> None:
    laptop = notes.device().register("ana@example.com")
    with httpx.Client(base_url=notes.site) as http:
        assert http.get("/").json() == "Hello, stranger"
        assert http.get("/", headers=as_(laptop)).json() == "Hello on your Firefox on Ubuntu"
        assert http.get("/notes").status_code == 401
        assert http.post("/notes", json={"text": "Milk"}, headers=as_(laptop)).json() == ["Milk"]
        phone = notes.device(IPHONE).log_in("ana@example.com")
        assert http.get("/notes", headers=as_(phone)).json() == ["Milk"]
        laptop.get("mutation { revokeAllSessions(keepCurrent: true) { revokedCount } }")
        assert http.get("/notes", headers=as_(phone)).status_code == 401
        assert http.delete("/notes", headers=as_(laptop)).status_code == 204
        assert http.get("/notes", headers=as_(laptop)).json() == []
        guarded = http.get("/openapi.json").json()["paths"]["/notes"]["get"]["security"]
        assert guarded == [{"SessionQL": []}]
    assert "To ana@example.com: a log-in on Safari on iPhone. Was that you?" in soon(notes, "Was that you?")


def as_(device: Device) -> dict[str, str]:
    return {"Authorization": f"Bearer {device.access_token}"}


def soon(program: Program, words: str) -> str:
    """What the program has written, as soon as these words are among it."""
    deadline = time.monotonic() + 10
    while words not in program.log and time.monotonic() < deadline:
        time.sleep(0.05)
    return program.log
