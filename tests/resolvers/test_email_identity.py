"""One e-mail address is one account, and two addresses are two: at log-in, in limits and for operators."""

from dataclasses import replace

import pytest

from sessionql.resolvers.accounts import LogIn, LogInResult, login, register
from sessionql.resolvers.admin import UserSelector, find_user
from sessionql.resolvers.dependencies import Dependencies
from sessionql.resolvers.errors import EmailTaken, InvalidCredentials, InvalidInput, RateLimited
from tests.resolvers.builders import LAPTOP, PASSWORD, PHONE, sign_in, sign_up

TWO_ADDRESSES = [
    ("ana@faß.example.de", "ana@fass.example.de"),
    ("straße@example.de", "strasse@example.de"),
    ("ﬁnn@example.de", "finn@example.de"),
    ("ſam@example.de", "sam@example.de"),
]


@pytest.mark.parametrize(("one", "other"), TWO_ADDRESSES)
async def test_addresses_that_differ_in_one_letter_are_two_accounts(deps: Dependencies, one: str, other: str) -> None:
    first = await sign_up(deps, one)
    assert await find_user(deps, UserSelector(email=other)) is None, "an operator would disable another user"
    assert await login(deps, LogIn(other, PASSWORD), PHONE) == InvalidCredentials()

    second = await sign_up(deps, other)

    for account, email in ((first, one), (second, other)):
        assert await find_user(deps, UserSelector(email=email)) == (await sign_in(deps, email)).user
        assert (await sign_in(deps, email.replace("example", "EXAMPLE"))).user.id == account.user.id


@pytest.mark.parametrize(("one", "other"), TWO_ADDRESSES)
async def test_wrong_passwords_of_one_address_do_not_limit_the_other(deps: Dependencies, one: str, other: str) -> None:
    for _ in range(5):
        assert await login(deps, LogIn(one, "wrong horse battery"), LAPTOP) == InvalidCredentials()

    assert isinstance(await login(deps, LogIn(one, PASSWORD), PHONE), RateLimited)
    assert await login(deps, LogIn(other, PASSWORD), PHONE) == InvalidCredentials()


async def test_a_domain_is_the_same_account_in_both_of_its_forms(deps: Dependencies) -> None:
    ana = await sign_up(deps, "ana@faß.example.de")

    assert await register(deps, LogIn("Ana@XN--FA-HIA.example.de", PASSWORD), PHONE) == EmailTaken()
    assert (await sign_in(deps, "ana@xn--fa-hia.example.de")).user.id == ana.user.id
    found = await find_user(deps, UserSelector(email="ana@xn--fa-hia.example.de"))
    assert found is not None
    assert found.email == "ana@faß.example.de"


NONSTANDARD = ["ana@box.local", "ana@nas.home.arpa", "ana@localhost", "a..b@docomo.example", "a.@docomo.example"]


@pytest.mark.parametrize("email", NONSTANDARD)
async def test_a_nonstandard_address_registers_only_where_the_operator_allows_it(
    deps: Dependencies, email: str
) -> None:
    allowing = replace(deps, policy=replace(deps.policy, nonstandard_emails=True))
    rejected = await register(deps, LogIn(email, PASSWORD), LAPTOP)
    assert isinstance(rejected, InvalidInput)
    assert rejected.path == ("input", "email")

    ana = await register(allowing, LogIn(email, PASSWORD), LAPTOP)

    assert isinstance(ana, LogInResult)
    assert await register(allowing, LogIn(email.upper(), PASSWORD), LAPTOP) == EmailTaken()
    # Also after the operator turned the setting off.
    assert (await sign_in(deps, email.upper())).user.id == ana.user.id
    assert await find_user(deps, UserSelector(email=email)) == (await sign_in(deps, email)).user
