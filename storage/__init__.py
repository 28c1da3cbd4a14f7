"""Storage: the only room that knows SQLAlchemy. Repositories take ids and give records.

Ask `Storage` for a transaction, and the transaction for a repository. Everything else in this
room (tables, statements, drivers) is private to it.
"""

from sessionql.storage.errors import StorageError, StorageUnavailable
from sessionql.storage.lifetimes import Lifetimes
from sessionql.storage.storage import Repositories, Storage

__all__ = ["Lifetimes", "Repositories", "Storage", "StorageError", "StorageUnavailable"]
