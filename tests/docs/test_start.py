"""Shell scripts of the documentation run as they are, and print what the pages describe."""

import re
import subprocess

from tests.docs.blocks import ROOT, blocks_of


def test_the_start_page_signs_out_a_device(server_url: str, ana: str) -> None:
    output = run_script("docs/index.md", "mySessions", server_url, ana)
    assert re.findall(r'"isCurrent":(\w+)', output) == ["false", "true"]
    assert '"revokedCount":1' in output
    assert output.count("UNAUTHENTICATED") == 1


def test_the_readme_revokes_one_session(server_url: str, ana: str) -> None:
    output = run_script("README.md", "mySessions", server_url, ana)
    assert re.findall(r'"isCurrent":(\w+)', output) == ["false", "true"]
    assert '{"session":{"state":"REVOKED"},"errors":[]}' in output
    assert output.count("UNAUTHENTICATED") == 1


def test_rest_from_a_terminal(server_url: str, ana: str) -> None:
    output = run_script("docs/rest.md", "/register", server_url, ana)
    assert '"is_current":true' in output
    assert '{"message":"All other sessions revoked","revoked":0}' in output


def run_script(page: str, word: str, url: str, email: str) -> str:
    """Run the first shell block of a page that contains `word`, and return its output."""
    script = next(block.text for block in blocks_of(ROOT / page) if block.language == "sh" and word in block.text)
    script = script.replace("http://127.0.0.1:8000", url).replace("ana@example.com", email)
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
