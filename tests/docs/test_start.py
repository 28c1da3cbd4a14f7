"""The page "Start in five minutes", lived by a shell: what it says happens."""

import re
import subprocess

from tests.docs.blocks import ROOT, blocks_of


def test_a_device_is_signed_out_from_a_terminal(server_url: str, ana: str) -> None:
    story = next(block.text for block in blocks_of(ROOT / "docs/index.md") if "curl" in block.text)
    story = story.replace("http://127.0.0.1:8000", server_url).replace("ana@example.com", ana)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", story], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r'"isCurrent":(\w+)', done.stdout) == ["false", "true"]
    assert '"revokedCount":1' in done.stdout
    assert done.stdout.count("UNAUTHENTICATED") == 1
