"""Passwords that are easy to guess (ASVS 6.2.4): common ones, words of the account, repeats, sequences, dates."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from sessionql.resolvers import password_strength
from sessionql.resolvers.accounts import LogIn, LogInResult, register
from sessionql.resolvers.credentials import PasswordChange, change_password
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import InvalidInput
from sessionql.resolvers.password_strength import is_guessable
from sessionql.resolvers.passwords import MIN_PASSWORD_LENGTH
from tests.resolvers.builders import LAPTOP, PASSWORD, as_requester, sign_up

EMAIL = "ana.maria@blumenladen.example"
CONTEXT = (EMAIL, "https://login.blumenladen.example")

GUESSABLE = [
    *("P@ssw0rd", "aaaaaaaa", "Summer2026", "Summer2026!", "Winter2031", "Passw0rd!2026", "Password1!", "Welcome2026!"),
    *("abcdefgh", "87654321", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop[]", "1qaz2wsx", "!@#$%^&*()", "1q2w3e4r5t6y"),
    *("abcabcabcabc", "hunter2hunter2", "11111111111111111111", "aB3$aB3$", "password password password", "a" * 128),
    *("19851224", "24.12.1985", "maria1985", "2026-11-26"),
    *(EMAIL, EMAIL.upper(), EMAIL[::-1], f"{EMAIL}1", "ana.maria", "ana.maria", "Ana.Maria1", "anamaria1"),
    *(
        "blumenladen",
        "Blumenladen2026",
        "blumenladen.example",
        "sessionql",
        "SessionQL1",
        "s3ss10nql",
    ),
]
HONEST = [
    *(
        "correct horse",
        PASSWORD,
        "correct horse battery staple",
        "my cat likes fish",
        "ein hund im regen",
        "blue-river-7",
    ),
    *(
        "zq7-xkvm",
        "zq7-xkvz",
        "Tr0ub4dor&3",
        "пароль-на-пальцах",
        "緑の傘と古い時計台の鐘",
        "3f9c1e7a-5d2b",
        "kx8Rw2Lq9v",
    ),
    "4@8({[<369&#!1/|0$5+7%2",
    "ana.maria likes her blumenladen",
    "password, but longer than any list",
]


@pytest.mark.parametrize("password", GUESSABLE)
def test_what_an_attacker_tries_first_is_rejected(password: str) -> None:
    assert is_guessable(password, CONTEXT)


@pytest.mark.parametrize("password", HONEST)
def test_passphrases_and_random_passwords_are_accepted(password: str) -> None:
    assert not is_guessable(password, CONTEXT)


def test_the_three_thousand_most_common_passwords_are_rejected() -> None:
    """ASVS 6.2.4: those that are long enough. The list has 30,000 passwords of leaks, the most common ones first."""
    common = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_PASSWORD_LENGTH]
    assert len(common) > 10_000
    assert [word for word in common[:3000] if not is_guessable(word, ())] == []
    assert [word for word in common[3000::20] if not is_guessable(word.title(), ())] == []


@pytest.mark.parametrize("length", [9, 25, 60])
def test_the_address_of_the_account_is_rejected_at_any_length(length: int) -> None:
    local = "maximiliane-" * 9
    email = f"{local[:length]}@{local[:length]}.example"
    for password in (email, email.partition("@")[0], email.partition("@")[2], f"{email}1!", f"x{email.upper()}"):
        assert is_guessable(password, (email,)), password


def test_words_of_one_account_do_not_count_for_another() -> None:
    # A dictionary that all calls share would keep the words of the last account.
    assert is_guessable("quxvortz", ("quxvortz@example.com",))
    assert not is_guessable("quxvortz", ("bob@example.com",))


@settings(deadline=None, max_examples=50)
@given(password=st.text(alphabet=st.sampled_from("4@8({[<3691!|0$5+7%2aes"), min_size=60, max_size=128))
def test_a_text_of_substitutes_is_estimated_in_short_parts(password: str) -> None:
    """The time of zxcvbn grows with the substitutes of a text, to seconds: compare the lengths, not the time."""
    seen: list[str] = []

    def guesses(text: str, _: object) -> int:
        seen.append(text)
        return 1

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(password_strength, "_guesses", guesses)
        is_guessable(password, CONTEXT)

    many = len(set(password) & set("4@8({[<3691!|0$5+7%2")) > 6
    assert max(map(len, seen)) <= (12 if many else 24)
    assert password.startswith("".join(seen)), "all of it, but for repeats"


@pytest.mark.parametrize("password", ["P@ssw0rd", "aaaaaaaa", "Summer2026", EMAIL, "ana.maria", "sessionql"])
async def test_every_entry_rejects_a_guessable_password_and_says_what_to_do(deps: Dependencies, password: str) -> None:
    rejected: list[Any] = [await register(deps, LogIn(EMAIL, password), LAPTOP)]
    ana = await sign_up(deps, EMAIL)
    rejected.append(await change_password(deps, as_requester(ana), PasswordChange(PASSWORD, password), LAPTOP))

    for each, path in zip(rejected, (("input", "password"), ("input", "newPassword")), strict=True):
        assert isinstance(each, InvalidInput)
        assert each.path == path
        assert "Choose a longer one, for example four words" in each.message


async def test_the_name_of_the_issuer_is_rejected(deps: Dependencies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deps.tokens, "issuer", "https://login.quxvortz.example")

    assert isinstance(await register(deps, LogIn("bob@example.com", "Quxvortz1"), LAPTOP), InvalidInput)


async def test_the_address_of_another_account_is_no_reason(deps: Dependencies) -> None:
    signed_in = await register(deps, LogIn("bob@example.com", "quxvortz@example.net"), LAPTOP)

    assert isinstance(signed_in, LogInResult)
