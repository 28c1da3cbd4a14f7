"""Signatures of access tokens: no second form of a valid one, and the known edge cases are rejected."""

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Iterator

import pytest

from sessionql.resolvers.tokens.access import Signature
from sessionql.resolvers.tokens.keys import KeyRing
from tests.resolvers.builders import NOW, a_session, make_tokens
from tests.resolvers.handmade_tokens import base64url, forge, hs256, signed, valid_claims

RING = KeyRing.generate(NOW)
TOKENS = make_tokens(RING)
SECRET = b"0123456789abcdef0123456789abcdef"
SHARED = make_tokens(RING, signature=Signature("HS256", SECRET.decode()))
SESSION = a_session()

# RFC 8032, section 5.1: the order of the group, and the prime of the field.
ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
# Points of small order in canonical and other encodings: y is 1, -1, 0, and these plus the prime.
SMALL = [1, PRIME - 1, 0, PRIME, PRIME + 1, *(y + 2**255 for y in (0, 1, PRIME - 1, PRIME, PRIME + 1)), 2**256 - 1]


def split(token: str) -> tuple[str, bytes]:
    """Split a token into the signed text and the signature."""
    message, _, signature = token.rpartition(".")
    return message, urlsafe_b64decode(signature + "==")


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


GOOD = signed(RING, valid_claims(SESSION))
MESSAGE, RAW = split(GOOD)
R, S = RAW[:32], int.from_bytes(RAW[32:], "little")


def second_forms() -> Iterator[bytes]:
    """Yield the same signature in forms that a lenient check accepts (RFC 8032, sections 5.1.7 and 8.4)."""
    yield from (R + little(S + times * ORDER) for times in range(1, 15))
    yield R + little(ORDER - S)
    yield from (R + little(S | 1 << bit) for bit in (253, 254, 255))
    yield bytes([*R[:31], R[31] ^ 0x80]) + little(S)
    yield from (RAW + more for more in (b"\0", RAW[:1], RAW))
    yield from (b"\0" + RAW, RAW[32:] + RAW[:32], RAW[::-1], R.rstrip(R[-1:]) + RAW[32:], RAW[:63], R)


@pytest.mark.parametrize("number", range(len(list(second_forms()))))
def test_a_valid_signature_has_no_second_form(number: int) -> None:
    other = list(second_forms())[number]
    assert other != RAW
    assert TOKENS.verify(GOOD, NOW) is not None
    assert TOKENS.verify(f"{MESSAGE}.{base64url(other)}", NOW) is None


def test_no_single_bit_of_a_signature_can_change() -> None:
    for bit in range(8 * len(RAW)):
        other = (int.from_bytes(RAW, "little") ^ 1 << bit).to_bytes(64, "little")
        assert TOKENS.verify(f"{MESSAGE}.{base64url(other)}", NOW) is None, bit


def test_signatures_of_edge_values_are_rejected() -> None:
    """Signatures that need no key: R of small order, S of zero, one, the order and its neighbours."""
    for r in (*map(little, SMALL), R):
        for s in (0, 1, ORDER - 1, ORDER, ORDER + 1, PRIME, 2**255 - 1, 2**256 - 1):
            assert TOKENS.verify(f"{MESSAGE}.{base64url(r + little(s))}", NOW) is None


def test_a_signature_verifies_this_message_under_this_algorithm_only() -> None:
    private = RING.signing[0].private
    header, claims = MESSAGE.split(".")
    for message in ("", header, claims, header + claims, f"{header}.{claims}.", f"{claims}.{header}"):
        assert TOKENS.verify(f"{MESSAGE}.{base64url(private.sign(message.encode()))}", NOW) is None


@pytest.mark.parametrize("digest", ["sha1", "sha224", "sha384", "sha512", "sha3_256", "blake2s", "md5"])
def test_an_hmac_with_another_digest_is_rejected(digest: str) -> None:
    header = {"alg": "HS256", "typ": "at+jwt"}
    good = forge(header, valid_claims(SESSION), hs256(SECRET))

    assert SHARED.verify(good, NOW) is not None
    message = good.rpartition(".")[0]
    mac = hmac.digest(SECRET, message.encode(), digest)
    for other in (mac, mac[:32]):
        assert SHARED.verify(f"{message}.{base64url(other)}", NOW) is None


def test_an_hmac_with_a_similar_key_is_rejected() -> None:
    header = {"alg": "HS256", "typ": "at+jwt"}
    for secret in (SECRET[:-1], SECRET + b"0", SECRET[::-1], SECRET.upper(), SECRET + b"\n", b"", SECRET * 2):
        assert SHARED.verify(forge(header, valid_claims(SESSION), hs256(secret)), NOW) is None
