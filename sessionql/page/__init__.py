"""The page "Your devices" at `/`, and its custom element `<my-sessions>`, which other sites can use too.

The JavaScript beside this file is what browsers receive: there is no build step.
"""

from sessionql.page.routes import page_routes
from sessionql.page.trusted_documents import page_documents

__all__ = ["page_documents", "page_routes"]
