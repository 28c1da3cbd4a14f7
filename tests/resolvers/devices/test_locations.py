"""Locations of addresses, from small databases that the tests create."""

import ipaddress
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from sessionql.resolvers.devices.locations import Location, Locations, LocationsError

LISBON = {
    "city": {"names": {"en": "Lisbon", "de": "Lissabon"}},
    "country": {"iso_code": "PT", "names": {"en": "Portugal"}},
}


def write(path: Path, places: dict[str, dict[str, Any]], ip_version: int = 6) -> Path:
    writer = MMDBWriter(ip_version=ip_version, ipv4_compatible=ip_version == 6, database_type="Test-City")
    for network, place in places.items():
        writer.insert_network(IPSet([network]), place)
    draft = path.with_suffix(".new")
    writer.to_db_file(str(draft))
    draft.replace(path)
    return path


def test_a_known_address_is_named_in_english(tmp_path: Path) -> None:
    places = {"203.0.113.0/24": LISBON, "2001:db8::/32": LISBON}
    locations = Locations(write(tmp_path / "city.mmdb", places))
    lisbon = Location("Lisbon, Portugal", "Lisbon", "Portugal", "PT")
    assert locations.find("203.0.113.9") == lisbon
    assert locations.find("2001:db8::1") == lisbon


def test_private_and_unknown_addresses_have_no_location(tmp_path: Path) -> None:
    locations = Locations(write(tmp_path / "city.mmdb", {"203.0.113.0/24": LISBON}))
    for address in ("127.0.0.1", "10.0.0.1", "192.168.1.1", "198.51.100.1", "::1", "fe80::1", None):
        assert locations.find(address) is None, address


def test_a_country_alone_is_its_label(tmp_path: Path) -> None:
    places = {"203.0.113.0/24": {"country": {"iso_code": "PT", "names": {"en": "Portugal"}}}}
    found = Locations(write(tmp_path / "country.mmdb", places)).find("203.0.113.9")
    assert found == Location("Portugal", None, "Portugal", "PT")


@pytest.mark.parametrize(
    "record", [{}, {"city": 5}, {"country": []}, {"country": {"names": "x"}}, {"city": {"names": {}}}]
)
def test_entries_of_another_structure_have_no_location(tmp_path: Path, record: dict[str, Any]) -> None:
    assert Locations(write(tmp_path / "odd.mmdb", {"203.0.113.0/24": record})).find("203.0.113.9") is None


def test_an_ipv6_address_in_an_ipv4_database_has_no_location(tmp_path: Path) -> None:
    locations = Locations(write(tmp_path / "four.mmdb", {"203.0.113.0/24": LISBON}, ip_version=4))
    assert locations.find(str(ipaddress.ip_address("203.0.113.9"))) is not None
    assert locations.find("2001:db8::1") is None


def test_a_replaced_file_is_read_again_and_a_broken_one_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "city.mmdb", {"203.0.113.0/24": LISBON})
    locations = Locations(path)
    assert not locations.reload(), "nothing changed"

    write(path, {"198.51.100.0/24": LISBON})
    assert locations.reload()
    assert locations.find("203.0.113.9") is None
    assert locations.find("198.51.100.9") is not None

    broken = path.with_suffix(".broken")
    broken.write_bytes(b"no database")
    broken.replace(path)
    with pytest.raises(LocationsError, match=r"city\.mmdb"):
        locations.reload()
    assert locations.find("198.51.100.9") is not None, "the old one stays in use"


def test_without_a_database_every_location_is_unknown() -> None:
    assert Locations().find("203.0.113.9") is None


def test_a_missing_database_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LocationsError, match=r"nowhere\.mmdb"):
        Locations(tmp_path / "nowhere.mmdb")
