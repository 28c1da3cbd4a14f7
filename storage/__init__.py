"""Storage: the only package that uses SQLAlchemy. Repositories take ids and return records.

`Storage` opens a transaction, and the transaction has the repositories. Tables, statements and drivers are private to
this package.
"""

from sessionql.storage.errors import StorageError, StorageUnavailable
from sessionql.storage.lifetimes import Lifetimes
from sessionql.storage.storage import Repositories, Storage

__all__ = ["Lifetimes", "Repositories", "Storage", "StorageError", "StorageUnavailable"]
