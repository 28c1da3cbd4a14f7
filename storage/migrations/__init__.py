"""Migrations (Alembic), and the revision this version of the program works with."""

HEAD = "0001_initial"
"""The newest revision. Kept here so that a start need not load Alembic to compare."""
