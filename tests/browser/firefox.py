"""Firefox without a window and without a driver: it opens one URL, and the page reports to its server."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.processes import environment

PREFERENCES: dict[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_open_during_load": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}

NO_HOSTS: Mapping[str, str] = {}


def find_firefox() -> str | None:
    """The path of Firefox; None where it is not installed."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


@contextmanager
def firefox(folder: Path, url: str, hosts: Mapping[str, str] = NO_HOSTS) -> Iterator[None]:
    """Firefox with a new profile in this folder and this page.

    `hosts`: names of this machine with their ports, and the SHA-256 of the certificate that is accepted there.
    """
    program = find_firefox()
    assert program, "Firefox is not installed: apt-get install firefox-esr"
    profile = folder / "profile"
    profile.mkdir()
    (profile / "cert_override.txt").write_text("".join(_override(*host) for host in hosts.items()))
    names = ",".join(host.partition(":")[0] for host in hosts)
    lines = [f'user_pref("network.dns.localDomains", "{names}");']
    lines += [f'user_pref("{name}", {_literal(value)});' for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [program, "--headless", "--no-remote", "--profile", str(profile), url]
    with (folder / "firefox.log").open("wb") as log:
        # A process group of its own, which has all of its processes.
        started = subprocess.Popen(
            command, env=environment() | {"HOME": str(folder)}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield
        finally:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def _override(host: str, fingerprint: str) -> str:
    """A line of the file in which Firefox keeps the exceptions of its user."""
    return f"{host}:\tOID.2.16.840.1.101.3.4.2.1\t{fingerprint}\t\n"


def _literal(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
