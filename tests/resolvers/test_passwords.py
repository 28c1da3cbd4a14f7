"""Passwords: rules for new ones, equal cost of all checks, no blocking of the event loop."""

import asyncio
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionql.resolvers.errors import InvalidInput
from sessionql.resolvers.passwords import Passwords

LENGTH = "A password must have 8 to 128 characters."
GUESSABLE = (
    "This password is easy to guess. Choose a longer one, for example four words that do not belong together, "
    "without your e-mail address, names and dates."
)
CONTEXT = ("ana.maria@shop.example", "https://login.shop.example")
UNGUESSABLE = "".join(f"{number * number:x}-" for number in range(777, 999))
SLOW = "a" + "\u0300\u0316" * 15_000  # NFKC sorts runs of combining marks in quadratic time


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """Cheap hashing in a separate instance, which a test may modify."""
    made = Passwords(time_cost=1, memory_kib=8)
    yield made
    made.close()


class Counting:
    """A hasher that counts its verifications."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self.verified: list[str] = []

    def verify(self, password_hash: str, password: str) -> Any:
        self.verified.append(password_hash)
        return self._hasher.verify(password_hash, password)


async def rejection(passwords: Passwords, password: str) -> str | None:
    """Return why the new password is rejected, or None."""
    found = await passwords.check_new(password, ("input", "password"), CONTEXT)
    assert found is None or found.path == ("input", "password")
    return found.message if found else None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", LENGTH),
        ("1234567", LENGTH),
        ("zq7-xkv", LENGTH),
        ("zq7-xkvm", None),
        (UNGUESSABLE[:127] + "é", None),
        ("q" * 129, LENGTH),
        ("e\u0301" * 7, LENGTH),
        ("zq7-xkve\u0301", None),
        (UNGUESSABLE[:127] + "e\u0301", None),
        ("e\u0301" * 129, LENGTH),
        ("\ufdfa", None),  # one character that NFKC writes with 18
        ("\ufdfa" * 8, LENGTH),
        ("ﬁ-ﬂxﬀq", None),  # ligatures of two letters each
        ("    zq7    ", None),
        ("пароль-на-пальцах", None),
    ],
    ids=ascii,
)
async def test_length_is_counted_in_characters_after_normalization(
    passwords: Passwords, password: str, why: str | None
) -> None:
    assert await rejection(passwords, password) == why


@pytest.mark.parametrize(
    "password", ["password", "12345678", "baseball", "iloveyou", "trustno1", "superman", "qwertyuiop"]
)
async def test_the_most_common_passwords_are_rejected_in_any_case_and_form(passwords: Passwords, password: str) -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in password)
    for typed in (password, password.upper(), password.title(), password.swapcase(), wide, wide.upper()):
        assert await rejection(passwords, typed) == GUESSABLE


@settings(deadline=None, max_examples=200)
@given(password=st.text(max_size=140))
async def test_any_password_is_accepted_or_rejected_without_an_exception(password: str) -> None:
    passwords = Passwords(time_cost=1, memory_kib=8)
    assert await rejection(passwords, password) in (None, LENGTH, GUESSABLE)
    passwords.close()


async def test_only_the_right_password_is_verified(passwords: Passwords) -> None:
    kept = await passwords.hash("correct horse")

    assert await passwords.verify("correct horse", kept)
    for wrong in ("correct hors", "correct horse ", "Correct horse", "", "correct horse\0", "x" * 1000):
        assert not await passwords.verify(wrong, kept)


async def test_a_password_typed_on_another_keyboard_is_the_same(passwords: Passwords) -> None:
    kept = await passwords.hash("caf\u00e9 \u2460 ﬁn")

    assert await passwords.verify("cafe\u0301 1 fin", kept)


async def test_the_same_password_is_hashed_differently_each_time_with_argon2id(passwords: Passwords) -> None:
    one, other = await passwords.hash("correct horse"), await passwords.hash("correct horse")

    assert one != other
    assert one.startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_the_default_parameters_are_those_of_owasp() -> None:
    usual = Passwords()
    usual.close()

    assert usual._dummy_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), "and no account costs the same"


async def test_an_unknown_account_costs_one_check_with_the_same_parameters(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await passwords.hash("correct horse")
    counting = Counting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counting)

    await passwords.verify("wrong horse", kept)
    await passwords.verify("wrong horse", None)

    with_account, without = counting.verified
    assert with_account == kept
    assert without.split("$")[:4] == kept.split("$")[:4]


async def test_an_unknown_account_is_false_even_for_the_password_of_the_dummy_hash(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_dummy_hash", await passwords.hash("stands in"))

    assert await passwords.verify("stands in", passwords._dummy_hash)
    assert not await passwords.verify("stands in", None)


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "garbage",
        "$",
        "$argon2id$",
        "$argon2id$v=19$m=8,t=1,p=1$AAAA",
        "$2b$12$abcdefghijklmnopqrstuv",
        "correct horse",
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$",
        "\x00",
        "pässwörd",
        "\ud800",
        " ",
    ],
    ids=ascii,
)
async def test_an_invalid_stored_hash_is_false(passwords: Passwords, garbage: str) -> None:
    assert not await passwords.verify("correct horse", garbage)


async def test_a_truncated_hash_is_false(passwords: Passwords) -> None:
    kept = await passwords.hash("correct horse")

    for length in range(1, len(kept) - 1, 7):
        assert not await passwords.verify("correct horse", kept[:length])


@pytest.mark.parametrize("password", ["\ud800" * 9, "correct\udfffhorse"], ids=ascii)
async def test_a_lone_surrogate_is_rejected_and_wrong(passwords: Passwords, password: str) -> None:
    kept = await passwords.hash("correct horse")

    assert not await passwords.verify(password, kept)
    assert not await passwords.verify(password, None)
    assert isinstance(await passwords.check_new(password, ("input", "password"), CONTEXT), InvalidInput)


def test_hashes_with_other_parameters_are_outdated() -> None:
    today, before = Passwords(time_cost=2, memory_kib=16), Passwords(time_cost=1, memory_kib=8)
    old, new = before._hasher.hash("correct horse"), today._hasher.hash("correct horse")
    today.close()
    before.close()

    assert today.is_outdated(old)
    assert not today.is_outdated(new)


async def test_other_requests_continue_while_passwords_are_hashed() -> None:
    passwords = Passwords()
    ticks, longest, hashing = 0, 0.0, True

    async def tick() -> None:
        nonlocal ticks, longest
        while hashing:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            ticks, longest = ticks + 1, max(longest, time.perf_counter() - before)

    ticking = asyncio.create_task(tick())
    kept = await asyncio.gather(*(passwords.hash(f"correct horse {number}") for number in range(8)))
    assert all(await asyncio.gather(*(passwords.verify(f"correct horse {n}", kept[n]) for n in range(8))))
    hashing = False
    await ticking
    passwords.close()

    assert ticks > 16, "more ticks than hashes: it ran in between"


async def test_a_password_crafted_to_be_slow_is_rejected_without_normalizing(
    passwords: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = SimpleNamespace(normalize=lambda *_: pytest.fail("it was read"))
    monkeypatch.setattr("sessionql.resolvers.passwords.unicodedata", unread)

    assert isinstance(await passwords.check_new(SLOW, ("input", "password"), CONTEXT), InvalidInput)
    assert not await passwords.verify(SLOW, None)
