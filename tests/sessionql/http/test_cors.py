"""CORS: pages of other sites can read nothing, unless their origins are listed."""

from typing import Any

import pytest
from pydantic import ValidationError

from sessionql.settings.settings import Settings
from tests.conftest import FakeClock
from tests.sessionql.browser import ME, Browser, site

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
pytestmark = pytest.mark.usefixtures("cheap_hashing")

FRIEND = "https://app.example.com"
EVIL = "https://evil.example"
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


def shared(headers: Any) -> dict[str, str]:
    """The CORS headers of a response."""
    return {name: value for name, value in headers.items() if name.startswith("access-control-allow-o")}


@on_sqlite
async def test_by_default_there_are_no_cors_headers(browser: Browser) -> None:
    for origin in (FRIEND, "null", "https://sessionql.test"):
        preflight = await browser.http.options("/graphql", headers={"Origin": origin, **ASKED})
        assert preflight.status_code == 405
        answer = await browser.send(ME, headers={"Origin": origin})
        for response in (preflight, answer):
            assert not [name for name in response.headers if name.startswith("access-control")]


@on_sqlite
async def test_a_listed_origin_may_read_and_no_other(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, cors_origins=(FRIEND, "http://localhost:3000")) as browser:
        for origin, allowed in ((FRIEND, FRIEND), (EVIL, None), ("null", None), (f"{FRIEND}.evil.example", None)):
            preflight = await browser.http.options("/graphql", headers={"Origin": origin, **ASKED})
            assert preflight.status_code == (200 if allowed else 400)
            for response in (preflight, await browser.send(ME, headers={"Origin": origin})):
                assert response.headers.get("access-control-allow-origin") == allowed
                assert "access-control-allow-credentials" not in response.headers
                assert "Origin" in response.headers["vary"]
        preflight = await browser.http.options("/graphql", headers={"Origin": FRIEND, **ASKED})
        assert preflight.headers["access-control-allow-methods"] == "GET, POST, PATCH, DELETE"
        assert preflight.headers["access-control-max-age"] == "600"
        allowed_headers = preflight.headers["access-control-allow-headers"].lower()
        assert {"authorization", "content-type", "graphql-require-preflight", "apollo-require-preflight"} <= set(
            allowed_headers.split(", ")
        )


@on_sqlite
async def test_every_response_varies_by_origin(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, cors_origins=(FRIEND,)) as browser:
        public_keys = await browser.http.get("/.well-known/jwks.json")
        assert public_keys.headers["vary"] == "Origin", "a cache between us must not keep it for pages of others"
        answer = await browser.send(ME, headers={"Origin": FRIEND})
        assert answer.headers["vary"] == "accept, Origin"
        assert answer.headers["access-control-expose-headers"] == "Retry-After"


@on_sqlite
async def test_other_methods_and_headers_are_not_allowed(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, cors_origins=(FRIEND,)) as browser:
        for requested in (
            {"Access-Control-Request-Method": "PUT"},
            {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-forwarded-for"},
        ):
            response = await browser.http.options("/graphql", headers={"Origin": FRIEND, **requested})
            assert response.status_code == 400
        assert (await browser.http.options("/graphql")).status_code == 405, "not a CORS preflight"


@on_sqlite
async def test_credentials_are_allowed_only_with_the_setting(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, cors_origins=(FRIEND,), cors_credentials=True) as browser:
        for response in (
            await browser.http.options("/graphql", headers={"Origin": FRIEND, **ASKED}),
            await browser.send(ME, headers={"Origin": FRIEND}),
        ):
            assert shared(response.headers) == {"access-control-allow-origin": FRIEND}
            assert response.headers["access-control-allow-credentials"] == "true"
        assert shared((await browser.send(ME, headers={"Origin": EVIL})).headers) == {}


@on_sqlite
async def test_a_wildcard_origin_never_allows_credentials(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, cors_origins=("*",)) as browser:
        for response in (
            await browser.http.options("/graphql", headers={"Origin": EVIL, **ASKED}),
            await browser.send(ME, headers={"Origin": EVIL, "Cookie": "a=b"}),
        ):
            assert shared(response.headers) == {"access-control-allow-origin": "*"}
            assert "access-control-allow-credentials" not in response.headers


@on_sqlite
async def test_errors_can_be_read_too(settings: Settings, clock: FakeClock) -> None:
    async with site(settings, clock, cors_origins=(FRIEND,)) as browser:
        for response in (
            await browser.http.get("/nowhere", headers={"Origin": FRIEND}),
            await browser.http.post("/graphql", content=b"{", headers={"Origin": FRIEND}),
        ):
            assert response.status_code >= 400
            assert shared(response.headers) == {"access-control-allow-origin": FRIEND}


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """A folder without a `.env` file."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", ()),
        ("*", ("*",)),
        (FRIEND, (FRIEND,)),
        (f" {FRIEND} ,http://localhost:3000,", (FRIEND, "http://localhost:3000")),
        ("https://xn--bro-hoa.example, http://[::1]:8080", ("https://xn--bro-hoa.example", "http://[::1]:8080")),
        ("capacitor://localhost", ("capacitor://localhost",)),
    ],
)
def test_origins_are_written_as_browsers_send_them(
    monkeypatch: pytest.MonkeyPatch, text: str, origins: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SESSIONQL_CORS_ORIGINS", text)
    assert Settings().cors_origins == origins


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    "text",
    [
        "null",
        "app.example.com",
        "https://",
        "//app.example.com",
        f"{FRIEND}/",
        f"{FRIEND}/path",
        f"{FRIEND}?a",
        f"{FRIEND}:443",
        f"{FRIEND}:99999",
        f"{FRIEND}:0",
        f"{FRIEND}:",
        "http://localhost:80",
        "https://*.example.com",
        "https://App.example.com",
        "https://büro.example",
        "https://ana:pw@app.example.com",
        "https://a b",
        f"{FRIEND},*",
        f"{FRIEND} {FRIEND}",
    ],
)
def test_invalid_origins_are_rejected(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SESSIONQL_CORS_ORIGINS", text)
    with pytest.raises(ValidationError, match=r"origin|browsers never send"):
        Settings()


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cors_origins": "*", "cors_credentials": True}, "lets every site act as your users"),
        ({"cors_credentials": True}, "list them too"),
        ({"cookie_same_site": "none", "cookie_secure": False}, "only with cookie_secure"),
        ({"cookie_same_site": "Strict "}, "cookie_same_site"),
    ],
)
def test_unsafe_settings_stop_the_start(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**given)
