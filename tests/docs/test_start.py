"""Stories of our pages, lived by a shell: what they say happens."""

import re
import subprocess

from tests.docs.blocks import ROOT, blocks_of


def test_a_device_is_signed_out_from_a_terminal(server_url: str, ana: str) -> None:
    said = lived("docs/index.md", "mySessions", server_url, ana)
    assert re.findall(r'"isCurrent":(\w+)', said) == ["false", "true"]
    assert '"revokedCount":1' in said
    assert said.count("UNAUTHENTICATED") == 1


def test_the_rest_doors_open_from_a_terminal(server_url: str, ana: str) -> None:
    said = lived("README.md", "/register", server_url, ana)
    assert '"is_current":true' in said
    assert '{"message":"All other sessions revoked","revoked":0}' in said


def lived(page: str, about: str, url: str, ana: str) -> str:
    """What a shell prints of the first block of the page that is about this."""
    story = next(block.text for block in blocks_of(ROOT / page) if block.language == "sh" and about in block.text)
    story = story.replace("http://127.0.0.1:8000", url).replace("ana@example.com", ana)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", story], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
