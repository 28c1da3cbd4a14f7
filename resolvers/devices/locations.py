"""Approximate locations of IP addresses, from a GeoIP database in MaxMind format that the operator provides."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import maxminddb

log = logging.getLogger("sessionql.locations")


class LocationsError(Exception):
    """The GeoIP database cannot be read; the message names the file and the cause."""


@dataclass(frozen=True, slots=True)
class Location:
    """A location, as far as it is known. `label` is the text to display."""

    label: str
    city: str | None
    country: str | None
    country_code: str | None


class Locations:
    """Looks up addresses in a memory-mapped file. Without a file, every location is unknown."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._reader: maxminddb.Reader | None = None
        self._version: tuple[int, int] | None = None
        self.reload()

    def find(self, address: str | None) -> Location | None:
        """Return the location of the address; None for private and unknown addresses."""
        if self._reader is None or address is None:
            return None
        try:
            entry = self._reader.get(address)
        except ValueError:  # An IPv6 address in a database of IPv4 addresses only.
            return None
        return _to_location(entry) if isinstance(entry, dict) else None

    def reload(self) -> bool:
        """Open the file again if it was replaced. Returns whether it was. Raises LocationsError.

        After an error, the previously opened file stays in use.
        """
        if self._path is None:
            return False
        try:
            status = self._path.stat()
            version = (status.st_mtime_ns, status.st_ino)
            if version == self._version:
                return False
            reader = maxminddb.open_database(self._path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise LocationsError(f"Cannot read the GeoIP database {self._path}: {error}") from error
        # The old reader is closed by the garbage collector, after its last look-up.
        self._reader, self._version = reader, version
        return True


def _to_location(entry: dict[str, Any]) -> Location | None:
    # MaxMind databases nest names by language; country databases of some other publishers are flat.
    country = entry.get("country") or entry.get("registered_country") or {}
    city = _name(entry.get("city"))
    name = _name(country) or _text(entry.get("country_name"))
    code = _text(country.get("iso_code") if isinstance(country, dict) else entry.get("country_code"))
    parts = [part for part in (city, name or code) if part]
    return Location(", ".join(parts), city, name, code) if parts else None


def _name(value: Any) -> str | None:
    """Return the English name of a nested value, or the value itself if it is text."""
    if isinstance(value, dict):
        names = value.get("names")
        return _text(names.get("en")) if isinstance(names, dict) else None
    return _text(value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
