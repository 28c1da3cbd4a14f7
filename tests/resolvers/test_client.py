"""IP addresses: canonical form, network for rate limits, truncation."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.client import (
    MAX_USER_AGENT_BYTES,
    UNKNOWN_NETWORK,
    ClientInfo,
    canonical_address,
    client_info,
    network_of,
    shorten_user_agent,
    truncate_address,
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:C000:0201", "192.0.2.1"),
        ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("FE80::1%25eth0", "fe80::1"),
        ("::ffff:192.0.2.1%eth0", "192.0.2.1"),
        ("::", "::"),
    ],
)
def test_an_address_has_one_canonical_form(text: str, address: str) -> None:
    assert canonical_address(text) == address
    assert canonical_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "testclient",
        "localhost",
        "192.0.2",
        "192.0.2.256",
        "192.0.2.01",
        "192.0.2.1:80",
        " 192.0.2.1",
        "192.0.2.1\n",
        "[::1]",
        ":::",
        "fe80::1%",
        "fe80::1%a%b",
        "1",
        "0x7f.0.0.1",
        "١.٢.٣.٤",
        "\ud800",
        "2001:db8::/32",
        "unix:",
    ],
    ids=ascii,
)
def test_text_that_is_not_an_address_is_none(text: str | None) -> None:
    assert canonical_address(text) is None


@settings(deadline=None, max_examples=200)
@given(text=st.text() | st.ip_addresses().map(str) | st.text("0123456789abcdef:.%", max_size=40))
def test_any_text_is_a_canonical_address_or_none(text: str) -> None:
    address = canonical_address(text)

    assert address is None or (canonical_address(address) == address and "%" not in address)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.77"),
        ("::ffff:192.0.2.77", "192.0.2.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:0DB8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        (None, UNKNOWN_NETWORK),
        ("nonsense", UNKNOWN_NETWORK),
    ],
)
def test_attempts_are_counted_by_the_network_of_one_subscriber(address: str | None, network: str) -> None:
    """An IPv6 subscriber has a whole /64, in any notation (CVE-2026-45364)."""
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("::ffff:192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::1", "::"),
        (None, None),
        ("nonsense", None),
    ],
)
def test_a_truncated_address_is_that_of_its_network(address: str | None, kept: str | None) -> None:
    assert truncate_address(address) == kept


def test_attempts_are_counted_by_the_whole_address_even_if_it_is_stored_truncated() -> None:
    whole = ClientInfo("192.0.2.77", "curl", "192.0.2.77", wider_networks=("192.0.2.0/24",))
    assert client_info("192.0.2.77", b"curl", truncate=False) == whole
    assert client_info("192.0.2.77", b"curl", truncate=True) == replace(whole, ip_address="192.0.2.0")
    assert client_info(None, None, truncate=True) == ClientInfo(None, None, UNKNOWN_NETWORK)


@given(st.binary(max_size=3_000))
def test_a_shortened_user_agent_is_the_same_client(agent: bytes) -> None:
    short = shorten_user_agent(agent)
    assert len(short) <= MAX_USER_AGENT_BYTES
    assert client_info(None, short, truncate=False) == client_info(None, agent, truncate=False)
