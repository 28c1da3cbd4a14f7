"""Migrations (Alembic), and the names of their revisions."""

REVISIONS = ("0001_initial",)
"""All revisions, oldest first. Listed here so that a server compares them at start without importing Alembic."""

HEAD = REVISIONS[-1]
"""The revision that this version of the program works with."""
