"""Refresh tokens: authenticated, one encoding, and rejected when one character is changed."""

import hmac
import string
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sessionql.resolvers.tokens.keys import KeyRing
from sessionql.resolvers.tokens.refresh import RefreshClaims, sign, verify
from tests.resolvers.builders import NOW, a_session
from tests.resolvers.handmade_tokens import BASE64URL, signed, valid_claims

SECRET, OTHER = b"s" * 32, b"t" * 32
CLAIMS = RefreshClaims(
    UUID("019ab000-0000-7000-8000-0000000000a1"), UUID("019ab000-0000-7000-8000-0000000000a2"), generation=7
)
GOOD = sign(CLAIMS, SECRET)
CHARACTERS = st.sampled_from(BASE64URL) | st.sampled_from(string.printable) | st.characters()
any_claims = st.builds(RefreshClaims, st.uuids(), st.uuids(), st.integers(0, 2**32 - 1))


@settings(deadline=None)
@given(claims=any_claims, secret=st.binary(min_size=32, max_size=64))
def test_a_signed_token_is_verified(claims: RefreshClaims, secret: bytes) -> None:
    token = sign(claims, secret)

    assert verify(token, [secret]) == claims
    assert sign(claims, secret) == token, "the same again: that is how racing tabs get one successor"


@settings(deadline=None)
@given(claims=any_claims)
def test_every_token_has_the_same_length_and_alphabet(claims: RefreshClaims) -> None:
    token = sign(claims, SECRET)

    assert len(token) == 97
    assert token.startswith("sqlr_")
    assert set(token) <= set(BASE64URL)


def test_no_character_can_be_any_other_base64url_character() -> None:
    assert verify(GOOD, [SECRET]) == CLAIMS

    for place, there in enumerate(GOOD):
        for other in BASE64URL.replace(there, "") + "+/=. ":
            assert verify(GOOD[:place] + other + GOOD[place + 1 :], [SECRET]) is None, (place, other)


def test_every_truncation_is_rejected() -> None:
    for place in range(len(GOOD)):
        assert verify(GOOD[:place], [SECRET]) is None
        assert verify(GOOD[place + 1 :], [SECRET]) is None
        assert verify(GOOD[:place] + GOOD[place + 1 :], [SECRET]) is None


def test_every_truncation_of_the_bytes_is_rejected_even_if_padded() -> None:
    """The whole HMAC is compared (CVE-2026-27840: a truncated one was accepted)."""
    raw = urlsafe_b64decode(GOOD.removeprefix("sqlr_"))

    for length in range(len(raw)):
        for filling in (b"", bytes(len(raw) - length), b"\xff" * (len(raw) - length), raw[: len(raw) - length]):
            if raw[:length] + filling != raw:
                other = urlsafe_b64encode(raw[:length] + filling).decode()
                assert verify("sqlr_" + other, [SECRET]) is None
                assert verify("sqlr_" + other.rstrip("="), [SECRET]) is None
                assert verify("sqlr_" + other.ljust(92, "A")[:92], [SECRET]) is None


def test_a_token_without_an_hmac_is_rejected() -> None:
    body = struct.pack(">B16s16sI", 1, CLAIMS.user_id.bytes, CLAIMS.session_id.bytes, 7)
    for key in (b"", b"\0", b"\0" * 32, CLAIMS.session_id.bytes, OTHER):
        for message in (body, b"sessionql refresh token" + body):
            mac = hmac.digest(key, message, "sha256")
            assert verify("sqlr_" + urlsafe_b64encode(body + mac).decode(), [SECRET]) is None
    assert verify("sqlr_" + urlsafe_b64encode(body + bytes(32)).decode(), [SECRET]) is None
    unnamed = hmac.digest(SECRET, body, "sha256")
    assert verify("sqlr_" + urlsafe_b64encode(body + unnamed).decode(), [SECRET]) is None, "an HMAC is for one purpose"


def test_an_access_token_is_no_refresh_token() -> None:
    ring = KeyRing.generate(NOW)
    access = signed(ring, valid_claims(a_session()))

    for token in (access, "sqlr_" + access, "sqlr_" + access[:92], "sqlr_" + access.rpartition(".")[2].ljust(92, "A")):
        assert verify(token, ring.refresh) is None


@pytest.mark.parametrize("prefix", ["", "SQLR_", "sqlr-", "sqlr", "sqlr__", "sqlr_sqlr_", "Bearer sqlr_", "sqlа_"])
def test_the_prefix_is_part_of_the_token(prefix: str) -> None:
    assert verify(prefix + GOOD.removeprefix("sqlr_"), [SECRET]) is None


def test_a_very_long_token_is_rejected_without_decoding() -> None:
    assert verify(GOOD + "A" * 10_000_000, [SECRET]) is None
    assert verify("sqlr_" * 2_000_000, [SECRET]) is None


@settings(deadline=None, max_examples=200)
@given(place=st.integers(0, len(GOOD) - 1), other=CHARACTERS)
def test_any_character_changed_to_any_other_is_rejected(place: int, other: str) -> None:
    assume(GOOD[place] != other)

    assert verify(GOOD[:place] + other + GOOD[place + 1 :], [SECRET]) is None


@settings(deadline=None, max_examples=200)
@given(place=st.integers(0, len(GOOD)), more=st.text(CHARACTERS, min_size=1, max_size=8))
def test_any_insertion_is_rejected(place: int, more: str) -> None:
    assert verify(GOOD[:place] + more + GOOD[place:], [SECRET]) is None


@pytest.mark.parametrize("extra", ["=", "==", "====", " ", "\n", "\r\n", "\0", "A", "\ud800"])
def test_nothing_can_be_added_at_either_end(extra: str) -> None:
    assert verify(GOOD + extra, [SECRET]) is None
    assert verify(extra + GOOD, [SECRET]) is None


@settings(deadline=None)
@given(text=st.text() | st.from_regex(r"sqlr_[A-Za-z0-9_-]{92}", fullmatch=True))
def test_any_text_is_rejected_without_an_exception(text: str) -> None:
    assert verify(text, [SECRET]) is None


def test_a_token_of_another_secret_is_rejected() -> None:
    assert verify(GOOD, [OTHER]) is None
    assert verify(GOOD, []) is None


def test_any_of_several_secrets_verifies_a_token() -> None:
    assert verify(GOOD, [OTHER, SECRET]) == CLAIMS
    assert verify(sign(CLAIMS, OTHER), [SECRET, OTHER]) == CLAIMS


@settings(deadline=None)
@given(one=any_claims, other=any_claims)
def test_the_body_of_one_token_is_rejected_with_the_hmac_of_another(one: RefreshClaims, other: RefreshClaims) -> None:
    # The prefix and 37 bytes of body are 54 characters and the first bits of the next.
    mixed = sign(one, SECRET)[:54] + sign(other, SECRET)[54:]
    assume(mixed not in (sign(one, SECRET), sign(other, SECRET)))

    assert verify(mixed, [SECRET]) is None


def test_a_token_of_another_version_of_this_program_is_rejected() -> None:
    body = struct.pack(">B16s16sI", 2, CLAIMS.user_id.bytes, CLAIMS.session_id.bytes, 7)
    mac = hmac.digest(SECRET, b"sessionql refresh token" + body, "sha256")

    assert verify("sqlr_" + urlsafe_b64encode(body + mac).decode(), [SECRET]) is None
