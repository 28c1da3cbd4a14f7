"""Public GraphQL clients in JavaScript run the scenario of two devices against a server."""

import pytest

from tests.contracts.build_workspace import BuildWorkspace

CLIENTS = [
    pytest.param("fetch", marks=pytest.mark.contract("Client preset (graphql_examples/typescript)")),
    pytest.param("apollo", marks=pytest.mark.contract("Apollo Client 4")),
    pytest.param("urql", marks=pytest.mark.contract("@urql/core")),
    pytest.param("ws", marks=pytest.mark.contract("graphql-ws 6")),
    pytest.param("executor", marks=pytest.mark.contract("@graphql-tools/executor-http 3")),
    pytest.param("sse", marks=pytest.mark.contract("graphql-sse 2")),
    pytest.param("relay/relay", marks=pytest.mark.contract("Relay")),
    pytest.param("tada/tada", marks=pytest.mark.contract("gql.tada")),
    pytest.param("older/older", marks=pytest.mark.contract("A client older than the schema")),
]


@pytest.mark.node
@pytest.mark.parametrize("client", CLIENTS)
def test_the_scenario(client: str, workspace: BuildWorkspace, endpoint: str, subtests: pytest.Subtests) -> None:
    steps = workspace.program(client, endpoint)
    assert steps
    for step in steps:
        with subtests.test(step["name"]):
            assert step["ok"], step["reason"]


@pytest.mark.node
def test_the_scenario_fails_against_another_endpoint(workspace: BuildWorkspace, endpoint: str) -> None:
    """Checks that the scenarios above can fail."""
    steps = workspace.program("fetch", endpoint.replace("/graphql", "/healthz"))
    assert not any(step["ok"] for step in steps)
