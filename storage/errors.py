"""The errors of storage. Errors of the drivers are wrapped in these and never leave the package."""


class StorageError(Exception):
    """The database rejected a statement: a defect of this program, of the schema, or a damaged database."""


class StorageUnavailable(StorageError):
    """The database cannot serve now (unreachable, locked, full, read-only). A later attempt may succeed."""


class SchemaOutdated(StorageError):
    """The database has no tables, or the tables of another version of this program."""
