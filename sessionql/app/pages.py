"""The check of the packages that contain the files of pages, at the start."""

from sessionql.http.static_packages import GRAPHIQL, SWAGGER_UI
from sessionql.settings.settings import Settings


def check_pages(settings: Settings) -> None:
    """Log a warning for each page that the mode turns on and whose files are not installed.

    Raises StaticFilesMissing for a page that its own setting turns on.
    """
    if settings.serves_graphiql:
        GRAPHIQL.check(required=settings.graphiql is True)
    if settings.serves_rest_docs:
        SWAGGER_UI.check(required=settings.rest_docs is True)
