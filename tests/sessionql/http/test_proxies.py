"""The IP address of the client: that of the peer, or the one that a trusted proxy forwards."""

from typing import Literal

import pytest
from starlette.requests import Request

from sessionql.http import proxies
from sessionql.http.proxies import MAX_FORWARDED_CHARACTERS, MAX_HOPS, Proxies, address_of, parse_networks
from sessionql.http_kit.transport import PEER_KEY
from sessionql.resolvers.client import canonical_address

OURS = parse_networks("10.0.0.0/8, 2001:db8:ffff::/48")


def asked_by(peer: str | None, *headers: tuple[str, str]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return Request({"type": "http", "headers": raw, "client": (peer, 1) if peer else None})


def test_forwarding_headers_are_ignored_by_default() -> None:
    request = asked_by("203.0.113.7", ("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=198.51.100.1"))
    assert address_of(request, Proxies()) == "203.0.113.7"


def test_headers_of_an_untrusted_peer_are_ignored() -> None:
    request = asked_by("203.0.113.7", ("x-forwarded-for", "198.51.100.1"))
    assert address_of(request, Proxies(OURS)) == "203.0.113.7"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the left address was sent by the client itself
        ("6.6.6.6, 198.51.100.1, 10.1.1.1", "198.51.100.1"),
        ("10.2.2.2, 10.1.1.1", "10.2.2.2"),  # all addresses are trusted proxies
        ("198.51.100.1:4711", "198.51.100.1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, rubbish", None),  # the proxy does not know the address of the client
        ("", "10.0.0.1"),
    ],
)
def test_the_right_most_untrusted_hop_is_the_client(value: str, address: str | None) -> None:
    assert address_of(asked_by("10.0.0.1", ("x-forwarded-for", value)), Proxies(OURS)) == address


def test_several_headers_are_one_list() -> None:
    request = asked_by("10.0.0.1", ("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "198.51.100.1"))
    assert address_of(request, Proxies(OURS)) == "198.51.100.1"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ("For=6.6.6.6, proto=https;for=198.51.100.1;by=10.0.0.1", "198.51.100.1"),
        ('for="[2001:db8::1]:4711"', "2001:db8::1"),
        ('for="6.6.6.6, for=5.5.5.5", for=198.51.100.1', "198.51.100.1"),
        ('for="x", for=6.6.6.6;a=", for="[2001:db8::1]:4711"', "2001:db8::1"),
        ('for=6.6.6.6;a=", for="198.51.100.1:80";by="a, b"', "198.51.100.1"),
        (r'for="6.6.6.6\", for=198.51.100.1;host="a\", \"b"', "198.51.100.1"),
        ("for=unknown", None),
        ("for=_hidden", None),
    ],
)
def test_the_standard_header_is_read_if_configured(value: str, address: str | None) -> None:
    request = asked_by("10.0.0.1", ("forwarded", value), ("x-forwarded-for", "6.6.6.6"))
    assert address_of(request, Proxies(OURS, "forwarded")) == address


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
def test_only_the_configured_header_is_read(header: Literal["x-forwarded-for", "forwarded"]) -> None:
    other = "forwarded" if header == "x-forwarded-for" else "x-forwarded-for"
    request = asked_by("10.0.0.1", (other, "for=6.6.6.6" if other == "forwarded" else "6.6.6.6"))
    assert address_of(request, Proxies(OURS, header)) == "10.0.0.1"


def test_a_trusted_ipv6_peer_is_recognised_in_any_spelling() -> None:
    request = asked_by("2001:0DB8:FFFF::0001", ("x-forwarded-for", "198.51.100.1"))
    assert address_of(request, Proxies(OURS)) == "198.51.100.1"


def test_without_a_peer_there_is_no_address() -> None:
    assert address_of(asked_by(None, ("x-forwarded-for", "198.51.100.1")), Proxies(OURS)) is None


@pytest.mark.parametrize("text", ["10.0.0.1/8", "nonsense", "10.0.0.0/33", 5])
def test_invalid_networks_are_rejected(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_networks(text)


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "10.0.0.0/8, 0.0.0.0/0"])
def test_the_whole_internet_cannot_be_trusted(text: str) -> None:
    with pytest.raises(ValueError, match="list your own proxies"):
        parse_networks(text)


@pytest.mark.parametrize("client", [("198.51.100.1", 0), ("198.51.100.1", 4711), None])
@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),  # not listed
        ("10.0.0.1", "192.0.2.1"),  # listed: its header is read here
        (None, None),
    ],
)
def test_what_a_middleware_read_from_a_header_is_not_used(
    peer: str | None, address: str | None, client: tuple[str, int] | None
) -> None:
    request = asked_by("198.51.100.1", ("x-forwarded-for", "6.6.6.6, 192.0.2.1"))
    request.scope.update(client=client, state={PEER_KEY: peer})
    assert address_of(request, Proxies(OURS)) == address


@pytest.mark.parametrize(
    ("header", "hop", "last"),
    [
        ("x-forwarded-for", "10.0.0.9", "198.51.100.1"),
        ("forwarded", "for=10.0.0.9", "for=198.51.100.1"),
        ("forwarded", 'for="10.0.0.9"', 'for="198.51.100.1"'),
        ("x-forwarded-for", "", "198.51.100.1"),
        ("forwarded", '"', "for=198.51.100.1"),
    ],
)
def test_only_the_end_of_the_header_is_read(
    header: Literal["x-forwarded-for", "forwarded"], hop: str, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[str | None]()
    real = canonical_address

    def canonical(text: str | None) -> str | None:
        read.append(text)
        return real(text)

    monkeypatch.setattr(proxies, "canonical_address", canonical)
    many = ",".join([hop] * 5_000)
    assert address_of(asked_by("10.0.0.1", (header, f"{many},{last}")), Proxies(OURS, header)) == "198.51.100.1"
    assert address_of(asked_by("10.0.0.1", (header, f"{last},{many}")), Proxies(OURS, header)) != "198.51.100.1"
    assert len(read) <= 2 * (MAX_HOPS + 2)
    assert len(many) > MAX_FORWARDED_CHARACTERS or not hop


@pytest.mark.parametrize(
    ("header", "value", "is_https"),
    [
        ("x-forwarded-proto", "https", True),
        ("x-forwarded-proto", "http, https", True),
        ("x-forwarded-proto", "https, http", False),
        ("x-forwarded-proto", "httpsx", False),
        ("x-forwarded-proto", "http", False),
        ("forwarded", "for=192.0.2.1;proto=https;by=10.0.0.1", True),
        ("forwarded", 'proto=http, for="[::1]";PROTO="https"', True),
        ("forwarded", "proto=https, for=192.0.2.1;proto=http", False),
        ("forwarded", "for=192.0.2.1;host=proto=https.test", False),
    ],
)
def test_a_listed_proxy_says_whether_the_client_uses_https(
    header: Literal["x-forwarded-proto", "forwarded"], value: str, *, is_https: bool
) -> None:
    listed = parse_networks("10.0.0.0/8")
    read: Literal["x-forwarded-for", "forwarded"] = "forwarded" if header == "forwarded" else "x-forwarded-for"
    headers = [(header.encode(), value.encode())]
    for peer, networks, expected in (
        ("10.0.0.1", listed, is_https),
        ("192.0.2.9", listed, False),
        ("10.0.0.1", (), False),
    ):
        scope = {"type": "http", "scheme": "http", "headers": headers, "client": (peer, 1)}
        assert proxies.received_https(scope, proxies.Proxies(networks, read)) is expected
