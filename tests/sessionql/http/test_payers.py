"""Who pays for a request: its session, its address, or, for services, none."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sessionql.http.payers import ADDRESS_SHARE, payer_of
from sessionql.http_kit.budgets import Payer
from sessionql.resolvers.client import UNKNOWN_CLIENT, client_info
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.request_context import Rejected, RequestContext
from sessionql.settings.settings import Settings
from tests.schema.graphql_client import GraphQLClient
from tests.schema.service_keys import service_client

CLIENT = client_info("203.0.113.7", None, truncate=False)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_without_a_session_the_address_pays(deps: Dependencies) -> None:
    context = RequestContext(deps, CLIENT)
    assert payer_of(context) == Payer("203.0.113.7", ADDRESS_SHARE)
    assert payer_of(replace(context, authentication=Rejected())) == Payer("203.0.113.7", ADDRESS_SHARE)
    assert payer_of(replace(context, client=UNKNOWN_CLIENT)) is None, "the clients of a Unix socket"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"cost_per_minute": 1_000})


@pytest.mark.usefixtures("cheap_hashing")
@pytest.mark.parametrize("engine", ["sqlite"])
async def test_services_have_no_budget_and_sessions_have_one(app: FastAPI, http: httpx.AsyncClient) -> None:
    shop = await service_client(app, http)
    for _ in range(30):
        assert (await shop.get("{ serviceKey { name } }"))["serviceKey"]["name"] == "Shop"
    ana = await GraphQLClient(http).register("ana@example.com")
    answers: list[Any] = [await ana.ask("{ a: mySessions { id } b: mySessions { id } }") for _ in range(6)]
    assert "data" in answers[0]
    assert answers[-1]["errors"][0]["extensions"]["code"] == "COST_LIMITED"
