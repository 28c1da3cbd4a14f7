"""JavaScript on our pages is JavaScript. TypeScript is compiled by the workshop of `tests/contracts`."""

import subprocess
from pathlib import Path

import pytest

from tests.docs.blocks import Block, written_in


@pytest.mark.node
@pytest.mark.parametrize("block", written_in("js"), ids=str)
def test_it_can_be_read(block: Block, tmp_path: Path) -> None:
    script = tmp_path / "script.mjs"
    script.write_text(block.text)
    done = subprocess.run(["node", "--check", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
