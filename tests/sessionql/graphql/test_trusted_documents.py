"""Trusted documents in a complete server: manifests of real tools, and a server that accepts nothing else."""

import json
import logging
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sessionql.app.factory import create_app
from sessionql.graphql.trusted_documents import load_trusted
from sessionql.page import page_documents
from sessionql.resolvers.dependencies import Accounts
from sessionql.settings.mode import Mode
from sessionql.settings.settings import Settings
from tests.conftest import developing
from tests.graphql_server.manifest_files import client_preset, hashed, relay, write
from tests.schema.graphql_client import PASSWORD, GraphQLClient
from tests.schema.service_keys import service_client
from tests.support.cli import run
from tests.support.constants import FIREFOX
from tests.support.server import Server

pytestmark = pytest.mark.usefixtures("cheap_hashing")

MANIFESTS = Path(__file__).parents[1] / "manifests"
SERVICE_KEY = "query Key { serviceKey { name } }"
BY_GET = {"GraphQL-Require-Preflight": "1"}
NEW = {"Accept": "application/graphql-response+json"}
REGISTER = "mutation R($input: RegisterInput!) { register(input: $input) { tokens { accessToken } } }"


def pairs(manifest: str) -> dict[str, str]:
    """The ids and documents of a manifest."""
    found = json.loads((MANIFESTS / f"{manifest}.json").read_text(encoding="utf-8"))
    operations = found.get("operations")
    return found if operations is None else {each["id"]: each["body"] for each in operations}


def my_sessions(manifest: str) -> str:
    """The id of the document that selects the sessions."""
    return next(name for name, text in pairs(manifest).items() if "mySessions" in text)


@pytest.fixture
def only() -> bool:
    return False


@pytest.fixture
def settings(database_url: str, tmp_path: Path, only: bool, mode: Mode) -> Settings:
    folder = Path(shutil.copytree(MANIFESTS, tmp_path / "trusted"))
    write(folder / "services", shop=client_preset(SERVICE_KEY))
    write(folder, register=client_preset(REGISTER))
    given: dict[str, Any] = {"trusted_documents": folder, "trusted_documents_only": only, "mode": mode}
    return Settings(data_dir=tmp_path, database_url=database_url, **given)


async def named(http: httpx.AsyncClient, name: str, token: str | None = None, **variables: Any) -> Any:
    """The response to the document with this id."""
    headers = {"Authorization": f"Bearer {token}", **NEW} if token else NEW
    response = await http.post("/graphql", json={"documentId": name, "variables": variables}, headers=headers)
    return response.json()


async def registered(http: httpx.AsyncClient) -> str:
    """An access token, received by a trusted document."""
    who = {"email": "ana@example.com", "password": PASSWORD}
    answer = await named(http, f"sha256:{hashed(REGISTER)}", input=who)
    return str(answer["data"]["register"]["tokens"]["accessToken"])


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("manifest", sorted(path.stem for path in MANIFESTS.glob("*.json")))
async def test_the_manifest_of_a_real_tool_works_unchanged(http: httpx.AsyncClient, manifest: str) -> None:
    token, name = await registered(http), my_sessions(manifest)
    (session,) = (await named(http, name, token))["data"]["mySessions"]
    assert (session["isCurrent"], session["ipAddress"]) == (True, "127.0.0.1")
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": name}}
    as_apollo_does = {"extensions": json.dumps(persisted), "variables": "{}", "operationName": ""}
    headers = {"Authorization": f"Bearer {token}", **BY_GET}
    response = await http.get("/graphql", params=as_apollo_does, headers=headers)
    assert response.json()["data"]["mySessions"] == [session]


@developing
async def test_a_browser_that_sends_an_id_gets_no_page(http: httpx.AsyncClient) -> None:
    browser = {"Accept": "text/html,*/*;q=0.8", "User-Agent": FIREFOX, **BY_GET}
    for params in ({"documentId": my_sessions("relay")}, {"extensions": "{}"}):
        response = await http.get("/graphql", params=params, headers=browser)
        assert response.headers["content-type"].startswith("application/json")
    assert (await http.get("/graphql", headers=browser)).headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("only", [True])
