"""Values that many tests share."""

PASSWORD = "correct horse battery"
EMAIL = "ana@example.com"

FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)

NO_LIMITS_PER_ADDRESS = {
    "ATTEMPTS_PER_ADDRESS": "0",
    "REGISTRATIONS_PER_ADDRESS": "0",
    "LOGINS_PER_ADDRESS": "0",
    "LOGINS_PER_ACCOUNT": "0",
}
"""Settings of a server that many test clients use from one address."""
NO_ATTEMPT_LIMITS = {"ATTEMPTS_PER_ACCOUNT": "0", **NO_LIMITS_PER_ADDRESS}
"""Settings of a server on which clients guess passwords."""
