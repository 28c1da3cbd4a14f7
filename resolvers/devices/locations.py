"""Roughly where an address is, from a MaxMind-format database that the operator names."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import maxminddb

log = logging.getLogger("sessionql.locations")


class LocationsError(Exception):
    """The database cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place, as far as it is known. `label` is the short name to show."""

    label: str
    city: str | None
    country: str | None
    country_code: str | None


class Locations:
    """Looks addresses up in a memory-mapped file. Without a file, nothing is known of any."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._reader: maxminddb.Reader | None = None
        self._seen: tuple[int, int] | None = None
        self.reload()

    def find(self, address: str | None) -> Location | None:
        """Where the address is; None for private addresses and unknown ones."""
        if self._reader is None or address is None:
            return None
        try:
            found = self._reader.get(address)
        except ValueError:  # An IPv6 address, and a database of IPv4 alone.
            return None
        return _read(found) if isinstance(found, dict) else None

    def reload(self) -> bool:
        """Open the file anew if it was replaced; True when it was. Raises LocationsError.

        When that fails, the file opened before stays in use.
        """
        if self._path is None:
            return False
        try:
            status = self._path.stat()
            seen = (status.st_mtime_ns, status.st_ino)
            if seen == self._seen:
                return False
            reader = maxminddb.open_database(self._path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise LocationsError(f"Cannot read the GeoIP database {self._path}: {error}") from error
        # The old map is let go of when its last look-up is over.
        self._reader, self._seen = reader, seen
        return True


def _read(found: dict[str, Any]) -> Location | None:
    # City databases nest names by language; country-only ones of other makers are flat.
    country = found.get("country") or found.get("registered_country") or {}
    city = _name(found.get("city"))
    name = _name(country) or _text(found.get("country_name"))
    code = _text(country.get("iso_code") if isinstance(country, dict) else found.get("country_code"))
    known = [part for part in (city, name or code) if part]
    return Location(", ".join(known), city, name, code) if known else None


def _name(place: Any) -> str | None:
    """The English name of a place, or a name that is plain text."""
    if isinstance(place, dict):
        names = place.get("names")
        return _text(names.get("en")) if isinstance(names, dict) else None
    return _text(place)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
