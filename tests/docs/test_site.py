"""The site of the documentation: it can be built, its links are valid, and it loads nothing from other sites."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_references_contain_every_type(site: Path) -> None:
    for page, names in (
        ("reference.html", ["session", "sessionstate", "usererror", "datetime", "revokeallsessionspayload"]),
        ("services-reference.html", ["createsessionpayload"]),
    ):
        html = (site / page).read_text(encoding="utf-8")
        assert [name for name in names if f'id="{name}"' not in html] == []
        linked = set(re.findall(r'href="#([^"]+)"', html))
        assert linked <= set(re.findall(r'id="([^"]+)"', html)) | {"__codelineno-0-1"}


def test_no_page_loads_anything_from_another_site(site: Path) -> None:
    loads = re.compile(r'<(?:script|img|iframe|link(?! rel="canonical"))[^>]*(?:src|href)="(?:https?:)?//[^"]*"')
    foreign = {tag for page in site.rglob("*.html") for tag in loads.findall(page.read_text(encoding="utf-8"))}
    assert foreign == set()
