"""Logging of the server and the commands: plain lines on standard error."""

import logging
import sys

from sessionql.settings.settings import Settings


def set_up_logging(settings: Settings) -> None:
    """Log at the level of the settings. An application that embeds SessionQL configures logging itself."""
    logging.basicConfig(
        level=settings.log_level.upper(),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # Their steps are details; the banner shows what matters.
    for name in ("alembic", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.DEBUG if settings.log_level == "debug" else logging.WARNING)
    logging.getLogger("uvicorn.access").addFilter(_without_query)


def _without_query(record: logging.LogRecord) -> bool:
    """Remove the query of URLs: it may contain secrets that belong in the body."""
    if isinstance(record.args, tuple):
        record.args = tuple(each.partition("?")[0] if isinstance(each, str) else each for each in record.args)
    return True
