"""Audit SessionQL: lint for security, a bill of materials, and known vulnerabilities of the locked dependencies.

    make audit [ADVISORIES=folder]

bandit lints the packages, without findings. cyclonedx-py writes the packages of app.lock to .build/sbom.cdx.json. The
vulnerabilities of dev.lock (which contains app.lock) and audit.lock come from the folder ADVISORIES, a copy of an
advisory database in OSV format that needs no network, or else from pip-audit, which asks its advisory service.

Exit status: 0 when nothing was found, 1 for findings, 3 when the dependencies could not be audited. `make check`
allows 3 (`--allow-unaudited`), because most machines that test have no network: the last lines say so.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parent.parent
TOOLS = Path(sys.executable).parent
PACKAGES = ("sessionql", "graphql_server", "http_kit", "schema", "resolvers", "storage")
LOCKS = ("dev", "audit")
SBOM = ROOT / ".build" / "sbom.cdx.json"
TIMEOUT = 120
FOUND, UNAUDITED = 1, 3


class CannotAuditError(Exception):
    """The dependencies could not be audited; the message says why."""


def locked(name: str) -> dict[str, str]:
    """The versions of a lock file by the names of packages."""
    lines = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8").splitlines()
    pins = (Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum())
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of audit.lock in the folder of the repository."""
    return subprocess.run(
        [str(TOOLS / tool), *arguments], cwd=ROOT, check=False, text=True, capture_output=True, timeout=TIMEOUT
    )


def lint() -> list[str]:
    """The findings of bandit; what it leaves out is in pyproject.toml, each with its reason."""
    done = run("bandit", "--quiet", "--recursive", "--configfile", "pyproject.toml", "--format", "json", *PACKAGES)
    report = json.loads(done.stdout)
    failed = [f"bandit: cannot read {each['filename']}: {each['reason']}" for each in report["errors"]]
    return failed + [
        f"bandit: {each['filename']}:{each['line_number']}: {each['test_id']} {each['issue_text']}"
        for each in report["results"]
    ]


def write_sbom() -> None:
    """Write the packages that a production server needs, with their hashes, as CycloneDX (ECMA-424)."""
    SBOM.parent.mkdir(exist_ok=True)
    about = ("--pyproject", "pyproject.toml", "--mc-type", "application", "--output-reproducible", "--of", "JSON")
    run("cyclonedx-py", "requirements", "requirements/app.lock", *about, "-o", str(SBOM)).check_returncode()
    written = {each["name"]: each["version"] for each in json.loads(SBOM.read_text(encoding="utf-8"))["components"]}
    if written != locked("app"):
        raise SystemExit(f"{SBOM} does not have the packages of app.lock")


def known_vulnerabilities(pins: Mapping[str, str], folder: Path) -> Iterator[str]:
    """The advisories of a folder that concern these versions. Raises CannotAuditError for a folder without any."""
    files = [path for ending in ("yaml", "json") for path in folder.rglob(f"*.{ending}")]
    advisories = [advisory for path in files if (advisory := _read(path)) is not None]
    if not advisories:
        raise CannotAuditError(f"{folder} has no advisories in OSV format")
    for advisory in advisories:
        for affected in advisory["affected"]:
            package = affected.get("package", {})
            version = pins.get(canonicalize_name(package.get("name", "")))
            if package.get("ecosystem") == "PyPI" and version is not None and _concerns(affected, version):
                yield f"{package['name']} {version}: {advisory['id']}"


def _read(path: Path) -> dict[str, Any] | None:
    advisory = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    is_osv = isinstance(advisory, dict) and "id" in advisory and "affected" in advisory
    return advisory if is_osv and "withdrawn" not in advisory else None


def _concerns(affected: Mapping[str, Any], version: str) -> bool:
    if version in affected.get("versions", ()):
        return True
    return any(_is_in(range_["events"], Version(version)) for range_ in _ranges(affected))


def _ranges(affected: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (range_ for range_ in affected.get("ranges", ()) if range_["type"] == "ECOSYSTEM")


def _is_in(events: Iterable[Mapping[str, str]], version: Version) -> bool:
    """Whether the version is in the range of these events (OSV schema, evaluation algorithm)."""
    inside = False
    for event in events:
        (kind, text), *_ = event.items()
        try:
            limit = Version(text)
        except InvalidVersion:
            return True  # better one finding too many
        if kind == "introduced" and version >= limit:
            inside = True
        elif (kind == "fixed" and version >= limit) or (kind == "last_affected" and version > limit):
            inside = False
    return inside


def ask_service(lock: str) -> Iterator[str]:
    """The vulnerabilities that pip-audit finds. Raises CannotAuditError when its advisory service does not know all."""
    file = f"requirements/{lock}.lock"
    quiet = ("--progress-spinner", "off", "--format", "json", "--timeout", "10")
    try:
        done = run("pip-audit", "--disable-pip", "--requirement", file, *quiet)
        report = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        raise CannotAuditError("the advisory service of pip-audit cannot be reached") from None
    # pip-audit reports success when its service knows none of the packages.
    if skipped := [each["name"] for each in report if "skip_reason" in each]:
        raise CannotAuditError(f"the advisory service of pip-audit does not answer for {len(skipped)} packages")
    for each in report:
        yield from (f"{each['name']} {each['version']}: {found['id']}" for found in each["vulns"])


def audit_dependencies(advisories: str) -> list[str]:
    """The known vulnerabilities of the lock files. Raises CannotAuditError."""
    if advisories:
        pins = [locked(lock) for lock in LOCKS]
        return sorted({found for each in pins for found in known_vulnerabilities(each, Path(advisories))})
    return sorted({found for lock in LOCKS for found in ask_service(lock)})


def main(arguments: list[str]) -> int:
    """Run all three, print what they found, and return the exit status."""
    findings = lint()
    write_sbom()
    unaudited = ""
    try:
        findings += audit_dependencies(os.environ.get("ADVISORIES", ""))
    except CannotAuditError as error:
        unaudited = str(error)
    print("\n".join([*findings, f"Wrote {SBOM.relative_to(ROOT)}"]))
    if unaudited:
        print(f"THE DEPENDENCIES WERE NOT AUDITED: {unaudited}.")
        print("Run `make audit` with network, or `make audit ADVISORIES=folder` with a copy of an advisory database.")
    if findings:
        return FOUND
    return UNAUDITED if unaudited and "--allow-unaudited" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
