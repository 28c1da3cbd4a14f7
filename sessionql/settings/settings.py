"""The settings of a server, from `SESSIONQL_*` variables and a `.env` file. `docs/settings.md` lists them."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sessionql.http.cookies import CookieRules, SameSite
from sessionql.http.origins import ANY, Origins, parse_origins
from sessionql.http.proxies import Network, Proxies, parse_networks
from sessionql.resolvers.dependencies import Policy
from sessionql.resolvers.tokens.access import Signature
from sessionql.resolvers.tokens.keys import MAX_TOKEN_LIFETIME
from sessionql.settings.connections import ConnectionSettings
from sessionql.settings.durations import Duration
from sessionql.settings.limits import MAX_LIMIT
from sessionql.settings.shared_secret import check_shared_secret
from sessionql.settings.trusted_documents import TrustedSettings
from sessionql.storage import Lifetimes
from sessionql.storage.storage import is_sqlite, sqlite_path

PREFIX = "SESSIONQL_"


class Settings(TrustedSettings, ConnectionSettings):
    """The settings of a server. Every setting has a safe default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", hide_input_in_errors=True)

    data_dir: Path = Field(default=Path("data"), description="The folder of the keys file and of the default database.")
    database_url: str = Field(
        default="",
        description="`sqlite:///path/to/file` or `postgresql://user@host/name`; empty for a "
        "SQLite file in the data directory.",
    )
    database_pool_size: int = Field(
        default=10, ge=1, le=1000, description="The maximum number of PostgreSQL connections of each worker."
    )
    keys_file: Path | None = Field(
        default=None, description="The file of signing keys; if unset, `keys.json` in the data directory."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 for a free one.")
    workers: int = Field(default=1, ge=1, le=256, description="The number of worker processes. With SQLite only one.")
    issuer: str = Field(default="sessionql", min_length=1, description="`iss` of access tokens.")
    audience: str = Field(default="sessionql", min_length=1, description="`aud` of access tokens.")
    access_token_algorithm: Literal["EdDSA", "HS256"] = Field(
        default="EdDSA", description="`EdDSA` with the keys file, or `HS256` with a shared secret."
    )
    access_token_secret: SecretStr | None = Field(
        default=None, description="The shared secret of `HS256`: at least 32 random bytes."
    )
    access_token_lifetime: Duration = Field(
        default=timedelta(minutes=5), description="The lifetime of an access token, at most an hour."
    )
    idle_timeout: Duration = Field(
        default=timedelta(days=30), description="A session expires after this time without use."
    )
    absolute_lifetime: Duration = Field(
        default=timedelta(days=90), description="A session expires this long after its log-in, used or not."
    )
    refresh_grace: Duration = Field(
        default=timedelta(seconds=10),
        description="How long the previous refresh token still returns the same new tokens, for "
        "tabs that refresh at the same time; 0 for never.",
    )
    refresh_grace_same_client: bool = Field(
        default=False,
        description="Whether the previous refresh token is rejected within the grace when it comes from another "
        "network or program than that of the refresh. Such a use always leaves a security event. A phone that changes "
        "its network between two tries then needs a retry key, or its user logs in again.",
    )
    activity_interval: Duration = Field(
        default=timedelta(seconds=60), description="The minimum time between two writes of `lastActive` of a session."
    )
    session_limit: int = Field(
        default=50,
        ge=0,
        le=MAX_LIMIT,
        description="The maximum number of active sessions of a user: one more log-in revokes the "
        "session that was unused "
        "for longest; 0 for no limit.",
    )
    fresh_login: Duration = Field(
        default=timedelta(hours=1),
        description="Revoking other sessions needs a log-in, or `reauthenticate`, within this time; 0 for no limit.",
    )
    attempts_per_account: int = Field(
        default=5,
        ge=0,
        le=MAX_LIMIT,
        description="The maximum number of failed password checks in a minute, of an account from one network, on one "
        "known device, or in one session; ten times as many of an account from all networks where it is not known, "
        "and in all its sessions. A session ends after twice as many in a day. 0 for no limit.",
    )
    attempts_per_address: int = Field(
        default=20,
        ge=0,
        le=MAX_LIMIT,
        description="The maximum number of failed password checks from an IP address (IPv6: /64) in a minute, of "
        "rejected refreshes, and of password resets that fail; 20 times as many from an IPv4 /24, 1.5 times from an "
        "IPv6 /56, 2.5 times from a /48. Known devices are counted apart. 0 for no limit.",
    )
    registrations_per_address: int = Field(
        default=30,
        ge=0,
        le=MAX_LIMIT,
        description="The maximum number of accounts created from an IP address (IPv6: /64) in a minute, and more from "
        "wider networks, as for `SESSIONQL_ATTEMPTS_PER_ADDRESS`; 0 for no limit.",
    )
    nonstandard_emails: bool = Field(
        default=False,
        description="Whether users may register with e-mail addresses that internet mail does not define: those of "
        "`.local`, `home.arpa` and `localhost`, and those with the dots of docomo's addresses (`a..b@`, `a.@`).",
    )
    password_reset_lifetime: Duration = Field(
        default=timedelta(hours=24),
        description="How long a token that an operator issues sets a new password; at least `1m`.",
    )
    logins_per_account: int = Field(
        default=30,
        ge=0,
        le=MAX_LIMIT,
        description="The maximum number of right passwords of an account in a minute, in log-ins, `reauthenticate` and "
        "`changePassword`; 0 for no limit.",
    )
    logins_per_address: int = Field(
        default=300,
        ge=0,
        le=MAX_LIMIT,
        description="The maximum number of right passwords from an IP address (IPv6: /64) in a minute, and more from "
        "wider networks, as for `SESSIONQL_ATTEMPTS_PER_ADDRESS`; 0 for no limit.",
    )
    keep_ended: Duration = Field(
        default=timedelta(days=30), description="How long ended sessions are stored, for their user to see."
    )
    keep_events: Duration = Field(default=timedelta(days=90), description="How long security events are stored.")
    keep_addresses: Duration = Field(
        default=timedelta(0),
        description="How long the IP addresses of sessions and events are stored after their last "
        "use; 0 for as long as "
        "the session or event.",
    )
    truncate_addresses: bool = Field(
        default=False, description="Whether to store only the network of an IP address: IPv4 /24, IPv6 /48."
    )
    prune_interval: Duration = Field(default=timedelta(hours=1), description="How often expired data is deleted.")
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(parse_networks)] = Field(
        default=(),
        description="Networks of your own proxies, like `10.0.0.0/8, 2001:db8::/32`. Only from "
        "them is the client address "
        "in the forwarded header accepted.",
    )
    forwarded_header: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for",
        description="The header that your proxies write. Only one is read, because a client may send the other.",
    )
    cookie_same_site: SameSite = Field(
        default="strict",
        description="`SameSite` of the cookies: `strict`, `lax`, or `none` for pages of other sites that "
        "`SESSIONQL_CORS_ORIGINS` lists.",
    )
    cookie_secure: bool = Field(
        default=True,
        description="Whether the cookies are `Secure`: for https and http://localhost. `false` is for development with "
        "Safari, which stores `Secure` cookies only over https.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(parse_origins)] = Field(
        default=(),
        description="Origins of other sites whose pages may send requests, like `https://app.example.com, "
        "https://admin.example.com`; `*` for all.",
    )
    cors_credentials: bool = Field(
        default=False, description="Whether the pages of `SESSIONQL_CORS_ORIGINS` may send the cookies of users."
    )
    geoip_database: Path | None = Field(
        default=None,
        description="A MaxMind-format file (`.mmdb`) for `location`; read again when it is replaced.",
    )
    http_profile: Literal["audited", "draft"] = Field(
        default="audited",
        description="HTTP statuses of GraphQL errors: `audited` for those of the published audits "
        "of GraphQL over HTTP, "
        "or `draft` for those of its newer draft (422 for invalid requests, 294 for partial success).",
    )
    access_log: bool = Field(default=False, description="Whether to log each request (without its query).")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe level that is logged."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        if unknown := unknown_variables(type(self)):
            raise ValueError(f"there is no setting {', '.join(unknown)}: see docs/settings.md")
        if is_sqlite(self.url):
            sqlite_path(self.url)
            if self.workers > 1:
                raise ValueError(
                    "SQLite serves one worker: set SESSIONQL_DATABASE_URL to a postgresql:// address to run more"
                )
        if not timedelta(0) < self.access_token_lifetime <= MAX_TOKEN_LIFETIME:
            raise ValueError("access_token_lifetime is more than 0 and at most 1h")
        if not self.activity_interval * 2 <= self.idle_timeout <= self.absolute_lifetime:
            raise ValueError("idle_timeout is at least twice activity_interval, and at most absolute_lifetime")
        if self.prune_interval < timedelta(seconds=1):
            raise ValueError("prune_interval is at least 1s")
        if self.password_reset_lifetime < timedelta(minutes=1):
            raise ValueError("password_reset_lifetime is at least 1m")
        self._check_secret()
        self._check_browsers()
        return self

    def _check_browsers(self) -> None:
        if self.cors_credentials and ANY in self.cors_origins:
            raise ValueError("cors_origins * with cors_credentials lets every site act as your users: list origins")
        if self.cors_credentials and not self.cors_origins:
            raise ValueError("cors_credentials is for the pages of cors_origins: list them too")
        if self.cookie_same_site == "none" and not self.cookie_secure:
            raise ValueError("browsers store cookies with cookie_same_site none only with cookie_secure")

    def _check_secret(self) -> None:
        secret = self.access_token_secret
        if self.access_token_algorithm == "HS256":
            check_shared_secret(secret.get_secret_value() if secret else "")
        elif secret is not None:
            raise ValueError("access_token_secret is for HS256: set access_token_algorithm too")

    @property
    def url(self) -> str:
        """The database URL, set or default."""
        return self.database_url or f"sqlite:///{self.data_dir / 'sessionql.sqlite3'}"

    @property
    def keys_path(self) -> Path:
        """The path of the keys file, set or default."""
        return self.keys_file or self.data_dir / "keys.json"

    @property
    def lifetimes(self) -> Lifetimes:
        """The lifetimes of sessions."""
        return Lifetimes(self.idle_timeout, self.absolute_lifetime)

    @property
    def policy(self) -> Policy:
        """The other rules of sessions."""
        return Policy(
            refresh_grace=self.refresh_grace,
            refresh_grace_same_client=self.refresh_grace_same_client,
            keep_ended=self.keep_ended,
            keep_events=self.keep_events,
            keep_addresses=self.keep_addresses or None,
            truncate_addresses=self.truncate_addresses,
            session_limit=self.session_limit,
            fresh_login=self.fresh_login,
            attempts_per_account=self.attempts_per_account,
            attempts_per_address=self.attempts_per_address,
            registrations_per_address=self.registrations_per_address,
            logins_per_account=self.logins_per_account,
            logins_per_address=self.logins_per_address,
            nonstandard_emails=self.nonstandard_emails,
            password_reset_lifetime=self.password_reset_lifetime,
            only_services=self.allowed_accounts == "off",
            list_size=self.max_list_size,
        )

    @property
    def proxies(self) -> Proxies:
        """The trusted proxies and their header."""
        return Proxies(self.trusted_proxies, self.forwarded_header)

    @property
    def cookies(self) -> CookieRules:
        """The attributes of the cookies."""
        return CookieRules(self.cookie_same_site, self.cookie_secure)

    @property
    def origins(self) -> Origins:
        """The origins whose pages may use the server."""
        return Origins(self.cors_origins, self.cors_credentials, self.cookie_secure)

    @property
    def signature(self) -> Signature:
        """The algorithm of access tokens, and its secret if it has one."""
        secret = self.access_token_secret
        return Signature(self.access_token_algorithm, secret.get_secret_value() if secret else None)


def unknown_variables(settings: type[BaseSettings]) -> list[str]:
    """Variables with our prefix that are not settings: a misspelt setting must be an error."""
    known = {f"{PREFIX}{name.upper()}" for name in settings.model_fields}
    given = {*os.environ, *(name.upper() for name in dotenv_values(".env"))}
    ours = (name for name in given if name.startswith(PREFIX))
    return sorted(name for name in ours if name not in known and not name.startswith(f"{PREFIX}TEST_"))
