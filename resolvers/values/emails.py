"""E-mail addresses: the normal form to display, and the key to compare.

Decision 32 says which addresses are the same account.
"""

import re
from unicodedata import normalize

import idna
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from sessionql.resolvers.errors import InvalidInput

MAX_EMAIL_LENGTH = 254
"""In characters (RFC 5321, erratum 1690)."""

_PRIVATE_DOMAIN = re.compile(r"(?:(?<=\A)|(?<=\.))(?:local|home\.arpa|localhost)\Z", re.IGNORECASE)
"""The end of a domain that mail reaches inside one network only (RFC 6762, RFC 8375, RFC 6761)."""


def normalize_email(text: str, *, nonstandard: bool = False) -> str | InvalidInput:
    """Validate the syntax of an e-mail address (RFC 5322, RFC 6531) and normalize it.

    `nonstandard` accepts private domains (`.local`, `home.arpa`, `localhost`) and the dots of docomo's addresses too.
    Pass True to find an account: one that exists can log in whatever the setting is now. Deliverability is not checked,
    because the server sends no mail.
    """
    if len(text) > MAX_EMAIL_LENGTH:
        return InvalidInput(
            f"This is not an e-mail address: it has more than {MAX_EMAIL_LENGTH} characters.", ("input", "email")
        )
    try:
        return _nonstandard(text.strip()) if nonstandard else _validate(text.strip()).normalized
    except EmailNotValidError as error:
        return InvalidInput(f"This is not an e-mail address: {error}", ("input", "email"))


def email_key(normalized: str) -> str:
    """Return the form in which addresses are compared: `Ana@…` and `ana@…` are the same account.

    The domain in A-labels (IDNA 2008), so that each domain name of the DNS is one domain here. The local part in simple
    case folding: a letter never becomes two letters or another letter (`ß` and `ss`, `ﬁ` and `fi`, `ſ` and `s` differ).
    """
    local, _, domain = normalized.rpartition("@")
    folded = normalize("NFC", "".join(map(_fold, normalize("NFC", local))))
    return f"{folded}@{domain if domain.isascii() else idna.encode(domain).decode()}"


def _fold(letter: str) -> str:
    if letter == "ς":  # the form at the end of a word: both have one capital letter
        return "σ"
    lower = letter.lower()
    return lower if len(lower) == 1 else letter


def _validate(text: str) -> ValidatedEmail:
    return validate_email(text, check_deliverability=False, test_environment=True)


def _nonstandard(text: str) -> str:
    """Validate the address with a standard domain and without the dots of docomo, then put both back."""
    local, at, domain = text.rpartition("@")
    private = _PRIVATE_DOMAIN.search(domain)
    standard_local = re.sub(r"\.{2,}", ".", local).removesuffix(".")
    standard_domain = f"{domain[: private.start()]}test" if private else domain
    validated = _validate(standard_local + at + standard_domain)
    if standard_local == local:
        local = validated.local_part
    if private:
        return f"{normalize('NFC', local)}@{validated.domain.removesuffix('test')}{private[0].lower()}"
    return f"{normalize('NFC', local)}@{validated.domain}"
