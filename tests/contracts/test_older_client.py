"""A Python client from before `EmailTakenError` receives one: with `tolerant.py`, and without."""

import importlib
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from graphql import REMOVE, Node, Visitor, VisitorAction, parse, print_ast, visit
from pydantic import ValidationError

from sessionql.schema.build import SDL_FILE

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "graphql_examples/python"
OPERATION = """
mutation Register($input: RegisterInput!) {
  registered: register(input: $input) { errors { ... on UserError { message code path } } }
}
"""
SETTINGS = """
[tool.ariadne-codegen]
schema_path = "schema.graphql"
queries_path = "operations.graphql"
target_package_name = "{name}"
plugins = {plugins}
"""

pytestmark = [pytest.mark.codegen, pytest.mark.contract("A client older than the schema")]


class _Older(Visitor):
    """Removes the type, the union member and the code."""

    def enter(self, node: Node, *_: object) -> VisitorAction:
        name = getattr(getattr(node, "name", None), "value", None)
        return REMOVE if name in {"EmailTakenError", "EMAIL_TAKEN"} else None


def older_sdl() -> str:
    """Return the SDL without `EmailTakenError`."""
    older = print_ast(visit(parse(SDL_FILE.read_text(encoding="utf-8")), _Older()))
    assert "union RegisterError = InvalidInputError | RateLimitedError" in older
    assert "EmailTaken" not in older
    return older


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Generate a client of the older SDL with these plugins, and import it."""

    def made(name: str, plugins: list[str]) -> Any:
        (tmp_path / "schema.graphql").write_text(older_sdl(), encoding="utf-8")
        (tmp_path / "operations.graphql").write_text(OPERATION, encoding="utf-8")
        (tmp_path / "codegen.toml").write_text(SETTINGS.format(name=name, plugins=plugins), encoding="utf-8")
        shutil.copy(EXAMPLE / "tolerant.py", tmp_path)
        generate = [str(ROOT / ".build/codegen/bin/python"), "-m", "ariadne_codegen", "--config", "codegen.toml"]
        subprocess.run(generate, cwd=tmp_path, check=True, capture_output=True, timeout=120)
        monkeypatch.syspath_prepend(tmp_path)
        return importlib.import_module(name)

    return made


async def register_twice(client: Any, input_: Any) -> Any:
    """Register the same address twice; returns the errors of the second call."""
    async with client:
        assert (await client.register(input_)).registered.errors == []
        return (await client.register(input_)).registered.errors


async def test_a_tolerant_client_reads_it_through_the_interface(server_url: str, make: Any) -> None:
    older = make("older_tolerant", ["tolerant.Tolerant"])
    input_ = older.RegisterInput(email=f"{secrets.token_hex(8)}@example.com", password="correct horse battery")

    (error,) = await register_twice(older.Client(f"{server_url}/graphql"), input_)

    assert type(error).__name__ == "RegisterRegisteredErrorsUserError"
    assert (error.typename__, error.path) == ("EmailTakenError", ["input", "email"])
    assert error.message.startswith("An account with this e-mail address already exists.")
    assert isinstance(error.code, older.ErrorCode)
    assert (error.code, error.code.name, error.code.value) == ("EMAIL_TAKEN", "EMAIL_TAKEN", "EMAIL_TAKEN")


async def test_without_it_the_client_rejects_the_response(server_url: str, make: Any) -> None:
    """The README of the example documents this of ariadne-codegen alone. When it fails, remove `tolerant.py`."""
    older = make("older_strict", [])
    input_ = older.RegisterInput(email=f"{secrets.token_hex(8)}@example.com", password="correct horse battery")

    with pytest.raises(ValidationError, match="EmailTakenError"):
        await register_twice(older.Client(f"{server_url}/graphql"), input_)
