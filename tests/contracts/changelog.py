"""Reads the changelog: the last version, and the announced breaking changes of the next one."""

import re

_HEADINGS = re.compile(r"^## (.+?)\s*$", re.MULTILINE)
_POINTS = re.compile(r"^- (.*(?:\n  .*)*)", re.MULTILINE)


def last_release(changelog: str) -> str:
    """Return the newest version that has a heading, or `unreleased`."""
    versions = [heading.split()[0] for heading in _HEADINGS.findall(changelog) if heading != "Unreleased"]
    return versions[0] if versions else "unreleased"


def announced(changelog: str) -> set[str]:
    """Return the names in backticks in the points of `Unreleased` that begin with **Breaking**."""
    _, *sections = re.split(r"^## Unreleased\s*$", changelog, maxsplit=1, flags=re.MULTILINE)
    unreleased = re.split(r"^## ", "".join(sections), maxsplit=1, flags=re.MULTILINE)[0]
    breaking = [point for point in _POINTS.findall(unreleased) if point.startswith("**Breaking**")]
    return {name for point in breaking for name in re.findall(r"`([^`]+)`", point)}
