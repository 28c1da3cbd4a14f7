"""What can go wrong with storage, in two words: broken, or not there right now."""


class StorageError(Exception):
    """The database refused a statement that ought to work: a fault of ours or of its schema."""


class StorageUnavailable(StorageError):
    """The database cannot serve right now (unreachable, locked, full); trying later may help."""


class SchemaOutdated(StorageError):
    """The database has no tables yet, or those of another version of this program."""
