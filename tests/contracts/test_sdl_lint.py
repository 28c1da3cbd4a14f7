"""The schemas and the example operations pass @graphql-eslint."""

import json
from pathlib import Path

import pytest

from tests.contracts.build_workspace import ROOT, BuildWorkspace

pytestmark = pytest.mark.node

Findings = dict[str, list[str]]


@pytest.fixture(scope="module")
def findings(workspace: BuildWorkspace) -> Findings:
    """The findings by file."""
    outcome = workspace.outcome("eslint")
    assert outcome.out, outcome.err
    return {
        str(Path(each["filePath"]).relative_to(workspace.folder)): [
            f"{found['line']}: {found['ruleId']}: {found['message']}"
            for found in each["messages"] + each["suppressedMessages"]
        ]
        for each in json.loads(outcome.out)
    }


@pytest.mark.contract("SDL and operations (graphql-eslint)")
def test_the_linter_finds_nothing(findings: Findings, subtests: pytest.Subtests) -> None:
    ours = {file: found for file, found in findings.items() if not file.startswith("tests/")}
    for file, found in ours.items():
        with subtests.test(file):
            assert found == []
    operations = {str(path.relative_to(ROOT)) for path in (ROOT / "graphql_examples").rglob("*.graphql")}
    assert {"schema/schema.graphql", "schema/services.graphql"} | operations <= ours.keys()


def test_the_linter_finds_mistakes(findings: Findings) -> None:
    """Checks that the test above can fail."""
    (schema,) = (found for file, found in findings.items() if file.endswith("wrong/schema.graphql"))
    (operation,) = (found for file, found in findings.items() if file.endswith("wrong/operation.graphql"))
    assert {"require-description", "relay-arguments", "relay-connection-types", "naming-convention"} <= rules(schema)
    assert {"no-unused-variables", "no-duplicate-fields"} <= rules(operation)


def rules(findings: list[str]) -> set[str]:
    return {finding.split(": ")[1].removeprefix("@graphql-eslint/") for finding in findings}
