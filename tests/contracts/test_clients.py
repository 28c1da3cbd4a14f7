"""Public GraphQL clients in JavaScript run the scenario of two devices against a server."""

import pytest

from tests.contracts.build_workspace import BuildWorkspace

STORIES = [
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
@pytest.mark.parametrize("client", STORIES)
def test_the_scenario(client: str, workspace: BuildWorkspace, endpoint: str, subtests: pytest.Subtests) -> None:
    chapters = workspace.program(client, endpoint)
    assert chapters
    for chapter in chapters:
        with subtests.test(chapter["name"]):
            assert chapter["ok"], chapter["reason"]


@pytest.mark.node
def test_the_scenario_fails_against_another_endpoint(workspace: BuildWorkspace, endpoint: str) -> None:
    """Proves that the scenarios above can fail."""
    chapters = workspace.program("fetch", endpoint.replace("/graphql", "/healthz"))
    assert not any(chapter["ok"] for chapter in chapters)
