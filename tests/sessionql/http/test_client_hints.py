"""The device of a log-in on a page is derived from Client Hints, which have more than the User-Agent."""

import httpx
import pytest

from tests.conftest import developing
from tests.support.documents import REGISTER

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"
)
SENT = {
    "User-Agent": CHROME,
    "Sec-CH-UA": '"Brave";v="129", "Not=A?Brand";v="8", "Chromium";v="129"',
    "Sec-CH-UA-Mobile": "?0",
    "Sec-CH-UA-Platform": '"Windows"',
    "Sec-CH-UA-Platform-Version": '"15.0.0"',
}


@pytest.mark.anyio
async def test_a_session_has_the_device_of_its_client_hints(http: httpx.AsyncClient) -> None:
    variables = {"input": {"email": "ana@example.com", "password": "correct horse battery"}}
    answer = await http.post("/graphql", json={"query": REGISTER, "variables": variables}, headers=SENT)
    payload = answer.json()["data"]["register"]
    assert payload["session"]["device"] == "Brave on Windows 11"
    token = payload["tokens"]["accessToken"]
    requested = {
        "query": "{ mySessions { deviceInfo { osVersion browserVersion } events(first: 1) { nodes { device } } } }"
    }
    answer = await http.post("/graphql", json=requested, headers={"Authorization": f"Bearer {token}"})
    (session,) = answer.json()["data"]["mySessions"]
    assert session["deviceInfo"] == {"osVersion": "11", "browserVersion": "129"}
    assert session["events"]["nodes"] == [{"device": "Brave on Windows 11"}]


@developing
@pytest.mark.anyio
async def test_pages_request_client_hints(http: httpx.AsyncClient) -> None:
    for address in ("/", "/graphql"):
        page = await http.get(address, headers={"Accept": "text/html"})
        assert "Sec-CH-UA-Model" in page.headers["Accept-CH"]
