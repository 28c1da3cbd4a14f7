"""An application that embeds SessionQL, served by `sessionql serve module:app` and by uvicorn alone."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.docs.notes_story import run_notes_story
from tests.support.cli import run
from tests.support.engines import Engines
from tests.support.raw_http import responses_to
from tests.support.server import ForkedProgram, ForkedServedProgram, Program, ServedProgram

LOG_IN = "mutation($input: LoginInput!) { login(input: $input) { errors { ... on UserError { code } } } }"
REGISTER = "mutation($input: RegisterInput!) { register(input: $input) { session { ipAddress } } }"
ADDRESSES = "{ mySessions { ipAddress } }"
WARNING = "list it in SESSIONQL_TRUSTED_PROXIES"
FACTORY = """
from fastapi import FastAPI
from sessionql import SessionQL

def app() -> FastAPI:
    sessions = SessionQL()
    made = FastAPI(lifespan=sessions.lifespan)
    made.mount("/auth", sessions.app)
    return made
"""


@pytest.fixture(scope="module", params=["sessionql serve", "httptools", "h11"])
def notes(
    request: pytest.FixtureRequest, engines: Engines, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Program]:
    """An application whose settings name no proxies. Uvicorn alone believes headers of 127.0.0.1."""
    folder = tmp_path_factory.mktemp("notes")
    url = engines.sqlite(folder)
    made = (
        ForkedServedProgram("notes", url, folder)
        if request.param == "sessionql serve"
        else Program("notes", url, folder, "--http", request.param)
    )
    with made as running:
        yield running


@pytest.mark.parametrize("forged", ["203.0.113.{}", "203.0.113.{}:4711", "[2001:db8::{}]:4711", "{}.example"])
def test_wrong_passwords_are_counted_for_the_peer(notes: Program, ana: str, forged: str) -> None:
    codes = []
    with httpx.Client(base_url=notes.url) as http:
        for number in range(30):
            user = {"email": f"{number}-{ana}", "password": "wrong horse battery"}
            headers = {"X-Forwarded-For": forged.format(number)}
            answer = http.post("/graphql", json={"query": LOG_IN, "variables": {"input": user}}, headers=headers)
            codes += [each["code"] for each in answer.json()["data"]["login"]["errors"]]
    assert codes.count("INVALID_CREDENTIALS") <= 20
    assert codes[-1] == "RATE_LIMITED"
    assert notes.log.count(WARNING) == (0 if isinstance(notes, ServedProgram) else 1), "once, for every form"


def test_the_header_of_a_listed_proxy_is_used_without_a_warning(engines: Engines, tmp_path: Path, ana: str) -> None:
    with ForkedProgram("notes", engines.sqlite(tmp_path), tmp_path, TRUSTED_PROXIES="127.0.0.1") as notes:
        user = {"email": ana, "password": "correct horse battery"}
        headers = {"X-Forwarded-For": "203.0.113.66, 198.51.100.7"}
        body = {"query": REGISTER, "variables": {"input": user}}
        shown = httpx.post(f"{notes.url}/graphql", json=body, headers=headers).json()
        assert shown["data"]["register"]["session"] == {"ipAddress": "198.51.100.7"}
        assert WARNING not in notes.log


def test_heads_of_every_route_are_bounded(engines: Engines, tmp_path: Path) -> None:
    with ForkedServedProgram("notes", engines.sqlite(tmp_path), tmp_path) as notes:
        for path in (b"/notes", b"/auth/graphql"):
            head = b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n"
            for rest in (b"a: b\r\n" * 200, b"a: " + b"b" * 1_000_000):
                (answer,) = responses_to(notes.url, head + rest)
                assert (answer.status, answer.headers["x-content-type-options"]) == (431, "nosniff")
        assert "server" not in httpx.get(f"{notes.url}/nothing").headers
        assert notes.stop(signal.SIGTERM) == 0
        assert "Traceback" not in notes.log


def test_it_may_have_several_workers(engines: Engines, tmp_path: Path) -> None:
    with ServedProgram("notes", engines.postgresql(), tmp_path, WORKERS="2") as notes:
        laptop = notes.device().register("ana@example.com")
        assert laptop.get(ADDRESSES) == {"mySessions": [{"ipAddress": "127.0.0.1"}]}
        assert notes.log.count(f"notes:app is ready on {notes.site}") == 1
        assert notes.stop(signal.SIGTERM) == 0


def test_it_behaves_as_under_uvicorn(engines: Engines, tmp_path: Path) -> None:
    with ForkedServedProgram("notes", engines.sqlite(tmp_path), tmp_path) as notes:
        run_notes_story(notes)


def test_a_factory_may_return_it(engines: Engines, tmp_path: Path, ana: str) -> None:
    (tmp_path / "made.py").write_text(FACTORY)
    options = ("--factory", "--app-dir", str(tmp_path))
    with ForkedServedProgram("made", engines.sqlite(tmp_path), tmp_path, *options) as made:
        assert made.device().register(ana).get(ADDRESSES)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nothing:app", 'Could not import module "nothing"'),
        ("made", "module:attribute"),
        ("made:nothing", 'Attribute "nothing" not found'),
        ("made:FastAPI.__doc__", "cannot be called"),
    ],
)
def test_what_cannot_be_served_is_an_error_without_a_traceback(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "made.py").write_text(FACTORY)
    assert problem in run(tmp_path, "serve", name, "--app-dir", str(tmp_path), PORT="0").problem


def test_settings_that_cannot_be_used_are_an_error_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("from sessionql import SessionQL\napp = SessionQL().app\n")
    (tmp_path / "keys.json").write_text("{")
    problem = run(tmp_path, "serve", "broken:app", "--app-dir", str(tmp_path), PORT="0").problem
    assert problem.startswith("sessionql: ")
    assert "keys.json" in problem
