"""Where clients are made: a copy of what that takes, in which code is generated, compiled and linted once a run.

The copy lies as the repository does, beside the packages that `requirements/find_node.sh` has installed. Nothing of
what is made there gets into the repository.
"""

import json
import re
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.contracts.younger import without_failure

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / ".build/clients/node_modules"
PATIENCE = 180

# Each of them alone, at the same time: what is made, and then what is said of it.
MAKERS = {
    "codegen": ("graphql_examples/typescript", "graphql-codegen"),
    "codegen of the tests": ("tests/clients", "graphql-codegen"),
    "relay-compiler": ("tests/clients/relay", "relay-compiler relay.config.json"),
    "gql.tada": ("tests/clients/tada", "gql.tada generate-output"),
}
JUDGES = {
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
    """How a tool ended, and what it wrote."""

    code: int
    out: str
    err: str


class Workshop:
    """The folder, and how its tools ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / "outcomes.json"

    def build(self) -> "Workshop":
        """Make everything, unless that has been done."""
        if not self._record.exists():
            self._furnish()
            outcomes = self._run_all(MAKERS) | self._run_all(JUDGES)
            self._record.write_text(json.dumps({name: asdict(each) for name, each in outcomes.items()}))
        return self

    def outcome(self, tool: str) -> Outcome:
        """How a tool ended."""
        return Outcome(**json.loads(self._record.read_text())[tool])

    def node(self, *arguments: str) -> Any:
        """The JSON that a program prints."""
        done = subprocess.run(
            ["node", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def program(self, name: str, *arguments: str) -> Any:
        """The JSON that a compiled client prints."""
        for tool in (*MAKERS, "tsc"):
            outcome = self.outcome(tool)
            assert outcome.code == 0, f"{tool}:\n{outcome.out}{outcome.err}"
        # Node 20 has a WebSocket as browsers have it, but hides it.
        return self.node("--experimental-websocket", f"out/tests/clients/{name}.js", *arguments)

    def _furnish(self) -> None:
        for path in ("graphql_examples", "schema", "tests/clients"):
            ignored = shutil.ignore_patterns("__pycache__", "*.py", "node_modules")
            shutil.copytree(ROOT / path, self.folder / path, ignore=ignored)
        for page in ("graphql_examples/typescript/README.md", "docs/frontends.md"):
            self._unpack_page(ROOT / page, self.folder / "graphql_examples/typescript")
        (self.folder / "package.json").write_text('{"type": "module"}')
        (self.folder / "node_modules").symlink_to(PACKAGES)
        (self.folder / "tests/clients/relay/generated").mkdir(exist_ok=True)
        today = (ROOT / "schema/schema.graphql").read_text()
        (self.folder / "tests/clients/older/schema.graphql").write_text(
            without_failure(today, "RateLimitedError", "RATE_LIMITED")
        )

    def _unpack_page(self, page: Path, folder: Path) -> None:
        """What people copy from a page has to compile, too."""
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
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return Outcome(process.returncode, out, err)
