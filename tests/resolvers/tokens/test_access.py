"""Access tokens: claims, lifetime and signing key."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.tokens.access import AccessTokens, Claims, Signature
from sessionql.resolvers.tokens.keys import MAX_TOKEN_LIFETIME, KeyRing
from tests.resolvers.builders import NOW, a_session, make_tokens
from tests.resolvers.handmade_tokens import signed, valid_claims

RING = KeyRing.generate(NOW)
TOKENS = make_tokens(RING)
TOKEN_ID = UUID("019ab000-0000-7000-8000-0000000000a3")
FAR = NOW + timedelta(days=30)
SECRET = "0123456789abcdef0123456789abcdef"
SHARED = Signature("HS256", SECRET)
SESSION = a_session(authenticated_at=NOW - timedelta(hours=3))


def test_a_token_contains_exactly_the_specified_claims() -> None:
    token = TOKENS.sign(SESSION, TOKEN_ID, FAR, NOW)

    assert jwt.get_unverified_header(token.text) == {"alg": "EdDSA", "kid": RING.signing[0].kid, "typ": "at+jwt"}
    assert jwt.decode(token.text, options={"verify_signature": False}) == {
        "iss": "sessionql",
        "aud": "sessionql",
        "sub": "019ab000-0000-7000-8000-0000000000a1",
        "sid": "019ab000-0000-7000-8000-0000000000a2",
        "jti": "019ab000-0000-7000-8000-0000000000a3",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
        "auth_time": int(NOW.timestamp()) - 3 * 3600,
    }
    assert token.expires_at == datetime(2026, 11, 23, 11, 21, 10, tzinfo=UTC)


def test_a_verified_token_has_its_user_session_and_times() -> None:
    token = TOKENS.sign(SESSION, TOKEN_ID, FAR, NOW)

    assert TOKENS.verify(token.text, NOW) == Claims(
        user_id=SESSION.user_id,
        session_id=SESSION.id,
        authenticated_at=SESSION.authenticated_at.replace(microsecond=0),
        expires_at=token.expires_at,
    )


def test_a_token_expires_to_the_second() -> None:
    token = TOKENS.sign(SESSION, TOKEN_ID, FAR, NOW)

    assert TOKENS.verify(token.text, token.expires_at - timedelta(microseconds=1)) is not None
    assert TOKENS.verify(token.text, token.expires_at) is None


@settings(deadline=None, max_examples=100)
@given(
    left=st.timedeltas(timedelta(0), timedelta(days=90)),
    lifetime=st.timedeltas(timedelta(seconds=1), MAX_TOKEN_LIFETIME),
)
def test_a_token_never_outlives_its_session_nor_its_own_lifetime(left: timedelta, lifetime: timedelta) -> None:
    tokens = make_tokens(RING, lifetime)
    session_end = NOW + left

    token = tokens.sign(SESSION, TOKEN_ID, session_end, NOW)

    assert token.expires_at <= min(session_end, NOW + lifetime)
    assert token.expires_at > min(session_end, NOW + lifetime) - timedelta(seconds=1), "nor is it cut short"
    assert tokens.verify(token.text, session_end) is None
    assert tokens.verify(token.text, NOW + lifetime) is None


def test_another_standard_library_reads_the_token_with_the_published_key() -> None:
    [published] = TOKENS.to_jwks()["keys"]
    token = TOKENS.sign(SESSION, TOKEN_ID, FAR, NOW)

    key = jwt.PyJWK.from_dict(published)
    claims = jwt.decode(token.text, key, audience="sessionql", options={"verify_exp": False, "verify_iat": False})

    assert claims["sid"] == str(SESSION.id)
    assert set(published) == {"kty", "crv", "use", "alg", "kid", "x"}, "and nothing of the private half"


def test_a_shared_secret_signs_and_publishes_nothing() -> None:
    tokens = make_tokens(RING, signature=SHARED)
    token = tokens.sign(SESSION, TOKEN_ID, FAR, NOW)

    assert jwt.get_unverified_header(token.text) == {"alg": "HS256", "typ": "at+jwt"}
    found = tokens.verify(token.text, NOW)
    assert found is not None
    assert found.session_id == SESSION.id
    assert tokens.to_jwks() == {"keys": []}


def test_tokens_of_one_algorithm_are_rejected_under_the_other() -> None:
    by_secret = make_tokens(RING, signature=SHARED)

    assert by_secret.verify(TOKENS.sign(SESSION, TOKEN_ID, FAR, NOW).text, NOW) is None
    assert TOKENS.verify(by_secret.sign(SESSION, TOKEN_ID, FAR, NOW).text, NOW) is None


def test_a_token_of_another_secret_is_rejected() -> None:
    others = make_tokens(RING, signature=Signature("HS256", SECRET[::-1]))

    assert make_tokens(RING, signature=SHARED).verify(others.sign(SESSION, TOKEN_ID, FAR, NOW).text, NOW) is None


def test_a_token_of_another_ring_is_rejected_even_under_our_key_id() -> None:
    others = KeyRing.generate(NOW)

    assert TOKENS.verify(make_tokens(others).sign(SESSION, TOKEN_ID, FAR, NOW).text, NOW) is None
    assert TOKENS.verify(signed(others, valid_claims(SESSION), kid=RING.signing[0].kid), NOW) is None


def test_an_old_token_outlives_a_rotation() -> None:
    token = TOKENS.sign(SESSION, TOKEN_ID, FAR, NOW)

    assert make_tokens(RING.rotated(NOW, immediately=False)).verify(token.text, NOW) is not None


def test_an_immediate_rotation_invalidates_old_tokens_and_signs_with_the_new_key() -> None:
    ring = RING.rotated(NOW, immediately=True)
    tokens = make_tokens(ring)

    assert tokens.verify(TOKENS.sign(SESSION, TOKEN_ID, FAR, NOW).text, NOW) is None
    assert tokens.verify(tokens.sign(SESSION, TOKEN_ID, FAR, NOW).text, NOW) is not None
    assert [key["kid"] for key in ring.to_jwks()["keys"]] == [ring.signing[0].kid] != [RING.signing[0].kid]


def test_a_cached_token_still_expires() -> None:
    tokens = make_tokens(RING)
    token = tokens.sign(SESSION, TOKEN_ID, FAR, NOW)

    for _ in range(2):
        assert tokens.verify(token.text, NOW) is not None
    assert tokens.verify(token.text, token.expires_at) is None


def test_a_cached_token_is_rejected_without_its_key() -> None:
    rings = [RING]
    tokens = AccessTokens(lambda: rings[-1], issuer="sessionql", audience="sessionql", lifetime=timedelta(minutes=5))
    token = tokens.sign(SESSION, TOKEN_ID, FAR, NOW)
    assert tokens.verify(token.text, NOW) is not None

    rings.append(RING.rotated(NOW, immediately=False))
    assert tokens.verify(token.text, NOW) is not None
    rings.append(RING.rotated(NOW, immediately=True))
    assert tokens.verify(token.text, NOW) is None


def test_a_cached_token_does_not_validate_another_token() -> None:
    tokens = make_tokens(RING)
    token = tokens.sign(SESSION, TOKEN_ID, FAR, NOW).text
    assert tokens.verify(token, NOW) is not None

    for changed in (token + "=", token[:-1], token.swapcase(), token + "\n"):
        assert tokens.verify(changed, NOW) is None
