"""E-mail addresses: the normal form to display, and the key to compare."""

from unicodedata import normalize

from email_validator import EmailNotValidError, validate_email

from sessionql.resolvers.errors import InvalidInput

MAX_EMAIL_LENGTH = 254
"""In characters (RFC 5321, erratum 1690)."""


def normalize_email(text: str) -> str | InvalidInput:
    """Validate the syntax of an e-mail address (RFC 5322, RFC 6531) and normalize it.

    Deliverability is not checked, because the server sends no mail.
    """
    if len(text) > MAX_EMAIL_LENGTH:
        return InvalidInput(
            f"This is not an e-mail address: it has more than {MAX_EMAIL_LENGTH} characters.", ("input", "email")
        )
    try:
        validated = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return InvalidInput(f"This is not an e-mail address: {error}", ("input", "email"))
    return validated.normalized


def email_key(normalized: str) -> str:
    """Return the form in which addresses are compared: `Ana@…` and `ana@…` are the same account."""
    return normalize("NFC", normalized.casefold())
