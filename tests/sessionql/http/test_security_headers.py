"""Security headers of every response, also of errors."""

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.conftest import developing
from tests.sessionql.browser import LOG_IN, REGISTER, Browser, input_of

pytestmark = [
    pytest.mark.usefixtures("cheap_hashing"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

EVERYWHERE: dict[str, str | None] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "strict-transport-security": None,
}
BY_DEFAULT: dict[str, str | None] = {
    **EVERYWHERE,
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
QUERY = "/graphql?query={__typename}"


def security_headers(response: httpx.Response) -> dict[str, str | None]:
    assert "server" not in response.headers
    assert not [name for name in BY_DEFAULT if len(response.headers.get_list(name)) > 1], "each header is sent once"
    return {name: response.headers.get(name) for name in BY_DEFAULT}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", QUERY, 403),
        ("HEAD", QUERY, 403),
        ("GET", "/graphql", 400),
        ("PUT", "/graphql", 405),
        ("OPTIONS", "/graphql", 405),
        ("POST", "/graphql", 415),
        ("GET", "/healthz", 200),
        ("POST", "/healthz", 405),
        ("GET", "/page/nothing.js", 404),
        ("POST", "/", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/schema.graphql", 401),
        ("POST", "/schema.graphql", 405),
        ("GET", "/%00%ff", 404),
    ],
)
async def test_every_response_has_the_security_headers(
    http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await http.request(method, path)
    assert (response.status_code, security_headers(response)) == (status, BY_DEFAULT)


@developing
@pytest.mark.parametrize(("path", "status"), [("/graphiql/nothing.js", 404), ("/services.graphql", 401)])
async def test_every_response_has_them_in_development(http: httpx.AsyncClient, path: str, status: int) -> None:
    response = await http.get(path)
    assert (response.status_code, security_headers(response)) == (status, BY_DEFAULT)


async def test_a_server_error_has_them_and_no_details(app: FastAPI, http: httpx.AsyncClient) -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError("the password is hunter2")

    app.router.routes.append(Route("/broken", broken))
    response = await http.get("/broken")
    assert response.status_code == 500
    assert "hunter2" not in response.text
    assert security_headers(response) == BY_DEFAULT


@developing
async def test_the_page_has_its_own_policy_which_runs_no_inline_script(http: httpx.AsyncClient) -> None:
    response = await http.get("/graphql", headers={"Accept": "text/html"})
    shown = security_headers(response)
    policy = dict(part.split(" ", 1) for part in (shown["content-security-policy"] or "").split("; "))
    assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert EVERYWHERE.items() <= shown.items()
    assert shown["referrer-policy"] == "same-origin"


@developing
@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/graphiql/bar.js", "no-cache"),
        ("/schema.graphql", "private, no-cache"),
        ("/.well-known/jwks.json", "public, max-age=300"),
    ],
)
async def test_cacheable_responses_have_a_max_age(http: httpx.AsyncClient, path: str, kept: str) -> None:
    assert security_headers(await http.get(path)) == {**BY_DEFAULT, "cache-control": kept}


async def test_no_response_with_tokens_may_be_cached(browser: Browser) -> None:
    for query, delivery in ((REGISTER, "COOKIE"), (LOG_IN, "BEARER"), (LOG_IN, "COOKIE")):
        response = await browser.send(query, input=input_of(delivery=delivery))
        assert response.json()["data"]
        assert security_headers(response) == {**BY_DEFAULT, "strict-transport-security": "max-age=31536000"}


@pytest.mark.parametrize("path", ["/healthz", "/graphql", "/sessions", "/nowhere", "/"])
async def test_responses_over_https_say_that_http_is_not_to_be_used(app: FastAPI, path: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://sessionql.test") as https:
        shown = security_headers(await https.get(path))["strict-transport-security"]
    assert shown == "max-age=31536000"
