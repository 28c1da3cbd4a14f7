"""JavaScript in the documentation can be parsed, and docs/live.md runs. tests/contracts compiles the TypeScript."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.contracts.build_workspace import PACKAGES
from tests.docs.blocks import Block, written_in
from tests.support.constants import IPHONE
from tests.support.engines import Engines
from tests.support.server import Server

REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { session { id } } }"


@pytest.mark.node
@pytest.mark.parametrize("block", written_in("js"), ids=str)
def test_the_script_can_be_parsed(block: Block, tmp_path: Path) -> None:
    script = tmp_path / "script.mjs"
    script.write_text(block.text)
    done = subprocess.run(["node", "--check", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.node
def test_the_script_receives_revocations(engines: Engines, tmp_path: Path) -> None:
    (block,) = [block for block in written_in("js") if "createClient" in block.text and block.page == "docs/live.md"]
    with Server(engines.sqlite(tmp_path), tmp_path) as server:
        laptop = server.device().register("ana@example.com")
        phone = server.device(IPHONE).log_in("ana@example.com")
        around = f"""
          const accessToken = async () => {json.dumps(phone.access_token)};
          const signedOut = () => {{ console.log("signed out"); process.exit(); }};
          const refetchSessions = () => console.log("refetch");
        """
        imports, _, rest = block.text.replace("wss://auth.example.com", server.url.replace("http", "ws")).partition(
            "\n"
        )
        report = '\nclient.on("message", ({ type }) => type === "connection_ack" && console.log("connected"));'
        (tmp_path / "node_modules").symlink_to(PACKAGES)
        (tmp_path / "live.mjs").write_text(f"{imports}\n{around}\n{rest}\n{report}")
        # Node 20 has a WebSocket as browsers have it, but hides it.
        command = ["node", "--experimental-websocket", "--no-warnings", "live.mjs"]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as reader:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "connected\n"
            for _ in range(3):
                # The subscribe message follows the acknowledgement, but no message reports its arrival.
                other = server.device(IPHONE).log_in("ana@example.com")
                laptop.get(REVOKE, id=other.session_id)
            laptop.get(REVOKE, id=phone.session_id)
            output, _ = reader.communicate(timeout=30)
    assert set(output.splitlines()[:-1]) == {"refetch"}
    assert output.splitlines()[-1] == "signed out"
