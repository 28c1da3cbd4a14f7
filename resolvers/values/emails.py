"""E-mail addresses: one form to show, and one to compare."""

from unicodedata import normalize

from email_validator import EmailNotValidError, validate_email

from sessionql.resolvers.errors import InvalidInput

MAX_EMAIL_LENGTH = 254
"""The longest address that mail can be sent to (RFC 5321, erratum 1690)."""


def normalize_email(text: str) -> str | InvalidInput:
    """The address in its normal form (RFC 5322, 6531), or what is wrong with it.

    Only the syntax is looked at: nothing is sent, so nothing has to be deliverable.
    """
    if len(text) > MAX_EMAIL_LENGTH:
        too_long = f"This is not an e-mail address: it is too long, {MAX_EMAIL_LENGTH} characters are allowed."
        return InvalidInput(too_long, ("input", "email"))
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return InvalidInput(f"This is not an e-mail address: {error}", ("input", "email"))
    return found.normalized


def email_key(normalized: str) -> str:
    """The form in which addresses are compared: `Ana@…` and `ana@…` are one person."""
    return normalize("NFC", normalized.casefold())
