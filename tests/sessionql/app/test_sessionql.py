"""SessionQL in another FastAPI application: mounted or included."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from sessionql import SessionQL, Settings
from sessionql.resolvers.dependencies import Accounts
from tests.sessionql.app.embedding import SITE, application, as_, at, open_


@pytest.mark.parametrize(("accounts", "registers"), [("open", True), ("closed", False), ("off", False)])
def test_included_routers_have_the_routes_that_the_setting_allows(
    settings: Settings, accounts: Accounts, registers: bool
) -> None:
    app = FastAPI()
    app.include_router(SessionQL(settings.model_copy(update={"accounts": accounts})).rest_router)
    paths = app.openapi()["paths"]
    assert ("/register" in paths, "/login" in paths) == (registers, accounts != "off")


def test_an_application_may_start_several_times(sessions: SessionQL, caplog: pytest.LogCaptureFixture) -> None:
    app = application(sessions)

    async def live(email: str) -> None:
        async with open_(app) as http:
            callers = [at(http) for _ in range(4)]
            await asyncio.gather(*(each.register(f"{n}{email}") for n, each in enumerate(callers)))
            for each in callers:
                assert (await http.get("/current", headers=as_(each))).status_code == 200

    # Each in its own event loop, like the tests of applications.
    for round_ in range(3):
        asyncio.run(live(f"{round_}@example.com"))
    assert [record.message for record in caplog.records if record.levelname != "INFO"] == []


async def test_routers_have_the_routes_and_the_lifespan(settings: Settings) -> None:
    sessions = SessionQL(settings)
    app = FastAPI()
    app.include_router(sessions.graphql_router, prefix="/auth")
    app.include_router(sessions.rest_router, prefix="/api")
    async with open_(app) as http:
        laptop = await at(http).register("ana@example.com")
        answer = await laptop.send("{ me { email } }")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        listed = await http.get("/api/sessions", headers=as_(laptop))
        assert [session["is_current"] for session in listed.json()["sessions"]] == [True]
        assert listed.headers["x-content-type-options"] == "nosniff"
        assert (await http.get("/auth/.well-known/jwks.json")).status_code == 200
        assert (await http.get("/healthz")).status_code == 404, "that is the application's own business"
        assert "/api/sessions/{session_id}" in (await http.get("/openapi.json")).json()["paths"]
        rejected = await http.get("/api/sessions")
        assert (rejected.status_code, rejected.headers["content-type"]) == (401, "application/problem+json")
        with sessions.dependencies.pubsub.subscribe(sessions.dependencies.new_id()):
            pass


async def test_a_missing_lifespan_is_reported_once(sessions: SessionQL, caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    app.mount("/auth", sessions.app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as http:
        for _ in range(2):
            await http.get("/auth/.well-known/jwks.json")
    (warning,) = [record.message for record in caplog.records if "lifespan" in record.message]
    assert "FastAPI(lifespan=sessions.lifespan)" in warning
