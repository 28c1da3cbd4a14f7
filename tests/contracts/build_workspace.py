"""A copy of the sources of the JavaScript clients, in which code is generated, compiled and linted once for each run.

The copy has the layout of the repository and uses the packages that `requirements/find_node.sh` has installed. Nothing
that is generated there gets into the repository.
"""

import json
import re
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.contracts.older_schema import without_error_type

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / ".build/clients/node_modules"
TIMEOUT = 180

# The generators run concurrently, and then the checkers.
GENERATORS = {
    "codegen": ("graphql_examples/typescript", "graphql-codegen"),
    "codegen of the tests": ("tests/clients", "graphql-codegen"),
    "relay-compiler": ("tests/clients/relay", "relay-compiler relay.config.json"),
    "gql.tada": ("tests/clients/tada", "gql.tada generate-output"),
}
CHECKERS = {
    "tsc": (".", "tsc -p tests/clients"),
    "tsc of a reader": (".", "tsc -p graphql_examples/typescript"),
    "gql.tada check": ("tests/clients/tada", "gql.tada check"),
    "eslint": (
        ".",
        "eslint --config tests/clients/eslint.config.mjs --format json schema graphql_examples tests/clients/wrong",
    ),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exit code and the output of a tool."""

    code: int
    out: str
    err: str


class BuildWorkspace:
    """The folder with the outcomes of all tools."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / "outcomes.json"

    def build(self) -> "BuildWorkspace":
        """Run every tool, unless another process has done so."""
        if not self._record.exists():
            self._copy_sources()
            outcomes = self._run_all(GENERATORS) | self._run_all(CHECKERS)
            self._record.write_text(json.dumps({name: asdict(each) for name, each in outcomes.items()}))
        return self

    def outcome(self, tool: str) -> Outcome:
        """Return the outcome of a tool."""
        return Outcome(**json.loads(self._record.read_text())[tool])

    def node(self, *arguments: str) -> Any:
        """Run a Node program; returns the JSON that it prints."""
        done = subprocess.run(
            ["node", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def program(self, name: str, *arguments: str) -> Any:
        """Run a compiled client; returns the JSON that it prints."""
        for tool in (*GENERATORS, "tsc"):
            outcome = self.outcome(tool)
            assert outcome.code == 0, f"{tool}:\n{outcome.out}{outcome.err}"
        # Node 20 has the WebSocket of browsers behind a flag.
        return self.node("--experimental-websocket", f"out/tests/clients/{name}.js", *arguments)

    def _copy_sources(self) -> None:
        for path in ("graphql_examples", "schema", "tests/clients"):
            ignored = shutil.ignore_patterns("__pycache__", "*.py", "node_modules")
            shutil.copytree(ROOT / path, self.folder / path, ignore=ignored)
        for page in ("graphql_examples/typescript/README.md", "docs/frontends.md"):
            self._extract_snippets(ROOT / page, self.folder / "graphql_examples/typescript")
        (self.folder / "package.json").write_text('{"type": "module"}')
        (self.folder / "node_modules").symlink_to(PACKAGES)
        (self.folder / "tests/clients/relay/generated").mkdir(exist_ok=True)
        today = (ROOT / "schema/schema.graphql").read_text()
        (self.folder / "tests/clients/older/schema.graphql").write_text(
            without_error_type(today, "RateLimitedError", "RATE_LIMITED")
        )

    def _extract_snippets(self, page: Path, folder: Path) -> None:
        """Copy the TypeScript blocks of a page, because they have to compile too."""
        snippets = re.findall(r"^```ts\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
        assert snippets
        for number, snippet in enumerate(snippets):
            (folder / f"{page.stem}_{number}.ts").write_text(snippet)

    def _run_all(self, tools: dict[str, tuple[str, str]]) -> dict[str, Outcome]:
        running = {name: self._start(*tool) for name, tool in tools.items()}
        return {name: _end(process) for name, process in running.items()}

    def _start(self, where: str, command: str) -> subprocess.Popen[str]:
        tool, *arguments = command.split()
        return subprocess.Popen(
            [str(PACKAGES / ".bin" / tool), *arguments],
            cwd=self.folder / where,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def _end(process: subprocess.Popen[str]) -> Outcome:
    try:
        out, err = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
    return Outcome(process.returncode, out, err)
