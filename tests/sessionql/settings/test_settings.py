"""Settings: safe defaults, and clear errors for invalid values."""

from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sessionql.graphql.limits import PASSWORD_FIELDS, document_limits
from sessionql.graphql_server.limits.limits import Limits
from sessionql.resolvers.dependencies import Policy
from sessionql.resolvers.values import paging
from sessionql.schema.value_bytes import NESTED_LIST_SIZE, VALUE_BYTES
from sessionql.settings.settings import Settings

SECRET = "v7QmX2rKd0pWzL5tYc9HbNf3sGjAe8Uu"
POSTGRESQL = "postgresql://user@db.example/sessions"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder without a `.env` file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


DEFAULTS = {
    "host": "127.0.0.1",
    "port": 8000,
    "workers": 1,
    "database_url": "",
    "data_dir": Path("data"),
    "database_pool_size": 10,
    "keys_file": None,
    "issuer": "sessionql",
    "audience": "sessionql",
    "access_token_algorithm": "EdDSA",
    "access_token_secret": None,
    "access_token_lifetime": timedelta(minutes=5),
    "idle_timeout": timedelta(days=30),
    "absolute_lifetime": timedelta(days=90),
    "refresh_grace": timedelta(seconds=10),
    "activity_interval": timedelta(seconds=60),
    "keep_ended": timedelta(days=30),
    "keep_events": timedelta(days=90),
    "prune_interval": timedelta(hours=1),
    "session_limit": 50,
    "fresh_login": timedelta(hours=1),
    "attempts_per_account": 5,
    "attempts_per_address": 20,
    "registrations_per_address": 30,
    "password_reset_lifetime": timedelta(hours=24),
    "keep_addresses": timedelta(0),
    "truncate_addresses": False,
    "cookie_same_site": "strict",
    "cookie_secure": True,
    "cors_origins": (),
    "cors_credentials": False,
    "mode": "production",
    "graphiql": None,
    "introspection": None,
    "trusted_documents": None,
    "trusted_documents_only": False,
    "persisted_queries": 1_000,
    "max_body_bytes": 256 * 1024,
    "max_characters": 32_000,
    "max_tokens": 600,
    "max_depth": 20,
    "max_aliases": 100,
    "max_root_fields": 100,
    "max_directives": 50,
    "max_comparisons": 1_000,
    "max_validation_errors": 5,
    "max_cost": 35_000,
    "cost_per_minute": 200_000,
    "max_response_bytes": 5 * 1024 * 1024,
    "max_values": 2_000,
    "execution_timeout": timedelta(seconds=10),
    "access_log": False,
    "log_level": "info",
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_default_is_the_documented_one(name: str) -> None:
    assert getattr(Settings(), name) == DEFAULTS[name]


def test_without_a_url_the_database_is_a_file_in_the_data_directory() -> None:
    settings = Settings(data_dir=Path("/srv/sessions"))
    assert settings.url == "sqlite:////srv/sessions/sessionql.sqlite3"
    assert settings.keys_path == Path("/srv/sessions/keys.json")
    assert Settings(keys_file=Path("/run/keys")).keys_path == Path("/run/keys")


def test_the_rules_are_those_of_the_settings() -> None:
    given: dict[str, Any] = {
        "refresh_grace": timedelta(seconds=1),
        "keep_ended": timedelta(days=2),
        "keep_events": timedelta(days=3),
        "keep_addresses": timedelta(days=4),
        "truncate_addresses": True,
        "session_limit": 5,
        "fresh_login": timedelta(minutes=6),
        "attempts_per_account": 7,
        "attempts_per_address": 8,
        "registrations_per_address": 9,
        "refresh_grace_same_client": True,
        "logins_per_account": 11,
        "logins_per_address": 12,
        "nonstandard_emails": True,
        "password_reset_lifetime": timedelta(hours=10),
        "accounts": "off",
        "max_list_size": 30,
    }
    settings = Settings(**given)
    given["list_size"] = given.pop("max_list_size")
    given["only_services"] = given.pop("accounts") == "off"
    assert settings.policy == Policy(**given)
    assert {field.name for field in fields(Policy)} == given.keys(), "a rule that no setting sets"
    assert Settings().policy == Policy(), "the defaults agree"


def test_the_limits_are_those_of_the_settings() -> None:
    sizes: dict[str, Any] = {
        "page_size": paging.DEFAULT_PAGE_SIZE,
        "unpaged_list_size": paging.MAX_PAGE_SIZE,
        "nested_list_size": NESTED_LIST_SIZE,
        "value_bytes": VALUE_BYTES,
        "name_length": Limits().name_length,
        "exclusive_fields": PASSWORD_FIELDS,
    }
    names = {field.name for field in fields(Limits)} - {"seconds", *sizes}
    given: dict[str, Any] = {f"max_{name}": number for number, name in enumerate(sorted(names), 30)}
    settings = settings_from(**given, execution_timeout="90s")
    expected = {name: given[f"max_{name}"] for name in names} | sizes | {"seconds": 90}
    assert asdict(document_limits(settings)) == expected
    assert document_limits(Settings()) == Limits(**sizes), "the defaults agree"


def test_every_setting_has_a_description() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not (field.description or "").endswith(".")]


