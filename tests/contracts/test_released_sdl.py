"""No unannounced breaking change: the SDL is compared with that of the last release (docs/decisions/0015)."""

from pathlib import Path

import pytest

from tests.contracts.build_workspace import ROOT, BuildWorkspace
from tests.contracts.changelog import announced, last_release
from tests.contracts.older_schema import without_error_type

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
RELEASED = ROOT / "schema/released"
SUITE = pytest.mark.contract("SDL since the last release (graphql-inspector)")


def breaking(workspace: BuildWorkspace, before: Path, after: Path, changelog: str) -> list[str]:
    """Return each breaking change that the changelog omits, and the name that it must contain."""
    changes = workspace.node("tests/clients/changes.mjs", str(before), str(after))
    announced_names = announced(changelog)
    return [
        f"{change['message']}: write `{change['path']}` into a point `- **Breaking** …` of CHANGELOG.md"
        for change in changes
        if change["level"] == "BREAKING" and change["path"] not in announced_names
    ]


@SUITE
@pytest.mark.node
@pytest.mark.parametrize("name", ["schema.graphql", "services.graphql"])
def test_no_breaking_change_is_unannounced(name: str, workspace: BuildWorkspace) -> None:
    assert breaking(workspace, RELEASED / name, ROOT / "schema" / name, CHANGELOG) == []


@pytest.mark.node
def test_a_breaking_change_is_found_until_the_changelog_announces_it(workspace: BuildWorkspace, tmp_path: Path) -> None:
    before, after = RELEASED / "schema.graphql", tmp_path / "after.graphql"
    text = before.read_text(encoding="utf-8")
    after.write_text(text.replace("  lastActive: DateTime!", "  lastSeen: DateTime!"), encoding="utf-8")

    (found,) = breaking(workspace, before, after, "## Unreleased\n\n- `Session.lastActive` is a fine field.\n")
    assert "Field 'lastActive' was removed from object type 'Session'" in found
    assert "`Session.lastActive`" in found

    announcement = "## Unreleased\n\n- **Breaking** `Session.lastSeen` takes the\n  place of `Session.lastActive`.\n\n"
    assert breaking(workspace, before, after, announcement) == []
    assert breaking(workspace, before, after, f"## Unreleased\n\n## 0.2.0\n\n{announcement.splitlines()[2]}") != []


@pytest.mark.node
def test_additions_are_not_breaking(workspace: BuildWorkspace, tmp_path: Path) -> None:
    """Clients must tolerate new union members and enum values."""
    before, after = tmp_path / "before.graphql", RELEASED / "schema.graphql"
    younger = without_error_type(after.read_text(encoding="utf-8"), "RateLimitedError", "RATE_LIMITED")
    before.write_text(younger, encoding="utf-8")
    assert breaking(workspace, before, after, CHANGELOG) == []
    assert breaking(workspace, after, before, CHANGELOG) != []


@SUITE
def test_the_released_schemas_are_those_of_the_last_release() -> None:
    kept = (RELEASED / "VERSION").read_text(encoding="utf-8").strip()
    assert kept == last_release(CHANGELOG), "copy schema/*.graphql to schema/released, and the version to its VERSION"


def test_the_last_release_is_the_first_one_named() -> None:
    assert last_release("# Changelog\n\n## Unreleased\n\n- New.\n") == "unreleased"
    assert last_release("## Unreleased\n\n## 1.2.0 (2027-01-05)\n\n## 1.1.0\n") == "1.2.0"
