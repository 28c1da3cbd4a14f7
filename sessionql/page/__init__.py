"""The page "Your devices" at `/`, and the custom element `<my-sessions>` that it is made of and that other sites use.

The browser's side lies beside this file, as it is served: no build step stands between the two.
"""

from sessionql.page.routes import page_routes
from sessionql.page.trusted_documents import page_documents

__all__ = ["page_documents", "page_routes"]