def settings_from(**given: Any) -> Settings:
    """Settings from strings, like those of an environment."""
    return Settings(**given)


def rejected(words: str, **given: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(**given)
    assert words in str(caught.value)


def test_several_workers_require_postgresql() -> None:
    rejected("SQLite serves one worker: set SESSIONQL_DATABASE_URL to a postgresql:// address", workers=2)
    rejected("postgresql://", workers=2, database_url="sqlite:///x.sqlite3")
    assert Settings(workers=4, database_url=POSTGRESQL).workers == 4


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:"])
def test_an_in_memory_database_is_rejected(url: str) -> None:
    rejected("sessions are kept in a file", database_url=url)


@pytest.mark.parametrize("url", ["mysql://h/d", "nonsense", "http://h", "file.sqlite3", "://"])
def test_other_databases_are_rejected(url: str) -> None:
    rejected("write the database URL as sqlite:///path or postgresql://", database_url=url)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"access_token_algorithm": "HS256"}, "HS256 needs an access_token_secret of at least 32 bytes"),
        ({"access_token_algorithm": "HS256", "access_token_secret": ""}, "at least 32 bytes"),
        ({"access_token_algorithm": "HS256", "access_token_secret": SECRET[:31]}, "at least 32 bytes"),
        ({"access_token_secret": SECRET}, "access_token_secret is for HS256"),
        ({"access_token_algorithm": "none"}, "'EdDSA' or 'HS256'"),
        ({"access_token_algorithm": "RS256"}, "'EdDSA' or 'HS256'"),
    ],
)
def test_a_shared_secret_has_a_minimum_length_and_requires_its_algorithm(given: dict[str, str], words: str) -> None:
    rejected(words, **given)


def test_a_shared_secret_is_not_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_from(access_token_algorithm="HS256", access_token_secret=SECRET)
    assert settings.signature.secret == SECRET
    assert SECRET not in repr(settings) + str(settings)
    assert settings_from(access_token_algorithm="HS256", access_token_secret="über-" + SECRET).signature.secret
    monkeypatch.setenv("SESSIONQL_ACCESS_TOKEN_SECRET", SECRET)
    with pytest.raises(ValidationError) as caught:
        Settings()
    shown = [problem["msg"] for problem in caught.value.errors(include_input=False)]
    assert SECRET not in str(shown)


@pytest.mark.parametrize(
    "given",
    [
        {"port": -1},
        {"port": 65536},
        {"workers": 0},
        {"workers": 257, "database_url": POSTGRESQL},
        {"database_pool_size": 0},
        {"max_body_bytes": 1023},
        {"max_tokens": 0},
        {"max_depth": 51},
        {"max_aliases": -1},
        {"max_cost": 0},
        {"max_values": 0},
        {"execution_timeout": "0"},
        {"issuer": ""},
        {"audience": ""},
        {"log_level": "verbose"},
        {"graphiql": "perhaps"},
        {"mode": "debug"},
        {"introspection": "true"},
        {"persisted_queries": -1},
        {"persisted_queries": 1_000_001},
    ],
)
def test_numbers_and_words_out_of_range_are_rejected(given: dict[str, Any]) -> None:
    rejected(next(iter(given)), **given)


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONQL_PORT", "9000")
    monkeypatch.setenv("SESSIONQL_IDLE_TIMEOUT", "1h")
    monkeypatch.setenv("SESSIONQL_GRAPHIQL", "false")
    settings = Settings()
    assert (settings.port, settings.idle_timeout, settings.graphiql) == (9000, timedelta(hours=1), False)


def test_the_environment_overrides_the_settings_file(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nowhere / ".env").write_text("SESSIONQL_PORT=9001\nSESSIONQL_ISSUER='https://id.example'\nOTHER=1\n")
    assert (Settings().port, Settings().issuer) == (9001, "https://id.example")
    monkeypatch.setenv("SESSIONQL_PORT", "9002")
    assert Settings().port == 9002


def test_an_unknown_variable_in_the_environment_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONQL_PROT", "9000")
    rejected("there is no setting SESSIONQL_PROT: see docs/settings.md")


def test_an_unknown_variable_in_the_file_is_rejected(nowhere: Path) -> None:
    (nowhere / ".env").write_text("SESSIONQL_PROT=9000\n")
    rejected("there is no setting SESSIONQL_PROT")


def test_the_variables_of_the_tests_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONQL_TEST_DATABASE_URL", POSTGRESQL)
    assert Settings().url.startswith("sqlite:")


@pytest.mark.parametrize(
    "name", ["session_limit", "attempts_per_account", "attempts_per_address", "registrations_per_address"]
)
def test_a_limit_fits_into_an_integer_of_the_database(name: str) -> None:
    assert getattr(settings_from(**{name: 1_000_000}), name) == 1_000_000
    with pytest.raises(ValidationError, match="less than or equal to 1000000"):
        settings_from(**{name: 1_000_001})
