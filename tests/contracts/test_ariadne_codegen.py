"""The Python client of graphql_examples/python: made by ariadne-codegen from our SDL, typed, and at work."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "graphql_examples/python"
TOOLS = ROOT / ".build/codegen"
CLIENT = "sessionql_client"
UNTYPED = """
from sessionql_client import Client
async def count(client: Client) -> int:
    return (await client.my_sessions()).my_sessions[0].device
"""
STORY = """\
EMAIL_TAKEN at input.email: An account with this e-mail address already exists. Log in instead.
INVALID_CREDENTIALS: The e-mail address or the password is wrong.
- Safari on iPhone 127.0.0.1
* My laptop 127.0.0.1
paged: ['Safari on iPhone', 'Firefox on Ubuntu']
revoked: REVOKED
on the phone: ['UNAUTHENTICATED']
"""

pytestmark = [pytest.mark.codegen, pytest.mark.contract("ariadne-codegen (graphql_examples/python)")]


def run(*arguments: str, cwd: Path = EXAMPLE) -> subprocess.CompletedProcess[str]:
    """Run Python in the generator's environment, which is not ours."""
    return subprocess.run(
        [TOOLS / "bin/python", "-B", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


def made_by(folder: Path) -> dict[str, str]:
    """The modules of a client, by their names."""
    return {each.name: each.read_text(encoding="utf-8") for each in (folder / CLIENT).glob("*.py")}


def test_the_committed_client_is_what_the_generator_makes(tmp_path: Path) -> None:
    folder = tmp_path / "graphql_examples/python"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(CLIENT, "__pycache__"))
    (tmp_path / "schema").mkdir()
    shutil.copy(ROOT / "schema/schema.graphql", tmp_path / "schema")

    done = run("-m", "ariadne_codegen", "--config", "codegen.toml", cwd=folder)

    assert done.returncode == 0, done.stderr
    assert made_by(folder) == made_by(EXAMPLE), "make it again, as its README.md says"


@pytest.mark.parametrize(("sdl", "folder"), [("schema.graphql", "."), ("services.graphql", "services")])
def test_every_example_can_be_made_a_client(tmp_path: Path, sdl: str, folder: str) -> None:
    """Those of services too; the models are built when they are imported."""
    examples = sorted((ROOT / "graphql_examples" / folder).glob("*.graphql"))
    (tmp_path / "operations.graphql").write_text("\n".join(each.read_text(encoding="utf-8") for each in examples))
    settings = (EXAMPLE / "codegen.toml").read_text(encoding="utf-8").replace("schema.graphql", sdl)
    (tmp_path / "codegen.toml").write_text(settings.replace("../..", str(ROOT)), encoding="utf-8")
    for module in ("tolerant.py", "base_client.py"):
        shutil.copy(EXAMPLE / module, tmp_path)

    done = run("-m", "ariadne_codegen", "--config", "codegen.toml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    done = run("-c", f"from {CLIENT} import *; print(Client.__name__)", cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("Client\n", 0), done.stderr


def test_types_reach_whoever_uses_it() -> None:
    cache = ("--cache-dir", str(TOOLS / "mypy_cache"))
    done = run("-m", "mypy", *cache, ".")
    assert done.returncode == 0, done.stdout

    done = run("-m", "mypy", *cache, "-c", UNTYPED)
    assert 'Incompatible return value type (got "str", expected "int")' in done.stdout


def test_the_example_tells_its_story(server_url: str) -> None:
    done = run("example.py", f"{server_url}/graphql")
    assert (done.stdout, done.stderr, done.returncode) == (STORY, "", 0)
