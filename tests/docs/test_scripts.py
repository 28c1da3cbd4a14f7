"""JavaScript on our pages is JavaScript. TypeScript is compiled by the workshop of `tests/contracts`."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.contracts.build_workspace import PACKAGES
from tests.docs.blocks import Block, written_in
from tests.engines import Engines
from tests.server import IPHONE, Server

REVOKE = "mutation($id: ID!) { revokeSession(sessionId: $id) { session { id } } }"


@pytest.mark.node
@pytest.mark.parametrize("block", written_in("js"), ids=str)
def test_it_can_be_read(block: Block, tmp_path: Path) -> None:
    script = tmp_path / "script.mjs"
    script.write_text(block.text)
    done = subprocess.run(["node", "--check", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.node
def test_the_readme_hears_a_sign_out(engines: Engines, tmp_path: Path) -> None:
    (block,) = [block for block in written_in("js") if "createClient" in block.text and block.page == "README.md"]
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
        listening = '\nclient.on("message", ({ type }) => type === "connection_ack" && console.log("listens"));'
        (tmp_path / "node_modules").symlink_to(PACKAGES)
        (tmp_path / "live.mjs").write_text(f"{imports}\n{around}\n{rest}\n{listening}")
        # Node 20 has a WebSocket as browsers have it, but hides it.
        command = ["node", "--experimental-websocket", "--no-warnings", "live.mjs"]
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as reader:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "listens\n"
            for _ in range(3):
                # What it subscribes to follows at once, but nothing says when it has come.
                other = server.device(IPHONE).log_in("ana@example.com")
                laptop.get(REVOKE, id=other.session_id)
            laptop.get(REVOKE, id=phone.session_id)
            said, _ = reader.communicate(timeout=30)
    assert set(said.splitlines()[:-1]) == {"refetch"}
    assert said.splitlines()[-1] == "signed out"