async def test_users_may_execute_trusted_documents_only(http: httpx.AsyncClient) -> None:
    ana = GraphQLClient(http)
    ana.token = await registered(http)
    for query in ("{ __typename }", "{ mySessions { id } }", "{ __schema { queryType { name } } }", "{"):
        assert await ana.code(query) == "DOCUMENT_NOT_TRUSTED"
    assert (await named(http, f"sha256:{hashed('{ __typename }')}"))["errors"][0]["message"] == (
        "No document has this id, and this server executes only its trusted documents."
    )
    assert "errors" not in await named(http, my_sessions("apollo"), ana.token)


@pytest.mark.parametrize("only", [True])
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_graphiql_is_off_with_trusted_documents_only(http: httpx.AsyncClient) -> None:
    assert (await http.get("/graphql", headers={"Accept": "text/html"})).status_code == 406
    assert "GraphiQL" not in (await http.get("/")).text
    assert (await http.get("/healthz")).status_code == 200


@pytest.mark.parametrize("only", [True])
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_page_of_sessionql_sends_trusted_documents_only(http: httpx.AsyncClient) -> None:
    for entry in page_documents():
        answer = (await http.post("/graphql", json={"query": entry.text})).json()
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        assert not codes & {"DOCUMENT_NOT_TRUSTED", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}, entry.text


@pytest.mark.parametrize("accounts", ["open", "closed", "off"])
def test_documents_of_the_page_that_need_accounts_are_left_out(tmp_path: Path, accounts: Accounts) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    found = load_trusted(Settings(trusted_documents=folder, trusted_documents_only=True, accounts=accounts))
    assert found.unusable == ()
    absent = {"open": 0, "closed": 1, "off": 5}[accounts]
    assert len(found.users) == len([*page_documents()]) - absent


