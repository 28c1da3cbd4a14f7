"""The Python client `gql` 3.5, whose graphql-core knows only the directive locations of the specification."""

import secrets
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".build/gql3/bin/python"

pytestmark = [pytest.mark.gql3, pytest.mark.contract("gql 3.5 over HTTP (Python)")]

PROGRAM = """
import sys
from gql import Client, gql
from gql.transport.requests import RequestsHTTPTransport

url, email = sys.argv[1:]

def client(**headers):
    transport = RequestsHTTPTransport(url, headers=headers)
    return Client(transport=transport, fetch_schema_from_transport=True)
"""
SIGN_IN = """
register = gql(\"\"\"mutation($input: RegisterInput!) { register(input: $input) {
  tokens { accessToken } errors { ... on UserError { code } }
} }\"\"\")
variables = {"input": {"email": email, "password": "correct horse battery"}}
payload = client().execute(register, variable_values=variables)["register"]
print("errors:", payload["errors"])
signed_in = client(Authorization="Bearer " + payload["tokens"]["accessToken"])
print(signed_in.execute(gql("{ mySessions { isCurrent } }")))
"""
INVALID = """
from graphql import GraphQLError
try:
    client().execute(gql("{ mySession { id } }"))
except GraphQLError as error:
    print(error.message)
"""


def run(program: str, url: str) -> str:
    """What a program prints in the environment of gql 3.5, which is not ours."""
    email = f"{secrets.token_hex(8)}@example.com"
    command = [str(PYTHON), "-B", "-c", PROGRAM + program, f"{url}/graphql", email]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_mutation_and_a_query_with_the_schema_of_the_server(server_url: str) -> None:
    assert run(SIGN_IN, server_url) == "errors: []\n{'mySessions': [{'isCurrent': True}]}\n"


def test_an_invalid_document_is_rejected_by_the_schema_of_the_server(server_url: str) -> None:
    assert "Cannot query field 'mySession' on type 'Query'" in run(INVALID, server_url)
