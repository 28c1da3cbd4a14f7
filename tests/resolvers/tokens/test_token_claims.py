"""The claims of an access token: signed by us, but with one that is missing, wrong or odd, it is refused."""

import json
from typing import Any

import pytest

from sessionql.resolvers.tokens.keys import KeyRing
from tests.resolvers.builders import NOW, a_session, forge, make_tokens, signed, valid_claims, valid_header

RING = KeyRing.generate(NOW)
TOKENS = make_tokens(RING)
SESSION = a_session()
CLAIMS = ("iss", "aud", "sub", "sid", "jti", "iat", "exp", "auth_time")
TIMES = ("iat", "exp", "auth_time")


def claiming(claim: str, value: Any) -> str:
    """A token that is good but for this claim; ... takes the claim away."""
    return signed(RING, valid_claims(SESSION, NOW, **{claim: value}))


def refused(token: str) -> bool:
    """Whether this is no token of ours."""
    return TOKENS.verify(token, NOW) is None


def test_the_unchanged_handmade_tokens_are_valid() -> None:
    assert TOKENS.verify(signed(RING, valid_claims(SESSION)), NOW) is not None


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_is_required(claim: str) -> None:
    assert refused(claiming(claim, ...))
    assert refused(claiming(claim, None))


ODD: list[object] = [True, 1.5, {}, [], [1], {"a": 1}, 10**30, -(10**30)]


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_claim_of_another_type_or_out_of_range_is_rejected(claim: str, value: object) -> None:
    assert refused(claiming(claim, value))


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("value", ["", "x", "1795432870", "2026-11-23T11:16:10Z"])
def test_a_claim_with_invalid_text_is_rejected(claim: str, value: str) -> None:
    assert refused(claiming(claim, value))


@pytest.mark.parametrize("claim", TIMES)
@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), float("-inf"), 1e300, 1795432870.0, False, -1, -(2**63), 2**63, 10**300, "0"],
    ids=repr,
)
def test_a_time_in_another_form_is_rejected(claim: str, value: object) -> None:
    assert refused(claiming(claim, value))


@pytest.mark.parametrize("claims", [b"[]", b"7", b"null", b'"x"', b"{", b"\xff\xfe", b"[" * 500, b"1" * 1000, b" "])
def test_claims_that_are_not_an_object_are_rejected(claims: bytes) -> None:
    assert refused(forge(valid_header(RING), claims, RING.signing[0].private.sign))


@pytest.mark.parametrize("claim", ["iss", "aud"])
@pytest.mark.parametrize(
    "value",
    ["SessionQL", "sessionql ", "sessionql\0", "sessionql.evil.example", ["sessionql"], ["sessionql", "else"], "", []],
    ids=repr,
)
def test_another_issuer_or_audience_or_a_list_is_rejected(claim: str, value: object) -> None:
    assert refused(claiming(claim, value))


@pytest.mark.parametrize("claim", ["sub", "sid", "jti"])
@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}", " {}", "{}\n", "{}\0", "{}-"], ids=repr)
def test_an_id_has_one_form_in_a_token(claim: str, spelling: str) -> None:
    id_ = str(SESSION.id)
    written = {id_.upper(), id_.replace("-", ""), spelling.format(id_)} - {id_}

    assert all(refused(claiming(claim, text)) for text in written)


@pytest.mark.parametrize("claim", CLAIMS)
def test_of_a_duplicate_claim_the_last_one_counts(claim: str) -> None:
    """RFC 7519, section 4, allows this or to refuse both. We make no such token, so nobody's ever counts."""
    good = json.dumps(valid_claims(SESSION)).encode()
    twice = good[:-1] + b', "%s": "else"}' % claim.encode()

    assert refused(forge(valid_header(RING), twice, RING.signing[0].private.sign))


def test_a_token_that_expired_now_or_before_is_rejected() -> None:
    now = int(NOW.timestamp())

    assert [refused(claiming("exp", now + seconds)) for seconds in (-300, -1, 0, 1)] == [True, True, True, False]
