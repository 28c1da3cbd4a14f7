"""Keys: which one signs, how long a retired one is kept, and that no repr contains one."""

from collections.abc import Callable
from datetime import timedelta
from itertools import accumulate
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.token_pairs import TokenPair
from sessionql.resolvers.tokens.access import AccessToken, Signature
from sessionql.resolvers.tokens.keys import MAX_TOKEN_LIFETIME, PUBLISHED_AHEAD, KeyRing, SigningKey
from tests.resolvers.builders import NOW, a_session, make_tokens

RING = KeyRing.generate(NOW)
SESSION = a_session()
TOKEN_ID = UUID("019ab000-0000-7000-8000-0000000000a3")
FAR = NOW + timedelta(days=30)
SHARED_SECRET = "a shared secret of thirty-two by"


def secrets_of(ring: KeyRing) -> list[str]:
    """Return every secret of the ring in its printable forms."""
    raw = [ring.signing[0].private.private_bytes_raw(), *ring.refresh]
    return [form for each in raw for form in (repr(each), each.hex(), str(list(each)))]


@pytest.mark.parametrize("show", [repr, str, "{}".format, "%s".__mod__, "%r".__mod__])
def test_no_secret_is_in_any_repr(show: Callable[[object], str]) -> None:
    ring = KeyRing.generate(NOW)
    access = AccessToken("eyJ.secret.token", NOW)
    for thing in (ring, ring.signing[0], SigningKey.generate(NOW), access, TokenPair(access, "sqlr_secret", NOW)):
        for secret in (*secrets_of(ring), "secret.token", "sqlr_secret"):
            assert secret not in show(thing)
        assert secrets_of(ring)[0] not in show([thing]), "nor inside of another thing"


def test_the_shared_secret_is_not_in_a_repr() -> None:
    assert SHARED_SECRET not in repr(Signature("HS256", SHARED_SECRET))


def test_a_new_key_signs_only_after_its_publication_period() -> None:
    rotated = RING.rotated(NOW, immediately=False)
    new, old = rotated.signing

    assert {key["kid"] for key in rotated.to_jwks()["keys"]} == {new.kid, old.kid}
    assert rotated.signing_key(NOW) is old
    assert rotated.signing_key(NOW + PUBLISHED_AHEAD - timedelta(microseconds=1)) is old
    assert rotated.signing_key(NOW + PUBLISHED_AHEAD) is new


@settings(deadline=None, max_examples=60)
@given(gaps=st.lists(st.sampled_from([0, 1, 5, 9, 10, 11, 30, 59, 60, 61, 70, 71, 500]), min_size=1, max_size=8))
def test_a_retired_key_is_kept_until_its_last_token_has_expired(gaps: list[int]) -> None:
    ring, given_out = RING, []
    for at in accumulate(gaps):
        now = NOW + timedelta(minutes=at)
        moments = [now - timedelta(microseconds=1), now]
        given_out += [make_tokens(ring, MAX_TOKEN_LIFETIME).sign(SESSION, TOKEN_ID, FAR, moment) for moment in moments]
        ring = ring.rotated(now, immediately=False)
        unexpired = [token for token in given_out if token.expires_at > now]
        assert all(make_tokens(ring).verify(token.text, now) for token in unexpired)


def test_a_retired_key_is_deleted_when_all_its_tokens_have_expired() -> None:
    ring, now = RING, NOW
    for _ in range(5):
        now += MAX_TOKEN_LIFETIME + PUBLISHED_AHEAD
        ring = ring.rotated(now, immediately=False)

    assert len(ring.signing) == 2
    assert RING.signing[0].kid not in {key.kid for key in ring.signing}


@pytest.mark.parametrize("at_once", [True, False])
def test_rotating_the_signing_key_does_not_affect_refresh_tokens(at_once: bool) -> None:
    assert RING.rotated(NOW, immediately=at_once).refresh == RING.refresh


def test_a_new_refresh_secret_changes_nothing_else() -> None:
    resealed = RING.with_new_refresh_secret()

    assert resealed.signing == RING.signing
    assert len(resealed.refresh) == 1
    assert resealed.refresh != RING.refresh