@pytest.mark.parametrize("only", [False, True])
async def test_services_have_their_own_documents_and_may_send_any_other(app: FastAPI, http: httpx.AsyncClient) -> None:
    shop = await service_client(app, http)
    assert await shop.get("{ serviceKey { name } }") == {"serviceKey": {"name": "Shop"}}
    name = f"sha256:{hashed(SERVICE_KEY)}"
    assert await named(http, name, shop.token) == {"data": {"serviceKey": {"name": "Shop"}}}
    for token, other in ((shop.token, my_sessions("relay")), (None, name)):
        assert (await named(http, other, token))["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_FOUND"


@pytest.mark.parametrize("only", [True])
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_an_invalid_key_may_execute_trusted_documents_only(http: httpx.AsyncClient) -> None:
    unauthenticated = GraphQLClient(http)
    for token in ("sqls_" + "A" * 43, "sqls_", ""):
        unauthenticated.token = token
        assert await unauthenticated.code("{ serviceKey { name } }") == "DOCUMENT_NOT_TRUSTED"


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_outdated_document_is_logged_and_does_not_prevent_the_start(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """The file of Relay has every query that the app ever had, and the schema changes."""
    assert settings.trusted_documents
    old = write(settings.trusted_documents, old=relay(*(f"query Old {{ gone{n} }}" for n in range(30))))
    with caplog.at_level(logging.WARNING):
        create_app(settings)
    first, *_, last = [record.getMessage() for record in caplog.records]
    assert first.startswith('Trusted document "')
    assert f"of {old}/old.json cannot be run: Cannot query field 'gone0' on type 'Query'." in first
    assert last == "And 20 more: `sessionql check-documents` lists all"
    assert len(caplog.records) == 11


@pytest.mark.parametrize("engine", ["sqlite"])
def test_valid_documents_are_not_logged(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    create_app(settings)
    assert caplog.records == []


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("max_queries", [0, 1])
async def test_the_number_of_persisted_queries_is_that_of_the_settings(settings: Settings, max_queries: int) -> None:
    app = create_app(settings.model_copy(update={"persisted_queries": max_queries}))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://s.test") as http,
    ):
        for query in ("{ a: __typename }", "{ b: __typename }"):
            persisted = {"persistedQuery": {"version": 1, "sha256Hash": hashed(query)}}
            await http.post("/graphql", json={"query": query, "extensions": persisted})
            answer = (await http.post("/graphql", json={"extensions": persisted})).json()
            assert ("data" in answer) == (max_queries > 0), answer
        first = {"persistedQuery": {"version": 1, "sha256Hash": hashed("{ a: __typename }")}}
        (error,) = (await http.post("/graphql", json={"extensions": first})).json()["errors"]
        assert error["message"] == ("PersistedQueryNotFound" if max_queries else "PersistedQueryNotSupported")


def problem(tmp_path: Path, folder: Path) -> str:
    """The line of the error with which a start fails."""
    (line,) = run(tmp_path, "serve", TRUSTED_DOCUMENTS=str(folder), PORT="0").problem.splitlines()
    assert line.startswith("sessionql: ")
    return line


def test_an_invalid_manifest_stops_the_start_with_one_line(tmp_path: Path) -> None:
    text = "{ __typename }"
    wrong = write(tmp_path / "wrong", app=json.dumps({f"sha256:{hashed(text + ' ')}": text}))
    assert f'{wrong}/app.json: the document of the id "sha256:' in problem(tmp_path, wrong)
    unknown = write(tmp_path / "unknown", package='{"name": "app", "dependencies": {}}')
    assert f"{unknown}/package.json has an entry that is no id with a document" in problem(tmp_path, unknown)
    below = write(tmp_path / "below", app="{}")
    write(below / "services", shop="[")
    assert f"{below}/services/shop.json is not valid JSON" in problem(tmp_path, below)


def test_an_empty_or_missing_folder_stops_the_start(tmp_path: Path) -> None:
    """Otherwise a volume that is not mounted would be a server without documents."""
    for folder in (tmp_path / "nowhere", write(tmp_path / "empty")):
        words = f"There is no manifest (*.json) in {folder}, the folder of SESSIONQL_TRUSTED_DOCUMENTS."
        assert problem(tmp_path, folder) == f"sessionql: {words}"


def test_trusted_documents_only_requires_a_folder(tmp_path: Path) -> None:
    for settings in ({}, {"TRUSTED_DOCUMENTS": ""}):
        problem_text = run(tmp_path, "serve", TRUSTED_DOCUMENTS_ONLY="true", **settings).problem
        assert "trusted_documents_only runs nothing without documents: set trusted_documents too" in problem_text


def test_documents_are_checked_by_a_command(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MANIFESTS, tmp_path / "trusted"))
    write(folder / "services", shop=client_preset(SERVICE_KEY))
    checked = run(tmp_path, "check-documents", str(folder))
    assert (checked.code, checked.err) == (0, "")
    assert (
        checked.out
        == f"{sum(len(pairs(each.stem)) for each in MANIFESTS.glob('*.json'))} documents for users, 1 for services.\n"
    )
    write(folder, old=json.dumps({"old": "{ gone }", "key": SERVICE_KEY}))
    bad = run(tmp_path, "check-documents", TRUSTED_DOCUMENTS=str(folder)).problem
    assert f"Trusted document \"old\" of {folder}/old.json cannot be run: Cannot query field 'gone'" in bad
    assert f'Trusted document "key" of {folder}/old.json cannot be run' in bad
    assert bad.endswith("sessionql: 2 of them cannot be run")
    assert run(tmp_path, "check-documents").problem.startswith("sessionql: give a folder, or set")
    assert "There is no manifest" in run(tmp_path, "check-documents", str(tmp_path / "nowhere")).problem


def test_the_scenario_over_http(database_url: str, tmp_path: Path) -> None:
    """An app is deployed with its manifest. Other clients of the endpoint can execute nothing else."""
    folder = Path(shutil.copytree(MANIFESTS, tmp_path / "trusted"))
    write(folder, register=client_preset(REGISTER))
    with Server(database_url, tmp_path, TRUSTED_DOCUMENTS=str(folder), TRUSTED_DOCUMENTS_ONLY="true") as server:
        who = {"input": {"email": "ana@example.com", "password": PASSWORD}}
        with httpx.Client(base_url=server.url, headers=NEW, timeout=20) as http:
            requested = {"documentId": f"sha256:{hashed(REGISTER)}", "variables": who}
            made = http.post("/graphql", json=requested).json()
            token = made["data"]["register"]["tokens"]["accessToken"]
            http.headers["Authorization"] = f"Bearer {token}"
            params = {"documentId": my_sessions("relay")}
            (session,) = http.get("/graphql", params=params, headers=BY_GET).json()["data"]["mySessions"]
            rejected = http.post("/graphql", json={"query": "{ mySessions { id } }"})
        assert session["isCurrent"]
        assert (rejected.status_code, "DOCUMENT_NOT_TRUSTED" in rejected.text) == (400, True)
