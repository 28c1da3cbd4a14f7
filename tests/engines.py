"""Moved to `tests.support.engines`."""

from tests.support.engines import GIVEN, Engines, PostgresqlServer, find_postgresql, replace_database, run_sql, wait_for

__all__ = ["GIVEN", "Engines", "PostgresqlServer", "find_postgresql", "replace_database", "run_sql", "wait_for"]
