"""Refresh tokens: sealed, of one spelling, and worthless when one character is changed."""

import hmac
import string
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sessionql.resolvers.tokens.keys import KeyRing
from sessionql.resolvers.tokens.refresh import RefreshClaims, seal, unseal
from tests.resolvers.builders import BASE64URL, NOW, a_session, good_claims, signed

SECRET, OTHER = b"s" * 32, b"t" * 32
CLAIMS = RefreshClaims(
    UUID("019ab000-0000-7000-8000-0000000000a1"), UUID("019ab000-0000-7000-8000-0000000000a2"), generation=7
)
GOOD = seal(CLAIMS, SECRET)
CHARACTERS = st.sampled_from(BASE64URL) | st.sampled_from(string.printable) | st.characters()
any_claims = st.builds(RefreshClaims, st.uuids(), st.uuids(), st.integers(0, 2**32 - 1))


@settings(deadline=None)
@given(claims=any_claims, secret=st.binary(min_size=32, max_size=64))
def test_what_was_sealed_is_read_back(claims: RefreshClaims, secret: bytes) -> None:
    token = seal(claims, secret)

    assert unseal(token, [secret]) == claims
    assert seal(claims, secret) == token, "the same again: that is how racing tabs get one successor"


@settings(deadline=None)
@given(claims=any_claims)
def test_every_token_has_the_same_length_and_alphabet(claims: RefreshClaims) -> None:
    token = seal(claims, SECRET)

    assert len(token) == 97
    assert token.startswith("sqlr_")
    assert set(token) <= set(BASE64URL)


def test_no_character_can_be_any_other_base64url_character() -> None:
    assert unseal(GOOD, [SECRET]) == CLAIMS

    for place, there in enumerate(GOOD):
        for other in BASE64URL.replace(there, "") + "+/=. ":
            assert unseal(GOOD[:place] + other + GOOD[place + 1 :], [SECRET]) is None, (place, other)


def test_every_cut_is_refused() -> None:
    for place in range(len(GOOD)):
        assert unseal(GOOD[:place], [SECRET]) is None
        assert unseal(GOOD[place + 1 :], [SECRET]) is None
        assert unseal(GOOD[:place] + GOOD[place + 1 :], [SECRET]) is None


def test_every_cut_of_the_bytes_behind_the_text_is_refused_also_when_it_is_filled_up() -> None:
    """A seal is compared whole (CVE-2026-27840: one that was cut was taken for good)."""
    raw = urlsafe_b64decode(GOOD.removeprefix("sqlr_"))

    for length in range(len(raw)):
        for filling in (b"", bytes(len(raw) - length), b"\xff" * (len(raw) - length), raw[: len(raw) - length]):
            if raw[:length] + filling != raw:
                other = urlsafe_b64encode(raw[:length] + filling).decode()
                assert unseal("sqlr_" + other, [SECRET]) is None
                assert unseal("sqlr_" + other.rstrip("="), [SECRET]) is None
                assert unseal("sqlr_" + other.ljust(92, "A")[:92], [SECRET]) is None


def test_what_is_not_sealed_at_all_is_refused() -> None:
    body = struct.pack(">B16s16sI", 1, CLAIMS.user_id.bytes, CLAIMS.session_id.bytes, 7)
    for key in (b"", b"\0", b"\0" * 32, CLAIMS.session_id.bytes, OTHER):
        for message in (body, b"sessionql refresh token" + body):
            seal_ = hmac.digest(key, message, "sha256")
            assert unseal("sqlr_" + urlsafe_b64encode(body + seal_).decode(), [SECRET]) is None
    assert unseal("sqlr_" + urlsafe_b64encode(body + bytes(32)).decode(), [SECRET]) is None
    unnamed = hmac.digest(SECRET, body, "sha256")
    assert unseal("sqlr_" + urlsafe_b64encode(body + unnamed).decode(), [SECRET]) is None, "a seal is for one purpose"


def test_an_access_token_is_no_refresh_token() -> None:
    ring = KeyRing.generate(NOW)
    access = signed(ring, good_claims(a_session()))

    for token in (access, "sqlr_" + access, "sqlr_" + access[:92], "sqlr_" + access.rpartition(".")[2].ljust(92, "A")):
        assert unseal(token, ring.refresh) is None


@pytest.mark.parametrize("prefix", ["", "SQLR_", "sqlr-", "sqlr", "sqlr__", "sqlr_sqlr_", "Bearer sqlr_", "sqlа_"])
def test_the_prefix_is_part_of_the_token(prefix: str) -> None:
    assert unseal(prefix + GOOD.removeprefix("sqlr_"), [SECRET]) is None


def test_a_very_long_token_is_refused_unread() -> None:
    assert unseal(GOOD + "A" * 10_000_000, [SECRET]) is None
    assert unseal("sqlr_" * 2_000_000, [SECRET]) is None


@settings(deadline=None, max_examples=200)
@given(place=st.integers(0, len(GOOD) - 1), other=CHARACTERS)
def test_any_character_changed_to_any_other_is_refused(place: int, other: str) -> None:
    assume(GOOD[place] != other)

    assert unseal(GOOD[:place] + other + GOOD[place + 1 :], [SECRET]) is None


@settings(deadline=None, max_examples=200)
@given(place=st.integers(0, len(GOOD)), more=st.text(CHARACTERS, min_size=1, max_size=8))
def test_any_insertion_is_refused(place: int, more: str) -> None:
    assert unseal(GOOD[:place] + more + GOOD[place:], [SECRET]) is None


@pytest.mark.parametrize("extra", ["=", "==", "====", " ", "\n", "\r\n", "\0", "A", "\ud800"])
def test_nothing_can_be_added_at_either_end(extra: str) -> None:
    assert unseal(GOOD + extra, [SECRET]) is None
    assert unseal(extra + GOOD, [SECRET]) is None


@settings(deadline=None)
@given(text=st.text() | st.from_regex(r"sqlr_[A-Za-z0-9_-]{92}", fullmatch=True))
def test_any_text_is_refused_and_never_an_exception(text: str) -> None:
    assert unseal(text, [SECRET]) is None


def test_a_token_of_another_secret_is_refused() -> None:
    assert unseal(GOOD, [OTHER]) is None
    assert unseal(GOOD, []) is None


def test_any_of_several_secrets_will_do() -> None:
    assert unseal(GOOD, [OTHER, SECRET]) == CLAIMS
    assert unseal(seal(CLAIMS, OTHER), [SECRET, OTHER]) == CLAIMS


@settings(deadline=None)
@given(one=any_claims, other=any_claims)
def test_the_body_of_one_token_does_not_take_the_seal_of_another(one: RefreshClaims, other: RefreshClaims) -> None:
    # The prefix and 37 bytes of body are 54 characters and the first bits of the next.
    mixed = seal(one, SECRET)[:54] + seal(other, SECRET)[54:]
    assume(mixed not in (seal(one, SECRET), seal(other, SECRET)))

    assert unseal(mixed, [SECRET]) is None


def test_a_token_of_another_version_of_this_program_is_refused() -> None:
    body = struct.pack(">B16s16sI", 2, CLAIMS.user_id.bytes, CLAIMS.session_id.bytes, 7)
    seal_ = hmac.digest(SECRET, b"sessionql refresh token" + body, "sha256")

    assert unseal("sqlr_" + urlsafe_b64encode(body + seal_).decode(), [SECRET]) is None
